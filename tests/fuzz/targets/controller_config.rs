//! The controller's configuration: any text gives a checked one, which written out reads the same, or every fault.

use std::path::Path;

use holdfast_controller::config::Config;

pub(crate) fn run(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    match Config::from_text(&text, Some(Path::new("controller.toml")), None) {
        Ok((settings, config)) => {
            let (again, same) =
                Config::from_text(&settings.effective(), None, None).expect("the effective text");
            assert_eq!(again, settings);
            assert_eq!(format!("{same:?}"), format!("{config:?}"));
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}
