//! What the documents promise is there: commands, their options, configuration keys; and what no file may hold.
//!
//! Enters: README.md and its like, the configuration manuals, and the source of the programs. Leaves: a finding for each
//! command of a code block that its program does not have, for each configuration key that is not documented, and for
//! each line that names a place of one machine or a package registry.

use std::fs;

use crate::code::{names, only_code, without_tests};
use crate::tree::{File, Finding, expect_lines, expect_none, files, root};

/// Documents whose code blocks are commands that people type.
const MANUALS: [&str; 3] = ["README.md", "CONTRIBUTING.md", "systemd/README.md"];

/// Each program and where its command line is declared.
const PROGRAMS: [(&str, &str); 4] = [
    ("holdfast", "provisioning/src"),
    ("holdfast-agent", "agent/src"),
    ("holdfast-controller", "controller/src"),
    ("lab", "tests/src"),
];

/// Subcommands of cargo, and of its plug-ins that tests/run installs.
const CARGO: [&str; 13] = [
    "add", "build", "check", "clippy", "deny", "doc", "fmt", "install", "metadata", "nextest", "run", "test",
    "tree",
];

/// Where configuration is declared, and where it is documented.
const CONFIGURATION: [(&str, &str); 2] =
    [("agent/src/config", "docs/configuration-agent.md"), ("controller/src/config", "docs/configuration.md")];

// Put together, so that this file does not hold what it looks for.
const MACHINE_PLACES: [&str; 3] = [concat!("/wo", "rk/"), concat!("/root/", "."), concat!("/home/", "user")];
const REGISTRIES: [&str; 4] = [
    concat!("crates", ".io"),
    concat!("pypi", ".org"),
    concat!("npmjs", ".org"),
    concat!("deb.debian", ".org"),
];
/// Files whose format needs a registry's name.
const REGISTRY_FILES: [&str; 2] = ["deny.toml", "Cargo.lock"];
/// Other people's files, kept byte for byte.
const VENDORED: &str = "controller/web/vendor";

/// The lines of fenced code blocks, with their numbers and a trailing `\` joined to the next.
fn commands(document: &str) -> Vec<(usize, String)> {
    let mut inside = false;
    let mut found: Vec<(usize, String)> = Vec::new();
    let mut open = false;
    for (line, number) in document.lines().zip(1..) {
        if line.trim_start().starts_with("```") {
            inside = !inside;
            open = false;
        } else if inside {
            let text = line.trim().trim_end_matches('\\');
            match found.last_mut().filter(|_| open) {
                Some((_, command)) => command.push_str(&format!(" {text}")),
                None => found.push((number, text.to_owned())),
            }
            open = line.ends_with('\\');
        }
    }
    found
}

/// The words from the program on: prompts, `sudo`, assignments and `runuser … --` before it are passed over.
fn from_program(command: &str) -> Option<(&str, Vec<&str>)> {
    let command = command.split(" #").next().unwrap_or(command);
    let words: Vec<&str> = command.split_whitespace().collect();
    let known = |word: &&str| {
        let name = word.rsplit('/').next().unwrap_or(word);
        *word == "cargo" || *word == "tests/run" || PROGRAMS.iter().any(|(program, _)| *program == name)
    };
    // The program is the first word, or the first after what wraps it.
    let wraps = |word: &&str| *word == "$" || *word == "sudo" || word.contains('=');
    let start = match words.iter().position(|word| *word == "--") {
        Some(at) if words.first() == Some(&"runuser") || words.first() == Some(&"systemd-run") => at + 1,
        _ => words.iter().position(|word| !wraps(word))?,
    };
    let program = words.get(start).filter(|word| known(word))?;
    let rest = words.get(start + 1..)?.iter().copied();
    Some((program, rest.take_while(|word| !matches!(*word, "|" | "&&" | "&" | ";" | ">" | "<")).collect()))
}

/// `node-list` as clap's derive spells the variant: `NodeList`.
fn pascal(word: &str) -> String {
    word.split('-')
        .map(|part| {
            part.split_at_checked(1).map_or(String::new(), |(first, rest)| first.to_uppercase() + rest)
        })
        .collect()
}

fn is_subcommand(word: &str) -> bool {
    !word.is_empty()
        && word.chars().all(|letter| letter.is_ascii_lowercase() || letter == '-')
        && !word.starts_with('-')
}

fn source_of(program: &str, files: &[File]) -> Option<(String, String)> {
    let (_, place) = PROGRAMS.iter().find(|(name, _)| *name == program)?;
    let ours = files.iter().filter(|file| file.is_rust() && file.is_in(place));
    let raw: String = ours.map(|file| without_tests(&file.text).to_owned()).collect();
    Some((only_code(&raw), raw))
}

/// What is wrong with one command, in words.
fn unknown_parts(program: &str, words: &[&str], files: &[File], steps: &[String]) -> Vec<String> {
    if program == "tests/run" {
        let unknown =
            words.iter().filter(|word| **word != "--list" && !steps.iter().any(|step| step == *word));
        return unknown.map(|word| format!("tests/run has no step {word}")).collect();
    }
    let mut program = program.rsplit('/').next().unwrap_or(program);
    let mut words = words;
    if program == "cargo" {
        match words.split_first() {
            Some((&"lab", rest)) => (program, words) = ("lab", rest),
            Some((word, _)) if CARGO.contains(word) => return vec![],
            other => {
                return vec![format!(
                    "cargo {} is not known to the rule",
                    other.map_or("", |(word, _)| *word)
                )];
            }
        }
    }
    let Some((code, raw)) = source_of(program, files) else {
        return vec![format!("{program} is not known to the rule")];
    };
    let mut wrong = Vec::new();
    for word in words.iter().take_while(|word| is_subcommand(word)) {
        if !names(&code, &pascal(word)) && !raw.contains(&format!("name = \"{word}\"")) {
            wrong.push(format!("{program} has no subcommand {word} (a placeholder is written in capitals)"));
        }
    }
    for option in words.iter().filter_map(|word| word.strip_prefix("--")) {
        let option = option.split('=').next().unwrap_or(option);
        let field = option.replace('-', "_");
        let declared = names(&code, &field) || raw.contains(&format!("long = \"{option}\""));
        if !declared && !matches!(option, "help" | "version" | "") {
            wrong.push(format!("{program} has no option --{option}"));
        }
    }
    wrong
}

fn unknown_commands(files: &[File], steps: &[String]) -> Vec<Finding> {
    let mut found = Vec::new();
    for manual in files.iter().filter(|file| MANUALS.contains(&file.path.as_str())) {
        for (number, command) in commands(&manual.text) {
            let Some((program, words)) = from_program(&command) else { continue };
            let wrong = unknown_parts(program, &words, files, steps);
            found.extend(wrong.into_iter().map(|what| manual.finding(number, what)));
        }
    }
    found
}

/// The names of the fields of every struct that is read from a file.
fn keys(code: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let mut derived = false;
    let mut inside = false;
    for (line, number) in code.lines().zip(1..) {
        let text = line.trim();
        if text.starts_with("#[derive(") {
            derived = names(text, "Deserialize");
        } else if inside && text.starts_with('}') {
            inside = false;
        } else if inside {
            let field = text.trim_start_matches("pub(crate) ").trim_start_matches("pub ");
            let name = field.split_once(": ").map(|(name, _)| name);
            let is_name = |name: &&str| {
                name.chars()
                    .all(|letter| letter.is_ascii_lowercase() || letter == '_' || letter.is_ascii_digit())
            };
            found.extend(name.filter(is_name).map(|name| (number, name.to_owned())));
        } else if derived && names(text, "struct") {
            inside = text.ends_with('{');
            derived = false;
        } else if names(text, "enum") {
            derived = false;
        }
    }
    found
}

fn undocumented_keys(files: &[File]) -> Vec<Finding> {
    let mut found = Vec::new();
    for (place, manual_path) in CONFIGURATION {
        let manual = files.iter().find(|file| file.path == manual_path).map_or("", |file| &file.text);
        for file in files.iter().filter(|file| file.is_rust() && file.is_in(place)) {
            for (number, key) in keys(without_tests(&only_code(&file.text))) {
                if !manual.lines().any(|line| names(line, &key)) {
                    found.push(file.finding(number, format!("the key {key} is not in {manual_path}")));
                }
            }
        }
    }
    found
}

fn machine_words(files: &[File]) -> Vec<Finding> {
    let mut found = Vec::new();
    for file in files.iter().filter(|file| !file.is_in(VENDORED)) {
        for (line, number) in file.text.lines().zip(1..) {
            if let Some(place) = MACHINE_PLACES.iter().find(|place| line.contains(**place)) {
                found.push(file.finding(number, format!("names {place}, a place of one machine")));
            }
            let registry = REGISTRIES.iter().find(|registry| line.contains(**registry));
            if let Some(registry) = registry.filter(|_| !REGISTRY_FILES.contains(&file.path.as_str())) {
                found.push(
                    file.finding(number, format!("names {registry}; packages are named, registries are not")),
                );
            }
        }
    }
    found
}

/// The steps that tests/run knows, from its own list.
fn steps() -> Vec<String> {
    let script = fs::read_to_string(root().join("tests/run")).expect("tests/run is there");
    let list =
        script.lines().find_map(|line| line.strip_prefix("readonly STEPS=(")).expect("its list of steps");
    list.trim_end_matches(')').split_whitespace().map(str::to_owned).collect()
}

#[test]
fn commands_in_the_manuals_exist() {
    expect_none("each command in a code block exists", &unknown_commands(&files(), &steps()));
}

#[test]
fn a_command_that_is_not_there_is_found() {
    let manual = "text holdfast dance\n```sh\n$ sudo holdfast ticket new --site one\nholdfast dance\nholdfast ticket new --tune x\n\
                  cargo lab --nodes 6\ncargo lab --moons 6\ntests/run lint\ntests/run sing\nrunuser -u x -- holdfast enrol TICKET\n\
                  holdfast ticket \\\n  --tone\n```\n";
    let cli = "enum Verb { Ticket, Enrol }\nenum TicketVerb { New { site: String } }\n";
    let lab = "struct Lab { nodes: u32 }\n";
    let files = [
        File::new("README.md", manual),
        File::new("provisioning/src/cli.rs", cli),
        File::new("tests/src/bin/lab.rs", lab),
    ];
    expect_lines(&unknown_commands(&files, &["lint".to_owned()]), &[4, 5, 7, 9, 11]);
}

#[test]
fn every_configuration_key_is_documented() {
    expect_none("each key of a configuration file is documented", &undocumented_keys(&files()));
}

#[test]
fn an_undocumented_key_is_found() {
    let code = "#[derive(Debug, Deserialize)]\n#[serde(deny_unknown_fields)]\npub struct Link {\n    /// Doc: x.\n    pub keepalive_s: u32,\n    \
                pub(crate) window: u32,\n}\n#[derive(Debug)]\nstruct Valid {\n    other: u32,\n}\n";
    let source = || File::new("agent/src/config/link.rs", code);
    let manual = File::new("docs/configuration-agent.md", "| `link.keepalive_s` | seconds |\n");
    expect_lines(&undocumented_keys(&[source(), manual]), &[6]);
    let other = File::new("docs/configuration.md", "| `keepalive_s`, `window` |\n");
    expect_lines(&undocumented_keys(&[source(), other]), &[5, 6]);
}

#[test]
fn no_file_names_a_place_of_one_machine_or_a_registry() {
    expect_none("no path of a build machine, no registry", &machine_words(&files()));
}

#[test]
fn a_place_of_one_machine_is_found() {
    let sample = format!("a\n{}main\nb {}\n", MACHINE_PLACES[0], REGISTRIES[0]);
    expect_lines(&machine_words(&[File::new("docs/x.md", &sample)]), &[2, 3]);
    expect_lines(&machine_words(&[File::new("deny.toml", &sample)]), &[2]);
}

#[test]
fn what_changed_is_told() {
    let changelog = fs::read_to_string(root().join("CHANGELOG.md")).expect("CHANGELOG.md is there");
    assert!(changelog.lines().any(|line| line.starts_with("## ")), "CHANGELOG.md has no section");
}
