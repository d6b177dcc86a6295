//! Reading the lookup's index: a few rounds of look-ups by equality, each with a limit, so that no
//! word is too common to be asked for. What an account is worth is decided over the few dozen
//! that they find.

use crate::ask::{Ask, all};
use crate::{Query, Row, Sight, Store, StoreError, Value};
use domain::customer::Account;
use domain::customer::lookup::{Asked, Match, best};
use domain::customer::terms::Spot;
use domain::id::Id;
use domain::party::{Environment, Tenant};
use std::collections::HashMap;

macro_rules! words {
    ($place:literal) => {
        concat!(
            "select account from account_word where tenant = $1 and word = $2 \
             and owner in ('', $3)",
            $place,
            " order by state, city, zip, owner, account limit 40"
        )
    };
}
const ANYWHERE: &str = words!("");
const IN_STATE: &str = words!(" and state = $4 and ($5 = '' or zip = $5)");
const IN_CITY: &str = words!(" and state = $4 and city = $5 and ($6 = '' or zip = $6)");
/// The index has the state before the city.
const IN_ANY_STATE: &str = words!(
    " and state in ('AA', 'AE', 'AK', 'AL', 'AP', 'AR', 'AS', 'AZ', 'CA', 'CO', 'CT', 'DC', 'DE', \
     'FL', 'FM', 'GA', 'GU', 'HI', 'IA', 'ID', 'IL', 'IN', 'KS', 'KY', 'LA', 'MA', 'MD', 'ME', \
     'MH', 'MI', 'MN', 'MO', 'MP', 'MS', 'MT', 'NC', 'ND', 'NE', 'NH', 'NJ', 'NM', 'NV', 'NY', \
     'OH', 'OK', 'OR', 'PA', 'PR', 'PW', 'RI', 'SC', 'SD', 'TN', 'TX', 'UT', 'VA', 'VI', 'VT', \
     'WA', 'WI', 'WV', 'WY') and city = $4"
);
/// Names from one to before another, in their order: the same name first.
const NAMES: &str = "select id from (select id, name_key, state, city, zip, owner from account \
    where tenant = $1 and name_key >= $2 and name_key < $3 \
    order by name_key, state, city, zip, owner, id limit 500) a where owner in ('', $4) \
    and ($5 = '' or state = $5) and ($6 = '' or city = $6) and ($7 = '' or zip = $7) \
    order by name_key, id limit 40";
const NEAR: &str = "select word from account_spelling where tenant = $1 and key in ($2, $3, $4, \
    $5, $6, $7, $8, $9, $10, $11, $12, $13) and owner in ('', $14) \
    order by key, owner, word limit 100";
const FORMS: usize = 12;
const LONGER: &str = "select word from (select key, owner, word from account_spelling \
    where tenant = $1 and key >= $2 and key < $3 and owner in ('', $4) \
    order by key, owner, word limit 300) k where key = word order by word limit 8";
const STATES: &str = "select distinct state from (select state from account where tenant = $1 \
    and zip = $2 and owner in ('', $3) order by state, owner limit 2000) a order by state";
/// By the key alone: who may see what was found is asked of the accounts themselves.
const DOCS: &str = "select doc from account where tenant = $1 and id in ($2, $3, $4, $5, $6, $7, \
    $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)";
const DOCUMENTS: usize = 16;
/// Accounts that are looked at more closely.
const CANDIDATES: usize = 3 * DOCUMENTS;

pub(crate) const SEARCH: &[&str] =
    &[ANYWHERE, IN_STATE, IN_CITY, IN_ANY_STATE, NAMES, NEAR, LONGER, STATES, DOCS];

/// Texts of one column.
type Texts = Ask<Vec<String>>;

fn texts(rows: Vec<Row>) -> Result<Vec<String>, StoreError> {
    rows.into_iter().map(|mut row| row.take_text(0)).collect()
}

/// Who asks, and in which environment.
struct Seeker {
    sight: Sight,
    carrier: String,
    /// Empty: the carrier's customers only.
    partner: String,
}

impl Seeker {
    fn ask(&self, sql: &'static str, values: Vec<Value>) -> Texts {
        Ask { query: Query::within(self.sight, sql, values), read: texts }
    }

    /// The words of the vocabulary that share a form with each word asked: which word, and how.
    fn near(&self, asked: &Asked) -> Vec<(usize, Texts)> {
        let mut asks = Vec::new();
        for (at, forms) in asked.spellings().into_iter().enumerate() {
            let forms: Vec<String> = forms.into_iter().collect();
            for some in forms.chunks(FORMS) {
                let form = |n: usize| Value::from(some.get(n).unwrap_or(&some[0]).as_str());
                let mut values = vec![self.carrier.as_str().into()];
                values.extend((0..FORMS).map(form));
                values.push(self.partner.as_str().into());
                asks.push((at, self.ask(NEAR, values)));
            }
        }
        asks
    }

    fn longer(&self, word: &str) -> Texts {
        let (carrier, partner) = (self.carrier.as_str(), self.partner.as_str());
        self.ask(LONGER, vec![carrier.into(), word.into(), after(word).into(), partner.into()])
    }

    fn states(&self, zip: &str) -> Texts {
        let (carrier, partner) = (self.carrier.as_str(), self.partner.as_str());
        self.ask(STATES, vec![carrier.into(), zip.into(), partner.into()])
    }

    fn term(&self, word: &str, state: &str, asked: &Asked) -> Texts {
        let mut values: Vec<Value> =
            [&*self.carrier, word, &*self.partner].into_iter().map(Value::from).collect();
        let (city, zip) = (asked.city.as_str(), asked.zip.as_str());
        let (sql, place) = match (state, city) {
            ("", "") => (ANYWHERE, vec![]),
            ("", city) => (IN_ANY_STATE, vec![city]),
            (state, "") => (IN_STATE, vec![state, zip]),
            (state, city) => (IN_CITY, vec![state, city, zip]),
        };
        values.extend(place.into_iter().map(Value::from));
        self.ask(sql, values)
    }

    fn name(&self, name: &str, asked: &Asked) -> Texts {
        let to = after(name);
        let texts =
            [&*self.carrier, name, &*to, &*self.partner, &*asked.state, &*asked.city, &*asked.zip];
        self.ask(NAMES, texts.into_iter().map(Value::from).collect())
    }

    fn documents(&self, ids: &[String]) -> Ask<Vec<Account>> {
        let mut values = vec![self.carrier.as_str().into()];
        let id = |n: usize| Value::from(ids.get(n).unwrap_or(&ids[0]).as_str());
        values.extend((0..DOCUMENTS).map(id));
        Ask { query: Query::within(self.sight, DOCS, values), read: all }
    }
}

/// What comes after every text that begins so.
fn after(text: &str) -> String {
    format!("{text}\u{10ffff}")
}

/// The best accounts that `partner` may see, in their order; without one the carrier's.
pub async fn find(
    store: &Store,
    environment: Environment,
    partner: Option<Id>,
    asked: &Asked,
) -> Result<Vec<(Account, Match)>, StoreError> {
    let carrier = Tenant::carrier(environment);
    let seeker = Seeker {
        sight: partner.map_or(carrier, |id| Tenant::partner(id, environment)).into(),
        carrier: carrier.to_string(),
        partner: partner.map_or_else(String::new, |id| id.short().to_owned()),
    };
    let Some(Read { near, longer, states }) = vocabulary(store, &seeker, asked).await? else {
        return Ok(Vec::new());
    };
    // What is found under more of what was asked comes first.
    let mut worth: HashMap<String, u32> = HashMap::new();
    let mut asks = Vec::new();
    let mut worths = Vec::new();
    for name in asked.names(&near, &longer) {
        worths.push(if worths.is_empty() { 1000 } else { 100 });
        asks.push(seeker.name(&name, asked));
    }
    for term in asked.terms(&near, &longer) {
        for state in &states {
            worths.push(u32::from(term.covers) * if term.literal { 3 } else { 2 });
            asks.push(seeker.term(&term.text, state, asked));
        }
    }
    for (ids, each) in store.ask(asks).await?.into_iter().zip(worths) {
        for id in ids {
            *worth.entry(id).or_default() += each;
        }
    }
    let mut found: Vec<(u32, String)> = worth.into_iter().map(|(id, n)| (n, id)).collect();
    found.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    let ids: Vec<String> = found.into_iter().take(CANDIDATES).map(|(_, id)| id).collect();
    let asks = ids.chunks(DOCUMENTS).map(|some| seeker.documents(some)).collect::<Vec<_>>();
    let accounts = store.ask(asks).await?.into_iter().flatten();
    // Without a partner only the carrier's own customers are looked for.
    let visible = |a: &Account| match partner {
        Some(partner) => a.visible_to(partner),
        None => Spot::of(a).owner.is_empty(),
    };
    Ok(best(asked, accounts.filter(visible)))
}

/// What the first round found.
struct Read {
    near: Vec<Vec<String>>,
    longer: Vec<String>,
    /// Where to look: the state asked, or those that the ZIP code lies in, or anywhere.
    states: Vec<String>,
}

/// None: nobody is there.
async fn vocabulary(
    store: &Store,
    seeker: &Seeker,
    asked: &Asked,
) -> Result<Option<Read>, StoreError> {
    let by_name = !asked.by_number();
    let (places, mut asks): (Vec<usize>, Vec<Texts>) =
        seeker.near(asked).into_iter().filter(|_| by_name).unzip();
    let beginning = asked.beginning().filter(|_| by_name);
    asks.extend(beginning.map(|word| seeker.longer(word)));
    let zip_only = !asked.zip.is_empty() && asked.state.is_empty();
    asks.extend(zip_only.then(|| seeker.states(&asked.zip)));
    let mut answers = store.ask(asks).await?.into_iter();
    let mut near = vec![Vec::new(); asked.name.words.len()];
    for (at, words) in places.into_iter().zip(answers.by_ref()) {
        near[at].extend(words);
    }
    let longer = beginning.and_then(|_| answers.next()).unwrap_or_default();
    let states =
        if zip_only { answers.next().unwrap_or_default() } else { vec![asked.state.clone()] };
    Ok((!states.is_empty()).then_some(Read { near, longer, states }))
}
