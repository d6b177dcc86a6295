//! One row of a file of accounts.

use super::Means;
use crate::cell;
use crate::known::{AddressIn, LONG, Reading, SHORT};
use crate::table::Row;
use domain::code::Because;
use domain::customer::import::AccountRow;
use domain::customer::{
    AccountStatus, AllianceStatus, CarrierAccount, Loa, NewAccount, SubAccount, SubAccountStatus,
};

/// The most characters of a number, and the most sub-accounts of one account.
const NUMBER: usize = 50;
const SUB_ACCOUNTS: usize = 100;
const ADDRESS: AddressIn<Means> = AddressIn {
    street: Means::Street,
    unit: Means::Unit,
    city: Means::City,
    state: Means::State,
    zip: Means::Zip,
};

/// The account of a row; none if anything of it is wrong.
pub(super) fn read(reading: &mut Reading<'_, Means>, row: &Row) -> Option<AccountRow> {
    let before = reading.faults.len();
    let acid = reading.needed(row, Means::Acid, NUMBER);
    let name = reading.needed(row, Means::Name, LONG);
    let doing_business_as = reading.text(row, Means::DoingBusinessAs, LONG);
    let address = reading.address(row, &ADDRESS);
    reading.country(row);
    let sub_accounts = reading.sub_accounts(row);
    let sales_segment = reading.text(row, Means::SalesSegment, SHORT);
    let contract_status = reading.text(row, Means::ContractStatus, SHORT);
    let alliance_status = reading.word(row, Means::AllianceStatus, &ALLIANCE);
    let account_status = reading.word(row, Means::AccountStatus, &STATUS);
    let loa = reading.loa(row);
    let remedy = "Copy the id from the list of partners.";
    let partner = reading.id(row, Means::Partner, None, remedy);
    if reading.faults.len() > before {
        return None;
    }
    let new = NewAccount { name: name?, doing_business_as, address: address?, contacts: vec![] };
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

impl Reading<'_, Means> {
    fn country(&mut self, row: &Row) {
        if let Some(country) = self.text(row, Means::Country, SHORT)
            && !cell::is_us(&country)
        {
            let detail = format!("{country} is not served");
            let remedy = "Leave the row out; only the United States are served.";
            self.fault((row, Means::Country), Because::NotAllowedValue, detail, "US", remedy);
        }
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

    fn loa(&mut self, row: &Row) -> Loa {
        let until = self.day(row, Means::LoaValidUntil);
        let said = self.word(row, Means::LoaStatus, &LETTER);
        if said == Some(false) && until.is_some() {
            let detail = "there is no letter whose last day this could be";
            let remedy = "Leave the day out, or write on_file.";
            let place = (row, Means::LoaValidUntil);
            self.fault(place, Because::Conflicting, detail, "an empty cell", remedy);
        }
        if said.unwrap_or(until.is_some()) { Loa::OnFile { valid_until: until } } else { Loa::None }
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
