//! A text as a QR code in SVG: one path, black on white whatever the page looks like, since phones read nothing else well.

use qrcode::{Color, EcLevel, QrCode};

/// Modules of white around the code. ISO/IEC 18004 asks for 4.
const QUIET: usize = 4;

/// The code; `None` if the text is longer than a QR code can be (2,953 bytes).
pub(super) fn svg(text: &str) -> Option<String> {
    // More correction where there is room for it: on paper codes get dirty.
    let levels = [EcLevel::M, EcLevel::L];
    let code = levels.iter().find_map(|level| QrCode::with_error_correction_level(text, *level).ok())?;
    let side = code.width() + 2 * QUIET;
    let path = path(&code.to_colors(), code.width());
    Some(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {side} {side}\" shape-rendering=\"crispEdges\">\
         <path fill=\"#fff\" d=\"M0 0h{side}v{side}H0z\"/><path fill=\"#000\" d=\"{path}\"/></svg>\n"
    ))
}

/// A box for each run of dark modules in a row.
fn path(modules: &[Color], width: usize) -> String {
    use std::fmt::Write;
    let mut path = String::new();
    for (y, row) in modules.chunks(width).enumerate() {
        let mut x = 0;
        while x < width {
            let run = row[x..].iter().take_while(|module| **module == Color::Dark).count();
            if run > 0 {
                // Writing to a string cannot fail.
                let _ = write!(path, "M{} {}h{run}v1h-{run}z", x + QUIET, y + QUIET);
            }
            x += run.max(1);
        }
    }
    path
}
