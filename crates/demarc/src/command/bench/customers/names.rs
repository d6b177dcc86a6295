//! Made-up businesses for the lookup to be measured on: the same for the same number, with some
//! words in many names and most words in few.

use domain::address::Address;
use domain::customer::import::AccountRow;
use domain::customer::{AccountStatus, AllianceStatus, CarrierAccount, Loa, NewAccount};

/// Most frequent first.
const TRADES: [&str; 40] = [
    "Services",
    "Construction",
    "Dental",
    "Medical",
    "Consulting",
    "Insurance",
    "Restaurant",
    "Properties",
    "Plumbing",
    "Electric",
    "Auto Repair",
    "Realty",
    "Trucking",
    "Landscaping",
    "Systems",
    "Technologies",
    "Financial",
    "Manufacturing",
    "Marketing",
    "Logistics",
    "Pharmacy",
    "Engineering",
    "Veterinary",
    "Roofing",
    "Accounting",
    "Veterinary Hospital",
    "Heating and Air",
    "Machine Works",
    "Printing",
    "Bakery",
    "Brewing",
    "Orthodontics",
    "Physical Therapy",
    "Title Company",
    "Lumber",
    "Steel",
    "Aviation",
    "Nursery",
    "Upholstery",
    "Taxidermy",
];
const KINDS: [&str; 10] = [
    "Group",
    "Associates",
    "Center",
    "Partners",
    "Solutions",
    "Brothers",
    "Holdings",
    "Enterprises",
    "International",
    "Supply",
];
const FORMS: [&str; 6] = ["LLC", "Inc.", "Corp", "", "Co", "Ltd"];
const FIRST: [&str; 12] = [
    "American",
    "First",
    "National",
    "Southern",
    "Golden",
    "United",
    "Superior",
    "Premier",
    "Lone Star",
    "Pacific",
    "Heritage",
    "Summit",
];
const PLACES: [(&str, &str, u32); 24] = [
    ("New York", "NY", 10001),
    ("Los Angeles", "CA", 90001),
    ("Chicago", "IL", 60601),
    ("Houston", "TX", 77001),
    ("Phoenix", "AZ", 85001),
    ("Philadelphia", "PA", 19101),
    ("San Antonio", "TX", 78201),
    ("San Diego", "CA", 92101),
    ("Dallas", "TX", 75201),
    ("Austin", "TX", 78701),
    ("Jacksonville", "FL", 32201),
    ("Columbus", "OH", 43201),
    ("Charlotte", "NC", 28201),
    ("Indianapolis", "IN", 46201),
    ("Seattle", "WA", 98101),
    ("Denver", "CO", 80201),
    ("Boston", "MA", 2101),
    ("Nashville", "TN", 37201),
    ("Portland", "OR", 97201),
    ("Memphis", "TN", 37501),
    ("Tulsa", "OK", 74101),
    ("Omaha", "NE", 68101),
    ("Reno", "NV", 89501),
    ("St. Louis", "MO", 63101),
];
/// Surnames and brands are made of these: some 30,000 of them, the first far more often.
const BEGINS: [&str; 32] = [
    "Har", "Wil", "Mar", "Ben", "Car", "Don", "Ed", "Fer", "Gar", "Hol", "Jack", "Ken", "Lam",
    "Mor", "Nor", "Ol", "Pat", "Quin", "Rob", "San", "Thom", "Van", "Wal", "Yar", "Zim", "Al",
    "Bur", "Cor", "Del", "Ever", "Fal", "Gil",
];
const MIDDLES: [&str; 32] = [
    "ri", "li", "tin", "e", "pen", "a", "ver", "do", "ling", "s", "ber", "ton", "ma", "ne", "ro",
    "ke", "la", "mi", "na", "o", "per", "ra", "si", "ta", "u", "vi", "wo", "xa", "ya", "ze", "bo",
    "cu",
];
const ENDS: [&str; 32] = [
    "son", "s", "man", "ton", "field", "well", "berg", "ley", "ford", "wood", "worth", "ham",
    "stein", "dale", "er", "ing", "land", "more", "ner", "sey", "ster", "ville", "win", "brook",
    "by", "combe", "den", "gate", "hurst", "kins", "low", "mont",
];

/// Numbers that fall the same way for the same seed.
#[derive(Debug, Clone)]
pub(super) struct Dice(u64);

impl Dice {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x5851_f42d_4c95_7f2d)
    }

    /// Steele, Lea and Flood: SplitMix64.
    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Below `end`, all alike.
    pub(super) fn below(&mut self, end: usize) -> usize {
        let end = u64::try_from(end.max(1)).unwrap_or(1);
        usize::try_from(self.roll() % end).unwrap_or_default()
    }

    /// Below `end`, the first far more often: the least of three.
    fn skewed(&mut self, end: usize) -> usize {
        self.below(end).min(self.below(end)).min(self.below(end))
    }

    fn of<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.below(from.len())]
    }
}

fn surname(dice: &mut Dice) -> String {
    let at = |dice: &mut Dice| dice.skewed(32);
    format!("{}{}{}", BEGINS[at(dice)], MIDDLES[at(dice)], ENDS[at(dice)])
}

/// The name of account number `at`.
fn name(dice: &mut Dice) -> String {
    let trade = TRADES[dice.skewed(TRADES.len())];
    let (one, form) = (surname(dice), dice.of(&FORMS));
    match dice.below(8) {
        0 => format!("{} {trade} {form}", dice.of(&FIRST)),
        1 => format!("{one} & {} {trade}", surname(dice)),
        2 => format!("{one} {} {form}", dice.of(&KINDS)),
        3 => format!("{} {one} {trade} {} {form}", dice.of(&FIRST), dice.of(&KINDS)),
        4 => format!("{one} {trade} Store #{}", 1 + dice.below(900)),
        5 => format!("{} {one} {trade}", surname(dice)),
        _ => format!("{one} {trade} {form}"),
    }
}

/// Account number `at`, as operations would load it.
pub(super) fn row(at: u32) -> AccountRow {
    let mut dice = Dice::new(at.into());
    let name = name(&mut dice).trim().to_owned();
    let (city, state, zip) = PLACES[dice.skewed(PLACES.len())];
    let zip = zip + u32::try_from(dice.below(60)).unwrap_or_default();
    let address = Address {
        street: format!("{} Main St", 1 + dice.below(9000)),
        unit: None,
        city: city.to_owned(),
        state: state.to_owned(),
        zip: format!("{zip:05}"),
        country: "US".to_owned(),
    };
    let account = CarrierAccount {
        new: NewAccount { name, doing_business_as: None, address, contacts: Vec::new() },
        alliance_status: AllianceStatus::Open,
        account_status: AccountStatus::Active,
        partner: None,
        acid: Some(format!("A{at:08}")),
        sub_accounts: Vec::new(),
        sales_segment: Some("Mid Market".to_owned()),
        contract_status: None,
        loa: Loa::None,
    };
    AccountRow { row: at, account }
}
