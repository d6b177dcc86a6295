//! What the parts of the page are, for those who hear it read: headings, tables, cells, in the
//! order in which they are to be read.

use krilla::tagging::{
    Identifier, ListNumbering, TableHeaderScope, Tag, TagGroup, TagKind, TagTree,
};
use std::num::NonZeroU16;

/// Which node of the tree something belongs to.
pub(super) type Node = usize;

#[derive(Debug)]
pub(super) enum Sort {
    Whole,
    Section,
    /// Of a level, from 1; with its words.
    Heading(u16, String),
    Paragraph,
    List,
    Item,
    ItemBody,
    /// With what it shows.
    Table(String),
    TableHead,
    TableBody,
    Row,
    HeadCell,
    Cell,
}

#[derive(Debug)]
struct Element {
    sort: Sort,
    /// Its words, where those on the page are not quite them.
    actual: Option<String>,
    inside: Vec<Inside>,
}

#[derive(Debug)]
enum Inside {
    Node(Node),
    Words(Identifier),
}

#[derive(Debug)]
pub(super) struct Tags(Vec<Element>);

/// The whole document.
pub(super) const ROOT: Node = 0;

impl Tags {
    pub(super) fn new() -> Self {
        Self(vec![Element { sort: Sort::Whole, actual: None, inside: Vec::new() }])
    }

    /// A new last child of `parent`.
    pub(super) fn add(&mut self, parent: Node, sort: Sort) -> Node {
        let node = self.0.len();
        self.0.push(Element { sort, actual: None, inside: Vec::new() });
        self.0[parent].inside.push(Inside::Node(node));
        node
    }

    /// Says what its words are.
    pub(super) fn actually(&mut self, node: Node, words: String) {
        self.0[node].actual = Some(words);
    }

    /// Words on a page that are of the node.
    pub(super) fn mark(&mut self, node: Node, words: Identifier) {
        self.0[node].inside.push(Inside::Words(words));
    }

    pub(super) fn tree(mut self, language: &str) -> TagTree {
        let mut tree = TagTree::new().with_lang(Some(language.to_owned()));
        for inside in std::mem::take(&mut self.0[ROOT].inside) {
            match inside {
                Inside::Node(node) => tree.push(self.group(node)),
                Inside::Words(words) => tree.push(words),
            }
        }
        tree
    }

    fn group(&mut self, node: Node) -> TagGroup {
        let element = &mut self.0[node];
        let inside = std::mem::take(&mut element.inside);
        let mut kind = kind(&mut element.sort);
        kind.set_actual_text(element.actual.take());
        let mut group = TagGroup::new(kind);
        for inside in inside {
            match inside {
                Inside::Node(node) => group.push(self.group(node)),
                Inside::Words(words) => group.push(words),
            }
        }
        group
    }
}

fn kind(sort: &mut Sort) -> TagKind {
    match sort {
        Sort::Whole | Sort::Section => Tag::Section.into(),
        Sort::Heading(level, words) => {
            let level = NonZeroU16::new(*level).unwrap_or(NonZeroU16::MIN);
            Tag::Hn(level, Some(std::mem::take(words))).into()
        }
        Sort::Paragraph => Tag::P.into(),
        Sort::List => Tag::L(ListNumbering::Disc).into(),
        Sort::Item => Tag::LI.into(),
        Sort::ItemBody => Tag::LBody.into(),
        Sort::Table(shows) => Tag::Table.with_summary(Some(std::mem::take(shows))).into(),
        Sort::TableHead => Tag::THead.into(),
        Sort::TableBody => Tag::TBody.into(),
        Sort::Row => Tag::TR.into(),
        Sort::HeadCell => Tag::TH(TableHeaderScope::Column).into(),
        Sort::Cell => Tag::TD.into(),
    }
}
