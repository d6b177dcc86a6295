//! Whatever the bytes are, there is an answer; and ten thousand rows are read in no time.

use domain::catalogue::Catalogue;
use proptest::prelude::*;
use sheet::{Format, Sold, annotate, read, understand};
use std::fmt::Write as _;
use std::sync::OnceLock;
use std::time::Instant;

fn catalogue() -> &'static Catalogue {
    static SHIPPED: OnceLock<Catalogue> = OnceLock::new();
    SHIPPED.get_or_init(|| Catalogue::shipped().expect("no mistake"))
}

/// Reads, understands and writes again. Every row is sound or has a fault.
fn whole_way(bytes: &[u8], format: Format) {
    let Ok(table) = read(bytes, format, None) else { return };
    let offerings = ["OFF_ADI_MID_MARKET".to_owned()];
    for default in [None, Some("ADI")] {
        let sold = Sold { catalogue: catalogue(), offerings: &offerings, default };
        let found = understand(&table, sold);
        if !found.broken {
            assert_eq!(found.sound.len() + found.faulty, table.rows.len());
        }
        assert!(found.faulty <= found.faults.len());
        let back = annotate(&table, &found.faults);
        if let Ok(back) = back {
            read(&back, format, None).expect("what was written can be read");
        }
    }
}

/// A sound workbook with some bytes of it replaced.
fn bent() -> impl Strategy<Value = Vec<u8>> {
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    for (column, text) in (0..).zip(["Site", "Street", "City", "State"]) {
        sheet.write_string(0, column, text).expect("a cell");
        sheet.write_string(1, column, "MA").expect("a cell");
    }
    let sound = book.save_to_buffer().expect("a workbook");
    let most = sound.len();
    prop::collection::vec((0..most, any::<u8>()), 1..6).prop_map(move |changes| {
        let mut bytes = sound.clone();
        for (at, byte) in changes {
            bytes[at] = byte;
        }
        bytes
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(64) })]

    #[test]
    fn any_bytes_have_an_answer(bytes in prop::collection::vec(any::<u8>(), 0..400), at in 0..4_usize) {
        whole_way(&bytes, Format::ALL[at]);
    }

    #[test]
    fn any_text_below_sound_headings_has_an_answer(text in "[ -~\n\"\u{e9}]{0,200}") {
        whole_way(format!("Site,Street,City,State,ZIP,Port Speed,Term\n{text}").as_bytes(), Format::Csv);
        let json = serde_json::json!([{ "Site": text, "City": "Boston", "State": text, "Street": "x" }]);
        whole_way(json.to_string().as_bytes(), Format::Json);
    }

    #[test]
    fn a_bent_workbook_has_an_answer(bytes in bent()) {
        whole_way(&bytes, Format::Xlsx);
    }
}

#[test]
fn ten_thousand_rows_of_twelve_columns_are_understood() {
    let mut text = "Site,Street,Suite,City,State,ZIP,Country,Product,Port Speed,Access Speed,Term,\
        Interface\n"
        .to_owned();
    for n in 0..10_000 {
        let _ = writeln!(
            text,
            "Site {n},{n} Beacon St,STE {n},Boston,MA,2108,US,ADI,1G,1G,36,1000Base-LX"
        );
    }
    let begun = Instant::now();
    let table = read(text.as_bytes(), Format::Csv, None).expect("a table");
    let read_in = begun.elapsed();
    let offerings = ["OFF_ADI_MID_MARKET".to_owned()];
    let sold = Sold { catalogue: catalogue(), offerings: &offerings, default: None };
    let found = understand(&table, sold);
    let understood_in = begun.elapsed().saturating_sub(read_in);
    assert_eq!((found.sound.len(), found.faults.len()), (10_000, 0));
    annotate(&table, &found.faults).expect("a file");
    let written_in = begun.elapsed().saturating_sub(read_in + understood_in);
    eprintln!("read {read_in:.1?}, understood {understood_in:.1?}, written {written_in:.1?}");
}
