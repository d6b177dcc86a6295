//! Painting sheets into a PDF: words with their tags, areas and the foot as artifacts.

use super::PdfError;
use super::lines::cut;
use super::sheets::{BOTTOM, LEFT, Mark, PAPER, Sheets, WIDTH};
use super::tags::{Node, Tags};
use super::typeface::{Ink, Style, Typeface};
use crate::model::Document;
use krilla::color::rgb;
use krilla::configure::{Accessibility, ConfigurationBuilder};
use krilla::destination::XyzDestination;
use krilla::geom::{PathBuilder, Point, Rect};
use krilla::metadata::Metadata;
use krilla::outline::{Outline, OutlineNode};
use krilla::page::PageSettings;
use krilla::paint::Fill;
use krilla::surface::Surface;
use krilla::tagging::{Artifact, ArtifactType, ContentTag, SpanTag};
use krilla::{Document as Pdf, SerializeSettings};

const FOOT: Style = Style::regular(7.4, Ink::Faint);

pub(super) fn paint(
    document: &Document,
    sheets: Sheets<'_>,
    face: &Typeface,
) -> Result<Vec<u8>, PdfError> {
    let unwritten = |what: String| PdfError::Unwritten(what);
    let builder = ConfigurationBuilder::new().with_accessibility_validator(Accessibility::UA1);
    let configuration = builder.finish().map_err(|e| unwritten(format!("{e:?}")))?;
    let mut pdf =
        Pdf::new_with(SerializeSettings { configuration, ..SerializeSettings::default() });
    pdf.set_metadata(metadata(document));
    let mut outline = Outline::new();
    for (heading, sheet, y) in &sheets.headings {
        let place = XyzDestination::new(*sheet, Point::from_xy(LEFT, *y));
        outline.push_child(OutlineNode::new(heading.clone(), place));
    }
    pdf.set_outline(outline);
    let mut tags = sheets.tags;
    let count = sheets.done.len();
    for (at, marks) in sheets.done.into_iter().enumerate() {
        let settings = PageSettings::from_wh(PAPER.0, PAPER.1)
            .ok_or_else(|| unwritten("no such paper".to_owned()))?;
        let mut page = pdf.start_page_with(settings);
        let mut surface = page.surface();
        let mut brush = Brush { surface: &mut surface, face, open: None };
        for mark in marks {
            brush.mark(mark, &mut tags);
        }
        brush.close();
        brush.foot(&document.foot, &format!("Page {} of {count}", at + 1));
        surface.finish();
        page.finish();
    }
    pdf.set_tag_tree(tags.tree(&document.language));
    pdf.finish().map_err(|e| unwritten(format!("{e:?}")))
}

/// Nothing of the clock: the same document gives the same bytes.
fn metadata(document: &Document) -> Metadata {
    Metadata::new()
        .title(format!("{}: {}", document.issuer, document.title))
        .authors(vec![document.issuer.clone()])
        .language(document.language.clone())
}

/// What a run of marks is, between its tags.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Open {
    Node(Node),
    Artifact,
}

struct Brush<'b, 'p> {
    surface: &'b mut Surface<'p>,
    face: &'b Typeface,
    open: Option<Open>,
}

impl Brush<'_, '_> {
    fn mark(&mut self, mark: Mark, tags: &mut Tags) {
        match mark {
            Mark::Area { x, y, width, height, ink } => {
                self.become_artifact(ArtifactType::Layout);
                self.area((x, y), (width, height), ink);
            }
            Mark::Words { x, y, text, style, node: Some(node) } => {
                self.become_node(node, tags);
                self.words((x, y), &text, style);
            }
            Mark::Words { x, y, text, style, node: None } => {
                self.become_artifact(ArtifactType::PaginationOther);
                self.words((x, y), &text, style);
            }
        }
    }

    fn close(&mut self) {
        if self.open.take().is_some() {
            self.surface.end_tagged();
        }
    }

    fn become_node(&mut self, node: Node, tags: &mut Tags) {
        if self.open == Some(Open::Node(node)) {
            return;
        }
        self.close();
        let words = self.surface.start_tagged(ContentTag::Span(SpanTag::empty()));
        tags.mark(node, words);
        self.open = Some(Open::Node(node));
    }

    fn become_artifact(&mut self, kind: ArtifactType) {
        self.close();
        self.surface.start_tagged(ContentTag::Artifact(Artifact::with_kind(kind)));
        self.open = Some(Open::Artifact);
    }

    fn words(&mut self, (x, y): (f32, f32), text: &str, style: Style) {
        self.surface.set_fill(Some(fill(style.ink)));
        let glyphs = self.face.glyphs(text, style.weight);
        let font = self.face.font(style.weight);
        self.surface.draw_glyphs(Point::from_xy(x, y), &glyphs, font, text, style.size, false);
    }

    fn area(&mut self, (x, y): (f32, f32), (width, height): (f32, f32), ink: Ink) {
        let mut path = PathBuilder::new();
        let Some(rect) = Rect::from_xywh(x, y, width, height) else { return };
        path.push_rect(rect);
        self.surface.set_fill(Some(fill(ink)));
        if let Some(path) = path.finish() {
            self.surface.draw_path(&path);
        }
    }

    fn foot(&mut self, foot: &str, number: &str) {
        self.become_artifact(ArtifactType::Footer);
        let y = BOTTOM + 16.0;
        self.area((LEFT, y), (WIDTH, 0.5), Ink::Line);
        let base = y + 12.0;
        let wide = self.face.width(number, FOOT);
        let foot = cut(self.face, foot, FOOT, WIDTH - wide - 20.0);
        self.words((LEFT, base), &foot, FOOT);
        self.words((LEFT + WIDTH - wide, base), number, FOOT);
        self.close();
    }
}

fn fill(ink: Ink) -> Fill {
    let (red, green, blue) = match ink {
        Ink::Black => (0x1b, 0x24, 0x30),
        Ink::Faint => (0x5a, 0x65, 0x73),
        Ink::Blue => (0x17, 0x40, 0x6d),
        Ink::Brown => (0x6b, 0x43, 0x00),
        Ink::Line => (0xd3, 0xd9, 0xe1),
        Ink::Tint => (0xf1, 0xf5, 0xf9),
        Ink::Amber => (0xff, 0xf3, 0xd6),
        Ink::Orange => (0xd9, 0x9a, 0x00),
    };
    Fill { paint: rgb::Color::new(red, green, blue).into(), ..Fill::default() }
}
