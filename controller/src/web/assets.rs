//! Style, script, icons and the vendored chart library, carried in the program and served under names that hold their
//! own hash, so that a browser may keep them for good.
//!
//! Enters: a path below `/static/`. Leaves: the bytes with `immutable` caching, or nothing. Never reads a file at run
//! time.

use std::fmt::Write as _;
use std::sync::LazyLock;

use axum::body::Body;
use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;

/// One embedded file.
#[derive(Debug)]
pub struct Asset {
    /// Its name in the templates.
    pub name: &'static str,
    /// Where it is served, hash included.
    pub path: String,
    kind: &'static str,
    bytes: &'static [u8],
}

impl Asset {
    fn new(name: &'static str, kind: &'static str, bytes: &'static [u8]) -> Self {
        /// Half of the hash's bytes shown would do too; eight are 2^64 names for one file.
        const HASH_BYTES: usize = 8;
        let digest = ring::digest::digest(&ring::digest::SHA256, bytes);
        let mut hash = String::with_capacity(HASH_BYTES * 2);
        for byte in digest.as_ref().iter().take(HASH_BYTES) {
            // Writing to a String cannot fail.
            let _ = write!(hash, "{byte:02x}");
        }
        let (stem, end) = name.rsplit_once('.').unwrap_or((name, ""));
        Self { name, path: format!("/static/{stem}.{hash}.{end}"), kind, bytes }
    }
}

macro_rules! assets {
    ($($constant:ident = $name:literal, $kind:literal, $file:literal;)*) => {
        $(#[doc = concat!("`", $name, "`.")] pub const $constant: &str = $name;)*
        static ASSETS: LazyLock<Vec<Asset>> = LazyLock::new(|| vec![$(
            Asset::new($name, $kind, include_bytes!(concat!("../../web/", $file)))
        ),*]);
    };
}

assets! {
    STYLE = "style.css", "text/css; charset=utf-8", "style.css";
    APP = "app.mjs", "text/javascript; charset=utf-8", "app.mjs";
    CHART = "chart.mjs", "text/javascript; charset=utf-8", "chart.mjs";
    VERIFY = "verify.mjs", "text/javascript; charset=utf-8", "verify.mjs";
    PICTURE = "picture.mjs", "text/javascript; charset=utf-8", "picture.mjs";
    ICONS = "icons.svg", "image/svg+xml", "icons.svg";
    UPLOT = "uplot.js", "text/javascript; charset=utf-8", "vendor/uPlot.iife.min.js";
    UPLOT_STYLE = "uplot.css", "text/css; charset=utf-8", "vendor/uPlot.min.css";
    MAP_LICENCE = "map-licence.txt", "text/plain; charset=utf-8", "vendor/ukraine.LICENSE.md";
    UPLOT_LICENCE = "uplot-licence.txt", "text/plain; charset=utf-8", "vendor/uPlot.LICENSE";
}

/// Where the asset of this name is served. Names are the constants of this module.
#[must_use]
pub fn path(name: &str) -> &'static str {
    ASSETS.iter().find(|asset| asset.name == name).map_or("/static/missing", |asset| asset.path.as_str())
}

/// Serves one asset; an old or unknown name is 404.
pub async fn serve(Path(file): Path<String>) -> Response {
    let found = ASSETS.iter().find(|asset| asset.path.strip_prefix("/static/") == Some(file.as_str()));
    let Some(asset) = found else {
        return (StatusCode::NOT_FOUND, [(header::CACHE_CONTROL, "no-store")], "not found\n").into_response();
    };
    let headers = [
        (header::CONTENT_TYPE, asset.kind),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (headers, Body::from(Bytes::from_static(asset.bytes))).into_response()
}

/// Path and bytes of every asset.
#[cfg(test)]
pub(super) fn all() -> impl Iterator<Item = (&'static str, &'static [u8])> {
    ASSETS.iter().map(|asset| (asset.path.as_str(), asset.bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_asset_has_a_name_with_its_hash() {
        for asset in ASSETS.iter() {
            assert_eq!(path(asset.name), asset.path);
            assert!(asset.path.len() > asset.name.len() + 16, "{}", asset.path);
        }
    }

    #[test]
    fn style_and_script_write_no_inline_style() {
        for name in [APP, CHART, PICTURE, VERIFY] {
            let asset = ASSETS.iter().find(|asset| asset.name == name).expect("listed");
            let text = std::str::from_utf8(asset.bytes).expect("UTF-8");
            for forbidden in ["setAttribute(\"style\"", "cssText", "innerHTML", "eval("] {
                assert!(!text.contains(forbidden), "{name} holds {forbidden}");
            }
        }
    }
}
