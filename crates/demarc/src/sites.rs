//! Reads sites from a CSV file: one row a site. It checks the form, not the addresses.

use serde::Deserialize;
use serde_json::{Value, json};

/// The sites that the program brings along.
pub(crate) const SAMPLE: &str = include_str!("../../../examples/sites.csv");

/// The columns.
const HEADING: &str = "name,street,unit,city,state,zip,port_speed,access_speed";

/// One row.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SiteRow {
    pub(crate) name: String,
    pub(crate) street: String,
    pub(crate) unit: String,
    pub(crate) city: String,
    pub(crate) state: String,
    /// May be empty: address validation then proposes one.
    pub(crate) zip: String,
    pub(crate) port_speed: String,
    pub(crate) access_speed: String,
}

impl SiteRow {
    /// As `POST /v1/quotes/{id}/sites` takes it.
    pub(crate) fn body(&self) -> Value {
        let mut address = json!({
            "street": self.street, "city": self.city, "state": self.state, "zip": self.zip,
        });
        if !self.unit.is_empty() {
            address["unit"] = json!(self.unit);
        }
        json!({ "name": self.name, "address": address })
    }
}

/// Reads every row, or names every row that has not the documented form. `place` is the file.
pub(crate) fn read(place: &str, text: &str) -> Result<Vec<SiteRow>, Vec<String>> {
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(text.as_bytes());
    let heading = reader.headers().map_err(|e| vec![format!("{place}: {e}")])?;
    if heading.iter().ne(HEADING.split(',')) {
        let found = heading.iter().collect::<Vec<_>>().join(",");
        return Err(vec![format!(
            "{place}: line 1: expected the heading {HEADING}, found {found}"
        )]);
    }
    let mut sites = Vec::new();
    let mut faults = Vec::new();
    for row in reader.deserialize::<SiteRow>() {
        match row {
            Ok(row) if row.name.is_empty() => {
                faults.push(format!("{place}: row {}: the name is empty", sites.len() + 1));
            }
            Ok(row) => sites.push(row),
            Err(e) => faults.push(format!("{place}: {e}")),
        }
    }
    if sites.is_empty() && faults.is_empty() {
        faults.push(format!("{place}: there is no row beneath the heading"));
    }
    if faults.is_empty() { Ok(sites) } else { Err(faults) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sample_has_twelve_sites() {
        let sites = read("sample", SAMPLE).unwrap();
        assert_eq!(sites.len(), 12);
        assert_eq!(sites[1].body()["address"]["unit"], "FL 34");
        assert!(sites[0].body()["address"].get("unit").is_none());
        assert_eq!(sites[11].zip, "");
    }

    #[test]
    fn every_row_at_fault_is_named() {
        let text = "name,street,unit,city,state,zip,port_speed,access_speed\n\
                    A,1 Main St,,Plano,TX,75075,1G,1G\nB,2 Main St\n,3 Main St,,Plano,TX,,1G,1G\n";
        let faults = read("sites.csv", text).unwrap_err();
        assert_eq!(faults.len(), 2, "{faults:?}");
        assert!(faults[0].contains("sites.csv") && faults[0].contains("line: 3"), "{faults:?}");
        assert!(faults[1].contains("the name is empty"), "{faults:?}");
    }

    #[test]
    fn a_heading_alone_is_refused() {
        let faults = read("x", "name,street,unit,city,state,zip,port_speed,access_speed\n");
        assert_eq!(faults.unwrap_err(), ["x: there is no row beneath the heading"]);
    }

    #[test]
    fn another_heading_is_refused() {
        let text = "name,street,unit,city,state,zip,port_speed,access_speed,colour\n\
                    A,1 Main St,,Plano,TX,75075,1G,1G,red\n";
        let faults = read("x", text).unwrap_err();
        assert!(faults[0].contains("expected the heading name,street"), "{faults:?}");
        assert!(faults[0].ends_with("colour"), "{faults:?}");
    }
}
