//! Boots a real systemd in a container and runs the probe, or the programs, under the shipped units.
//!
//! Enters: the units, sysusers and tmpfiles of `systemd/`, `probe.c`, the programs. Leaves: every attempt and its verdict;
//! how the programs fared.
//! The tree is a small Debian made once by mmdebstrap under the target folder and kept; the container has a network of
//! its own with nothing but loopback, every capability and no filter of its own, so that whatever is refused inside it
//! is refused by the unit. Nothing outside the target folder is written. It needs root (or sudo without a password).

use std::fmt;
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::{Mutex, PoisonError};

use holdfast_tests::programs::Programs;

/// A boot, the probes and the shutdown take 2 s; ten times that on a busy machine is not a hang yet.
const CONTAINER_LIMIT_S: u32 = 60;
/// Making the tree downloads about 40 MB once.
const TREE_LIMIT_S: u32 = 300;

/// The tree is one; a boot at a time.
static BOOTING: Mutex<()> = Mutex::new(());

/// Runs the probe under one unit after the other and switches the container off.
const PROBE_SCRIPT: &str = r#"#!/bin/sh
systemd-sysusers && systemd-tmpfiles --create || echo "sysusers or tmpfiles failed" >/results/setup.failed
# The first device that this machine lets root open at all: a disk, a loop device, memory, the kernel's log.
disk=$(awk 'NR == 3 { print "b " $1 " " $2 }' /proc/partitions)
for device in "$disk" "b 7 0" "c 1 1" "c 1 11"; do
    mknod /dev/probe-disk $device && (: </dev/probe-disk) && break
    rm -f /dev/probe-disk
done 2>/dev/null
systemctl start probe-listen.service
run() { systemctl start "$1" || systemctl status --no-pager --full "$1" >"/results/$1.failed" 2>&1; }
rm -rf /etc/credstore /etc/credstore.encrypted /run/systemd/system/holdfast-agent.service.d
# A node that was given no key of the spool starts too.
run holdfast-agent.service
# One sealed to the machine.
mkdir -p /etc/credstore /etc/credstore.encrypted /run/systemd/system/holdfast-agent.service.d
head -c 32 /dev/urandom | systemd-creds encrypt --quiet --with-key=host --name=spool.key - /etc/credstore.encrypted/spool.key
cp /usr/share/holdfast/holdfast-agent-sealed.conf /run/systemd/system/holdfast-agent.service.d/sealed.conf
systemctl daemon-reload
run holdfast-agent.service
mv /results/agent.txt /results/sealed.txt
rm -rf /run/systemd/system/holdfast-agent.service.d
systemctl daemon-reload
# One in a plain file.
head -c 32 /dev/urandom >/etc/credstore/spool.key
for unit in holdfast-agent holdfast-controller probe-control; do run $unit.service; done
touch /results/finished
systemctl poweroff --no-block
"#;

/// Runs the programs under their units as shipped: made ready, let live for a moment, stopped. The agent has no identity
/// and spools, as on a node that was prepared ahead.
const PROGRAM_SCRIPT: &str = r#"#!/bin/sh
systemd-sysusers && systemd-tmpfiles --create || echo "sysusers or tmpfiles failed" >/results/setup.failed
rm -rf /etc/systemd/system/holdfast-*.service.d /var/lib/private/holdfast-controller /var/lib/holdfast-controller
systemctl daemon-reload
holdfast-controller init --name 127.0.0.1 >/dev/null 2>/results/init.failed && rm /results/init.failed
for unit in holdfast-controller holdfast-agent; do
    timeout 20 systemctl start $unit.service || systemctl status --no-pager --full $unit.service >/results/$unit.failed 2>&1
done
sleep 3
for unit in holdfast-controller holdfast-agent; do
    systemctl show -p ActiveState -p NRestarts $unit.service >/results/$unit.running
done
for unit in holdfast-controller holdfast-agent; do
    systemctl stop $unit.service
    systemctl show -p ActiveState -p Result $unit.service >/results/$unit.stopped
    journalctl --no-pager --output=cat --unit=$unit.service >/results/$unit.journal
done
touch /results/finished
systemctl poweroff --no-block
"#;

const RUN_UNIT: &str = "[Service]\nType=exec\nExecStart=/usr/local/bin/sandbox-run\n";
const LISTEN_UNIT: &str = "[Service]\nType=exec\nExecStart=/usr/local/bin/probe listen\n";
const CONTROL_UNIT: &str = "[Service]\nType=oneshot\nExecStart=/usr/local/bin/probe control\n\
    StandardOutput=truncate:/results/control.txt\nStateDirectory=probe\nRuntimeDirectory=probe\n";

/// One run of the probe each: the agent's unit as shipped, the same with its sealed key, the controller's, and none.
pub(crate) const ROLES: [&str; 4] = ["agent", "sealed", "controller", "control"];

/// What the probes printed, by role.
pub(crate) struct Results(Vec<(&'static str, String)>);

impl Results {
    /// The attempts of one kind (`forbidden`, `permitted`) in one role, with their verdicts.
    pub(crate) fn of(&self, role: &str, kind: &str) -> impl Iterator<Item = (&str, &str)> {
        let lines = self.0.iter().filter(move |(of, _)| *of == role).flat_map(|(_, text)| text.lines());
        lines.filter_map(move |line| {
            let mut words = line.split(' ');
            (words.next()? == kind).then_some((words.next()?, words.next()?))
        })
    }
}

impl fmt::Display for Results {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|(role, text)| writeln!(out, "--- {role}\n{text}"))
    }
}

/// Boots, probes, shuts down. None when this user may not boot a container.
pub(crate) fn run_probes() -> Option<Results> {
    let results = run("probes", PROBE_SCRIPT, &[])?;
    let role = |role: &'static str| {
        let text = fs::read_to_string(results.join(format!("{role}.txt"))).unwrap_or_default();
        assert!(text.ends_with("end\n"), "the {role} probe did not come to its end: {text}");
        (role, text)
    };
    let failed = failures(&results);
    assert!(failed.is_empty(), "{failed}");
    Some(Results(ROLES.map(role).into()))
}

/// How a program fared under its unit: what systemd said of it while it ran and after its stop, and what it logged.
pub(crate) struct Fared {
    pub(crate) running: String,
    pub(crate) stopped: String,
    pub(crate) journal: String,
}

/// Boots, runs the programs under their units, shuts down: the controller, then the agent. None when this user may not
/// boot a container.
pub(crate) fn run_programs() -> Option<[Fared; 2]> {
    let programs = Programs::find().expect("the programs are built");
    let results = run("programs", PROGRAM_SCRIPT, &[&programs.controller, &programs.agent])?;
    let failed = failures(&results);
    assert!(failed.is_empty(), "{failed}");
    let read = |name: String| fs::read_to_string(results.join(name)).unwrap_or_default();
    Some(["holdfast-controller", "holdfast-agent"].map(|unit| Fared {
        running: read(format!("{unit}.running")),
        stopped: read(format!("{unit}.stopped")),
        journal: read(format!("{unit}.journal")),
    }))
}

/// Boots with this script as the one thing to do; gives the folder that the container wrote to.
fn run(name: &str, script: &str, programs: &[&Path]) -> Option<PathBuf> {
    let root = become_root()?;
    let _one = BOOTING.lock().unwrap_or_else(PoisonError::into_inner);
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("sandbox");
    fs::create_dir_all(&folder).expect("the suite's folder");
    let tree = folder.join("tree");
    make_tree(&root, &tree);

    let overlay = folder.join("overlay");
    lay_files(&overlay, script);
    let binaries = overlay.join("usr/bin");
    fs::create_dir_all(&binaries).expect("the folder of programs");
    for program in programs {
        let file = program.file_name().expect("a program is a file");
        fs::copy(program, binaries.join(file)).expect("a program is copied");
    }
    let results = folder.join(name);
    let _ = fs::remove_dir_all(&results);
    fs::create_dir_all(&results).expect("the folder of results");
    boot(&root, &tree, &overlay, &results);
    Some(results)
}

/// The words before a command that make it root's.
fn become_root() -> Option<Vec<&'static str>> {
    let succeeds = |program: &str, arguments: &[&str]| {
        Command::new(program).args(arguments).output().is_ok_and(|output| output.status.success())
    };
    // The owner of a process's own folder in /proc is its user.
    if fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0) {
        Some(vec![])
    } else {
        succeeds("sudo", &["-n", "true"]).then(|| vec!["sudo", "-n"])
    }
}

fn run_as_root(root: &[&str], limit_s: u32, script: &str, arguments: &[&Path]) -> Output {
    let limit = limit_s.to_string();
    let words: Vec<&str> =
        root.iter().copied().chain(["timeout", &limit, "unshare", "--mount", "sh", "-euc"]).collect();
    let (program, rest) = words.split_first().expect("at least timeout");
    Command::new(program)
        .args(rest)
        .arg(script)
        .arg("sh")
        .args(arguments)
        .output()
        .expect("timeout and unshare start")
}

/// Made beside its place and renamed, so that half a tree is never taken for one.
fn make_tree(root: &[&str], tree: &Path) {
    if tree.join("lib/systemd/systemd").exists() {
        return;
    }
    let script = r#"rm -rf "$1" "$1.new"
        mmdebstrap --quiet --variant=essential --include=systemd,systemd-sysv bookworm "$1.new"
        mv "$1.new" "$1""#;
    let output = run_as_root(root, TREE_LIMIT_S, script, &[tree]);
    assert!(output.status.success(), "mmdebstrap: {}", String::from_utf8_lossy(&output.stderr));
}

/// Every file that the container has beyond its Debian.
fn lay_files(overlay: &Path, script: &str) {
    let sources = Path::new(env!("CARGO_MANIFEST_DIR"));
    let shipped =
        |name: &str| fs::read_to_string(sources.join("../systemd").join(name)).expect("a shipped file");
    let write = |path: &str, mode: u32, text: &str| {
        let path = overlay.join(path);
        fs::create_dir_all(path.parent().expect("a file lies in a folder")).expect("a folder of the overlay");
        fs::write(&path, text).expect("a file of the overlay");
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).expect("its mode");
    };
    let system = "etc/systemd/system";
    write("usr/local/bin/sandbox-run", 0o755, script);
    write(&format!("{system}/sandbox-run.service"), 0o644, RUN_UNIT);
    // systemd takes only a symbolic link for a wish.
    let wants = overlay.join(system).join("multi-user.target.wants");
    fs::create_dir_all(&wants).expect("the folder of wishes");
    let _ = fs::remove_file(wants.join("sandbox-run.service"));
    symlink("../sandbox-run.service", wants.join("sandbox-run.service")).expect("a symbolic link");
    write(&format!("{system}/probe-listen.service"), 0o644, LISTEN_UNIT);
    write(&format!("{system}/probe-control.service"), 0o644, CONTROL_UNIT);
    for role in ["agent", "controller"] {
        let unit = format!("holdfast-{role}.service");
        write(&format!("{system}/{unit}"), 0o644, &shipped(&unit));
        // Only what is run and how its end is told differ from what is shipped.
        let change = format!(
            "[Service]\nType=oneshot\nRestart=no\nWatchdogSec=0\nExecStart=\n\
             ExecStart=/usr/local/bin/probe {role}\nStandardOutput=truncate:/results/{role}.txt\n"
        );
        write(&format!("{system}/{unit}.d/probe.conf"), 0o644, &change);
    }
    write("usr/lib/sysusers.d/holdfast.conf", 0o644, &shipped("holdfast.sysusers"));
    let sealed = "holdfast-agent-sealed.conf";
    write(&format!("usr/share/holdfast/{sealed}"), 0o644, &shipped(sealed));
    write("usr/lib/tmpfiles.d/holdfast.conf", 0o644, &shipped("holdfast.tmpfiles"));
    write("etc/holdfast/probe.toml", 0o644, "# read by the probe\n");
    write("home/person/secret", 0o644, "a person's file\n");
    write("root/secret", 0o600, "root's file\n");
    compile(&sources.join("suites/sandbox/probe.c"), &overlay.join("usr/local/bin/probe"));
}

fn compile(source: &Path, program: &Path) {
    let output = Command::new("cc")
        .args(["-O1", "-static", "-Wall", "-Wextra", "-Werror", "-o"])
        .args([program, source])
        .output()
        .expect("cc starts");
    assert!(output.status.success(), "cc: {}", String::from_utf8_lossy(&output.stderr));
}

/// In a mount namespace of its own: systemd-nspawn keeps state in /run and refuses to clean it up where that is not
/// a tmpfs, as in a build machine that is itself a container.
fn boot(root: &[&str], tree: &Path, overlay: &Path, results: &Path) {
    // The journal of earlier boots goes: what a program logs is judged.
    let script = r#"rm -rf "$1/var/log/journal"
        cp -a --no-preserve=ownership "$2/." "$1/"
        rm -f "$1/usr/local/bin/probe-setuid"
        cp "$1/usr/local/bin/probe" "$1/usr/local/bin/probe-setuid"
        chown 0:0 "$1/usr/local/bin/probe-setuid" && chmod 4755 "$1/usr/local/bin/probe-setuid"
        chmod 0700 "$1/root"
        mkdir -p /run/systemd/nspawn && mount -t tmpfs none /run/systemd/nspawn
        SYSTEMD_SECCOMP=0 exec systemd-nspawn --quiet --directory="$1" --bind="$3:/results" --boot --register=no \
            --keep-unit --console=pipe --private-network --capability=all --link-journal=no </dev/null"#;
    let output = run_as_root(root, CONTAINER_LIMIT_S, script, &[tree, overlay, results]);
    assert!(
        results.join("finished").exists(),
        "the container did not come to its end ({}): {}{}\n{}",
        output.status,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
        failures(results)
    );
}

/// What the container says went wrong.
fn failures(results: &Path) -> String {
    let files = fs::read_dir(results).into_iter().flatten().flatten().map(|entry| entry.path());
    let failed = files.filter(|path| path.extension().is_some_and(|extension| extension == "failed"));
    failed
        .map(|path| format!("{}:\n{}\n", path.display(), fs::read_to_string(&path).unwrap_or_default()))
        .collect()
}
