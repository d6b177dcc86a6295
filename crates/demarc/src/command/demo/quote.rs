//! The demo's quote takes shape: sites, their addresses, their configurations.

use super::show::{Came, Show, same, text};
use crate::client::Answer;
use crate::failure::{Failure, Outcome};
use crate::flow::{self, OFFERING};
use crate::sites::SiteRow;
use serde_json::{Value, json};

const TERM: &str = "36";
/// Of the sample's ambiguous ZIP codes, the one where the street is.
const RIGHT_ZIP: &str = "72716";

impl Show {
    pub(super) fn quote_path(&self, rest: &str) -> String {
        format!("/v1/quotes/{}{rest}", self.quote)
    }

    pub(super) async fn sites(&mut self) -> Came {
        let bodies: Vec<_> = self.rows.iter().map(SiteRow::body).collect();
        let path = self.quote_path("/sites");
        let made = self.partner.post(&path, json!({ "sites": bodies })).await?.expect(201)?;
        let sites = made.list("/sites")?;
        same("sites", self.rows.len(), sites.len())?;
        self.sites = sites.iter().map(|s| text(s, "id").to_owned()).collect();
        for site in sites {
            same("validation", "unchecked", text(&site["validation"], "state"))?;
        }
        self.t.did(format!("{} sites in one request, none checked yet", sites.len()));
        for row in &self.rows {
            self.t.note(format!("{}: {}, {} {}", row.name, row.street, row.city, row.state));
        }
        Ok(format!("{} sites", sites.len()))
    }

    pub(super) async fn addresses(&mut self) -> Came {
        let path = self.quote_path("/address-validation");
        self.partner.post(&path, json!({})).await?.expect(202)?;
        let path = self.quote_path("/sites?wait=10");
        let answered = self.partner.get(&path).await?.expect(200)?;
        let mut matched = 0;
        let (mut corrected, mut chosen) = (0, 0);
        for site in answered.list("/sites")? {
            let name = text(site, "name");
            match text(&site["validation"], "state") {
                "match" => matched += 1,
                "close_match" => {
                    corrected += 1;
                    self.tell_corrections(site);
                    self.choose(site, 0, "accepts").await?;
                }
                "ambiguous" => {
                    chosen += 1;
                    let choice = self.tell_alternates(site);
                    self.choose(site, choice, "chooses").await?;
                }
                other => {
                    let why = text(&site["validation"], "why");
                    return Err(Failure::failed(format!("site {name}: {other}: {why}")));
                }
            }
        }
        self.t.did(format!("{matched} matched as given"));
        if self.sample {
            same("corrected addresses", 1, corrected)?;
            same("ambiguous addresses", 1, chosen)?;
        }
        Ok(format!("{matched} matched, {corrected} corrected, {chosen} chosen among alternates"))
    }

    fn tell_corrections(&self, site: &Value) {
        for c in site["validation"]["corrections"].as_array().into_iter().flatten() {
            self.t.refused(format!(
                "{}: {} {:?} should be {:?}: {}",
                text(site, "name"),
                text(c, "field"),
                text(c, "from"),
                text(c, "to"),
                text(c, "why")
            ));
        }
    }

    /// Tells the alternates and gives the one to choose.
    fn tell_alternates(&self, site: &Value) -> usize {
        let alternates = site["validation"]["alternates"].as_array();
        let zips: Vec<_> = alternates.into_iter().flatten().map(|a| text(a, "zip")).collect();
        let why = text(&site["validation"], "why");
        self.t.refused(format!("{}: {why}: {}", text(site, "name"), zips.join(", ")));
        zips.iter().position(|zip| zip.starts_with(RIGHT_ZIP)).unwrap_or(0)
    }

    async fn choose(&self, site: &Value, choice: usize, verb: &str) -> Outcome {
        let path = self.quote_path(&format!("/sites/{}/address-choice", text(site, "id")));
        let done = self.partner.post(&path, json!({ "choice": choice })).await?.expect(200)?;
        same("validation", "accepted", done.str("/sites/0/validation/state")?)?;
        let address = done.at("/sites/0/validation/address")?;
        if self.sample && verb == "chooses" {
            same("ZIP code", RIGHT_ZIP, text(address, "zip"))?;
        }
        self.t.decided(format!("the partner {verb} {}", one_line(address)));
        Ok(())
    }

    pub(super) async fn configuration(&mut self) -> Came {
        let mut mended = 0;
        for (at, row) in self.rows.iter().enumerate() {
            let answer = self.configure(at, &row.port_speed, &row.access_speed).await?;
            let (answer, port) = if answer.json["code"] == json!("invalid_configuration") {
                mended += 1;
                self.mend(at, &answer).await?
            } else {
                (answer.expect(200)?, row.port_speed.clone())
            };
            let features = answer.list("/sites/0/configuration/features")?;
            let value = |name: &str| {
                features.iter().find(|f| text(f, "name") == name).map_or("", |f| text(f, "value"))
            };
            same("port speed", port.as_str(), value("Port Speed"))?;
            same("term", TERM, value("Term"))?;
            self.t.did(format!(
                "{}: port {port}, access {}, {}, {}",
                row.name,
                value("Access Speed"),
                value("Interface"),
                value("Management Option")
            ));
        }
        if self.sample {
            same("configurations that had to be mended", 2, mended)?;
        }
        Ok(format!("{} sites, {TERM} months, {mended} port speeds mended", self.rows.len()))
    }

    async fn configure(&self, at: usize, port: &str, access: &str) -> Outcome<Answer> {
        let body = json!({ "offering": OFFERING, "site_ids": [self.sites[at]],
            "features": flow::features(port, access, TERM) });
        Ok(self.partner.post(&self.quote_path("/configuration"), body).await?)
    }

    /// Takes the value that a refusal calls nearest.
    async fn mend(&self, at: usize, refused: &Answer) -> Outcome<(Answer, String)> {
        let row = &self.rows[at];
        let fault = &refused.list("/errors")?[0];
        let expected = text(fault, "expected");
        let nearest = expected.rsplit_once("nearest: ").map_or("", |(_, nearest)| nearest);
        let detail = text(fault, "detail");
        self.t.refused(format!("{}: 422 {detail}; nearest is {nearest}", row.name));
        let answer = self.configure(at, nearest, &row.access_speed).await?.expect(200)?;
        Ok((answer, nearest.to_owned()))
    }
}

fn one_line(address: &Value) -> String {
    let unit = address["unit"].as_str().map(|u| format!(" {u}")).unwrap_or_default();
    format!(
        "{}{unit}, {}, {} {}",
        text(address, "street"),
        text(address, "city"),
        text(address, "state"),
        text(address, "zip")
    )
}
