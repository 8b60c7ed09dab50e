//! Settings → checked configuration: every value is looked at, every fault is named.
//!
//! Enters: [`Settings`]. Leaves: [`Config`], or all faults with what to do. Opens nothing: whether a port is free or a
//! folder can be written is found out by who opens it.

use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use holdfast_protocol::ticket::{URL_BYTES_MAX, URLS_MAX};

use crate::backup::schedule::Plan;
use crate::history::retention::Keep;

use super::{Config, HostPort, Limits, Listen, SessionLimits, Settings, ValueFault};

/// Most names in the server certificate: each is sent to every node at every full handshake.
const NAMES_MAX: usize = 16;
/// Longest time between two backups: a month.
const BACKUP_HOURS_MAX: u32 = 31 * 24;
/// Most backups that are kept by themselves.
const BACKUPS_MAX: u32 = 1_000;
/// Longest DNS name (RFC 1035, section 2.3.4), in bytes.
const NAME_BYTES_MAX: usize = 253;

type Faults = Vec<ValueFault>;

/// Checks all of it.
pub(super) fn check(settings: &Settings) -> Result<Config, Faults> {
    let mut faults = Faults::new();
    let config = Config {
        data: folder(&settings.data.folder, &mut faults),
        keep: keep(settings, &mut faults),
        listen: listen(settings, &mut faults),
        names: names(&settings.server.names, &mut faults),
        ticket_urls: ticket_urls(&settings.tickets.urls, &mut faults),
        mqtt_endpoints: endpoints(&settings.tickets.mqtt, &mut faults),
        sessions: sessions(settings, &mut faults),
        second_factor_within_ms: second_factor(settings, &mut faults),
        limits: limits(settings, &mut faults),
        log: level(&settings.log.level, &mut faults),
        metrics_token_file: token_file(&settings.metrics.token_file, &mut faults),
        backup: backup(settings, &mut faults),
        file: None,
    };
    if faults.is_empty() { Ok(config) } else { Err(faults) }
}

/// A folder needs somebody who can open what is laid there; recipients are read, so that a slip is found at the start.
fn backup(settings: &Settings, faults: &mut Faults) -> Plan {
    let backup = &settings.backup;
    let plan = Plan {
        folder: Some(backup.folder.clone()).filter(|folder| !folder.as_os_str().is_empty()),
        recipients: backup.recipients.clone(),
        every_hours: backup.every_hours,
        keep: backup.keep,
        with_history: backup.history,
    };
    if let Err(error) = plan.readers() {
        let advice = "Write what `holdfast-controller backup-key` printed on the machine that keeps the key";
        fault(faults, "backup.recipients", error.to_string(), advice);
    }
    if plan.folder.is_some() && plan.recipients.is_empty() {
        let advice = "Run `holdfast-controller backup-key --out FILE` on another machine and write what it prints here";
        fault(faults, "backup.recipients", "it is empty, so nobody could open the backups", advice);
    }
    if !(1..=BACKUP_HOURS_MAX).contains(&backup.every_hours) {
        let what = format!("{} is not between 1 and {BACKUP_HOURS_MAX}", backup.every_hours);
        fault(faults, "backup.every_hours", what, "Write how many hours lie between two backups, such as 24");
    }
    if !(2..=BACKUPS_MAX).contains(&backup.keep) {
        let what = format!("{} is not between 2 and {BACKUPS_MAX}", backup.keep);
        fault(
            faults,
            "backup.keep",
            what,
            "Write how many are kept, such as 14; with one, a bad newest is all there is",
        );
    }
    plan
}

fn fault(faults: &mut Faults, key: &'static str, what: impl Into<String>, advice: &'static str) {
    faults.push(ValueFault { path: None, line: None, key, what: what.into(), advice });
}

fn folder(folder: &Path, faults: &mut Faults) -> PathBuf {
    if folder.as_os_str().is_empty() {
        fault(faults, "data.folder", "it is empty", "Name a folder, such as /var/lib/holdfast-controller");
    }
    folder.to_path_buf()
}

fn listen(settings: &Settings, faults: &mut Faults) -> Listen {
    let any = SocketAddr::from(([127, 0, 0, 1], 0));
    let listen = &settings.listen;
    let mut read = |key: &'static str, text: &str| -> Option<SocketAddr> {
        let address = text.parse().ok();
        if address.is_none() {
            let what = format!("{text:?} is not an address with a port");
            let advice = "Write an IP address and a port, such as 0.0.0.0:8443 or [::]:8443";
            fault(faults, key, what, advice);
        }
        address
    };
    let https = read("listen.https", &listen.https).unwrap_or(any);
    let mqtt = read("listen.mqtt", &listen.mqtt).unwrap_or(any);
    let http = if listen.http.is_empty() { None } else { read("listen.http", &listen.http) };
    if let Some(address) = http.filter(|address| !address.ip().is_loopback()) {
        let what =
            format!("{address} is not a loopback address, and plain HTTP would carry passwords in the open");
        let advice =
            "Write 127.0.0.1:8080 or [::1]:8080, use listen.https for other machines, or leave it empty";
        fault(faults, "listen.http", what, advice);
    }
    let taken = [("listen.mqtt", Some(mqtt)), ("listen.http", http)];
    let mut before = vec![https];
    for (key, address) in taken.into_iter().filter_map(|(key, address)| Some((key, address?))) {
        if address.port() != 0 && before.contains(&address) {
            let what = format!("{address} is given to two listeners");
            fault(faults, key, what, "Give each of https, mqtt and http its own port");
        }
        before.push(address);
    }
    Listen { https, mqtt, http, behind_tls_proxy: listen.behind_tls_proxy }
}

fn names(names: &[String], faults: &mut Faults) -> Vec<String> {
    let advice =
        "List the DNS names and addresses by which nodes and people reach this controller, best first";
    if names.is_empty() || names.len() > NAMES_MAX {
        fault(faults, "server.names", format!("{} names; 1 to {NAMES_MAX} fit", names.len()), advice);
    }
    for name in names.iter().filter(|name| !is_host(name)) {
        fault(faults, "server.names", format!("{name:?} is neither a DNS name nor an address"), advice);
    }
    names.to_vec()
}

/// Whether this can stand in a certificate: an address, or letters, digits, hyphens and dots (RFC 1123, section 2.1).
pub(crate) fn is_host(name: &str) -> bool {
    let label = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    name.parse::<IpAddr>().is_ok() || (name.len() <= NAME_BYTES_MAX && name.split('.').all(label))
}

fn ticket_urls(urls: &[String], faults: &mut Faults) -> Vec<String> {
    let advice =
        "Write https://host:port without anything behind it; at most 4 of at most 80 characters fit a ticket";
    if urls.len() > URLS_MAX {
        fault(faults, "tickets.urls", format!("{} addresses; {URLS_MAX} fit", urls.len()), advice);
    }
    for url in urls {
        let rest = url.strip_prefix("https://");
        if url.len() > URL_BYTES_MAX || rest.and_then(|rest| host_port(rest, Some(443))).is_none() {
            fault(faults, "tickets.urls", format!("{url:?} cannot stand in a ticket"), advice);
        }
    }
    urls.to_vec()
}

fn endpoints(texts: &[String], faults: &mut Faults) -> Vec<HostPort> {
    let advice = "Write host:port, such as controller.example:8883; at most 4";
    if texts.len() > URLS_MAX {
        fault(faults, "tickets.mqtt", format!("{} endpoints; {URLS_MAX} fit", texts.len()), advice);
    }
    let mut found = Vec::new();
    for text in texts {
        match host_port(text, None) {
            Some(endpoint) => found.push(endpoint),
            None => fault(faults, "tickets.mqtt", format!("{text:?} is not host:port"), advice),
        }
    }
    found
}

fn host_port(text: &str, default: Option<u16>) -> Option<HostPort> {
    if let Ok(address) = text.parse::<SocketAddr>() {
        return Some(HostPort { host: address.ip().to_string(), port: address.port() });
    }
    let (host, port) = match text.rsplit_once(':') {
        Some((host, port)) => (host, port.parse().ok()?),
        None => (text, default?),
    };
    (is_host(host) && port != 0).then(|| HostPort { host: host.to_owned(), port })
}

fn sessions(settings: &Settings, faults: &mut Faults) -> SessionLimits {
    const MINUTE_MS: i64 = 60_000;
    let given = &settings.sessions;
    between(faults, "sessions.idle_minutes", given.idle_minutes, 5, 1_440);
    between(faults, "sessions.longest_hours", given.longest_hours, 1, 168);
    between(faults, "sessions.tool_hours", given.tool_hours, 1, 8_760);
    SessionLimits {
        idle_ms: i64::from(given.idle_minutes) * MINUTE_MS,
        longest_ms: i64::from(given.longest_hours) * 60 * MINUTE_MS,
        tool_ms: i64::from(given.tool_hours) * 60 * MINUTE_MS,
    }
}

fn keep(settings: &Settings, faults: &mut Faults) -> Keep {
    const DAY_MS: i64 = 86_400_000;
    let given = &settings.history;
    between(faults, "history.keep_days", given.keep_days, 1, 3_650);
    between(faults, "history.keep_rollups_days", given.keep_rollups_days, given.keep_days.max(1), 3_650);
    Keep {
        raw_ms: i64::from(given.keep_days) * DAY_MS,
        rollups_ms: i64::from(given.keep_rollups_days) * DAY_MS,
    }
}

fn second_factor(settings: &Settings, faults: &mut Faults) -> Option<i64> {
    let given = &settings.sign_in;
    between(faults, "sign_in.second_factor_within_hours", given.second_factor_within_hours, 0, 720);
    match given.second_factor.as_str() {
        "required" => Some(i64::from(given.second_factor_within_hours) * 3_600_000),
        "offered" => None,
        other => {
            let what = format!("{other:?} is not one of the two");
            fault(faults, "sign_in.second_factor", what, "Write required or offered");
            None
        }
    }
}

fn limits(settings: &Settings, faults: &mut Faults) -> Limits {
    let given = &settings.limits;
    between(faults, "limits.node_connections", given.node_connections, 1, 100_000);
    between(faults, "limits.web_connections", given.web_connections, 8, 100_000);
    between(faults, "limits.live_feeds", given.live_feeds, 1, given.web_connections.max(1));
    between(faults, "limits.request_seconds", given.request_seconds, 1, 300);
    let size = |number: u32| usize::try_from(number).unwrap_or(usize::MAX);
    Limits {
        node_connections: size(given.node_connections),
        web_connections: size(given.web_connections),
        live_feeds: size(given.live_feeds),
        request: Duration::from_secs(u64::from(given.request_seconds)),
    }
}

fn between(faults: &mut Faults, key: &'static str, value: u32, least: u32, most: u32) {
    if value < least || value > most {
        let what = format!("{value} is not between {least} and {most}");
        fault(faults, key, what, "Give a number in that range, or leave the key out for the default");
    }
}

fn level(text: &str, faults: &mut Faults) -> tracing::Level {
    text.parse().unwrap_or_else(|_| {
        let what = format!("{text:?} is not a level");
        fault(faults, "log.level", what, "Write error, warn, info, debug or trace");
        tracing::Level::INFO
    })
}

fn token_file(path: &Path, faults: &mut Faults) -> Option<PathBuf> {
    if path.as_os_str().is_empty() {
        return None;
    }
    if !path.is_absolute() {
        let what = format!("{} is not an absolute path", path.display());
        fault(faults, "metrics.token_file", what, "Write the whole path, beginning with /");
    }
    Some(path.to_path_buf())
}
