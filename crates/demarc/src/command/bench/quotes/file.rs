//! The file that is imported: made-up sites, each with a configuration of four components.

use crate::failure::{Outcome, at};

const HEADING: [&str; 12] = [
    "Site Name",
    "Street",
    "City",
    "State",
    "ZIP",
    "Product",
    "Port Speed",
    "Access Speed",
    "Management Option",
    "AT&T Default Router",
    "Billing Option",
    "Term",
];

/// Streets that exist, with their ZIP codes; the numbers are made up.
const STREETS: [[&str; 4]; 6] = [
    ["S Akard St", "Dallas", "TX", "75202"],
    ["5th Ave", "New York", "NY", "10118"],
    ["S Wacker Dr", "Chicago", "IL", "60606"],
    ["Washington St SW", "Atlanta", "GA", "30334"],
    ["Broad St", "Seattle", "WA", "98109"],
    ["E Colfax Ave", "Denver", "CO", "80203"],
];
/// Port and access speeds that go together.
const SPEEDS: [[&str; 2]; 4] = [["100M", "100M"], ["250M", "1G"], ["500M", "1G"], ["1G", "1G"]];

/// Port reservations of the same sites.
pub(super) fn enrichments(sites: u32) -> Outcome<Vec<u8>> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(["Site Name", "Floor", "Room", "TSP Code"]).map_err(at("file"))?;
    for number in 1..=sites {
        let (name, room) = (format!("Branch {number}"), format!("{:03}", number % 1_000));
        writer.write_record([&*name, "02", &*room, "TSP645321-44"]).map_err(at("file"))?;
    }
    writer.into_inner().map_err(at("file"))
}

/// So many rows beneath the heading.
pub(super) fn csv(sites: u32) -> Outcome<Vec<u8>> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(HEADING).map_err(at("file"))?;
    let streets = STREETS.iter().cycle();
    let speeds = SPEEDS.iter().cycle();
    for (number, ([street, city, state, zip], [port, access])) in
        (1..=sites).zip(streets.zip(speeds))
    {
        let (name, street) = (format!("Branch {number}"), format!("{} {street}", 100 + number));
        let product = crate::flow::OFFERING;
        let options = ["AT&T Managed", "Yes", "Flat Rate", "36"];
        let head = [&*name, &*street, *city, *state, *zip, product, *port, *access];
        writer.write_record(head.into_iter().chain(options)).map_err(at("file"))?;
    }
    writer.into_inner().map_err(at("file"))
}
