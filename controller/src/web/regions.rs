//! Regions as people call them, and their shapes on the map.
//!
//! Enters: an ISO 3166-2 code, as sites carry it. Leaves: its name in the reader's language, the code itself where none is
//! known, and the outlines of Ukraine's regions within its recognised borders. Shapes: `tests/map_shapes.py`, from
//! @svg-maps/ukraine 2.0.0 (CC BY 4.0, after mapsvg.com), on a grid of about 3.5 km.

use super::lang::has;
use super::surround::Surround;

/// Width and height of the map, in the units of its shapes.
pub const SIZE: (u32, u32) = (334, 224);
/// A line for each region: code, a point well inside it, outline.
const SHAPES: &str = include_str!("../../web/vendor/ukraine.txt");
/// Sevastopol lies on the shape of Crimea.
const SEVASTOPOL: (&str, &str) = ("UA-40", "UA-43");

/// A region's outline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    /// ISO 3166-2.
    pub code: &'static str,
    /// A point well inside it.
    pub at: (u32, u32),
    /// SVG path.
    pub path: &'static str,
}

/// All shapes.
pub fn shapes() -> impl Iterator<Item = Shape> {
    SHAPES.lines().filter_map(|line| {
        let mut parts = line.splitn(4, ' ');
        let code = parts.next()?;
        let at = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
        Some(Shape { code, at, path: parts.next()? })
    })
}

/// The shape on which a region is drawn.
#[must_use]
pub fn drawn_as(code: &str) -> &str {
    if code == SEVASTOPOL.0 { SEVASTOPOL.1 } else { code }
}

/// The catalogue's key of a region's name.
#[must_use]
pub fn key(code: &str) -> String {
    format!("region-{}", code.to_ascii_lowercase())
}

/// A region as people call it: its name, its code where no name is known, or "no region".
#[must_use]
pub fn named(s: &Surround, code: &str) -> String {
    if code.is_empty() {
        return s.t("no-region");
    }
    let key = key(code);
    if has(s.lang, &key) { s.t(&key) } else { s.name(code) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::lang::Lang;

    #[test]
    fn every_region_of_the_country_has_one_shape_with_its_point_within_the_map() {
        let all: Vec<Shape> = shapes().collect();
        assert_eq!(all.len(), 26, "24 oblasts, Crimea and the capital");
        let codes: std::collections::BTreeSet<&str> = all.iter().map(|shape| shape.code).collect();
        assert_eq!(codes.len(), 26);
        for shape in all {
            assert!(shape.at.0 < SIZE.0 && shape.at.1 < SIZE.1, "{}", shape.code);
            assert!(shape.path.starts_with('M') && shape.path.ends_with('z'), "{}", shape.code);
            assert!(has(Lang::En, &key(shape.code)), "{} has no name", shape.code);
        }
        assert!(codes.contains(drawn_as("UA-40")) && has(Lang::En, &key("UA-40")));
    }
}
