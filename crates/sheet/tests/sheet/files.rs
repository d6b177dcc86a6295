//! Files of sites: the same rows in every form, and what goes back.

use domain::catalogue::Catalogue;
use domain::code::Because;
use rust_xlsxwriter::{Format as Look, Formula, Workbook};
use sheet::{FAULTS, Fault, Format, Kind, Sold, Table, Understood, annotate, read, understand};

const ADI: &str = "OFF_ADI_MID_MARKET";

fn shipped() -> Catalogue {
    Catalogue::shipped().expect("no mistake")
}

fn understood(table: &Table, default: Option<&str>) -> Understood {
    let offerings = [ADI.to_owned(), "OFF_AIAB".to_owned()];
    understand(table, Sold { catalogue: &shipped(), offerings: &offerings, default })
}

fn csv(text: &str) -> Table {
    read(text.as_bytes(), Format::Csv, None).expect("a table")
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).expect("UTF-8")
}

const HEADINGS: [&str; 9] = [
    "Location",
    "Addr 1",
    "Suite",
    "City",
    "State",
    "Postal Code",
    "Bandwidth",
    "Loop Speed",
    "Term",
];
const ROWS: [[&str; 9]; 2] = [
    [
        "Chicago office",
        "233 S Wacker Dr",
        "STE 700",
        "Chicago",
        "Illinois",
        "60606",
        "1 Gb",
        "1G",
        "36",
    ],
    ["Boston office", "1 Beacon St", "", "Boston", "MA", "02108", "100 Mbps", "100 M", "3 years"],
];

fn workbook(fill: impl Fn(&mut rust_xlsxwriter::Worksheet)) -> Vec<u8> {
    let mut book = Workbook::new();
    fill(book.add_worksheet());
    book.save_to_buffer().expect("a workbook")
}

/// The same two rows in every form.
fn every_form() -> Vec<(Format, Vec<u8>)> {
    let lines = |separator: &str| {
        let rows = std::iter::once(&HEADINGS).chain(&ROWS);
        rows.map(|r| r.join(separator)).collect::<Vec<_>>().join("\r\n")
    };
    let object = |row: &[&str; 9]| {
        let members = HEADINGS.iter().zip(row).filter(|(_, v)| !v.is_empty());
        let members: Vec<_> = members.map(|(h, v)| format!("{h:?}:{v:?}")).collect();
        format!("{{{}}}", members.join(","))
    };
    let objects = ROWS.iter().map(object).collect::<Vec<_>>();
    let xlsx = workbook(|sheet| {
        for (at, row) in (0..).zip(std::iter::once(&HEADINGS).chain(&ROWS)) {
            for (column, value) in (0..).zip(row) {
                sheet.write_string(at, column, *value).expect("a cell");
            }
        }
    });
    vec![
        (Format::Csv, lines(",").into_bytes()),
        (Format::Csv, format!("\u{feff}{}", lines(";")).into_bytes()),
        (Format::Csv, lines("\t").into_bytes()),
        (Format::Xlsx, xlsx),
        (Format::Json, format!("[{}]", objects.join(",")).into_bytes()),
        (Format::JsonLines, objects.join("\n").into_bytes()),
    ]
}

#[test]
fn the_same_rows_are_the_same_sites_in_every_form() {
    for (format, bytes) in every_form() {
        let table = read(&bytes, format, None).expect("a table");
        let found = understood(&table, Some("ADI"));
        assert_eq!(found.faults, [], "{format:?}");
        let [chicago, boston] = &found.sound[..] else { panic!("{format:?}: {found:?}") };
        assert_eq!(
            (chicago.name.as_str(), chicago.address.one_line()),
            ("Chicago office", "233 S Wacker Dr STE 700, Chicago, IL 60606".to_owned())
        );
        assert_eq!(boston.address.one_line(), "1 Beacon St, Boston, MA 02108");
        let speed = |s: &sheet::Sound| {
            let configuration = s.configuration.as_ref().expect("a product");
            let speed = configuration.value("Port Speed").expect("a speed").to_string();
            (speed, configuration.term_months)
        };
        assert_eq!(speed(chicago), ("1G".to_owned(), 36));
        assert_eq!(speed(boston), ("100M".to_owned(), 36));
    }
}

#[test]
fn a_file_comes_back_in_its_own_form_with_the_faults_and_can_be_sent_again() {
    for (format, bytes) in every_form() {
        let table = read(&bytes, format, None).expect("a table");
        let last = table.rows[1].number;
        let mut found = understood(&table, Some("ADI"));
        let place = sheet::Place { row: Some(last), column: None, heading: Some("City".into()) };
        found.faults.push(Fault {
            place: Box::new(place),
            value: None,
            code: Because::Missing,
            detail: "the City is missing".to_owned(),
            expected: None,
            remedy: "Fill the cell.".to_owned(),
        });
        let back = annotate(&table, &found.faults).expect("a file");
        let again = read(&back, format, None).expect("a table");
        assert_eq!(again.headings.last().map(String::as_str), Some(FAULTS), "{format:?}");
        assert_eq!(again.headings.len(), table.headings.len() + 1);
        let faults: Vec<_> = again.rows.iter().map(|r| r.cells[9].text.as_str()).collect();
        assert_eq!(faults, ["", "City: the City is missing. Fill the cell."], "{format:?}");
        for (one, two) in table.rows.iter().zip(&again.rows) {
            assert_eq!(one.cells[..9], two.cells[..9], "{format:?}");
        }
        assert_eq!(understood(&again, Some("ADI")).sound.len(), 2, "{format:?}");
        let twice = annotate(&again, &[]).expect("a file");
        let twice = read(&twice, format, None).expect("a table");
        assert_eq!(twice.headings, again.headings, "the column is replaced, not doubled");
    }
}

#[test]
fn a_workbook_keeps_what_its_cells_are() {
    let bytes = workbook(|sheet| {
        let zip = Look::new().set_num_format("00000");
        let day = Look::new().set_num_format("yyyy-mm-dd");
        for (column, heading) in
            (0..).zip(["Site", "Street", "City", "State", "ZIP", "Note", "Due"])
        {
            sheet.write_string(2, column, heading).expect("a cell");
        }
        for row in [3, 4] {
            sheet.write_string(row, 0, "Boston").expect("a cell");
            sheet.write_string(row, 1, "1 Beacon St").expect("a cell");
            sheet.write_string(row, 2, "Boston").expect("a cell");
            sheet.write_number_with_format(row, 4, 2108.0, &zip).expect("a cell");
            let formula = Formula::new("=1+1").set_result("2");
            sheet.write_formula(row, 5, formula).expect("a cell");
            sheet.write_number_with_format(row, 6, 45_943.0, &day).expect("a cell");
        }
        sheet.merge_range(3, 3, 4, 3, "MA", &Look::new()).expect("merged");
    });
    let table = read(&bytes, Format::Xlsx, None).expect("a table");
    assert_eq!(table.rows.iter().map(|r| r.number).collect::<Vec<_>>(), [4, 5]);
    let cells: Vec<_> = table.rows[1].cells.iter().map(|c| (c.kind, c.text.as_str())).collect();
    assert_eq!(cells[3], (Kind::Text, "MA"), "a merged cell has the value of its area");
    assert_eq!(cells[4], (Kind::Number, "2108"));
    assert_eq!(cells[5].1, "2", "the value of the formula");
    assert_eq!(cells[6].1, "2025-10-13");
    let found = understood(&table, None);
    assert_eq!(found.sound[0].address.zip, "02108");
    let notes: Vec<_> = found.notes.iter().map(|n| n.detail.as_str()).collect();
    assert_eq!(
        notes,
        [
            "merged cells: MA was taken for each of them",
            "Note is not understood and ignored",
            "Due is not understood and ignored",
            "2108 was read as 02108: zeros were lost before it",
            "2108 was read as 02108: zeros were lost before it",
            "the same name and address as row 4: both are added",
        ]
    );
}

#[test]
fn the_named_worksheet_is_read_and_the_others_are_told_of() {
    let mut book = Workbook::new();
    for name in ["Cover", "Sites"] {
        let sheet = book.add_worksheet().set_name(name).expect("a name");
        sheet.write_string(0, 0, "Site").expect("a cell");
        sheet.write_string(1, 0, name).expect("a cell");
    }
    let bytes = book.save_to_buffer().expect("a workbook");
    let first = read(&bytes, Format::Xlsx, None).expect("a table");
    assert_eq!((first.sheet.as_deref(), &*first.rows[0].cells[0].text), (Some("Cover"), "Cover"));
    let named = read(&bytes, Format::Xlsx, Some("sites")).expect("a table");
    assert_eq!(named.rows[0].cells[0].text, "Sites");
    let wrong = read(&bytes, Format::Xlsx, Some("Branches")).expect_err("no such sheet");
    assert_eq!(wrong.expected.as_deref(), Some("Cover, Sites"));
}

#[test]
fn rows_are_numbered_as_a_person_counts_them() {
    let table = csv("\nSite,Street\n\n\"A\nand B\",x\n\n\nC,y\n");
    assert_eq!(table.rows.iter().map(|r| r.number).collect::<Vec<_>>(), [4, 7]);
    let lines = b"\n{\"Site\":\"A\"}\n\n{\"Site\":\"B\"}\n";
    let table = read(lines, Format::JsonLines, None).expect("a table");
    assert_eq!(table.rows.iter().map(|r| r.number).collect::<Vec<_>>(), [2, 4]);
}

#[test]
fn a_file_of_an_old_spreadsheet_is_read_with_a_note() {
    let table = read(b"Site,City\nCaf\xe9,Cond\xe9\n", Format::Csv, None).expect("a table");
    assert_eq!(table.rows[0].cells[0].text, "Café");
    assert!(understood(&table, None).notes[0].detail.contains("Windows-1252"));
    let back = annotate(&table, &[]).expect("a file");
    assert!(text(&back).contains("Café"));
}

#[test]
fn what_is_no_table_at_all_is_refused_with_the_way_out() {
    let long = format!("Site\n{}\n", "x".repeat(2001));
    let wide = vec!["a"; 201].join(",");
    let tall = "Site\n".to_owned() + &"x\n".repeat(10_001);
    let many = format!("[{}]", vec!["{\"a\":1}"; 10_001].join(","));
    for (format, bytes, told) in [
        (Format::Csv, &b""[..], "the file has no row below its headings"),
        (Format::Csv, b"Site,Street\n\n", "the file has no row below its headings"),
        (Format::Csv, b"PK\x03\x04", "the file is a workbook or an archive, not CSV"),
        (Format::Csv, b"\xff\xfeS\0", "the file is in UTF-16"),
        (Format::Csv, b"Site\na\0b\n", "row 2, column A: the cell holds the character U+0000"),
        (Format::Csv, long.as_bytes(), "row 2, column A: the cell is longer than 2000 characters"),
        (Format::Csv, wide.as_bytes(), "the file has more than 200 columns"),
        (Format::Csv, tall.as_bytes(), "the file has more than 10000 rows"),
        (Format::Json, many.as_bytes(), "the file has more than 10000 rows"),
        (Format::Json, b"[{\"a\":1,\"a\":2}]", "row 1 has the member a twice"),
        (Format::Json, b"[]", "the file has no row below its headings"),
        (Format::Xlsx, b"Site,Street", "the file is no sound workbook"),
    ] {
        let fault = read(bytes, format, None).expect_err(told);
        assert!(fault.detail.starts_with(told), "{}", fault.detail);
        assert!(!fault.remedy.is_empty());
    }
    for wrong in ["{}", "[1]", "[{]", "nonsense", "[[]]"] {
        let fault = read(wrong.as_bytes(), Format::Json, None).expect_err(wrong);
        assert!(fault.detail.starts_with("not JSON of the documented form"), "{}", fault.detail);
    }
    let second = read(b"{\"a\":1}\n{", Format::JsonLines, None).expect_err("no JSON");
    assert_eq!(second.place.row, Some(2));
}

#[test]
fn a_workbook_that_swells_is_refused_before_it_is_unpacked() {
    use std::io::Write as _;
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default();
    zip.start_file("xl/sharedStrings.xml", options).expect("a part");
    let block = vec![b' '; 1 << 20];
    for _ in 0..65 {
        zip.write_all(&block).expect("written");
    }
    let bytes = zip.finish().expect("an archive").into_inner();
    assert!(bytes.len() < 200_000, "{} bytes", bytes.len());
    let fault = read(&bytes, Format::Xlsx, None).expect_err("too large");
    assert_eq!(fault.detail, "the workbook unpacks to more than 64 MB");
}

#[test]
fn a_cell_far_away_is_no_large_table() {
    let far = |row, column| {
        workbook(|sheet| {
            sheet.write_string(0, 0, "Site").expect("a cell");
            sheet.write_string(1, 0, "Boston").expect("a cell");
            sheet.write_string(row, column, "far").expect("a cell");
        })
    };
    let below = read(&far(1_048_575, 0), Format::Xlsx, None).expect("a table");
    assert_eq!(below.rows.iter().map(|r| r.number).collect::<Vec<_>>(), [2, 1_048_576]);
    let aside = read(&far(1, 16_383), Format::Xlsx, None).expect_err("too wide");
    assert_eq!(aside.detail, "the file has more than 200 columns");
}
