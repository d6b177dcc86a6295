//! Sheets of paper: what is to be painted where. Distances are points from the upper left corner.

use super::tags::{Node, Tags};
use super::typeface::{Ink, Style, Typeface};

/// Letter.
pub(super) const PAPER: (f32, f32) = (612.0, 792.0);
pub(super) const LEFT: f32 = 46.0;
pub(super) const WIDTH: f32 = PAPER.0 - 2.0 * LEFT;
const TOP: f32 = 46.0;
/// Below it is the foot.
pub(super) const BOTTOM: f32 = PAPER.1 - 58.0;
/// What an empty sheet has room for.
pub(super) const FULL: f32 = BOTTOM - TOP;

/// Something to be painted.
#[derive(Debug)]
pub(super) enum Mark {
    /// A line of words, from where its letters stand.
    Words { x: f32, y: f32, text: String, style: Style, node: Option<Node> },
    /// A filled rectangle.
    Area { x: f32, y: f32, width: f32, height: f32, ink: Ink },
}

/// Sheets as they are filled, from the top down.
pub(super) struct Sheets<'f> {
    pub(super) face: &'f Typeface,
    pub(super) done: Vec<Vec<Mark>>,
    pub(super) tags: Tags,
    /// The headings, each with its sheet and how far down it is.
    pub(super) headings: Vec<(String, usize, f32)>,
    /// How far down the last sheet is filled.
    pub(super) y: f32,
}

impl<'f> Sheets<'f> {
    pub(super) fn new(face: &'f Typeface) -> Self {
        let done = vec![Vec::new()];
        Self { face, done, tags: Tags::new(), headings: Vec::new(), y: TOP }
    }

    pub(super) fn room(&self) -> f32 {
        BOTTOM - self.y
    }

    pub(super) fn next(&mut self) {
        self.done.push(Vec::new());
        self.y = TOP;
    }

    /// Begins a new sheet if this one has not so much room.
    pub(super) fn need(&mut self, height: f32) {
        if self.room() < height && self.y > TOP {
            self.next();
        }
    }

    /// Goes down. A gap at the top of a sheet is none.
    pub(super) fn gap(&mut self, height: f32) {
        if self.y > TOP {
            self.y += height;
        }
    }

    fn put(&mut self, mark: Mark) {
        if let Some(sheet) = self.done.last_mut() {
            sheet.push(mark);
        }
    }

    pub(super) fn area(&mut self, (x, y): (f32, f32), (width, height): (f32, f32), ink: Ink) {
        self.put(Mark::Area { x, y, width, height, ink });
    }

    /// One line with its top at `y`.
    pub(super) fn line(
        &mut self,
        (x, y): (f32, f32),
        text: String,
        style: Style,
        of: Option<Node>,
    ) {
        let y = y + style.ascent();
        self.put(Mark::Words { x, y, text, style, node: of });
    }

    /// A line that ends at `right`.
    pub(super) fn line_to(
        &mut self,
        (right, y): (f32, f32),
        text: String,
        style: Style,
        of: Option<Node>,
    ) {
        let x = right - self.face.width(&text, style);
        self.line((x, y), text, style, of);
    }

    /// Lines below each other, on as many sheets as they need.
    pub(super) fn lines(&mut self, x: f32, lines: Vec<String>, style: Style, of: Option<Node>) {
        for line in lines {
            self.need(style.leading());
            self.line((x, self.y), line, style, of);
            self.y += style.leading();
        }
    }

    /// Where the words of `node` are not shown as they are, keeps what they are.
    pub(super) fn keep_words(&mut self, node: Node, text: &str) {
        if self.face.shown(text) != text {
            self.tags.actually(node, text.to_owned());
        }
    }
}
