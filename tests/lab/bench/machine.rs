//! The machine that a figure was measured on, in one line.
//!
//! Enters: /proc. Leaves: text for the table.

/// Processors, memory, kernel, profile.
#[must_use]
pub(crate) fn line() -> String {
    let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
    let field = |text: &str, key: &str| {
        let line = text.lines().find(|line| line.starts_with(key)).unwrap_or_default();
        line.split_once(':').map(|(_, value)| value.trim().to_owned()).unwrap_or_default()
    };
    let cpu = read("/proc/cpuinfo");
    let model = field(&cpu, "model name");
    let cores = cpu.lines().filter(|line| line.starts_with("processor")).count();
    let memory = field(&read("/proc/meminfo"), "MemTotal");
    let kernel = read("/proc/sys/kernel/osrelease");
    let load = read("/proc/loadavg");
    let load = load.split(' ').next().unwrap_or_default();
    let profile = if cfg!(debug_assertions) { "dev" } else { "release" };
    format!("{cores} x {model}, {memory}, Linux {}, load {load}, profile {profile}", kernel.trim())
}
