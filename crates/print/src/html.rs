//! A document as one HTML page that asks nobody for anything: its style is in it, and every word
//! that somebody wrote is escaped.

use crate::model::{Align, Block, Cell, Column, Document, Fact, Row, Rows, Table};
use maud::{DOCTYPE, Markup, PreEscaped, html};

/// The whole of the page's style; who sends the page can name it by its hash.
pub const STYLE: &str = include_str!("html/style.css");

/// Draws `document`.
pub fn html(document: &Document) -> String {
    page(document).into_string()
}

fn page(document: &Document) -> Markup {
    html! {
        (DOCTYPE)
        html lang=(document.language) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="robots" content="noindex";
                title { (document.title) }
                // Its text is fixed, and has nothing that would end the element.
                style { (PreEscaped(STYLE)) }
            }
            body {
                (head(document))
                main {
                    @for part in &document.parts {
                        section {
                            h2 { (part.heading) }
                            @for block in &part.blocks { (drawn(block)) }
                        }
                    }
                }
                footer { (document.foot) }
            }
        }
    }
}

fn head(document: &Document) -> Markup {
    html! {
        header {
            p.issuer dir="auto" { (document.issuer) }
            h1 { (document.title) }
            @if !document.name.is_empty() { p.name dir="auto" { (document.name) } }
            @for mark in &document.marks {
                p.mark { strong { (mark.word) } " " (mark.meaning) }
            }
            (facts("facts", &document.facts))
            (facts("figures", &document.figures))
        }
    }
}

fn facts(class: &str, facts: &[Fact]) -> Markup {
    html! {
        @if !facts.is_empty() {
            dl class=(class) {
                @for fact in facts {
                    div { dt { (fact.label) } dd dir="auto" { (fact.value) } }
                }
            }
        }
    }
}

fn drawn(block: &Block) -> Markup {
    html! {
        @match block {
            Block::Text(text) => { p dir="auto" { (text) } }
            Block::List(points) => { ul { @for point in points { li dir="auto" { (point) } } } }
            Block::Table(table) => { (drawn_table(table)) }
        }
    }
}

fn drawn_table(table: &Table) -> Markup {
    let whole: u16 = table.columns.iter().map(|column| column.share).sum();
    let side = |column: usize| match table.columns.get(column) {
        Some(Column { align: Align::End, .. }) => "end",
        // Numbers and terms: they are short, and stay on one line.
        Some(column) if column.share <= whole / 9 => "narrow",
        _ => "start",
    };
    html! {
        table {
            caption { (table.caption) }
            thead {
                tr {
                    @for (at, column) in table.columns.iter().enumerate() {
                        th scope="col" class=(side(at)) { (column.heading) }
                    }
                }
            }
            tbody {
                @for row in &table.rows {
                    tr class=(sort(row)) {
                        @for (at, cell) in row.cells.iter().enumerate() {
                            td class=(side(at)) { (words(cell)) }
                        }
                    }
                }
            }
        }
    }
}

fn sort(row: &Row) -> &'static str {
    match row.sort {
        Rows::Plain => "plain",
        Rows::Detail => "detail",
        Rows::Total => "total",
    }
}

/// Each text is a block of its own, so that one that runs from right to left, or says so, turns
/// nothing round but itself.
fn words(cell: &Cell) -> Markup {
    html! {
        @if !cell.text.is_empty() { div dir="auto" { (cell.text) } }
        @if !cell.below.is_empty() { div.below dir="auto" { (cell.below) } }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Mark, Part};

    const HOSTILE: &str =
        "</td></style><script>alert('1')</script><img src=x onerror=\"a()\"> & \u{202e}";

    fn hostile() -> Document {
        let text = || HOSTILE.to_owned();
        let facts = || vec![Fact::new(HOSTILE, HOSTILE)];
        let cells = vec![Cell::new(HOSTILE).below(HOSTILE)];
        let table = Table {
            caption: text(),
            columns: vec![Column::words(HOSTILE, 1)],
            rows: vec![Row::new(Rows::Plain, cells.clone()), Row::new(Rows::Total, cells)],
        };
        let blocks = vec![Block::Text(text()), Block::List(vec![text()]), Block::Table(table)];
        Document {
            language: "en\"><script>".to_owned(),
            issuer: text(),
            title: text(),
            name: text(),
            marks: vec![Mark::new(HOSTILE, HOSTILE)],
            facts: facts(),
            figures: facts(),
            parts: vec![Part { heading: text(), blocks }],
            foot: text(),
        }
    }

    /// The tags of a page in their order: name, and whether it closes.
    fn tags(page: &str) -> Vec<(&str, bool)> {
        let mut found = Vec::new();
        for piece in page.split('<').skip(1) {
            let closes = piece.starts_with('/');
            let name = piece.trim_start_matches('/');
            let end = name.find(|c: char| !c.is_ascii_alphanumeric() && c != '!').unwrap_or(0);
            found.push((&name[..end], closes));
        }
        found
    }

    #[test]
    fn nothing_that_somebody_wrote_becomes_a_tag() {
        let page = html(&hostile());
        let harmful = ["script", "img"];
        assert!(tags(&page).iter().all(|(name, _)| !harmful.contains(name)), "{page}");
        let escaped = "&lt;script&gt;alert('1')&lt;/script&gt;";
        assert_eq!(page.matches(escaped).count(), 20, "{page}");
    }

    #[test]
    fn every_tag_is_closed_where_it_should_be() {
        let page = html(&hostile());
        let mut open = Vec::new();
        for (name, closes) in tags(&page) {
            match (name, closes) {
                ("!DOCTYPE" | "meta", _) => {}
                (name, false) => open.push(name),
                (name, true) => assert_eq!(open.pop(), Some(name)),
            }
        }
        assert!(open.is_empty(), "{open:?}");
    }

    #[test]
    fn the_page_asks_nobody_for_anything() {
        let page = html(&hostile());
        for way in ["http:", "https:", "url(", "@import", " href=", " style=", "<link"] {
            assert!(!page.contains(way), "{way}");
        }
        assert!(page.contains(&format!("<style>{STYLE}</style>")));
    }
}
