//! Replays every seed of every fuzz target, and seeded mutations of them, so that each run of the tests does a little
//! fuzzing and no input that ever broke something breaks it again.
//!
//! Enters: `tests/fuzz/seeds/<target>/*`. Leaves: what did not hold, with the input as a file under `target/tmp/fuzz`
//! that is ready to become a seed. `HOLDFAST_FUZZ_ROUNDS` sets the mutations a seed; long, guided runs:
//! `tests/fuzz/README.md`.

mod mutate;
mod seeds;
mod targets;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use targets::{TARGETS, Target};

/// Mutations a target, spread over its seeds: with 21 targets, about 5 s in the dev profile.
const ROUNDS: u64 = 20_000;
/// No decoder takes so long for one input; the slowest take milliseconds.
const INPUT_MAX: Duration = Duration::from_secs(30);

/// What runs now, and since when, for the watchdog.
type Running = Arc<Mutex<Option<(Instant, &'static str, Vec<u8>)>>>;

#[test]
fn every_seed_and_its_mutations_keep_what_the_targets_promise() {
    let rounds =
        std::env::var("HOLDFAST_FUZZ_ROUNDS").ok().and_then(|text| text.parse().ok()).unwrap_or(ROUNDS);
    let running: Running = Arc::default();
    watch(Arc::clone(&running));
    let mut failures = Vec::new();
    for target in &TARGETS {
        let seeds = seeds::read(target.name);
        assert!(!seeds.is_empty(), "no seed in tests/fuzz/seeds/{}", target.name);
        let began = Instant::now();
        let inputs = inputs(&seeds, rounds);
        let count = inputs.len();
        let failed = inputs.into_iter().find(|input| !holds(target, input, &running));
        println!("{}: {count} inputs in {} ms", target.name, began.elapsed().as_millis());
        failures
            .extend(failed.map(|input| format!("{}: {}", target.name, keep(target.name, &input).display())));
    }
    assert!(failures.is_empty(), "inputs that broke their target:\n{}", failures.join("\n"));
}

#[test]
fn a_target_that_breaks_is_found() {
    let running: Running = Arc::default();
    let broken = Target { name: "broken", run: |bytes| assert!(bytes.len() < 3, "three bytes") };
    assert!(holds(&broken, b"ab", &running) && !holds(&broken, b"abc", &running));
}

#[test]
fn every_seed_belongs_to_a_target() {
    for name in seeds::folders() {
        assert!(targets::find(&name).is_some(), "tests/fuzz/seeds/{name} has no target");
    }
}

#[test]
fn every_target_has_a_guided_program() {
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/fuzz/guided/Cargo.toml");
    let manifest = std::fs::read_to_string(manifest).expect("the manifest of the guided programs");
    let programs: Vec<&str> = manifest
        .lines()
        .skip_while(|line| *line != "[[bin]]")
        .filter_map(|line| line.strip_prefix("name = \"")?.strip_suffix('"'))
        .collect();
    let mut targets: Vec<&str> = TARGETS.iter().map(|target| target.name).collect();
    let mut sorted = programs.clone();
    sorted.sort_unstable();
    targets.sort_unstable();
    assert_eq!(sorted, targets, "tests/fuzz/guided/Cargo.toml");
}

fn inputs(seeds: &[Vec<u8>], rounds: u64) -> Vec<Vec<u8>> {
    let mut inputs = seeds.to_vec();
    for round in 0..rounds {
        let mut random = fastrand::Rng::with_seed(round);
        let seed = seeds.get(random.usize(..seeds.len())).map(Vec::as_slice).unwrap_or_default();
        let other = seeds.get(random.usize(..seeds.len())).map(Vec::as_slice).unwrap_or_default();
        inputs.push(mutate::mutate(seed, other, &mut random));
    }
    inputs
}

fn holds(target: &Target, input: &[u8], running: &Running) -> bool {
    let set = |now| *running.lock().unwrap_or_else(PoisonError::into_inner) = now;
    set(Some((Instant::now(), target.name, input.to_vec())));
    let outcome = catch_unwind(AssertUnwindSafe(|| (target.run)(input)));
    set(None);
    outcome.is_ok()
}

/// Keeps an input that broke its target.
fn keep(name: &str, input: &[u8]) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("fuzz").join(name);
    let path = folder.join(format!("{:08x}", crc32c::crc32c(input)));
    std::fs::create_dir_all(&folder).and_then(|()| std::fs::write(&path, input)).expect("the input is kept");
    path
}

/// A decoder that hangs cannot be stopped; the process is, and says with what.
fn watch(running: Running) {
    std::thread::spawn(move || {
        loop {
            std::thread::sleep(Duration::from_secs(1));
            let now = running.lock().unwrap_or_else(PoisonError::into_inner).clone();
            if let Some((since, name, input)) = now
                && since.elapsed() > INPUT_MAX
            {
                eprintln!("{name} hangs: {}", keep(name, &input).display());
                std::process::exit(1);
            }
        }
    });
}
