//! The line of the secondary unit, part by part: building, floor and room are what fulfilment must
//! find. Designators are those of USPS Publication 28, appendix C2.

/// What a unit line says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UnitParts {
    pub building: Option<String>,
    pub floor: Option<String>,
    pub room: Option<String>,
    /// What else there is, with its designator: `STE 700`.
    pub other: Option<String>,
}

/// A designator with its spellings, the standard one first, and whether a value follows.
const DESIGNATORS: [(&[&str], bool); 25] = [
    (&["BLDG", "BUILDING", "BLD"], true),
    (&["FL", "FLOOR", "FLR"], true),
    (&["RM", "ROOM"], true),
    (&["APT", "APARTMENT"], true),
    (&["DEPT", "DEPARTMENT"], true),
    (&["HNGR", "HANGAR"], true),
    (&["KEY"], true),
    (&["LOT"], true),
    (&["OFC", "OFFICE"], true),
    (&["PIER"], true),
    (&["SLIP"], true),
    (&["SPC", "SPACE"], true),
    (&["STE", "SUITE"], true),
    (&["STOP"], true),
    (&["TRLR", "TRAILER"], true),
    (&["UNIT"], true),
    (&["#"], true),
    (&["BSMT", "BASEMENT"], false),
    (&["FRNT", "FRONT"], false),
    (&["LBBY", "LOBBY"], false),
    (&["LOWR", "LOWER"], false),
    (&["PH", "PENTHOUSE"], false),
    (&["REAR"], false),
    (&["SIDE"], false),
    (&["UPPR", "UPPER"], false),
];

/// Longer values are none.
const LONGEST_VALUE: usize = 20;

/// One designator with its value.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Segment {
    designator: &'static str,
    value: String,
}

impl Segment {
    fn text(&self) -> String {
        format!("{} {}", self.designator, self.value).trim_end().to_owned()
    }

    /// Its place in a standard line: from the outside of the house to the inside.
    fn rank(&self) -> u8 {
        match self.designator {
            "BLDG" => 0,
            "FL" => 1,
            "RM" => 3,
            _ => 2,
        }
    }
}

impl UnitParts {
    /// The parts of a unit line; none if some of it is not understood.
    pub fn read(line: &str) -> Option<Self> {
        let mut parts = Self::default();
        for segment in segments(line)? {
            let place = match segment.designator {
                "BLDG" => &mut parts.building,
                "FL" => &mut parts.floor,
                "RM" => &mut parts.room,
                _ => {
                    let text = segment.text();
                    parts.other = Some(parts.other.map_or(text.clone(), |o| format!("{o} {text}")));
                    continue;
                }
            };
            if place.replace(segment.value).is_some() {
                return None;
            }
        }
        Some(parts)
    }
}

/// The standard form of a line with so many units or more, from the building to the room; none if
/// there are fewer, or some of it is not understood.
pub fn standard_of_many(line: &str, least: usize) -> Option<String> {
    let mut segments = segments(line).filter(|segments| segments.len() >= least)?;
    segments.sort_by_key(Segment::rank);
    Some(segments.iter().map(Segment::text).collect::<Vec<_>>().join(" "))
}

/// A unit line that also says the building, floor and room that were given beside it. What the line
/// says already is not said again.
pub fn with_parts(
    line: Option<&str>,
    building: Option<&str>,
    floor: Option<&str>,
    room: Option<&str>,
) -> Option<String> {
    let said = line.and_then(UnitParts::read).unwrap_or_default();
    let part = |designator: &str, given: Option<&str>, said: Option<&String>| {
        let given = given.map(str::trim).filter(|text| !text.is_empty())?;
        let same = said.is_some_and(|said| said.eq_ignore_ascii_case(given));
        (!same).then(|| format!("{designator} {given}"))
    };
    let line = line.map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
    let all = [
        part("BLDG", building, said.building.as_ref()),
        part("FL", floor, said.floor.as_ref()),
        line,
        part("RM", room, said.room.as_ref()),
    ];
    let all: Vec<_> = all.into_iter().flatten().collect();
    (!all.is_empty()).then(|| all.join(" "))
}

fn segments(line: &str) -> Option<Vec<Segment>> {
    let line = line.to_uppercase().replace('#', " # ");
    let clean = |word: &str| word.trim_matches(['.', ',', ';']).to_owned();
    let words: Vec<_> =
        line.split([' ', ',', '\t']).map(clean).filter(|word| !word.is_empty()).collect();
    let mut segments = Vec::new();
    let mut words = words.iter().map(String::as_str).peekable();
    while let Some(word) = words.next() {
        if let Some(floor) = ordinal(word) {
            // `5TH FLOOR`
            let (designator, _) = designator(words.next()?)?;
            if designator != "FL" {
                return None;
            }
            segments.push(Segment { designator, value: floor.to_owned() });
            continue;
        }
        let (designator, has_value) = designator(word)?;
        if has_value && designator != "#" {
            words.next_if_eq(&"#");
        }
        let value = if has_value { words.next().filter(|value| is_value(value))? } else { "" };
        segments.push(Segment { designator, value: value.to_owned() });
    }
    Some(segments)
}

fn designator(word: &str) -> Option<(&'static str, bool)> {
    let known = DESIGNATORS.iter().find(|(words, _)| words.contains(&word))?;
    Some((known.0[0], known.1))
}

fn is_value(word: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'/');
    word.len() <= LONGEST_VALUE && word.bytes().all(plain) && designator(word).is_none()
}

/// The number of an ordinal: `5` of `5TH`.
fn ordinal(word: &str) -> Option<&str> {
    let number = ["ST", "ND", "RD", "TH"].iter().find_map(|end| word.strip_suffix(end))?;
    let digits = (1..=3).contains(&number.len()) && number.bytes().all(|b| b.is_ascii_digit());
    digits.then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(line: &str) -> Option<String> {
        let UnitParts { building, floor, room, other } = UnitParts::read(line)?;
        let shown = [building, floor, room, other].map(|part| part.unwrap_or("-".into()));
        Some(shown.join("|"))
    }

    #[test]
    fn a_unit_line_is_read_part_by_part() {
        for (line, expected) in [
            ("BLDG 4 FL 2 RM 210", "4|2|210|-"),
            ("Building 4, Floor 2, Room 210", "4|2|210|-"),
            ("5th Floor", "-|5|-|-"),
            ("Ste. #700", "-|-|-|STE 700"),
            ("# 12", "-|-|-|# 12"),
            ("FL 12 STE 1200", "-|12|-|STE 1200"),
            ("BSMT RM 3", "-|-|3|BSMT"),
            ("UNIT 3 STE 4", "-|-|-|UNIT 3 STE 4"),
            ("", "-|-|-|-"),
        ] {
            assert_eq!(parts(line).as_deref(), Some(expected), "{line}");
        }
        for line in ["Tower B", "FL", "FL FL 2", "RM 1 RM 2", "5th", "STE é", "the 5th floor"] {
            assert_eq!(parts(line), None, "{line}");
        }
    }

    #[test]
    fn many_units_stand_from_the_building_to_the_room() {
        let standard = |line| standard_of_many(line, 3);
        let expected = Some("BLDG 4 FL 2 RM 210".to_owned());
        assert_eq!(standard("Room 210, 2nd Floor, Building 4"), expected);
        assert_eq!(standard("BLDG 4 FL 2 RM 210"), expected);
        assert_eq!(standard("BLDG 4 FL 2"), None);
    }

    #[test]
    fn parts_given_beside_the_line_join_it_once() {
        let some = |line: &str| Some(line.to_owned());
        let all = with_parts(Some("STE 200"), Some("4"), Some("2"), Some("210"));
        assert_eq!(all, some("BLDG 4 FL 2 STE 200 RM 210"));
        assert_eq!(with_parts(all.as_deref(), Some("4"), Some("2"), Some("210")), all);
        assert_eq!(with_parts(None, None, Some(" 5 "), None), some("FL 5"));
        assert_eq!(with_parts(Some("Tower B"), None, Some("5"), None), some("FL 5 Tower B"));
        assert_eq!(with_parts(Some("  "), None, None, Some("")), None);
        assert_eq!(with_parts(Some("5th Floor"), None, Some("5"), None), some("5th Floor"));
    }
}
