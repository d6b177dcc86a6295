//! Which ZIP codes a city has, and which cities a ZIP code has. Facts only; no judging.

use std::sync::LazyLock;

use doorplate::{Lexicons, MatchKind};

/// The table is the same for all who ask, and is built once.
static TABLE: LazyLock<ZipTable> = LazyLock::new(ZipTable::build);

/// One city of one state, under the name of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct City {
    /// Two-letter state code.
    pub(super) state: &'static str,
    /// Upper case, with SAINT, FORT and MOUNT in full.
    pub(super) name: &'static str,
}

/// A city as somebody wrote it, found in the table.
#[derive(Debug, Clone, Copy)]
pub(super) struct Named {
    pub(super) city: City,
    /// False if it was found under a listed misspelling.
    pub(super) exact: bool,
}

/// City and ZIP code in both directions, as sorted pairs: under 4 MB, searched by halving.
#[derive(Debug)]
pub(super) struct ZipTable {
    /// By ZIP code; the main city of a ZIP code before those that share it.
    by_zip: Vec<(u32, City)>,
    /// By state and name, then ZIP code.
    by_city: Vec<(City, u32)>,
}

impl ZipTable {
    pub(super) fn shared() -> &'static Self {
        &TABLE
    }

    /// Asks for each five-digit number, since the source lists cities but not ZIP codes.
    fn build() -> Self {
        let lexicons = Lexicons::builtin();
        let mut by_zip = Vec::new();
        for zip in 0..100_000 {
            let Some(places) = lexicons.zip_places(&five(zip)) else { continue };
            for place in places.all() {
                let row = (zip, City { state: place.state(), name: place.name() });
                // One name may stand for places in two counties.
                let known = by_zip.iter().rev().take_while(|(z, _)| *z == zip).any(|r| *r == row);
                if !known {
                    by_zip.push(row);
                }
            }
        }
        let mut by_city: Vec<_> = by_zip.iter().map(|&(zip, city)| (city, zip)).collect();
        by_city.sort_unstable_by_key(|&(city, zip)| (city.state, city.name, zip));
        by_zip.shrink_to_fit();
        Self { by_zip, by_city }
    }

    /// The cities that use a ZIP code, the main one first; none if there is no such ZIP code.
    pub(super) fn cities_of(&self, zip: u32) -> impl Iterator<Item = City> + '_ {
        let from = self.by_zip.partition_point(|&(z, _)| z < zip);
        self.by_zip.iter().skip(from).take_while(move |&&(z, _)| z == zip).map(|&(_, city)| city)
    }

    /// The ZIP codes of a city in rising order; none for a place that only borrows a neighbour's.
    pub(super) fn zips_of(&self, city: City) -> impl Iterator<Item = u32> + '_ {
        let key = (city.state, city.name);
        let from = self.by_city.partition_point(|&(c, _)| (c.state, c.name) < key);
        self.by_city.iter().skip(from).take_while(move |&&(c, _)| c == city).map(|&(_, zip)| zip)
    }

    /// The city of a state by any accepted spelling: `St. Louis` is SAINT LOUIS.
    pub(super) fn find(state: &str, written: &str) -> Option<Named> {
        let hit = Lexicons::builtin().place(state, written)?;
        let city = City { state: hit.value.state(), name: hit.value.name() };
        Some(Named { city, exact: hit.kind == MatchKind::Standard })
    }
}

/// A ZIP code as it is written.
pub(super) fn five(zip: u32) -> String {
    format!("{zip:05}")
}
