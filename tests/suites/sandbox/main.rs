//! The sandbox of the shipped units: well formed, within its bound of exposure, and refusing what it says it refuses.
//!
//! Enters: the files of `systemd/` as they are. The last two tests boot a real systemd in a container (`container.rs`) and
//! run `probe.c` under each unit's own settings, and once more without any, where every attempt must succeed: an
//! attempt that fails there too would prove nothing about the sandbox. The programs themselves run under their units too.
//! Skipped, with a printed line, only where systemd or the rights to boot a container are missing; `tests/run` has both.

mod container;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use container::Fared;

/// The units and the highest exposure that `systemd-analyze security` of systemd 252 may give them.
const UNITS: [(&str, f64); 2] = [("holdfast-agent.service", 1.4), ("holdfast-controller.service", 1.2)];

fn units_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../systemd")
}

fn unit_text(unit: &str) -> String {
    fs::read_to_string(units_folder().join(unit)).expect("the unit is in systemd/")
}

/// Whether `program` starts at all; a skip is printed when it does not.
fn present(program: &str) -> bool {
    let found = Command::new(program).arg("--version").output().is_ok();
    if !found {
        eprintln!("skipped: {program} is not installed; tests/run installs it");
    }
    found
}

/// The figure in "Overall exposure level for x.service: 1.4 OK".
fn exposure(unit_file: &Path) -> f64 {
    let output = Command::new("systemd-analyze")
        .args(["security", "--offline=true", "--no-pager"])
        .arg(unit_file)
        .output()
        .expect("systemd-analyze starts");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let figure = text
        .lines()
        .find_map(|line| line.split_once("Overall exposure level for "))
        .and_then(|(_, rest)| rest.split_once(": "))
        .and_then(|(_, rest)| rest.split_whitespace().next())
        .and_then(|word| word.parse().ok());
    figure.expect("systemd-analyze prints an overall exposure level")
}

/// What `systemd-analyze verify` says of a unit text; the program it names need not be installed to be judged.
fn verify(name: &str, text: &str) -> String {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("verify");
    fs::create_dir_all(&folder).expect("the folder for unit copies");
    let file = folder.join(name);
    let runnable: String = text
        .lines()
        .map(|line| match line.strip_prefix("ExecStart=/usr/bin/holdfast") {
            Some(_) => "ExecStart=/bin/true\n".to_owned(),
            None => format!("{line}\n"),
        })
        .collect();
    fs::write(&file, runnable).expect("the unit copy is written");
    let output = Command::new("systemd-analyze")
        .args(["verify", "--man=no"])
        .arg(&file)
        .output()
        .expect("systemd-analyze starts");
    let mut said = String::from_utf8_lossy(&output.stderr).into_owned();
    // Other units of the machine are judged too; only what is said of ours counts.
    said = said.lines().filter(|line| line.contains(name)).map(|line| format!("{line}\n")).collect();
    said
}

#[test]
fn systemd_finds_nothing_to_say_about_the_units() {
    if !present("systemd-analyze") {
        return;
    }
    for (unit, _) in UNITS {
        let said = verify(unit, &unit_text(unit));
        assert!(said.is_empty(), "systemd-analyze verify {unit}:\n{said}");
    }
}

#[test]
fn a_misspelt_setting_would_be_noticed() {
    if !present("systemd-analyze") {
        return;
    }
    let (unit, _) = UNITS[0];
    let misspelt = unit_text(unit).replace("ProtectHome=", "ProtectHouse=");
    assert!(verify("misspelt.service", &misspelt).contains("ProtectHouse"));
}

#[test]
fn the_exposure_of_each_unit_stays_within_its_bound() {
    if !present("systemd-analyze") {
        return;
    }
    for (unit, bound) in UNITS {
        let found = exposure(&units_folder().join(unit));
        assert!(found <= bound, "{unit}: exposure {found}, at most {bound} is allowed");
    }
}

#[test]
fn a_loosened_unit_would_pass_its_bound() {
    if !present("systemd-analyze") {
        return;
    }
    for (unit, bound) in UNITS {
        let loosened =
            unit_text(unit).replace("CapabilityBoundingSet=\n", "").replace("ProtectSystem=strict\n", "");
        let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(unit);
        fs::write(&file, loosened).expect("the loosened unit is written");
        let found = exposure(&file);
        assert!(
            found > bound,
            "{unit} without two of its settings: exposure {found} is still within {bound}"
        );
    }
}

#[test]
fn what_the_sandbox_forbids_is_refused_and_what_the_program_needs_works() {
    if !["systemd-nspawn", "mmdebstrap", "cc"].into_iter().all(present) {
        return;
    }
    let Some(results) = container::run_probes() else {
        eprintln!("skipped: booting a container takes root or password-less sudo; tests/run has it");
        return;
    };

    let mut wrong = Vec::new();
    for role in ["agent", "sealed", "controller"] {
        for (attempt, verdict) in results.of(role, "forbidden") {
            if verdict != "refused" {
                wrong.push(format!("{role}: {attempt} was done and must be refused"));
            }
        }
    }
    for (attempt, verdict) in results.of("control", "forbidden") {
        if verdict != "done" {
            wrong.push(format!("control: {attempt} fails without a sandbox too, so it proves nothing"));
        }
    }
    for role in container::ROLES {
        for (attempt, verdict) in results.of(role, "permitted") {
            if verdict != "done" {
                wrong.push(format!("{role}: {attempt} is needed and was refused"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}\n\n{results}", wrong.join("\n"));

    let tried: BTreeMap<_, _> =
        container::ROLES.map(|role| (role, results.of(role, "forbidden").count())).into();
    assert!(tried.values().all(|count| *count >= 30), "attempts of each role: {tried:?}");
}

#[test]
fn the_programs_get_ready_live_and_stop_under_their_units() {
    if !["systemd-nspawn", "mmdebstrap", "cc"].into_iter().all(present) {
        return;
    }
    let Some(programs) = container::run_programs() else {
        eprintln!("skipped: booting a container takes root or password-less sudo; tests/run has it");
        return;
    };
    for fared in programs {
        let Fared { running, stopped, journal } = fared;
        assert!(
            running.contains("ActiveState=active") && running.contains("NRestarts=0"),
            "{running}{journal}"
        );
        assert!(
            stopped.contains("ActiveState=inactive") && stopped.contains("Result=success"),
            "{stopped}{journal}"
        );
        assert!(!journal.contains("Operation not permitted"), "the sandbox refused something: {journal}");
    }
}
