//! The terminal: what goes out, what is asked, and what it can draw.
//!
//! Enters: text, questions. Leaves: lines, answers. Data goes to standard output, everything else to standard error.
//! Prompts appear on a terminal only; a secret is read without echo. Never writes a secret that it read.

use std::fs::File;
use std::io::{self, BufRead, IsTerminal, Read, Write};
use std::path::Path;

use holdfast_provisioning::files;
use nix::sys::termios::{LocalFlags, SetArg, tcgetattr, tcsetattr};

use super::args::{Common, When};
use super::failure::{Exit, Failure};

/// Longest answer to a prompt, and longest secret in a file: a ticket has 468 characters.
const ANSWER_BYTES_MAX: u64 = 4096;

/// What this terminal can do, and what may be asked on it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Terminal {
    input: Input,
    questions: Questions,
    colors: bool,
    blocks: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Input {
    Terminal,
    None,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Questions {
    Ask,
    Yes,
}

/// Colours are never the only sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tone {
    Good,
    Warn,
    Bad,
}

impl Terminal {
    pub(crate) fn new(common: &Common) -> Self {
        let set = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        let term = set("TERM").unwrap_or_default();
        let auto = io::stdout().is_terminal() && term != "dumb" && set("NO_COLOR").is_none();
        let locale = set("LC_ALL")
            .or_else(|| set("LC_CTYPE"))
            .or_else(|| set("LANG"))
            .unwrap_or_default()
            .to_lowercase();
        let utf8 = locale.contains("utf-8") || locale.contains("utf8");
        Self {
            input: if !common.no_input && io::stdin().is_terminal() { Input::Terminal } else { Input::None },
            questions: if common.yes { Questions::Yes } else { Questions::Ask },
            colors: match common.color {
                When::Auto => auto,
                When::Always => true,
                When::Never => false,
            },
            // The Linux console has 512 glyphs at most and no half blocks in many fonts.
            blocks: utf8 && term != "linux" && term != "dumb",
        }
    }

    /// Whether half blocks can be drawn.
    pub(crate) const fn has_blocks(self) -> bool {
        self.blocks
    }

    pub(crate) fn shows_output(self) -> bool {
        io::stdout().is_terminal()
    }

    /// A word in its colour, or as it is.
    pub(crate) fn tinted(self, word: &str, tone: Tone) -> String {
        let code = match tone {
            Tone::Good => 32,
            Tone::Warn => 33,
            Tone::Bad => 31,
        };
        if self.colors { format!("\u{1b}[{code}m{word}\u{1b}[0m") } else { word.to_owned() }
    }

    /// Text dark on light, where colours may be set.
    pub(crate) fn on_dark(self, line: &str) -> String {
        if self.colors { format!("\u{1b}[97;40m{line}\u{1b}[0m") } else { line.to_owned() }
    }

    /// Talk: to standard error. That it cannot be written changes nothing.
    #[expect(clippy::unused_self, reason = "talk belongs to the terminal; a language will be chosen here")]
    pub(crate) fn say(self, text: &str) {
        let _unseen = writeln!(io::stderr(), "{text}");
    }

    /// Data: to standard output. A reader that has enough (`| head`) is no failure.
    #[expect(clippy::unused_self, reason = "the counterpart of say")]
    pub(crate) fn print(self, text: &str) -> Result<(), Failure> {
        let mut out = io::stdout().lock();
        match writeln!(out, "{text}").and_then(|()| out.flush()) {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
                Err(Failure::failed("write the output", &error))
            }
            Ok(()) | Err(_) => Ok(()),
        }
    }

    /// A line of text from a person; `instead` names the option that would make the question needless.
    pub(crate) fn ask(self, question: &str, instead: &str) -> Result<String, Failure> {
        self.prompt(question, instead)?;
        read_line()
    }

    /// A secret from a person, not shown while it is typed.
    pub(crate) fn ask_secret(self, question: &str, instead: &str) -> Result<String, Failure> {
        self.has_somebody(question, instead)?;
        let stdin = io::stdin();
        let wrong = |error: nix::Error| Failure::failed("read without showing what is typed", &error);
        let shown = tcgetattr(&stdin).map_err(wrong)?;
        let mut hidden = shown.clone();
        hidden.local_flags.remove(LocalFlags::ECHO);
        // Before the question is shown: whoever answers it at once is neither shown nor thrown away.
        tcsetattr(&stdin, SetArg::TCSAFLUSH, &hidden).map_err(wrong)?;
        let answer = self.prompt(question, instead).and_then(|()| read_line());
        tcsetattr(&stdin, SetArg::TCSAFLUSH, &shown).map_err(wrong)?;
        self.say("");
        answer
    }

    /// Asks for the word `yes`; `--yes` answers it.
    pub(crate) fn confirm(self, question: &str) -> Result<(), Failure> {
        if self.questions == Questions::Yes {
            return Ok(());
        }
        self.confirm_in_person(question, "--yes")
    }

    /// Asks for the word `yes`, of a person and nobody else.
    pub(crate) fn confirm_in_person(self, question: &str, instead: &str) -> Result<(), Failure> {
        let answer = self.ask(&format!("{question} Type yes to go on:"), instead)?;
        if answer.trim().eq_ignore_ascii_case("yes") {
            return Ok(());
        }
        Err(Failure::new(Exit::Refused, "not confirmed; nothing was changed"))
    }

    fn prompt(self, question: &str, instead: &str) -> Result<(), Failure> {
        self.has_somebody(question, instead)?;
        let mut out = io::stderr();
        let _unseen = write!(out, "{question} ").and_then(|()| out.flush());
        Ok(())
    }

    fn has_somebody(self, question: &str, instead: &str) -> Result<(), Failure> {
        if self.input == Input::None {
            return Err(Failure::new(Exit::Usage, "something has to be asked, and there is nobody to ask")
                .why(question.to_owned())
                .todo(format!("give {instead}")));
        }
        Ok(())
    }
}

/// The first line of a file that holds a secret; `-` is standard input.
pub(crate) fn secret_from(path: &Path) -> Result<String, Failure> {
    let text = if path == Path::new("-") {
        let mut text = String::new();
        let read = io::stdin().lock().take(ANSWER_BYTES_MAX).read_line(&mut text);
        read.map_err(|error| Failure::failed("read standard input", &error))?;
        text
    } else {
        files::read_text(path)?
    };
    let line = text.lines().next().unwrap_or_default().trim_end_matches('\r').to_owned();
    if line.is_empty() {
        return Err(Failure::new(Exit::Usage, format!("{} is empty", path.display())));
    }
    Ok(line)
}

/// All of standard input, bounded.
pub(crate) fn all_of_stdin() -> Result<String, Failure> {
    let mut text = String::new();
    let read = io::stdin().lock().take(ANSWER_BYTES_MAX).read_to_string(&mut text);
    read.map_err(|error| Failure::failed("read standard input", &error))?;
    Ok(text)
}

/// A new file that only its owner reads; one that is there is not touched.
pub(crate) fn new_secret_file(path: &Path, text: &str) -> Result<(), Failure> {
    use std::os::unix::fs::OpenOptionsExt;
    let written = File::options().write(true).create_new(true).mode(0o600).open(path).and_then(|mut file| {
        file.write_all(text.as_bytes())?;
        file.sync_all()
    });
    written.map_err(|error| Failure::failed(&format!("write {}", path.display()), &error))
}

fn read_line() -> Result<String, Failure> {
    let mut line = String::new();
    let read = io::stdin().lock().take(ANSWER_BYTES_MAX).read_line(&mut line);
    match read {
        Ok(0) => Err(Failure::new(Exit::Usage, "the answer is missing: standard input ended")),
        Ok(_) => Ok(line.trim_end_matches(['\n', '\r']).to_owned()),
        Err(error) => Err(Failure::failed("read the answer", &error)),
    }
}
