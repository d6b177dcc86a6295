//! The demo's quote becomes binding: credit, contract, signature.

use super::meet::day;
use super::show::{CUSTOMER, Came, Show, amount, is_refusal, same, text};
use crate::{figures, flow};
use serde_json::json;
use sha2::{Digest, Sha256};

impl Show {
    pub(super) async fn credit(&mut self) -> Came {
        let path = self.quote_path("/contracts");
        let early = self.partner.post(&path, flow::contract(CUSTOMER)).await?;
        is_refusal(&early, 409, "premature_step")?;
        self.t.refused(format!(
            "a contract without credit: 409 premature_step, {}",
            early.str("/errors/0/detail")?
        ));
        let path = self.quote_path("/credit-checks");
        let asked = self.partner.post(&path, flow::credit_check(CUSTOMER)).await?.expect(202)?;
        let id = asked.str("/id")?;
        self.t.did(format!("credit check {id} requested"));
        let path = format!("/v1/credit-checks/{id}?wait=10");
        let check = self.partner.get(&path).await?.expect(200)?;
        same("state", "approved", check.str("/state")?)?;
        let asked = figures::money(amount(check.at("/amount")?)?);
        let limit = figures::money(amount(check.at("/limit")?)?);
        let until = day(check.str("/valid_until")?);
        let by = check.str("/decided_by")?;
        self.t.decided(format!(
            "{by} approves {asked} USD (class {}), limit {limit}, valid until {until}",
            check.str("/class")?
        ));
        self.t.note(format!("because {}", check.str("/reasons/0")?));
        let all = self.partner.get(&self.quote_path("/credit-checks")).await?.expect(200)?;
        same("approval that counts", id, all.str("/valid/id")?)?;
        Ok(format!("approved up to {limit} USD until {until}"))
    }

    pub(super) async fn contract(&mut self) -> Came {
        let path = self.quote_path("/contracts");
        let asked = self.partner.post(&path, flow::contract(CUSTOMER)).await?.expect(202)?;
        let id = asked.str("/id")?.to_owned();
        let path = format!("/v1/contracts/{id}");
        let sent = self.partner.get(&format!("{path}?wait=10")).await?.expect(200)?;
        same("state", "sent", sent.str("/state")?)?;
        let number = sent.str("/number")?;
        self.t.did(format!(
            "contract {number} ({id}) sent in envelope {}, open until {}",
            sent.str("/envelope/reference")?,
            day(sent.str("/envelope/expires_at")?)
        ));
        let sha256 = sent.str("/document_sha256")?;
        let document = self.partner.get(&format!("{path}/document")).await?.expect(200)?;
        same("SHA-256 of the document", sha256, hex(&document.text).as_str())?;
        let lines = document.text.lines().count();
        self.t.did(format!("its document, {lines} lines, has the SHA-256 {}…", &sha256[..12]));
        let body = flow::signature(sha256);
        let signed = self.partner.post(&format!("{path}/sign"), body).await?.expect(200)?;
        same("state of the contract", "signed", signed.str("/contract/state")?)?;
        same("state of the quote", "accepted", signed.str("/quote/state")?)?;
        let by = text(signed.at("/contract/signer")?, "name");
        self.t.decided(format!("{by} signs for {CUSTOMER}; the quote is frozen"));
        let edit = self.partner.post(&self.quote_path("/price"), json!({})).await?;
        is_refusal(&edit, 409, "premature_step")?;
        self.t.refused(format!(
            "pricing it again: 409 premature_step, {}",
            edit.str("/errors/0/detail")?
        ));
        self.contract = id;
        Ok(format!("{number} signed by {by}"))
    }
}

fn hex(text: &str) -> String {
    use std::fmt::Write as _;
    Sha256::digest(text.as_bytes()).iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}"); // Writing to a String cannot fail.
        hex
    })
}
