//! What the built-in validation answers, address by address.

use proptest::prelude::*;

use super::*;
use crate::address::zip_table::five;

/// `street|unit|city|state|zip`, each of which may be empty.
fn given(line: &str) -> Address {
    let mut part = line.split('|').map(str::to_owned);
    let mut next = || part.next().unwrap_or_default();
    let street = next();
    let unit = Some(next()).filter(|u| !u.is_empty());
    Address { street, unit, city: next(), state: next(), zip: next(), country: "US".into() }
}

fn check(line: &str) -> Avps {
    BuiltinAddressCheck::new().check(&given(line))
}

/// The answer on one line; of alternates only what tells them apart.
fn told(avps: &Avps) -> String {
    match avps {
        Avps::Match { address } => format!("match {}", address.one_line()),
        Avps::CloseMatch { address, corrections } => {
            let fields: Vec<_> = corrections.iter().map(|c| c.field.as_str()).collect();
            format!("close {}: {}", fields.join("+"), address.one_line())
        }
        Avps::Ambiguous { alternates, .. } => {
            let ends = alternates.iter().map(|a| format!("{} {} {}", a.city, a.state, a.zip));
            format!("ambiguous {}", ends.collect::<Vec<_>>().join(", "))
        }
        Avps::NoMatch { why } => format!("none: {why}"),
    }
}

fn walk(table: &[(&str, &str)]) {
    let wrong: Vec<_> = table
        .iter()
        .map(|(line, expected)| (line, expected, told(&check(line))))
        .filter(|(_, expected, got)| got != *expected)
        .map(|(line, expected, got)| format!("{line}\n  expected {expected}\n  got      {got}"))
        .collect();
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn a_good_address_matches_in_its_standard_form() {
    walk(&[
        ("208 S Akard St||Dallas|TX|75202", "match 208 S AKARD ST, DALLAS, TX 75202"),
        ("208 south akard street||dallas|texas|75202", "match 208 S AKARD ST, DALLAS, TX 75202"),
        (
            "901 Marquette Avenue, Suite 700||Minneapolis|MN|55402",
            "match 901 MARQUETTE AVE STE 700, MINNEAPOLIS, MN 55402",
        ),
        (
            "901 Marquette Ave|ste. #700|Minneapolis|MN|55402",
            "match 901 MARQUETTE AVE STE 700, MINNEAPOLIS, MN 55402",
        ),
        (
            "1500 Marilla Street|5th Floor|Dallas|TX|75201",
            "match 1500 MARILLA ST FL 5, DALLAS, TX 75201",
        ),
        ("1 Main St|700|Dallas|TX|75202", "match 1 MAIN ST # 700, DALLAS, TX 75202"),
        (
            "1 Main St|BLDG 4 STE 200|Dallas|TX|75202",
            "match 1 MAIN ST BLDG 4 STE 200, DALLAS, TX 75202",
        ),
        (
            "1600 Pennsylvania Avenue Northwest||Washington|D.C.|20500",
            "match 1600 PENNSYLVANIA AVE NW, WASHINGTON, DC 20500",
        ),
        ("One Microsoft Way||Redmond|WA|98052", "match 1 MICROSOFT WAY, REDMOND, WA 98052"),
        (
            "31-10 Thomson Ave||Long Island City|NY|11101",
            "match 31-10 THOMSON AVE, LONG ISLAND CITY, NY 11101",
        ),
        ("123 1/2 W 4th St||Dallas|TX|75202", "match 123 1/2 W 4TH ST, DALLAS, TX 75202"),
        (
            "N6W23001 Bluemound Rd||Waukesha|WI|53188",
            "match N6W23001 BLUEMOUND RD, WAUKESHA, WI 53188",
        ),
        ("12345 FM 1960 W||Houston|TX|77065", "match 12345 FM 1960 W, HOUSTON, TX 77065"),
        (
            "100 Calle San Francisco||San Juan|PR|00901",
            "match 100 CALLE SAN FRANCISCO, SAN JUAN, PR 00901",
        ),
    ]);
}

#[test]
fn a_shortened_city_name_is_the_same_city() {
    walk(&[
        ("1 Main St||St. Louis|MO|63101", "match 1 MAIN ST, SAINT LOUIS, MO 63101"),
        ("1 Main St||St Paul|MN|55101", "match 1 MAIN ST, SAINT PAUL, MN 55101"),
        ("1 Main St||Ft Worth|TX|76102", "match 1 MAIN ST, FORT WORTH, TX 76102"),
        ("1 Main St||Mt. Vernon|NY|10550", "match 1 MAIN ST, MOUNT VERNON, NY 10550"),
        ("1 Main St||N. Little Rock|AR|72114", "match 1 MAIN ST, NORTH LITTLE ROCK, AR 72114"),
        ("1 Main St||Winston-Salem|NC|27101", "match 1 MAIN ST, WINSTON SALEM, NC 27101"),
        ("1 Main St||O'Fallon|MO|63366", "match 1 MAIN ST, OFALLON, MO 63366"),
    ]);
}

#[test]
fn a_zip_code_of_nine_digits_is_kept() {
    let nine = "match 2900 W PLANO PKWY, PLANO, TX 75075-8011";
    let cut = "close zip: 2900 W PLANO PKWY, PLANO, TX 75075";
    walk(&[
        ("2900 W Plano Pkwy||Plano|TX|75075-8011", nine),
        ("2900 W Plano Pkwy||Plano|TX|750758011", nine),
        ("2900 W Plano Pkwy||Plano|TX|75075 8011", nine),
        ("2900 W Plano Pkwy||Plano|TX|75075-80", cut),
        ("2900 W Plano Pkwy||Plano|TX|75075-", cut),
        // The last four are no longer right once the first five are not.
        ("2900 W Plano Pkwy||Plano|TX|75057-8011", cut),
    ]);
}

#[test]
fn the_city_is_corrected_where_zip_code_and_state_agree() {
    walk(&[
        ("1 Main St||Plnao|TX|75075", "close city: 1 MAIN ST, PLANO, TX 75075"),
        ("1 Main St||San Fransisco|CA|94105", "close city: 1 MAIN ST, SAN FRANCISCO, CA 94105"),
        ("1 Main St||Boca Ratom|FL|33432", "close city: 1 MAIN ST, BOCA RATON, FL 33432"),
        // Names that people use and the table does not.
        ("1 Main St||Manhattan|NY|10118", "close city: 1 MAIN ST, NEW YORK, NY 10118"),
        ("1 Main St||Bloomington|MN|55431", "close city: 1 MAIN ST, MINNEAPOLIS, MN 55431"),
        ("1 Main St||Zzyzzx|TX|75075", "close city: 1 MAIN ST, PLANO, TX 75075"),
        ("1 Main St|||TX|75075", "close city: 1 MAIN ST, PLANO, TX 75075"),
    ]);
}

#[test]
fn the_state_is_corrected_where_zip_code_and_city_agree() {
    walk(&[
        ("1 Main St||Plano|OK|75075", "close state: 1 MAIN ST, PLANO, TX 75075"),
        ("1 Main St||Plano||75075", "close state: 1 MAIN ST, PLANO, TX 75075"),
        ("1 Main St||Plano|Txs?|75075", "close state: 1 MAIN ST, PLANO, TX 75075"),
        ("1 Main St||Plnao|OK|75075", "close city+state: 1 MAIN ST, PLANO, TX 75075"),
        ("1 Main St||Arlington|VA|76010", "close state: 1 MAIN ST, ARLINGTON, TX 76010"),
        ("1 Main St||Kansas City|MO|66101", "ambiguous KANSAS CITY KS 66101, KANSAS CITY MO 64101"),
    ]);
}

#[test]
fn a_mistyped_zip_code_is_corrected_only_if_one_is_near() {
    walk(&[
        ("1 Dell Way||Round Rock|TX|78628", "close zip: 1 DELL WAY, ROUND ROCK, TX 78682"),
        ("1 Main St||Plano|TX|75057", "close zip: 1 MAIN ST, PLANO, TX 75075"),
        ("1 City Hall Sq||Boston|MA|2201", "close zip: 1 CITY HALL SQ, BOSTON, MA 02201"),
        ("1 Main St||Plano|TX|7507", "ambiguous PLANO TX 75074, PLANO TX 75075"),
        ("1 Main St||Armonk|NY|10540", "close zip: 1 MAIN ST, ARMONK, NY 10504"),
        // None is near, but the city has one only; the other reading is in another state.
        ("1 Main St||Armonk|NY|90210", "close zip: 1 MAIN ST, ARMONK, NY 10504"),
        ("1 Main St||Armonk|NY|00000", "close zip: 1 MAIN ST, ARMONK, NY 10504"),
        // Two readings in one state.
        ("1 Main St||Armonk|NY|10577", "ambiguous PURCHASE NY 10577, ARMONK NY 10504"),
        (
            "1 Main St||Chicago Heights|IL|60606",
            "ambiguous CHICAGO IL 60606, CHICAGO HEIGHTS IL 60411, CHICAGO HEIGHTS IL 60412",
        ),
    ]);
}

#[test]
fn a_missing_zip_code_is_filled_in_only_if_the_city_has_one() {
    walk(&[
        ("1 Main St||Armonk|NY|", "close zip: 1 MAIN ST, ARMONK, NY 10504"),
        (
            "702 SW 8th St||Bentonville|AR|",
            "ambiguous BENTONVILLE AR 72712, BENTONVILLE AR 72713, BENTONVILLE AR 72716",
        ),
    ]);
    let Avps::Ambiguous { alternates, why } = check("1 Main St||Dallas|TX|") else {
        panic!("Dallas has many ZIP codes");
    };
    let zips: Vec<_> = alternates.iter().map(|a| a.zip.clone()).collect();
    assert_eq!(zips.len(), 10);
    assert!(zips.is_sorted());
    assert_eq!(why, "the ZIP code is missing; 105 are possible, the first 10 are offered");
}

#[test]
fn an_address_without_a_premises_does_not_match() {
    let mail = "none: a post office box is no premises; a circuit ends in a building";
    let boxed = "none: a post office box (PO BOX 123) is no premises; a circuit ends in a building";
    let route = "none: a mail route (RR 2 BOX 152) is no premises; give the street address";
    let general = "none: general delivery is no premises; give the street address";
    let psc = "none: a military mail address (PSC 1650 BOX 10) is no premises; \
               give the street address";
    let military = "none: a military mail address is no premises; give the street address";
    let number = "none: the street has no house number";
    walk(&[
        ("PO Box 123||Dallas|TX|75202", boxed),
        ("P.O. Box 123, 208 S Akard St||Dallas|TX|75202", mail),
        ("208 S Akard St|PO Box 9|Dallas|TX|75202", mail),
        ("RR 2 Box 152||Plano|TX|75075", route),
        ("General Delivery||Plano|TX|75075", general),
        ("PSC 1650 Box 10||APO|AE|09001", military),
        ("PSC 1650 Box 10||Dallas|TX|75202", psc),
        ("123 Main St||APO|AE|09001", military),
        ("Akard St||Dallas|TX|75202", number),
        ("0 Main St||Dallas|TX|75202", number),
        ("Five Points Rd||Dallas|TX|75202", number),
        ("TBD||Dallas|TX|75202", number),
        ("700||Dallas|TX|75202", "none: the street has no name"),
        ("||Dallas|TX|75202", "none: the street is empty"),
        ("1 Main St|Suite|Dallas|TX|75202", "none: the unit has no number"),
        (
            "Main St & 1st Ave||Dallas|TX|75202",
            "none: a corner is no premises; give one street and its house number",
        ),
        (
            "1 Rue de Rivoli, Paris France||Dallas|TX|75202",
            "none: \"Paris France\" in the street line is not understood",
        ),
    ]);
}

#[test]
fn an_unknown_place_does_not_match_and_every_fault_is_told() {
    walk(&[
        ("1 Main St||Zzyzzx|TX|99999", "none: the ZIP code is unknown, and TX has no such city"),
        ("1 Main St||Zzyzzx|TX|", "none: the ZIP code is missing, and TX has no such city"),
        (
            "Main St||Zzyzzx|TX|",
            "none: the street has no house number; \
             the ZIP code is missing, and TX has no such city",
        ),
        (
            "1 Main St||Bloomington|MN|",
            "none: the ZIP code is missing, and BLOOMINGTON, MN has none of its own",
        ),
        (
            "1 Main St||Plano||",
            "none: neither the state nor the ZIP code is known, so the city cannot be placed",
        ),
        (
            "1 Main St||Zzyzzx|OK|75075",
            "none: ZIP code 75075 is PLANO, TX, and OK has no such city with a ZIP code",
        ),
    ]);
}

#[test]
fn what_is_left_out_of_the_street_needs_consent() {
    let Avps::CloseMatch { address, corrections } = check("Attn: Bob, 1 Main St||Dallas|TX|75202")
    else {
        panic!("a dropped line is more than spelling");
    };
    assert_eq!(address.street, "1 MAIN ST");
    assert_eq!(
        corrections,
        [correction(
            "street",
            "Attn: Bob, 1 Main St",
            "1 MAIN ST",
            "the attention line ATTN BOB is no part of the street address",
        )]
    );
}

#[test]
fn a_correction_says_what_it_replaces_and_why() {
    let Avps::CloseMatch { corrections, .. } = check("1 Dell Way||Round Rock|TX|78628") else {
        panic!("one ZIP code is near");
    };
    let why = "ZIP code 78628 is not ROUND ROCK's; 78682 is, and differs by one slip of the keys";
    assert_eq!(corrections, [correction("zip", "78628", "78682", why)]);
}

#[test]
fn only_the_united_states_are_served() {
    let mut abroad = given("1 Main St||Dallas|TX|75202");
    for country in ["", "CA", "USA", "U"] {
        abroad.country = country.into();
        let Avps::NoMatch { why } = BuiltinAddressCheck::new().check(&abroad) else {
            panic!("{country:?} is not served");
        };
        assert_eq!(why, "only addresses in the United States are served");
    }
    abroad.country = " us ".into();
    assert_eq!(BuiltinAddressCheck::new().check(&abroad).word(), "match");
}

#[test]
fn what_is_wrong_in_form_is_told_at_once() {
    let mut address = given(&format!("||{}|AE|09001", "x".repeat(201)));
    address.country = "DE".into();
    let why = "none: the city is longer than 200 characters; \
               only addresses in the United States are served; the street is empty; \
               a military mail address is no premises; give the street address";
    assert_eq!(told(&BuiltinAddressCheck::new().check(&address)), why);
}

#[test]
fn a_field_that_no_real_address_has_is_refused_by_its_length() {
    let long = "é".repeat(201);
    let exact = "é".repeat(200);
    assert_eq!(
        told(&check(&format!("1 Main St||{long}|TX|75202"))),
        "none: the city is longer than 200 characters"
    );
    assert_eq!(check(&format!("1 Main St||{exact}|TX|75202")).word(), "close_match");
    let every = [
        format!("{long}||Dallas|TX|75202"),
        format!("1 Main St|{long}|Dallas|TX|75202"),
        format!("1 Main St||Dallas|{long}|75202"),
        format!("1 Main St||Dallas|TX|{long}"),
    ];
    for line in every {
        assert!(told(&check(&line)).ends_with("is longer than 200 characters"));
    }
}

#[test]
fn the_sample_sites_are_ten_matches_one_correction_and_one_choice() {
    let text = include_str!("../../../../../examples/sites.csv");
    let mut rows = csv::Reader::from_reader(text.as_bytes());
    let columns = "name,street,unit,city,state,zip,port_speed,access_speed";
    assert_eq!(rows.headers().unwrap().iter().collect::<Vec<_>>().join(","), columns);
    let answers: Vec<_> = rows
        .records()
        .map(|row| {
            let row = row.unwrap();
            let line: Vec<_> = row.iter().skip(1).take(5).collect();
            check(&line.join("|"))
        })
        .collect();
    let count = |word| answers.iter().filter(|a| a.word() == word).count();
    let counts = (answers.len(), count("match"), count("close_match"), count("ambiguous"));
    assert_eq!(counts, (12, 10, 1, 1));
    // The true one is among those offered.
    assert!(answers.iter().any(|a| a.choices().iter().any(|c| c.zip == "72716")));
    let states: std::collections::BTreeSet<_> =
        text.lines().skip(1).filter_map(|l| l.split(',').nth(4)).collect();
    assert!(states.len() >= 8, "{states:?}");
}

#[test]
fn every_row_of_the_table_agrees_with_itself() {
    let table = ZipTable::shared();
    let mut rows = 0;
    for zip in 0..100_000 {
        for city in table.cities_of(zip) {
            let given = ZipGiven::read(&five(zip));
            let found = last_line::weigh(city.name, Some(city.state), &given);
            assert_eq!(found, Finding::Agrees(LastLine { city, zip }));
            assert!(table.zips_of(city).any(|z| z == zip));
            rows += 1;
        }
    }
    assert!(rows > 41_000, "{rows}");
}

#[tokio::test]
async fn the_connector_answers_as_the_check_does() {
    let connector: &dyn AddressCheck = &BuiltinAddressCheck::new();
    let address = given("1 Dell Way||Round Rock|TX|78628");
    let answer = connector.validate(&address).await;
    assert_eq!(answer, Ok(BuiltinAddressCheck.check(&address)));
}

/// Whatever is offered must be a match and come out as it went in.
fn settles(address: &Address) {
    let check = BuiltinAddressCheck::new();
    let answer = check.check(address);
    let offered = match &answer {
        Avps::Match { address } => std::slice::from_ref(address),
        other => other.choices(),
    };
    assert!(offered.len() <= last_line::MOST_ALTERNATES);
    for one in offered {
        assert_eq!(check.check(one), Avps::Match { address: one.clone() }, "from {address:?}");
    }
    if let Avps::Ambiguous { alternates, .. } = &answer {
        assert!(alternates.len() > 1);
    }
    if let Avps::CloseMatch { corrections, .. } = &answer {
        assert!(!corrections.is_empty());
    }
}

fn word() -> impl Strategy<Value = &'static str> {
    proptest::sample::select(vec![
        "1", "208", "12A", "31-10", "1/2", "N", "South", "NW", "Main", "Akard", "St", "Saint",
        "Ave", "Hwy", "FM", "US", "County", "Road", "1960", "TX", "Dallas", "Suite", "700", "#",
        "Floor", "3rd", "Fl", "Bldg", "B", "Apt", "PO", "Box", "RR", "&", "and", "One", "Tower",
        "Plaza", "c/o", "Attn", "Rear", "Unit", "PH", ",", "-", ".", "Broadway", "Avenue", "of",
        "the", "Americas", "Calle", "é", "(rear)", "75202", "Kentucky", "State", "Rte", "E",
    ])
}

fn words(most: usize) -> impl Strategy<Value = String> {
    proptest::collection::vec(word(), 0..=most).prop_map(|w| w.join(" "))
}

prop_compose! {
    /// Near enough to an address to get past the first checks.
    fn plausible()(
        number in "[1-9][0-9]{0,4}",
        street in prop_oneof![words(6), "(N |SW )?[A-Z][a-z]{3,7} (St|Avenue|Pkwy|Hwy|Plaza)"],
        unit in prop_oneof![Just(None), words(2).prop_map(Some), "STE [0-9]{1,3}".prop_map(Some)],
        (city, state) in proptest::sample::select(vec![
            ("Dallas", "TX"), ("dallas", "Texas"), ("Plano", "TX"), ("Plano", "OK"),
            ("Plnao", "TX"), ("Kansas City", "MO"), ("Kansas City", "KS"), ("St Louis", "MO"),
            ("Miami", "FL"), ("Armonk", "NY"), ("Bloomington", "MN"), ("Dallas", ""), ("", "TX"),
        ]),
        zip in prop_oneof![
            "752[0-4][0-9]", "750[27][3-5](-[0-9]{4})?", "6[346]1[0-9]{2}", "331[0-9]{2}",
            "105[0-9]{2}", "[0-9]{0,5}", "[0-9]{5}-[0-9]{0,4}",
        ],
    ) -> Address {
        let (city, state) = (city.to_owned(), state.to_owned());
        let street = format!("{number} {street}");
        Address { street, unit, city, state, zip, country: "US".into() }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn any_text_gets_an_answer(
        street in "\\PC{0,220}", unit in proptest::option::of(any::<String>()),
        city in any::<String>(), state in any::<String>(), zip in "\\PC{0,12}",
    ) {
        settles(&Address { street, unit, city, state, zip, country: "US".into() });
    }

    #[test]
    fn an_offered_address_matches_and_stays_as_it_is(address in plausible()) {
        settles(&address);
    }

    #[test]
    fn odd_text_with_a_good_last_line_gets_an_answer(
        street in any::<String>(), unit in any::<String>(),
    ) {
        let (city, state, zip) = ("Dallas".into(), "TX".into(), "75202".into());
        let street = format!("12 {street}");
        settles(&Address { street, unit: Some(unit), city, state, zip, country: "US".into() });
    }
}
