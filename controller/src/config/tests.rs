//! What the configuration refuses and how it says so, and that the documentation tells the defaults.

use super::*;

const DOCUMENT: &str = include_str!("../../../docs/configuration.md");

fn refused(text: &str) -> String {
    Config::from_text(text, Some(Path::new("controller.toml")), None).expect_err("refused").to_string()
}

#[test]
fn the_defaults_are_usable_as_they_are() {
    let config = Config::defaults(Path::new("/tmp/x")).expect("defaults");
    assert_eq!(config.data, Path::new("/tmp/x"));
    assert_eq!(config.listen.https.port(), 8443);
    assert_eq!(config.listen.mqtt.port(), 8883);
    assert!(config.listen.http.is_some_and(|address| address.ip().is_loopback()));
}

#[test]
fn an_unknown_key_is_refused_with_its_name_and_line() {
    let text = refused("[listen]\nhttps = \"0.0.0.0:8443\"\nhtpp = \"127.0.0.1:80\"\n");
    assert!(text.contains("line 3") && text.contains("htpp") && text.contains("configuration.md"), "{text}");
    let text = refused("[lisen]\n");
    assert!(text.contains("line 1") && text.contains("lisen"), "{text}");
}

#[test]
fn a_value_of_another_type_is_refused_with_its_line() {
    let text = refused("\n[sessions]\nidle_minutes = \"long\"\n");
    assert!(text.contains("line 3"), "{text}");
}

#[test]
fn plain_http_on_another_than_a_loopback_address_is_refused() {
    for address in ["0.0.0.0:80", "192.0.2.7:80", "[::]:80"] {
        let text = refused(&format!("[listen]\nhttp = \"{address}\"\n"));
        assert!(text.contains("line 2, key listen.http") && text.contains("loopback"), "{text}");
        assert!(text.contains("Write 127.0.0.1:8080"), "{text}");
    }
    assert!(Config::from_text("[listen]\nhttp = \"[::1]:0\"", None, None).is_ok());
    let (_, none) = Config::from_text("[listen]\nhttp = \"\"", None, None).expect("no plain listener");
    assert_eq!(none.listen.http, None);
}

#[test]
fn every_fault_is_named_at_once() {
    let text = refused(
        "[listen]\nhttps = \"here\"\nmqtt = \"0.0.0.0:99999\"\n[server]\nnames = [\"no spaces here\"]\n[log]\nlevel = \
         \"loud\"\n[limits]\nrequest_seconds = 0\n[metrics]\ntoken_file = \"token\"\n[tickets]\nurls = [\"http://a:1\"]\n\
         mqtt = [\"a\"]\n[sessions]\nidle_minutes = 1\n",
    );
    let keys = ["listen.https", "listen.mqtt", "server.names", "log.level", "limits.request_seconds"];
    for key in keys.into_iter().chain([
        "metrics.token_file",
        "tickets.urls",
        "tickets.mqtt",
        "sessions.idle_minutes",
    ]) {
        assert!(text.contains(&format!("key {key}: ")), "{key} in {text}");
    }
}

#[test]
fn rollups_are_kept_at_least_as_long_as_the_records_they_are_made_of() {
    let text = refused("[history]\nkeep_days = 40\nkeep_rollups_days = 30\n");
    assert!(text.contains("line 3, key history.keep_rollups_days"), "{text}");
    let (_, config) = Config::from_text("[history]\nkeep_days = 7\n", None, None).expect("configuration");
    assert_eq!((config.keep.raw_ms, config.keep.rollups_ms), (7 * 86_400_000, 400 * 86_400_000));
}

#[test]
fn a_second_factor_is_required_within_a_day_unless_it_is_said_to_be_offered() {
    let within = |text: &str| Config::from_text(text, None, None).expect("usable").1.second_factor_within_ms;
    assert_eq!(within(""), Some(86_400_000));
    assert_eq!(within("[sign_in]\nsecond_factor_within_hours = 0"), Some(0));
    assert_eq!(within("[sign_in]\nsecond_factor = \"offered\""), None);
    let text = refused("[sign_in]\nsecond_factor = \"never\"\nsecond_factor_within_hours = 721\n");
    assert!(text.contains("line 2, key sign_in.second_factor: ") && text.contains("line 3"), "{text}");
}

#[test]
fn two_listeners_on_one_port_are_refused_and_port_zero_is_not() {
    let text = refused("[listen]\nhttps = \"127.0.0.1:8443\"\nmqtt = \"127.0.0.1:8443\"\n");
    assert!(text.contains("key listen.mqtt") && text.contains("two listeners"), "{text}");
    let zero = "[listen]\nhttps = \"127.0.0.1:0\"\nmqtt = \"127.0.0.1:0\"\nhttp = \"127.0.0.1:0\"\n";
    assert!(Config::from_text(zero, None, None).is_ok());
}

#[test]
fn a_missing_file_is_an_error_and_not_the_defaults() {
    let error = Config::load(Some(Path::new("/nonexistent/controller.toml")), None).expect_err("missing");
    assert!(error.to_string().contains("/nonexistent/controller.toml"), "{error}");
}

#[test]
fn the_effective_settings_read_back_as_the_same() {
    let settings = Settings::default();
    let (again, _) = Config::from_text(&settings.effective(), None, None).expect("readable");
    assert_eq!(again, settings);
}

#[test]
fn the_documentation_has_every_key_with_its_default_and_no_other() {
    let value: toml::Table = toml::from_str(&Settings::default().effective()).expect("TOML");
    let mut wanted: Vec<(String, String)> = Vec::new();
    for (table, keys) in &value {
        for (key, default) in keys.as_table().expect("a table of keys") {
            wanted.push((format!("{table}.{key}"), default.to_string()));
        }
    }
    let mut told: Vec<(String, String)> = DOCUMENT
        .lines()
        .filter_map(|line| line.strip_prefix("| `"))
        .filter_map(|line| {
            let mut cells = line.split('|');
            let key = cells.next()?.trim().trim_end_matches('`').to_owned();
            Some((key, cells.next()?.trim().trim_matches('`').to_owned()))
        })
        .collect();
    wanted.sort();
    told.sort();
    assert_eq!(told, wanted);
}
