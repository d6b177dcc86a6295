//! The typeface: Noto Sans, regular and bold, embedded in the program. How wide words are, and
//! which glyphs they become.

use super::PdfError;
use krilla::text::{Font, GlyphId, KrillaGlyph};
use rustybuzz::{Direction, Face, GlyphBuffer, Script, ShapePlan, UnicodeBuffer};
use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

const REGULAR: &[u8] = include_bytes!("../../fonts/NotoSans-Regular.ttf");
const BOLD: &[u8] = include_bytes!("../../fonts/NotoSans-Bold.ttf");

/// Stands where the typeface has no sign for a character.
pub(super) const UNKNOWN: char = '\u{fffd}';
/// So many widths are remembered.
const MOST_KEPT: usize = 20_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Weight {
    Regular,
    Bold,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ink {
    Black,
    Faint,
    Blue,
    Brown,
    Line,
    Tint,
    Amber,
    Orange,
}

/// How words look. Sizes are points.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Style {
    pub(super) size: f32,
    pub(super) weight: Weight,
    pub(super) ink: Ink,
}

impl Style {
    pub(super) const fn regular(size: f32, ink: Ink) -> Self {
        Self { size, weight: Weight::Regular, ink }
    }

    pub(super) const fn bold(size: f32, ink: Ink) -> Self {
        Self { size, weight: Weight::Bold, ink }
    }

    /// From one line to the next.
    pub(super) fn leading(self) -> f32 {
        self.size * 1.36
    }

    /// From the top of a line to where its letters stand.
    pub(super) fn ascent(self) -> f32 {
        self.size * 1.02
    }
}

/// One weight.
struct Cut {
    face: Face<'static>,
    font: Font,
    plans: RefCell<HashMap<Script, Rc<ShapePlan>>>,
    /// By word, in ems.
    widths: RefCell<HashMap<Box<str>, f32>>,
}

impl Cut {
    fn new(bytes: &'static [u8]) -> Option<Self> {
        Some(Self {
            face: Face::from_slice(bytes, 0)?,
            font: Font::new(bytes.into(), 0)?,
            plans: RefCell::default(),
            widths: RefCell::default(),
        })
    }

    fn shape(&self, text: &str) -> GlyphBuffer {
        let mut buffer = UnicodeBuffer::new();
        buffer.push_str(text);
        buffer.guess_segment_properties();
        buffer.set_direction(Direction::LeftToRight);
        let script = buffer.script();
        let plan = self.plans.borrow().get(&script).cloned();
        let plan = plan.unwrap_or_else(|| {
            let to_right = Direction::LeftToRight;
            let plan = ShapePlan::new(&self.face, to_right, Some(script), None, &[]);
            let plan = Rc::new(plan);
            self.plans.borrow_mut().insert(script, plan.clone());
            plan
        });
        rustybuzz::shape_with_plan(&self.face, &plan, buffer)
    }

    /// Font units to ems.
    #[expect(clippy::cast_precision_loss, reason = "font units are small")]
    fn ems(&self, units: i32) -> f32 {
        units as f32 / self.font.units_per_em()
    }

    fn width(&self, text: &str) -> f32 {
        if let Some(width) = self.widths.borrow().get(text) {
            return *width;
        }
        let shaped = self.shape(text);
        let width = self.ems(shaped.glyph_positions().iter().map(|p| p.x_advance).sum());
        let mut widths = self.widths.borrow_mut();
        if widths.len() >= MOST_KEPT {
            widths.clear();
        }
        widths.insert(text.into(), width);
        width
    }
}

pub(super) struct Typeface {
    regular: Cut,
    bold: Cut,
    /// Whether it was found to lack a character.
    lacked: Cell<bool>,
}

impl Typeface {
    pub(super) fn new() -> Result<Self, PdfError> {
        let cut = |bytes| Cut::new(bytes).ok_or(PdfError::Typeface);
        Ok(Self { regular: cut(REGULAR)?, bold: cut(BOLD)?, lacked: Cell::new(false) })
    }

    fn cut(&self, weight: Weight) -> &Cut {
        match weight {
            Weight::Regular => &self.regular,
            Weight::Bold => &self.bold,
        }
    }

    pub(super) fn font(&self, weight: Weight) -> Font {
        self.cut(weight).font.clone()
    }

    /// In points.
    pub(super) fn width(&self, text: &str, style: Style) -> f32 {
        self.cut(style.weight).width(text) * style.size
    }

    /// The glyphs of a text, from left to right, each with the bytes that it stands for.
    pub(super) fn glyphs(&self, text: &str, weight: Weight) -> Vec<KrillaGlyph> {
        let cut = self.cut(weight);
        let shaped = cut.shape(text);
        let (infos, places) = (shaped.glyph_infos(), shaped.glyph_positions());
        let start = |at: usize| usize::try_from(infos[at].cluster).unwrap_or(usize::MAX);
        let mut end = text.len();
        let mut glyphs = Vec::with_capacity(infos.len());
        for at in (0..infos.len()).rev() {
            if at + 1 < infos.len() && start(at + 1) != start(at) {
                end = start(at + 1);
            }
            let place = places[at];
            let [across, right, up, down] =
                [place.x_advance, place.x_offset, place.y_offset, place.y_advance]
                    .map(|units| cut.ems(units));
            let id = GlyphId::new(infos[at].glyph_id);
            let range = start(at)..end;
            glyphs.push(KrillaGlyph::new(id, across, right, up, down, range, None));
        }
        glyphs.reverse();
        glyphs
    }

    /// The text as it can be shown: on one line, without what is invisible, and with a sign in
    /// the place of each character that the typeface lacks.
    pub(super) fn shown<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let plain = |c: char| !breaks(c) && !invisible(c) && self.has(c);
        if text.chars().all(plain) {
            return Cow::Borrowed(text);
        }
        let visible = text.chars().filter(|c| !invisible(*c));
        let sign = |c: char| match c {
            c if breaks(c) => ' ',
            c if self.has(c) => c,
            _ => {
                self.lacked.set(true);
                UNKNOWN
            }
        };
        Cow::Owned(visible.map(sign).collect())
    }

    /// Whether something could not be shown as it is.
    pub(super) fn lacked(&self) -> bool {
        self.lacked.get()
    }

    fn has(&self, c: char) -> bool {
        self.regular.face.glyph_index(c).is_some()
    }
}

fn breaks(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')
}

/// What is never seen: hints for breaking, joining and direction, and choices of a variant.
const fn invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}'
        | '\u{feff}' | '\u{e0000}'..='\u{e0fff}')
}
