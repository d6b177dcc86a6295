//! What a document says, in plain words and in their order. Both drawings read only this.

/// A document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// The language of its words, as in `en` or `en-GB`.
    pub language: String,
    /// Whose document it is.
    pub issuer: String,
    /// What it is, in a few words: `Quote Q-18cwkz, version 2`.
    pub title: String,
    /// The name that somebody gave it; empty for none.
    pub name: String,
    /// What must not be overlooked.
    pub marks: Vec<Mark>,
    /// Its particulars, each a short line.
    pub facts: Vec<Fact>,
    /// The figures that it is about, to be seen first.
    pub figures: Vec<Fact>,
    pub parts: Vec<Part>,
    /// At the foot of each page, beside the page's number.
    pub foot: String,
}

/// A word that stands out, and what it means here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    pub word: String,
    pub meaning: String,
}

/// A value and what it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    pub label: String,
    pub value: String,
}

/// A part with its heading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    pub heading: String,
    pub blocks: Vec<Block>,
}

/// What a part is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Block {
    /// A paragraph.
    Text(String),
    /// Points, one below the other.
    List(Vec<String>),
    Table(Table),
}

/// A table. A cell has at most its column's width; rows have as many cells as there are columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// What it shows, for those who hear it read.
    pub caption: String,
    pub columns: Vec<Column>,
    pub rows: Vec<Row>,
}

/// A column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    pub heading: String,
    /// How wide it is beside the others.
    pub share: u16,
    pub align: Align,
}

/// At which side the words of a column stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Align {
    Start,
    /// For amounts: their decimals stand below each other.
    End,
}

/// A row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    pub sort: Rows,
    pub cells: Vec<Cell>,
}

/// The sorts of row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rows {
    Plain,
    /// Belongs to the plain row before it, and stays with it.
    Detail,
    /// The sum of those before it; stays with the last of them.
    Total,
}

/// A cell: its text, and smaller below it what says more.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cell {
    pub text: String,
    pub below: String,
}

impl Cell {
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), below: String::new() }
    }

    /// With something smaller below it.
    #[must_use]
    pub fn below(self, below: impl Into<String>) -> Self {
        Self { below: below.into(), ..self }
    }
}

impl Fact {
    pub fn new(label: impl Into<String>, value: impl Into<String>) -> Self {
        Self { label: label.into(), value: value.into() }
    }
}

impl Mark {
    pub fn new(word: impl Into<String>, meaning: impl Into<String>) -> Self {
        Self { word: word.into(), meaning: meaning.into() }
    }
}

impl Column {
    /// Of words.
    pub fn words(heading: impl Into<String>, share: u16) -> Self {
        Self { heading: heading.into(), share, align: Align::Start }
    }

    /// Of amounts.
    pub fn amounts(heading: impl Into<String>, share: u16) -> Self {
        Self { heading: heading.into(), share, align: Align::End }
    }
}

impl Row {
    pub fn new(sort: Rows, cells: Vec<Cell>) -> Self {
        Self { sort, cells }
    }
}
