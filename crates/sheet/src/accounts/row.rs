//! One row of a file of accounts.

use super::Means;
use crate::cell;
use crate::fault::{Fault, Note};
use crate::heading::key;
use crate::table::{Kind, Row, Table};
use domain::address::Address;
use domain::code::Because;
use domain::customer::import::AccountRow;
use domain::customer::{
    AccountStatus, AllianceStatus, CarrierAccount, Loa, NewAccount, SubAccount, SubAccountStatus,
};
use domain::id::Id;
use domain::time::Date;

/// As many characters as the interface takes.
const NUMBER: usize = 50;
const SHORT: usize = 100;
const LONG: usize = 200;
const SUB_ACCOUNTS: usize = 100;

pub(super) struct Reading<'a> {
    table: &'a Table,
    means: &'a [Option<Means>],
    pub(super) faults: Vec<Fault>,
    pub(super) notes: Vec<Note>,
}

impl<'a> Reading<'a> {
    pub(super) fn new(table: &'a Table, means: &'a [Option<Means>]) -> Self {
        Self { table, means, faults: Vec::new(), notes: Vec::new() }
    }

    /// The account of a row; none if anything of it is wrong.
    pub(super) fn row(&mut self, row: &Row) -> Option<AccountRow> {
        let before = self.faults.len();
        let acid = self.needed(row, Means::Acid, NUMBER);
        let name = self.needed(row, Means::Name, LONG);
        let doing_business_as = self.text(row, Means::DoingBusinessAs, LONG);
        let address = self.address(row);
        let sub_accounts = self.sub_accounts(row);
        let sales_segment = self.text(row, Means::SalesSegment, SHORT);
        let contract_status = self.text(row, Means::ContractStatus, SHORT);
        let alliance_status = self.word(row, Means::AllianceStatus, &ALLIANCE);
        let account_status = self.word(row, Means::AccountStatus, &STATUS);
        let loa = self.loa(row);
        let partner = self.partner(row);
        if self.faults.len() > before {
            return None;
        }
        let new =
            NewAccount { name: name?, doing_business_as, address: address?, contacts: vec![] };
        let account = CarrierAccount {
            new,
            alliance_status: alliance_status.unwrap_or(AllianceStatus::Open),
            account_status: account_status.unwrap_or(AccountStatus::Active),
            partner,
            acid,
            sub_accounts,
            sales_segment,
            contract_status,
            loa,
        };
        Some(AccountRow { row: row.number, account })
    }

    fn column(&self, means: Means) -> Option<usize> {
        self.means.iter().position(|m| *m == Some(means))
    }

    fn fault(
        &mut self,
        (row, means): (&Row, Means),
        code: Because,
        detail: impl Into<String>,
        expected: &str,
        remedy: &str,
    ) {
        let mut fault = Fault::of_file(code, detail, remedy).expected(expected);
        if let Some(column) = self.column(means) {
            let place = self.table.place(Some(row.number), column);
            fault = fault.at(place).value(row.cells[column].value());
        }
        self.faults.push(fault);
    }

    /// What a cell says, if anything, within its length.
    fn text(&mut self, row: &Row, means: Means, most: usize) -> Option<String> {
        let cell = &row.cells[self.column(means)?];
        if matches!(cell.kind, Kind::Error | Kind::Nested) {
            let detail = format!("the cell of {} is no text", means.title());
            let remedy = "Write the value itself.";
            self.fault((row, means), Because::BadFormat, detail, "a text", remedy);
            return None;
        }
        let value = cell.value();
        if value.chars().count() > most {
            let detail = format!("the {} is longer than {most} characters", means.title());
            let expected = format!("at most {most} characters");
            self.fault((row, means), Because::TooLong, detail, &expected, "Shorten it.");
            return None;
        }
        (!value.is_empty()).then(|| value.to_owned())
    }

    fn needed(&mut self, row: &Row, means: Means, most: usize) -> Option<String> {
        let before = self.faults.len();
        let text = self.text(row, means, most);
        if text.is_none() && self.faults.len() == before {
            let detail = format!("the {} is missing", means.title());
            let remedy = format!("Write the {}.", means.title());
            self.fault((row, means), Because::Missing, detail, "a text", &remedy);
        }
        text
    }

    fn address(&mut self, row: &Row) -> Option<Address> {
        let street = self.needed(row, Means::Street, LONG);
        let unit = self.text(row, Means::Unit, SHORT);
        let city = self.needed(row, Means::City, SHORT);
        let state = self.needed(row, Means::State, SHORT).and_then(|text| {
            let code = cell::state(&text);
            if code.is_none() {
                let near = cell::nearest_state(&text).map(|n| format!("; nearest: {n}"));
                let expected =
                    format!("a state's two letters or its name{}", near.unwrap_or_default());
                let (detail, remedy) =
                    (format!("{text} is no state"), "Write the state's two letters.");
                let place = (row, Means::State);
                self.fault(place, Because::NotAllowedValue, detail, &expected, remedy);
            }
            code
        });
        let zip = self.needed(row, Means::Zip, SHORT).and_then(|text| self.zip(row, &text));
        if let Some(country) = self.text(row, Means::Country, SHORT)
            && !cell::is_us(&country)
        {
            let detail = format!("{country} is not served");
            let remedy = "Leave the row out; only the United States are served.";
            self.fault((row, Means::Country), Because::NotAllowedValue, detail, "US", remedy);
        }
        let (state, country) = (state?.to_owned(), "US".to_owned());
        Some(Address { street: street?, unit, city: city?, state, zip: zip?, country })
    }

    fn zip(&mut self, row: &Row, text: &str) -> Option<String> {
        let Some((zip, padded)) = cell::zip(text) else {
            let detail = format!("{text} is no ZIP code");
            let expected = "five digits, or nine as 60606-1234";
            let remedy = "Write the digits of the ZIP code; a column of text keeps its zeros.";
            self.fault((row, Means::Zip), Because::BadFormat, detail, expected, remedy);
            return None;
        };
        if padded && let Some(column) = self.column(Means::Zip) {
            let place = self.table.place(Some(row.number), column);
            let detail = format!("{text} was read as {zip}: zeros were lost before it");
            self.notes.push(Note { place, detail });
        }
        Some(zip)
    }

    /// `S-1; S-2 (inactive)`.
    fn sub_accounts(&mut self, row: &Row) -> Vec<SubAccount> {
        let text = self.text(row, Means::SubAccounts, SUB_ACCOUNTS * NUMBER).unwrap_or_default();
        let mut subs: Vec<SubAccount> = Vec::new();
        for part in text.split([';', '|']).map(str::trim).filter(|part| !part.is_empty()) {
            let inactive = part.strip_suffix("(inactive)").map(str::trim);
            let status = match inactive {
                Some(_) => SubAccountStatus::Inactive,
                None => SubAccountStatus::Active,
            };
            let id = inactive.unwrap_or(part).to_owned();
            let twice = subs.iter().any(|known| known.id == id);
            if twice || id.chars().count() > NUMBER || subs.len() == SUB_ACCOUNTS {
                let what = if twice { "stands twice" } else { "is too much" };
                let detail = format!("{id} {what} in the list of sub-accounts");
                let expected = "ids of at most 50 characters, once each: S-1; S-2 (inactive)";
                let remedy = "Mend the list.";
                let place = (row, Means::SubAccounts);
                self.fault(place, Because::BadFormat, detail, expected, remedy);
                return Vec::new();
            }
            subs.push(SubAccount { id, status });
        }
        subs
    }

    /// A cell that has one of a few words.
    fn word<T: Copy>(&mut self, row: &Row, means: Means, words: &[(&str, T)]) -> Option<T> {
        let text = self.text(row, means, SHORT)?;
        let wanted = key(&text);
        let found = words.iter().find(|(word, _)| key(word) == wanted);
        if found.is_none() {
            let all: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
            let detail = format!("{text} is no {}", means.title());
            let remedy = "Write one of the words.";
            let place = (row, means);
            self.fault(place, Because::NotAllowedValue, detail, &all.join(", "), remedy);
        }
        found.map(|(_, value)| *value)
    }

    fn loa(&mut self, row: &Row) -> Loa {
        let until = self.text(row, Means::LoaValidUntil, SHORT).and_then(|text| {
            let day = day(&text);
            if day.is_none() {
                let (detail, remedy) = (format!("{text} is no day"), "Write year, month and day.");
                let place = (row, Means::LoaValidUntil);
                self.fault(place, Because::BadFormat, detail, "YYYY-MM-DD", remedy);
            }
            day
        });
        let said = self.word(row, Means::LoaStatus, &LETTER);
        if said == Some(false) && until.is_some() {
            let detail = "there is no letter whose last day this could be";
            let remedy = "Leave the day out, or write on_file.";
            let place = (row, Means::LoaValidUntil);
            self.fault(place, Because::Conflicting, detail, "an empty cell", remedy);
        }
        if said.unwrap_or(until.is_some()) { Loa::OnFile { valid_until: until } } else { Loa::None }
    }

    fn partner(&mut self, row: &Row) -> Option<Id> {
        let text = self.text(row, Means::Partner, SHORT)?;
        let id = text.parse::<Id>().ok();
        if id.is_none() {
            let detail = format!("{text} is no partner's id");
            let (expected, remedy) =
                ("15 or 18 characters", "Copy the id from the list of partners.");
            self.fault((row, Means::Partner), Because::NotAnId, detail, expected, remedy);
        }
        id
    }
}

const ALLIANCE: [(&str, AllianceStatus); 3] = [
    ("open", AllianceStatus::Open),
    ("carrier_only", AllianceStatus::CarrierOnly),
    ("partner_only", AllianceStatus::PartnerOnly),
];
/// Prospects come from partners, not from files.
const STATUS: [(&str, AccountStatus); 2] =
    [("active", AccountStatus::Active), ("inactive", AccountStatus::Inactive)];
/// Whether it has ended is told by its last day.
const LETTER: [(&str, bool); 7] = [
    ("none", false),
    ("on_file", true),
    ("expired", true),
    ("yes", true),
    ("no", false),
    ("Y", true),
    ("N", false),
];

/// A day as `2026-02-19`, or as people write it: `2/19/2026`.
fn day(text: &str) -> Option<Date> {
    if let Ok(day) = text.parse() {
        return Some(day);
    }
    let mut parts = text.split('/');
    let (month, day, year) = (parts.next()?, parts.next()?, parts.next()?);
    let number = |text: &str| text.parse::<u16>().ok();
    let (year, month, day) = (number(year)?, number(month)?, number(day)?);
    format!("{year:04}-{month:02}-{day:02}").parse().ok().filter(|_| parts.next().is_none())
}
