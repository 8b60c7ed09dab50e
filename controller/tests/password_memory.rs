//! What sign-ins leave behind in memory. Alone in its program: other tests would move the figure.

use holdfast_controller::api::passwords::Passwords;

/// What may stay: threads with their stacks, and what the allocator keeps of small pieces. One hash takes 19 MiB.
const STAYS_KIB: u64 = 6 * 1_024;

fn resident_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("status");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("VmRSS");
    line.trim().trim_end_matches(" kB").parse().expect("a number")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_memory_of_sign_ins_goes_back_to_the_system() {
    let passwords = std::sync::Arc::new(Passwords::default());
    let before = resident_kib();
    for _ in 0..3 {
        let mut tries = tokio::task::JoinSet::new();
        for _ in 0..4 {
            let passwords = std::sync::Arc::clone(&passwords);
            tries.spawn(async move { passwords.holds("a sentence of five words".into(), None).await });
        }
        assert!(tries.join_all().await.into_iter().all(|held| held == Ok(false)));
    }
    let after = resident_kib();
    assert!(after < before + STAYS_KIB, "{before} KiB before, {after} KiB after");
}
