//! Breaking words into lines, where Unicode allows it; a word that is longer than a line, anywhere.

use super::typeface::{Style, Typeface};
use unicode_linebreak::{BreakOpportunity, linebreaks};

/// The lines of `text`, none wider than `width` points. No line for no text.
pub(super) fn wrap(face: &Typeface, text: &str, style: Style, width: f32) -> Vec<String> {
    let text = face.shown(text);
    let mut lines = Lines { done: Vec::new(), line: String::new(), used: 0.0 };
    let mut from = 0;
    for (to, opportunity) in linebreaks(&text) {
        let piece = &text[from..to];
        from = to;
        lines.put(face, piece, style, width);
        if opportunity == BreakOpportunity::Mandatory {
            lines.end();
        }
    }
    lines.end();
    lines.done
}

struct Lines {
    done: Vec<String>,
    line: String,
    used: f32,
}

impl Lines {
    fn put(&mut self, face: &Typeface, piece: &str, style: Style, width: f32) {
        let seen = face.width(piece.trim_end(), style);
        if self.used + seen > width {
            self.end();
        }
        if seen > width {
            self.put_long(face, piece, style, width);
        } else {
            self.line.push_str(piece);
            self.used += face.width(piece, style);
        }
    }

    /// A word longer than a line: broken between glyphs.
    fn put_long(&mut self, face: &Typeface, word: &str, style: Style, width: f32) {
        let mut from = 0;
        for glyph in face.glyphs(word, style.weight) {
            let (start, wide) = (glyph.text_range.start, glyph.x_advance * style.size);
            if self.used + wide > width && start > from {
                self.line.push_str(&word[from..start]);
                self.end();
                from = start;
            }
            self.used += wide;
        }
        self.line.push_str(&word[from..]);
    }

    fn end(&mut self) {
        let line = self.line.trim_end();
        if !line.is_empty() {
            self.done.push(line.to_owned());
        }
        self.line.clear();
        self.used = 0.0;
    }
}

/// The beginning of `text` that has room in `width` points, with an ellipsis if it is cut.
pub(super) fn cut(face: &Typeface, text: &str, style: Style, width: f32) -> String {
    let text = face.shown(text);
    if face.width(&text, style) <= width {
        return text.into_owned();
    }
    let room = width - face.width("…", style);
    let first = wrap(face, &text, style, room).into_iter().next().unwrap_or_default();
    format!("{first}…")
}
