//! A text as a QR code for a terminal or a page.
//!
//! Enters: the text and what the terminal can draw. Leaves: lines, or one SVG without any style. Light modules are drawn, dark ones left as they are:
//! terminals are dark as a rule, and readers want a dark code on a light ground. With colours, both are set.

use qrcode::{Color, EcLevel, QrCode};

/// Light modules around the code that readers need (ISO/IEC 18004, 6.3.8).
const QUIET: usize = 4;

/// How it is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Drawing {
    /// Half blocks, two rows of modules a line; needs UTF-8.
    HalfBlocks,
    /// Two `#` for a light module: any terminal, twice as wide and high.
    Ascii,
}

/// Draws it; `None` when the text is too long for any QR code. The smallest version that takes it is used, with the least
/// redundancy: a screen or a fresh print is not damaged, and a larger module is easier to scan.
#[must_use]
pub fn draw(text: &str, drawing: Drawing) -> Option<String> {
    let code = QrCode::with_error_correction_level(text, EcLevel::L).ok()?;
    let width = code.width();
    let colors = code.into_colors();
    let light = |x: usize, y: usize| {
        let inside = |at: usize| at.checked_sub(QUIET).filter(|at| *at < width);
        match (inside(x), inside(y)) {
            (Some(x), Some(y)) => colors.get(y * width + x) == Some(&Color::Light),
            _ => true,
        }
    };
    let side = width + 2 * QUIET;
    let mut out = String::new();
    match drawing {
        Drawing::HalfBlocks => {
            for y in (0..side).step_by(2) {
                for x in 0..side {
                    out.push(match (light(x, y), y + 1 < side && light(x, y + 1)) {
                        (true, true) => '\u{2588}',
                        (true, false) => '\u{2580}',
                        (false, true) => '\u{2584}',
                        (false, false) => ' ',
                    });
                }
                out.push('\n');
            }
        }
        Drawing::Ascii => {
            for y in 0..side {
                (0..side).for_each(|x| out.push_str(if light(x, y) { "##" } else { "  " }));
                out.push('\n');
            }
        }
    }
    Some(out)
}

/// Draws it as SVG, dark on a light ground in every theme; `label` is what a screen reader says and has to be escaped. `None`
/// when the text is too long.
#[must_use]
pub fn svg(text: &str, label: &str) -> Option<String> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M).ok()?;
    let width = code.width();
    let side = width + 2 * QUIET;
    let mut path = String::new();
    for (at, color) in code.into_colors().into_iter().enumerate() {
        if color == Color::Dark {
            path.push_str(&format!("M{} {}h1v1h-1z", at % width + QUIET, at / width + QUIET));
        }
    }
    Some(format!(
        "<svg class=\"qr\" viewBox=\"0 0 {side} {side}\" role=\"img\" aria-label=\"{label}\" shape-rendering=\"crispEdges\">\
         <rect width=\"{side}\" height=\"{side}\" fill=\"#fff\"/><path d=\"{path}\" fill=\"#000\"/></svg>"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ticket_of_usual_length_fits_eighty_columns_with_half_blocks() {
        let text = format!("HF1{}", "7K2M9QXD".repeat(45));
        let drawn = draw(&text, Drawing::HalfBlocks).expect("fits");
        let columns = drawn.lines().map(|line| line.chars().count()).max().expect("lines");
        assert!((60..=80).contains(&columns), "{columns}");
    }

    #[test]
    fn both_drawings_show_the_same_modules() {
        let half = draw("HF1ABC", Drawing::HalfBlocks).expect("fits");
        let ascii = draw("HF1ABC", Drawing::Ascii).expect("fits");
        assert!(ascii.is_ascii());
        let rows: Vec<&str> = ascii.lines().collect();
        for (at, line) in half.lines().enumerate() {
            for (x, block) in line.chars().enumerate() {
                let light = |row: usize| rows.get(row).is_some_and(|row| row.as_bytes()[2 * x] == b'#');
                let drawn =
                    (matches!(block, '\u{2588}' | '\u{2580}'), matches!(block, '\u{2588}' | '\u{2584}'));
                assert_eq!(drawn, (light(2 * at), light(2 * at + 1)), "row {at}, column {x}");
            }
        }
    }

    #[test]
    fn a_page_gets_the_same_modules_as_the_terminal() {
        let text = "otpauth://totp/Holdfast:x?secret=GEZDGNBVGY3TQOJQ&issuer=Holdfast";
        let svg = svg(text, "QR code").expect("fits");
        let code = QrCode::with_error_correction_level(text, EcLevel::M).expect("fits");
        let dark = code.into_colors().into_iter().filter(|color| *color == Color::Dark).count();
        assert_eq!(svg.matches("h1v1h-1z").count(), dark);
        assert!(
            svg.contains("M4 4h1") && !svg.contains("style="),
            "the finder's corner behind the quiet zone"
        );
    }

    #[test]
    fn a_text_for_no_code_is_not_drawn() {
        assert_eq!(draw(&"x".repeat(5000), Drawing::Ascii), None);
    }
}
