//! City, state and ZIP code: do they agree, and if not, what is near. Knows nothing of streets.

use strsim::osa_distance;

use super::zip_table::{City, Named, ZipTable, five};

/// How many alternates are offered at most; more would not be read.
pub(super) const MOST_ALTERNATES: usize = 10;

/// As many edits away may a city's spelling be.
const NEAR_SPELLING: usize = 2;

/// The ZIP code as it was given, whatever it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum ZipGiven {
    Missing,
    /// Five digits, and four more if there were.
    Formed {
        five: u32,
        four: Option<String>,
    },
    /// Five digits, and after the hyphen anything but four more.
    Cut {
        five: u32,
    },
    /// Something else, in which a ZIP code may be hidden: `7507S`.
    Malformed(String),
}

impl ZipGiven {
    pub(super) fn read(text: &str) -> Self {
        let text = text.trim();
        if text.is_empty() {
            return Self::Missing;
        }
        let digits = |t: &str| t.bytes().all(|b| b.is_ascii_digit());
        let (Some(first), Some(rest)) = (text.get(..5), text.get(5..)) else {
            return Self::Malformed(text.to_uppercase());
        };
        let five = first.parse().ok().filter(|_| digits(first));
        let extra = rest.strip_prefix(['-', ' ']);
        let four = extra.unwrap_or(rest);
        match five {
            Some(five) if rest.is_empty() => Self::Formed { five, four: None },
            Some(five) if four.len() == 4 && digits(four) => {
                Self::Formed { five, four: Some(four.to_owned()) }
            }
            Some(five) if extra.is_some() => Self::Cut { five },
            _ => Self::Malformed(text.to_uppercase()),
        }
    }

    const fn known(&self) -> Option<u32> {
        match self {
            Self::Formed { five, .. } | Self::Cut { five } => Some(*five),
            Self::Missing | Self::Malformed(_) => None,
        }
    }

    /// What a mistyped ZIP code is compared by: its five digits, or the text as it is.
    fn text(&self) -> String {
        match self {
            Self::Missing => String::new(),
            Self::Formed { five: zip, .. } | Self::Cut { five: zip } => five(*zip),
            Self::Malformed(text) => text.clone(),
        }
    }
}

/// City, state and ZIP code that belong together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct LastLine {
    pub(super) city: City,
    pub(super) zip: u32,
}

/// What was found. Each `why` is for a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Finding {
    Agrees(LastLine),
    One(LastLine, String),
    /// Two or more, at most [`MOST_ALTERNATES`].
    Several(Vec<LastLine>, String),
    Nothing(String),
}

/// Weighs what was given. `state` is a valid code, or absent if none was recognised.
pub(super) fn weigh(city: &str, state: Option<&'static str>, zip: &ZipGiven) -> Finding {
    let table = ZipTable::shared();
    let owners: Vec<LastLine> = zip
        .known()
        .map(|zip| table.cities_of(zip).map(|city| LastLine { city, zip }).collect())
        .unwrap_or_default();
    let Some(home) = state.or_else(|| owners.first().map(|o| o.city.state)) else {
        return Finding::Nothing(
            "neither the state nor the ZIP code is known, so the city cannot be placed".into(),
        );
    };
    let (here, there): (Vec<_>, Vec<_>) = owners.into_iter().partition(|o| o.city.state == home);
    let named = ZipTable::find(home, city);
    let given = Given { city: city.trim(), home, zip, named };
    if let Some(own) = here.first() {
        return given.zip_is_of_the_state(state.is_some(), *own, &here);
    }
    match there.first() {
        Some(own) => given.zip_is_of_another_state(*own, &there),
        None => given.zip_is_unknown(),
    }
}

/// The last line as given, with its city looked up once.
struct Given<'a> {
    city: &'a str,
    home: &'static str,
    zip: &'a ZipGiven,
    named: Option<Named>,
}

impl Given<'_> {
    fn zip_is_of_the_state(&self, stated: bool, own: LastLine, here: &[LastLine]) -> Finding {
        let (zip, main) = (five(own.zip), own.city.name);
        let found = self.named.and_then(|n| here.iter().find(|o| o.city == n.city).map(|o| (n, o)));
        if let Some((named, agreed)) = found {
            return match (stated, named.exact) {
                (true, true) => Finding::Agrees(*agreed),
                (false, _) => Finding::One(*agreed, format!("ZIP code {zip} is in {}", self.home)),
                (true, false) => Finding::One(*agreed, misspelt(agreed.city)),
            };
        }
        if self.city.is_empty() {
            return Finding::One(own, format!("ZIP code {zip} is {main}, {}", self.home));
        }
        let zips = self.zips();
        if zips.is_empty() {
            return match here.iter().find(|o| near(self.city, o.city)) {
                Some(meant) => Finding::One(*meant, misspelt(meant.city)),
                None => Finding::One(own, format!("ZIP code {zip} is {main}, {}", self.home)),
            };
        }
        let typos = self.typos(&zips);
        if let [typo] = typos[..] {
            return Finding::One(typo, mistyped(&zip, typo));
        }
        let offered = if typos.is_empty() { zips } else { typos };
        let why = format!("ZIP code {zip} is {main}, not the city given");
        several(std::iter::once(own).chain(offered).collect(), &why)
    }

    fn zip_is_of_another_state(&self, own: LastLine, there: &[LastLine]) -> Finding {
        let zip = five(own.zip);
        let (main, other) = (own.city.name, own.city.state);
        let agreed = there.iter().copied().find(|o| {
            ZipTable::find(o.city.state, self.city).is_some_and(|n| n.city == o.city)
                || (self.named.is_none() && near(self.city, o.city))
        });
        let zips = self.zips();
        let typos = self.typos(&zips);
        match (agreed, &typos[..]) {
            (Some(own), []) => {
                let place = own.city.name;
                Finding::One(own, format!("ZIP code {zip} and {place} are in {}", own.city.state))
            }
            (Some(own), _) => {
                let why = format!("either the state or ZIP code {zip} is wrong");
                several(std::iter::once(own).chain(typos).collect(), &why)
            }
            (None, [typo]) => Finding::One(*typo, mistyped(&zip, *typo)),
            (None, []) if zips.is_empty() => Finding::Nothing(format!(
                "ZIP code {zip} is {main}, {other}, and {} has no such city with a ZIP code",
                self.home
            )),
            (None, []) => several(zips, &format!("ZIP code {zip} is {main}, {other}")),
            (None, _) => several(typos, &format!("ZIP code {zip} is {main}, {other}")),
        }
    }

    fn zip_is_unknown(&self) -> Finding {
        let zips = self.zips();
        let text = self.zip.text();
        if zips.is_empty() {
            let (what, home) = (if text.is_empty() { "missing" } else { "unknown" }, self.home);
            return Finding::Nothing(match self.named {
                Some(n) => {
                    let place = n.city.name;
                    format!("the ZIP code is {what}, and {place}, {home} has none of its own")
                }
                None => format!("the ZIP code is {what}, and {home} has no such city"),
            });
        }
        if text.is_empty() {
            return several(zips, "the ZIP code is missing");
        }
        let typos = self.typos(&zips);
        match typos[..] {
            [typo] => Finding::One(typo, mistyped(&text, typo)),
            [] => several(zips, &format!("there is no ZIP code {text}")),
            [..] => several(typos, &format!("there is no ZIP code {text}")),
        }
    }

    /// All that the named city has, in rising order.
    fn zips(&self) -> Vec<LastLine> {
        let Some(Named { city, .. }) = self.named else { return Vec::new() };
        ZipTable::shared().zips_of(city).map(|zip| LastLine { city, zip }).collect()
    }

    /// Those of the city's ZIP codes that one slip of the keys turns into what was given.
    fn typos(&self, zips: &[LastLine]) -> Vec<LastLine> {
        let text = self.zip.text();
        zips.iter().copied().filter(|l| osa_distance(&text, &five(l.zip)) == 1).collect()
    }
}

/// As many as may be offered; one is not several.
fn several(mut all: Vec<LastLine>, why: &str) -> Finding {
    if let [only] = all[..] {
        let (city, zip) = (only.city.name, five(only.zip));
        return Finding::One(only, format!("{why}; {city} has only {zip}"));
    }
    let count = all.len();
    all.truncate(MOST_ALTERNATES);
    let shown = if count > MOST_ALTERNATES {
        format!(", the first {MOST_ALTERNATES} are offered")
    } else {
        String::new()
    };
    Finding::Several(all, format!("{why}; {count} are possible{shown}"))
}

fn near(written: &str, city: City) -> bool {
    osa_distance(&written.to_uppercase(), city.name) <= NEAR_SPELLING
}

fn misspelt(city: City) -> String {
    format!("the city is spelt {}", city.name)
}

fn mistyped(given: &str, meant: LastLine) -> String {
    let (zip, city) = (five(meant.zip), meant.city.name);
    format!("ZIP code {given} is not {city}'s; {zip} is, and differs by one slip of the keys")
}
