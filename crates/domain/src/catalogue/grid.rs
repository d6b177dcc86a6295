//! Grids: values keyed by feature values and access zone, flattened so that a look-up is an
//! index. Reading them and checking that they are whole; what the values mean is not known here.

use super::fault::FaultKind;
use super::feature::{self, Feature};
use super::reader::{Node, Source};
use super::rule::Rule;
use toml::Spanned;
use toml::de::DeValue;

/// Values of one sort, one for each combination that can be ordered.
#[derive(Debug, Clone)]
pub(super) struct Grid<T> {
    shape: Shape,
    cells: Vec<Option<T>>,
}

/// What keys a grid.
#[derive(Debug, Clone)]
pub(super) struct Shape {
    /// The features, by place in the offering.
    by: Vec<usize>,
    zoned: bool,
    /// How many values each key has; the zones last.
    widths: Vec<usize>,
}

/// A component's condition: the feature and the values with which the component is there.
pub(super) type When = Option<(usize, Vec<usize>)>;

/// What a grid is read against.
#[derive(Clone, Copy)]
pub(super) struct Frame<'f> {
    pub(super) features: &'f [Feature],
    pub(super) rules: &'f [Rule],
    pub(super) zones: &'f [String],
    pub(super) when: &'f When,
    /// Such as `Port MRC`.
    pub(super) title: &'f str,
}

/// The words of a grid: the keys that it is read from.
#[derive(Clone, Copy)]
pub(super) struct Words {
    /// The table of the values.
    pub(super) many: &'static str,
    /// The one value of a grid without keys; also what a value is called.
    pub(super) one: &'static str,
}

/// No sensible grid is larger; a larger one is a mistake that must not eat the memory.
const MOST_CELLS: usize = 100_000;

impl<T> Grid<T> {
    /// The value for these choices; `value_of` gives the place of a feature's value by the
    /// feature's place in the offering.
    pub(super) fn get(&self, value_of: impl Fn(usize) -> Option<usize>, zone: usize) -> Option<&T> {
        self.cells.get(self.shape.index(value_of, zone)?)?.as_ref()
    }

    /// Every value that is there, with its place.
    pub(super) fn cells(&self) -> impl Iterator<Item = (usize, &T)> {
        self.cells.iter().enumerate().filter_map(|(at, cell)| Some((at, cell.as_ref()?)))
    }

    pub(super) fn at(&self, index: usize) -> Option<&T> {
        self.cells.get(index)?.as_ref()
    }

    pub(super) fn shape(&self) -> &Shape {
        &self.shape
    }

    /// Joins each value with the one of `other`, a grid of the same shape, at its place.
    pub(super) fn join<U>(&mut self, other: Vec<Option<U>>, join: impl Fn(&mut T, U)) {
        for (cell, other) in self.cells.iter_mut().zip(other) {
            if let (Some(cell), Some(other)) = (cell, other) {
                join(cell, other);
            }
        }
    }
}

impl Shape {
    /// Reads `by` and `zoned`.
    pub(super) fn read(node: Node<'_>, frame: &Frame<'_>) -> Option<Self> {
        let mut by = Vec::new();
        let mut sound = true;
        for name in node.texts("by") {
            let at = feature::find(node, "by", name.value, frame.features);
            let at = at.filter(|at| fits_as_key(node, *at, &by, frame));
            sound &= at.is_some();
            by.extend(at);
        }
        let zoned = node.flag("zoned").unwrap_or(false);
        let mut widths: Vec<_> = by.iter().map(|at| frame.features[*at].values().len()).collect();
        if zoned {
            widths.push(frame.zones.len());
        }
        let size = widths.iter().try_fold(1usize, |n, w| n.checked_mul(*w));
        if size.is_none_or(|n| n > MOST_CELLS) {
            let message = format!("the table has more than {MOST_CELLS} cells");
            node.fault(FaultKind::OutOfRange, "by", message, "Key it by fewer features");
            return None;
        }
        // Without one of its keys, nothing in it could be read as it was meant.
        sound.then_some(Self { by, zoned, widths })
    }

    pub(super) fn is_zoned(&self) -> bool {
        self.zoned
    }

    /// How many access zones key it; none, if it is the same in all.
    pub(super) fn zones(&self) -> usize {
        self.widths.last().filter(|_| self.zoned).copied().unwrap_or(0)
    }

    fn size(&self) -> usize {
        self.widths.iter().product()
    }

    pub(super) fn index(
        &self,
        value_of: impl Fn(usize) -> Option<usize>,
        zone: usize,
    ) -> Option<usize> {
        let mut index = 0;
        for (key, width) in self.by.iter().zip(&self.widths) {
            index = index * width + value_of(*key).filter(|at| at < width)?;
        }
        if self.zoned {
            let width = *self.widths.last()?;
            index = index * width + Some(zone).filter(|at| at < &width)?;
        }
        Some(index)
    }

    /// The place of each key's value in the cell at `index`.
    pub(super) fn places(&self, mut index: usize) -> Vec<usize> {
        let mut at = vec![0; self.widths.len()];
        for (place, width) in at.iter_mut().zip(&self.widths).rev() {
            *place = index % width;
            index /= width;
        }
        at
    }

    /// Which of the keys the feature is.
    pub(super) fn key_of(&self, feature: usize) -> Option<usize> {
        self.by.iter().position(|at| *at == feature)
    }

    /// The index of the cell at these places of its keys.
    pub(super) fn index_of(&self, places: &[usize]) -> usize {
        self.widths.iter().zip(places).fold(0, |index, (width, at)| index * width + at)
    }

    /// The cell at `index` in words: `Port Speed 100M, zone A`.
    pub(super) fn words(&self, index: usize, features: &[Feature], zones: &[String]) -> String {
        let at = self.places(index);
        let mut words: Vec<_> = self
            .by
            .iter()
            .zip(&at)
            .map(|(feature, value)| {
                let feature = &features[*feature];
                format!("{} {}", feature.name, feature.values()[*value])
            })
            .collect();
        if let (true, Some(zone)) = (self.zoned, at.last()) {
            words.push(format!("zone {}", zones[*zone]));
        }
        words.join(", ")
    }

    /// Whether no rule forbids these values, and the component is there with them. Rules that
    /// look at features outside of the grid are only tried where its condition names them.
    fn reachable(&self, index: usize, frame: &Frame<'_>) -> bool {
        let at = self.places(index);
        let value_of = |feature| self.key_of(feature).map(|key| at[key]);
        let fits = |feature, value: usize| {
            frame.rules.iter().all(|rule| {
                let pair = |of| if of == feature { Some(value) } else { value_of(of) };
                match (pair(rule.feature), pair(rule.other)) {
                    (Some(mine), Some(theirs)) => rule.allows(mine, Some(theirs)),
                    _ => true,
                }
            })
        };
        let keys_fit = self.by.iter().zip(&at).all(|(feature, value)| fits(*feature, *value));
        let condition_fits = frame.when.as_ref().is_none_or(|(feature, values)| {
            values
                .iter()
                .any(|v| value_of(*feature).is_none_or(|own| own == *v) && fits(*feature, *v))
        });
        keys_fit && condition_fits
    }
}

/// Whether the feature can key a grid, beside the keys that it has already.
fn fits_as_key(node: Node<'_>, at: usize, by: &[usize], frame: &Frame<'_>) -> bool {
    let feature = &frame.features[at];
    if by.contains(&at) {
        let message = format!("{} keys the table twice", feature.code);
        node.fault(FaultKind::Duplicate, "by", message, "Remove one");
        return false;
    }
    let when = frame.when.as_ref();
    let fits = when.is_some_and(|(of, _)| *of == at) || feature.always_present(when);
    if !fits {
        let message = format!("{} can be left out, so it cannot key prices", feature.code);
        let remedy = "Make it required or give it a default; if it has `only_when`, give the \
            component the same `when`";
        node.fault(FaultKind::MissingPrice, "by", message, remedy);
    }
    fits
}

/// How one value is read: its place in words, empty without keys, and what stands there.
type Read<'r, 's, T> = &'r dyn Fn(&str, &'s Spanned<DeValue<'s>>) -> Option<T>;

/// Reads a whole grid: every combination that can be ordered must have a value.
pub(super) fn read<'s, T>(
    shape: Shape,
    node: Node<'s>,
    words: Words,
    frame: &Frame<'_>,
    read: Read<'_, 's, T>,
) -> Grid<T> {
    let key = if shape.widths.is_empty() { words.one } else { words.many };
    if !node.has(key) {
        node.missing(key);
    }
    let (cells, whole) = fill(&shape, node, words, frame, read);
    let grid = Grid { shape, cells };
    // A grid with a misread key would only repeat that fault for each of its cells.
    if whole && node.has(key) && !grid.shape.widths.is_empty() {
        check_reach(&grid, node, words, frame);
    }
    grid
}

/// Reads the values that are there, and whether all of their keys were right.
pub(super) fn fill<'s, T>(
    shape: &Shape,
    node: Node<'s>,
    words: Words,
    frame: &Frame<'_>,
    read: Read<'_, 's, T>,
) -> (Vec<Option<T>>, bool) {
    let cells = (0..shape.size()).map(|_| None).collect();
    let keyed = !shape.widths.is_empty();
    let Some(value) = node.value(if keyed { words.many } else { words.one }) else {
        return (cells, true);
    };
    let source = node.source;
    let mut filler = Filler { shape, frame, source, words, read, cells, path: Vec::new() };
    let whole = filler.descend(value, 0, 0);
    (filler.cells, whole)
}

struct Filler<'f, 's, T> {
    shape: &'f Shape,
    frame: &'f Frame<'f>,
    source: &'s Source<'s>,
    words: Words,
    read: Read<'f, 's, T>,
    cells: Vec<Option<T>>,
    path: Vec<String>,
}

impl<'s, T> Filler<'_, 's, T> {
    /// Reads the values below `value`, keyed by the key at `depth`; false if a key was wrong.
    fn descend(&mut self, value: &'s Spanned<DeValue<'s>>, depth: usize, index: usize) -> bool {
        if depth == self.shape.widths.len() {
            let cell = (self.read)(&self.path.join(", "), value);
            let read = cell.is_some();
            self.cells[index] = cell;
            return read;
        }
        let by = self.shape.by.get(depth).map(|at| &self.frame.features[*at]);
        let label = by.map_or("zone", |f| &*f.name);
        let Some(branches) = self.source.branches(value) else {
            let message = format!("{} must be keyed by {label} here", self.words.many);
            let line = self.source.line_at(value);
            self.source.fault(FaultKind::WrongForm, line, message, "Write a table");
            return false;
        };
        let mut whole = true;
        for (key, line, below) in branches {
            let found = by.map_or_else(
                || self.frame.zones.iter().position(|z| z == key),
                |f| f.position(key),
            );
            let Some(at) = found else {
                let one = self.words.one;
                let message = format!("{label} has no value `{key}`, so this {one} is never used");
                let remedy = format!("Correct the key or remove the {one}");
                self.source.fault(FaultKind::UnmatchedPrice, line, message, remedy);
                whole = false;
                continue;
            };
            self.path.push(format!("{label} {key}"));
            let index = index * self.shape.widths[depth] + at;
            whole &= self.descend(below, depth + 1, index);
            self.path.pop();
        }
        whole
    }
}

fn check_reach<T>(grid: &Grid<T>, node: Node<'_>, words: Words, frame: &Frame<'_>) {
    let shape = &grid.shape;
    let missing: Vec<_> = (0..grid.cells.len())
        .filter(|index| grid.cells[*index].is_none() && shape.reachable(*index, frame))
        .map(|index| shape.words(index, frame.features, frame.zones))
        .collect();
    if missing.is_empty() {
        return;
    }
    let shown = missing.iter().take(5).cloned().collect::<Vec<_>>().join("; ");
    let more = missing.len().saturating_sub(5);
    let rest = if more > 0 { format!(" and {more} more") } else { String::new() };
    let one = words.one;
    let message = format!("{} has no {one} for {shown}{rest}", frame.title);
    let remedy = format!("Add the {one}, or a rule against it");
    node.fault(FaultKind::MissingPrice, words.many, message, remedy);
}
