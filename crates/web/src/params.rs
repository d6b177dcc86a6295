//! Query parameters: read by name, every fault at once, an unknown one refused.

use domain::code::{Because, Code};
use domain::id::Id;
use domain::money::Money;
use domain::order::IdentifierKind;
use domain::refusal::{Fault, Refusal};
use domain::time::Moment;
use domain::webhook::Filter;
use std::time::Duration;
use store::Page;

/// The parameters of one request, taken out one by one.
#[derive(Debug)]
pub(crate) struct Params {
    given: Vec<(String, String)>,
    faults: Vec<Fault>,
}

/// The most that one page holds, and what it holds unless asked.
const MOST_A_PAGE: u32 = 200;
const A_PAGE: u32 = 50;
/// The most characters of a text.
const LONGEST_TEXT: usize = 200;
/// The longest that a read waits for somebody else's answer, in seconds.
const LONGEST_WAIT: u32 = 30;

/// Which part of a list is asked for whose members have places.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Places {
    /// Only places behind this one; 0: from the first.
    pub(crate) after: u32,
    /// At most so many.
    pub(crate) limit: u32,
}

impl Places {
    /// How many are read: one more, so that it is known whether there is a next page.
    pub(crate) const fn read(self) -> u32 {
        self.limit + 1
    }

    /// Cuts what was read to the page. Answers the next page's cursor, if there is one.
    pub(crate) fn cut<T>(self, found: &mut Vec<T>, place: impl Fn(&T) -> u32) -> Option<String> {
        let limit = usize::try_from(self.limit).unwrap_or(usize::MAX);
        let more = found.len() > limit;
        found.truncate(limit);
        found.last().filter(|_| more).map(|last| place(last).to_string())
    }
}

impl Params {
    pub(crate) fn parse(query: Option<&str>) -> Self {
        let mut params = Self { given: Vec::new(), faults: Vec::new() };
        if let Ok(given) = serde_urlencoded::from_str(query.unwrap_or_default()) {
            params.given = given;
        } else {
            params.fault("", Because::BadFormat, "the query is not form-encoded", "a=b&c=d");
        }
        params
    }

    fn fault(&mut self, name: &str, because: Because, detail: &str, expected: &str) {
        let fault = Fault::new(format!("/query/{name}"), because, detail);
        self.faults.push(fault.expected(expected));
    }

    fn take(&mut self, name: &str) -> Option<String> {
        let at = self.given.iter().position(|(n, _)| n == name)?;
        let (_, value) = self.given.remove(at);
        if self.given.iter().any(|(n, _)| n == name) {
            self.fault(name, Because::Duplicate, "the parameter stands twice", "once");
            self.given.retain(|(n, _)| n != name);
        }
        Some(value)
    }

    pub(crate) fn id(&mut self, name: &str) -> Option<Id> {
        let text = self.take(name)?;
        let id = text.parse().ok();
        if id.is_none() {
            self.fault(name, Because::NotAnId, "not an id", "15 or 18 letters and digits");
        }
        id
    }

    /// Any text but an empty one.
    pub(crate) fn text(&mut self, name: &str) -> Option<String> {
        let text = self.take(name)?;
        if text.is_empty() || text.chars().count() > LONGEST_TEXT || text.contains('\0') {
            let form = format!("1 to {LONGEST_TEXT} characters");
            self.fault(name, Because::BadFormat, "the text is empty or too long", &form);
            return None;
        }
        Some(text)
    }

    /// `identifier_kind` with `identifier`: both or neither, and `narrowed` by nothing else.
    pub(crate) fn identifier(&mut self, narrowed: bool) -> Option<(IdentifierKind, String)> {
        let words: Vec<_> = IdentifierKind::ALL.iter().map(|kind| kind.word()).collect();
        let given = |name: &str| self.given.iter().any(|(n, _)| n == name);
        let (has_kind, has_value) = (given("identifier_kind"), given("identifier"));
        let word = self.word("identifier_kind", &words);
        let value = self.text("identifier");
        let (name, other) = match (has_kind, has_value) {
            (true, true) if narrowed => {
                let detail = "orders with a number are narrowed by nothing else";
                let expected = "neither state nor customer_id nor quote_id";
                self.fault("identifier", Because::Conflicting, detail, expected);
                return None;
            }
            (true, true) => {
                let kind = IdentifierKind::ALL.iter().copied().find(|kind| kind.word() == word);
                return kind.zip(value);
            }
            (false, false) => return None,
            (true, false) => ("identifier", "identifier_kind"),
            (false, true) => ("identifier_kind", "identifier"),
        };
        let detail = format!("{other} says nothing without {name}");
        self.fault(name, Because::Missing, &detail, "both or neither");
        None
    }

    /// An amount that is not below zero.
    pub(crate) fn money(&mut self, name: &str) -> Option<Money> {
        let text = self.take(name)?;
        let money = Money::parse(&text).filter(|money| *money >= Money::ZERO);
        if money.is_none() {
            self.fault(name, Because::BadFormat, "not an amount", "an amount such as 4050.00");
        }
        money
    }

    /// One of `words`; empty if it is not given.
    pub(crate) fn word(&mut self, name: &str, words: &[&str]) -> String {
        let Some(text) = self.take(name) else { return String::new() };
        if words.contains(&text.as_str()) {
            return text;
        }
        self.fault(name, Because::NotAllowedValue, "the value is not allowed", &words.join(", "));
        String::new()
    }

    /// Which events: a kind, a noun's, or everything.
    pub(crate) fn filter(&mut self, name: &str) -> Option<Filter> {
        let text = self.take(name)?;
        let filter = Filter::parse(&text);
        if filter.is_none() {
            let form = "a kind (quote.priced), a noun's (quote.*), or *";
            self.fault(name, Because::NotAllowedValue, "no such kind of event", form);
        }
        filter
    }

    pub(crate) fn number(&mut self, name: &str, least: u32, most: u32) -> Option<u32> {
        let text = self.take(name)?;
        match text.parse::<u32>() {
            Ok(n) if (least..=most).contains(&n) => Some(n),
            Ok(_) => {
                self.fault(
                    name,
                    Because::OutOfRange,
                    "out of range",
                    &format!("{least} to {most}"),
                );
                None
            }
            Err(_) => {
                self.fault(name, Because::WrongType, "not a number", &format!("{least} to {most}"));
                None
            }
        }
    }

    /// `limit`, `cursor` and `since`.
    pub(crate) fn page(&mut self) -> Page {
        let limit = self.number("limit", 1, MOST_A_PAGE).unwrap_or(A_PAGE);
        let before = self.id("cursor");
        let since = self.take("since").and_then(|text| {
            let moment = Moment::parse(&text);
            if moment.is_none() {
                let form = "RFC 3339, such as 2026-02-19T15:04:05Z";
                self.fault("since", Because::BadFormat, "not a moment", form);
            }
            moment
        });
        Page { before, since, limit }
    }

    /// `limit` and `cursor` of a list that begins with the oldest.
    pub(crate) fn page_from(&mut self) -> Page {
        let limit = self.number("limit", 1, MOST_A_PAGE).unwrap_or(A_PAGE);
        Page { before: self.id("cursor"), since: None, limit }
    }

    /// `limit` and `cursor` of a list whose members have places: 1, 2, 3 …
    pub(crate) fn places(&mut self) -> Places {
        let limit = self.number("limit", 1, MOST_A_PAGE).unwrap_or(A_PAGE);
        Places { after: self.number("cursor", 1, u32::MAX).unwrap_or(0), limit }
    }

    /// `wait`, in seconds.
    pub(crate) fn wait(&mut self) -> Duration {
        Duration::from_secs(self.number("wait", 0, LONGEST_WAIT).unwrap_or(0).into())
    }

    /// Refuses if anything that was taken is wrong; what is left over is not looked at.
    pub(crate) fn sound(mut self) -> Result<(), Refusal> {
        self.given.clear();
        self.finish()
    }

    /// The parameter must be there: says so of one that is not.
    pub(crate) fn needs<T>(&mut self, name: &str, found: Option<T>) -> Option<T> {
        let place = format!("/query/{name}");
        if found.is_none() && self.faults.iter().all(|fault| fault.pointer != place) {
            self.faults.push(Fault::new(place, Because::Missing, format!("{name} is missing")));
        }
        found
    }

    /// Refuses if anything was wrong or is left over.
    pub(crate) fn finish(mut self) -> Result<(), Refusal> {
        for (name, _) in std::mem::take(&mut self.given) {
            let pointer = format!("/query/{name}");
            let detail = "not a documented parameter";
            self.faults.push(Fault::new(pointer, Because::UnknownMember, detail));
        }
        if self.faults.is_empty() {
            return Ok(());
        }
        let refusal = Refusal::new(Code::InvalidQuery, "some query parameters are wrong");
        Err(refusal.with(self.faults))
    }
}
