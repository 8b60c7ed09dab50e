//! The agent's configuration: any text gives settings within their limits, or every reason why not.

use std::path::Path;

use holdfast_agent::config;

pub(crate) fn run(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    match config::parse(&text, Path::new("agent.toml")) {
        Ok(file) => match config::check(&file) {
            Ok(settings) => assert!(settings.step <= settings.report_interval, "{settings:?}"),
            Err(error) => assert!(!error.to_string().is_empty()),
        },
        Err(error) => assert!(error.to_string().contains("agent.toml"), "{error}"),
    }
}
