//! What is wrong in a file: each with its place, its value, what is expected and the way out.

use domain::catalogue::Catalogue;
use sheet::{Format, Sold, Understood, Use, read, understand};

fn understood(text: &str, default: Option<&str>) -> Understood {
    of(text, "OFF_AIAB", default)
}

/// Where ADI and another product are sold.
fn of(text: &str, other: &str, default: Option<&str>) -> Understood {
    let table = read(text.as_bytes(), Format::Csv, None).expect("a table");
    let catalogue = Catalogue::shipped().expect("no mistake");
    let offerings = ["OFF_ADI_MID_MARKET".to_owned(), other.to_owned()];
    understand(&table, Sold { catalogue: &catalogue, offerings: &offerings, default })
}

const HEAD: &str =
    "Site,Street,Suite,City,State,ZIP,Country,Qty,Product,Port Speed,Access Speed,Term";
const SOUND: [&str; 12] =
    ["Boston", "1 Beacon St", "", "Boston", "MA", "02108", "", "", "ADI", "100M", "100M", "36"];

/// A sound row with another value in one column.
fn row(column: usize, value: &str) -> String {
    let mut cells = SOUND.map(str::to_owned);
    value.clone_into(&mut cells[column]);
    format!("{HEAD}\n{}\n", cells.join(","))
}

#[test]
fn a_sound_row_has_no_fault() {
    let found = understood(&row(0, "Boston"), None);
    assert_eq!((found.faults, found.sound.len(), found.faulty), (vec![], 1, 0));
}

#[test]
fn every_faulty_cell_says_what_is_wrong_where_and_what_to_do() {
    let long = "x".repeat(201);
    let speeds = "10M, 20M, 50M, 100M, 250M, 500M, 1G, 2G, 5G, 10G, 20G, 50G, 100G";
    let zip = "[bad_format] (expected: five digits, or nine as 60606-1234). Write the digits of the \
        ZIP code; a column of text keeps its zeros.";
    let state = "expected: a state's two letters or its name";
    let cases: Vec<(usize, &str, &str, String)> = vec![
        (0, "", "A2", "[missing] Site: the Site Name is missing. Fill the cell.".into()),
        (0, &long, "A2", "[too_long] Site: the text has 201 characters (expected: at most 200). Shorten the text.".into()),
        (1, "", "B2", "[missing] Street: the Street is missing. Fill the cell.".into()),
        (1, &long, "B2", "[too_long] Street: the text has 201 characters (expected: at most 200). Shorten the text.".into()),
        (2, &long[..101], "C2", "[too_long] Suite: the text has 101 characters (expected: at most 100). Shorten the text.".into()),
        (3, "", "D2", "[missing] City: the City is missing. Fill the cell.".into()),
        (4, "", "E2", "[missing] State: the State is missing. Fill the cell.".into()),
        (4, "Texsa", "E2", format!("[not_allowed_value] State: Texsa is no state ({state}; nearest: TX for Texas). Write the state's two letters.")),
        (4, "XX", "E2", format!("[not_allowed_value] State: XX is no state ({state}). Write the state's two letters.")),
        (5, "6060A", "F2", format!("ZIP: 6060A is no ZIP code {zip}")),
        (5, "12", "F2", format!("ZIP: 12 is no ZIP code {zip}")),
        (5, "60606-12", "F2", format!("ZIP: 60606-12 is no ZIP code {zip}")),
        (6, "Canada", "G2", "[not_allowed_value] Country: Canada is not served (expected: US). Leave the row out; only addresses in the United States are served.".into()),
        (7, "3", "H2", "[out_of_range] Qty: a row is one site, not 3 (expected: 1). Write a row for each site.".into()),
        (7, "many", "H2", "[out_of_range] Qty: a row is one site, not many (expected: 1). Write a row for each site.".into()),
        (8, "Telex", "I2", "[not_allowed_value] Product: Telex is no product that is sold here".into()),
        (8, "", "I2", "[missing] Product: the row chooses features, but names no product".into()),
        (9, "", "J2", "[missing_feature] Port Speed: Port Speed must be chosen".into()),
        (9, "fast", "J2", format!("[value_not_allowed] Port Speed: Port Speed cannot be fast (expected: {speeds}")),
        (9, "300 Mbps", "J2", format!("[value_not_allowed] Port Speed: Port Speed cannot be 300 Mbps (expected: {speeds}; nearest: 100M)")),
        (10, "50M", "K2", "[requires] Access Speed: Access Speed must be at least Port Speed".into()),
        (11, "18", "L2", "[value_not_allowed] Term: Term cannot be 18 (expected: 12, 24, 36, 60; nearest: 24)".into()),
        (11, "4 years", "L2", "[value_not_allowed] Term: Term cannot be 4 years (expected: 12, 24, 36, 60".into()),
    ];
    for (column, value, place, told) in cases {
        let found = understood(&row(column, value), None);
        assert_eq!((found.sound.len(), found.faulty), (0, 1), "{value}");
        let [fault] = &found.faults[..] else { panic!("{value}: {:#?}", found.faults) };
        let at = &fault.place;
        let letters = at.column.clone().unwrap_or_default();
        assert_eq!(format!("{letters}{}", at.row.unwrap_or_default()), place, "{value}");
        assert_eq!(fault.value.as_deref().unwrap_or_default(), value);
        let code = format!("[{}] ", fault.code.as_str());
        let (wanted, bare) = match told.split_once("[bad_format] ") {
            Some((before, after)) => ("[bad_format] ".to_owned(), format!("{before}{after}")),
            None => (
                told.split_inclusive("] ").next().unwrap_or_default().to_owned(),
                told.split_once("] ").map_or(String::new(), |(_, rest)| rest.to_owned()),
            ),
        };
        assert_eq!(code, wanted, "{value}");
        assert!(fault.line().starts_with(&bare), "{value}:\n{}\n{bare}", fault.line());
        assert!(!fault.remedy.is_empty());
    }
}

#[test]
fn a_feature_of_another_product_and_a_cell_beyond_the_headings_are_faults() {
    let found = understood(&format!("{HEAD}\n{},stray\n", SOUND.join(",")), None);
    assert_eq!(found.faults[0].detail, "the column has no heading");
    assert_eq!(found.faults[0].place.column.as_deref(), Some("M"));
    let other = row(8, "AIAB");
    let found = understood(&other, None);
    let told: Vec<_> = found.faults.iter().map(|f| f.code.as_str()).collect();
    assert!(told.contains(&"unknown_feature"), "{told:?}");
}

#[test]
fn all_faults_of_all_rows_are_told_at_once_and_sound_rows_stand() {
    let sound = SOUND.join(",");
    let text = format!("{HEAD}\n{sound}\n,,,,XX,1,,,ADI,100M,100M,36\n{sound}\n");
    let found = understood(&text, None);
    assert_eq!((found.sound.len(), found.faulty, found.broken), (2, 1, false));
    let places: Vec<_> = found.faults.iter().map(|f| f.place.column.as_deref()).collect();
    assert_eq!(places, [Some("A"), Some("B"), Some("D"), Some("E"), Some("F")]);
}

#[test]
fn two_columns_for_one_thing_and_missing_ones_break_the_file() {
    let found = understood(
        "Site,Address 1,Street,ZIP,Postal Code,Bandwidth,Port Speed\na,b,c,d,e,f,g\n",
        None,
    );
    assert!(found.broken && found.sound.is_empty());
    let told: Vec<_> = found.faults.iter().map(|f| f.detail.as_str()).collect();
    assert_eq!(
        told,
        [
            "Address 1 and Street both mean Street",
            "ZIP and Postal Code both mean ZIP",
            "Bandwidth and Port Speed both mean Port Speed",
            "no column is the City",
            "no column is the State",
        ]
    );
}

/// The heading of a file with a column by the name of two products' feature, and one by the code of
/// one of them.
const BY_CODE: &str = "Site Name,Street,City,State,Product,Bandwidth,ASE_PORT_SPEED,\
    Access Speed,Term,EVC Bandwidth\n";

#[test]
fn a_column_by_a_code_is_its_own_products_where_another_shares_the_name() {
    let text = format!(
        "{BY_CODE}a,1 Main St,Boston,MA,ADI,100M,,100M,36,\n\
         b,2 Main St,Boston,MA,ASE,,1G,,36,1G\n"
    );
    let found = of(&text, "OFF_ASE", None);
    assert_eq!(found.faults, []);
    let speeds = found.sound.iter().map(|row| {
        let choices = &row.configuration.as_ref().expect("a configuration").choices;
        let speed = choices.iter().find(|choice| &*choice.name == "Port Speed").expect("a speed");
        (speed.code.to_string(), speed.value.to_string())
    });
    let expected = [("ATT_SPEED", "100M"), ("ASE_PORT_SPEED", "1G")];
    let expected = expected.map(|(code, value)| (code.to_owned(), value.to_owned()));
    assert_eq!(speeds.collect::<Vec<_>>(), expected);

    // A value in the other product's column is not passed over.
    let text = format!("{BY_CODE}b,2 Main St,Boston,MA,ASE,1G,,,36,1G\n");
    let found = of(&text, "OFF_ASE", None);
    assert_eq!((found.sound.len(), found.faulty, found.broken), (0, 1, false), "{found:#?}");
    assert!(found.faults.iter().any(|fault| fault.place.column.as_deref() == Some("F")));
    // Where only one product has it, name and code are one thing.
    let found = understood("Site,Street,City,State,Access Speed,ATT_ACC_SPD\na,b,c,MA,,\n", None);
    assert_eq!(found.faults[0].detail, "Access Speed and ATT_ACC_SPD both mean Access Speed");
}

#[test]
fn a_product_for_the_whole_file_must_be_sold() {
    let text = format!("{HEAD}\n{}\n", SOUND.join(","));
    let found = understood(&text, Some("Telex"));
    assert!(found.broken);
    assert_eq!(found.faults[0].detail, "Telex is no product that is sold here");
    assert_eq!(found.faults[0].place.row, None);
}

#[test]
fn a_heading_that_is_not_understood_is_ignored_with_a_note_and_the_nearest() {
    let found =
        understood("Site,Street,City,State,Prot Speed,Colour\na,b,Boston,MA,1G,red\n", None);
    assert_eq!(found.sound.len(), 1);
    let notes: Vec<_> = found.notes.iter().map(|n| n.detail.as_str()).collect();
    assert_eq!(
        notes,
        [
            "Prot Speed is not understood and ignored; Port Speed would be",
            "Colour is not understood and ignored"
        ]
    );
    assert_eq!(found.columns[4].used, Use::Ignored);
    assert_eq!(found.sound[0].configuration, None, "a row may name no product");
}

#[test]
fn several_products_share_a_sheet() {
    let text = "Site,Street,City,State,Product,Port Speed,Access Speed,Term\n\
        a,1 Beacon St,Boston,MA,OFF_ADI_MID_MARKET,1G,1G,36\n\
        b,1 Beacon St,Boston,MA,,,,\n\
        c,1 Beacon St,Boston,MA,at&t dedicated internet,10M,10M,12\n";
    let found = understood(text, None);
    assert_eq!(found.faults, []);
    let terms = found.sound.iter().map(|s| s.configuration.as_ref().map(|c| c.term_months));
    assert_eq!(terms.collect::<Vec<_>>(), [Some(36), None, Some(12)]);
}
