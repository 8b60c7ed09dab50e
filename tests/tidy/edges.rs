//! Which crate may depend on which, and what protocol must not reach even through others.
//!
//! Enters: `cargo metadata` of the workspace. Leaves: findings on the manifests. The agent and the controller never see
//! each other; protocol does no I/O; nothing depends on the tests.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde_json::Value;

use crate::tree::{File, Finding, expect_none, files, root};

/// Each crate of ours, and those of ours it may depend on.
const EDGES: [(&str, &[&str]); 5] = [
    ("holdfast-protocol", &[]),
    ("holdfast-agent", &["holdfast-protocol"]),
    ("holdfast-provisioning", &["holdfast-protocol"]),
    ("holdfast-controller", &["holdfast-protocol", "holdfast-provisioning"]),
    (
        "holdfast-tests",
        &["holdfast-protocol", "holdfast-agent", "holdfast-provisioning", "holdfast-controller"],
    ),
];

/// Crates that do I/O or schedule it; protocol reaches none of them, directly or through another.
const IO_CRATES: [&str; 10] =
    ["tokio", "mio", "socket2", "nix", "rustix", "rumqttc", "hyper", "sysinfo", "libsqlite3-sys", "rustls"];

/// A package and the names of its dependencies (of the whole graph: normal ones; of ours: all kinds).
type Graph = BTreeMap<String, BTreeSet<String>>;

fn finding(package: &str, what: String) -> Finding {
    let folder = package.strip_prefix("holdfast-").unwrap_or(package);
    File::new(&format!("{folder}/Cargo.toml"), "").finding(1, what)
}

fn forbidden_edges(ours: &Graph) -> Vec<Finding> {
    let mut found = Vec::new();
    for (package, dependencies) in ours {
        let Some((_, allowed)) = EDGES.iter().find(|(name, _)| name == package) else {
            found.push(finding(package, format!("{package} has no row in tests/tidy/edges.rs")));
            continue;
        };
        let among_ours = dependencies.iter().filter(|name| ours.contains_key(*name));
        let forbidden = among_ours.filter(|name| !allowed.contains(&name.as_str()));
        found.extend(forbidden.map(|name| finding(package, format!("{package} must not depend on {name}"))));
    }
    found
}

/// The ways by which `from` reaches a crate that does I/O.
fn reached_io(graph: &Graph, from: &str) -> Vec<Finding> {
    let mut seen = BTreeSet::new();
    let mut ahead = vec![(from.to_owned(), from.to_owned())];
    let mut found = Vec::new();
    while let Some((package, way)) = ahead.pop() {
        if !seen.insert(package.clone()) {
            continue;
        }
        if IO_CRATES.contains(&package.as_str()) {
            found.push(finding(from, format!("reaches {package}, which does I/O: {way}")));
        }
        for next in graph.get(&package).into_iter().flatten() {
            ahead.push((next.clone(), format!("{way} → {next}")));
        }
    }
    found
}

fn strings<'a>(list: &'a Value, key: &str) -> Vec<(&'a Value, &'a str)> {
    let items = list.as_array().into_iter().flatten();
    items.filter_map(|item| item.get(key).and_then(Value::as_str).map(|text| (item, text))).collect()
}

fn metadata() -> Value {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--locked", "--format-version", "1", "--filter-platform"])
        .arg("x86_64-unknown-linux-gnu")
        .current_dir(root())
        .output()
        .expect("cargo starts");
    assert!(output.status.success(), "cargo metadata: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("cargo metadata prints JSON")
}

/// Our crates with every kind of dependency they declare.
fn declared(metadata: &Value) -> Graph {
    let members: BTreeSet<&str> =
        metadata["workspace_members"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let packages = strings(&metadata["packages"], "id").into_iter().filter(|(_, id)| members.contains(id));
    let named = packages.map(|(package, _)| {
        let names = strings(&package["dependencies"], "name").into_iter().map(|(_, name)| name.to_owned());
        (package["name"].as_str().unwrap_or_default().to_owned(), names.collect())
    });
    named.collect()
}

/// The whole graph as resolved, normal dependencies only. Versions of one name are taken together.
fn resolved(metadata: &Value) -> Graph {
    let names: BTreeMap<&str, &str> = strings(&metadata["packages"], "id")
        .into_iter()
        .filter_map(|(package, id)| Some((id, package["name"].as_str()?)))
        .collect();
    let normal = |dependency: &Value| {
        dependency["dep_kinds"]
            .as_array()
            .is_some_and(|kinds| kinds.iter().any(|kind| kind["kind"].is_null()))
    };
    let mut graph = Graph::new();
    let nodes = metadata.pointer("/resolve/nodes").expect("cargo metadata resolves");
    for (node, id) in strings(nodes, "id") {
        let dependencies =
            strings(&node["deps"], "pkg").into_iter().filter(|(dependency, _)| normal(dependency));
        let named = dependencies.filter_map(|(_, id)| names.get(id).map(|name| (*name).to_owned()));
        graph.entry(names.get(id).copied().unwrap_or(id).to_owned()).or_default().extend(named);
    }
    graph
}

fn without_workspace_lints(files: &[File]) -> Vec<Finding> {
    let manifest = |name: &str| format!("{}/Cargo.toml", name.strip_prefix("holdfast-").unwrap_or(name));
    let ours: Vec<String> = EDGES.iter().map(|(name, _)| manifest(name)).collect();
    let manifests = files.iter().filter(|file| ours.contains(&file.path));
    let lax = manifests.filter(|file| !file.text.contains("[lints]\nworkspace = true\n"));
    lax.map(|file| file.finding(1, "does not take the lints of the workspace")).collect()
}

fn graph(rows: &[(&str, &[&str])]) -> Graph {
    let row = |(name, dependencies): &(&str, &[&str])| {
        ((*name).to_owned(), dependencies.iter().map(|name| (*name).to_owned()).collect())
    };
    rows.iter().map(row).collect()
}

#[test]
fn crates_depend_on_each_other_only_as_designed() {
    let declared = declared(&metadata());
    assert_eq!(declared.len(), EDGES.len(), "members of the workspace: {:?}", declared.keys());
    expect_none("agent and controller see protocol, not each other", &forbidden_edges(&declared));
}

#[test]
fn a_forbidden_edge_is_found() {
    let ours = graph(&[
        ("holdfast-agent", &["holdfast-protocol", "holdfast-controller", "tokio"]),
        ("holdfast-controller", &["holdfast-protocol", "holdfast-tests"]),
        ("holdfast-protocol", &[]),
        ("holdfast-tests", &["holdfast-agent"]),
        ("holdfast-unheard-of", &[]),
    ]);
    let found: Vec<String> = forbidden_edges(&ours).into_iter().map(|finding| finding.what).collect();
    assert_eq!(found.len(), 3, "{found:?}");
    assert!(
        found.iter().any(|what| what == "holdfast-agent must not depend on holdfast-controller"),
        "{found:?}"
    );
    assert!(
        found.iter().any(|what| what == "holdfast-controller must not depend on holdfast-tests"),
        "{found:?}"
    );
}

#[test]
fn protocol_reaches_no_crate_that_does_io() {
    let graph = resolved(&metadata());
    assert!(graph.get("holdfast-protocol").is_some_and(|names| names.contains("zstd")), "the graph is read");
    expect_none("protocol depends on nothing that does I/O", &reached_io(&graph, "holdfast-protocol"));
}

#[test]
fn io_reached_through_another_crate_is_found() {
    let graph = graph(&[("holdfast-protocol", &["helper"]), ("helper", &["tokio"]), ("tokio", &[])]);
    let found = reached_io(&graph, "holdfast-protocol");
    assert_eq!(found.len(), 1);
    assert!(found.iter().all(|finding| finding.what.ends_with("holdfast-protocol → helper → tokio")));
}

#[test]
fn every_crate_takes_the_lints_of_the_workspace() {
    expect_none("[lints] workspace = true", &without_workspace_lints(&files()));
}

#[test]
fn a_crate_without_lints_is_found() {
    let lax = File::new("agent/Cargo.toml", "[package]\n");
    let strict = File::new("protocol/Cargo.toml", "[lints]\nworkspace = true\n");
    assert_eq!(without_workspace_lints(&[lax, strict]).len(), 1);
}
