//! Reads the credit policy from its file and notes every mistake with its line.

use super::{
    BureauVerdict, BusinessType, CREDIT, Condition, CreditClass, CreditPolicy, Fact, Notice,
    Outcome, PLACES, Rule, Test,
};
use crate::catalogue::reader::{Node, Source};
use crate::catalogue::{CatalogueFault, FaultKind};
use crate::money::Money;
use rust_decimal::Decimal;
use std::collections::HashSet;

const ROOT: [&str; 3] = ["policy", "adverse_action", "rule"];
const POLICY: [&str; 5] =
    ["bureau_verdict", "approval_days", "headroom_percent", "override_limit", "review_hours"];
const RULE: [&str; 7] = ["name", "when", "decision", "deposit_percent", "limit", "class", "reason"];
/// Every condition: its key, the fact, and how the value is meant.
const WHEN: [(&str, Fact, Form); 12] = [
    ("amount_above", Fact::Amount, Form::Money(Test::Above)),
    ("amount_up_to", Fact::Amount, Form::Money(Test::UpTo)),
    ("years_below", Fact::Years, Form::Count(Test::Below)),
    ("years_from", Fact::Years, Form::Count(Test::From)),
    ("past_due_above", Fact::PastDue, Form::Money(Test::Above)),
    ("past_due_up_to", Fact::PastDue, Form::Money(Test::UpTo)),
    ("segment", Fact::Segment, Form::Words),
    ("business_type", Fact::BusinessType, Form::Words),
    ("bureau_class", Fact::BureauClass, Form::Words),
    ("score_below", Fact::Score, Form::Count(Test::Below)),
    ("score_from", Fact::Score, Form::Count(Test::From)),
    ("score_up_to", Fact::Score, Form::Count(Test::UpTo)),
];

#[derive(Clone, Copy)]
enum Form {
    Money(fn(i64) -> Test),
    Count(fn(i64) -> Test),
    Words,
}

pub(super) fn parse(text: &str) -> Result<CreditPolicy, Vec<CatalogueFault>> {
    let source = Source::new(CREDIT, text);
    let policy = policy(&source.root(&ROOT));
    let mut faults = source.into_faults();
    faults.sort_by(|a, b| (a.line, &a.message).cmp(&(b.line, &b.message)));
    faults.dedup();
    match policy {
        Some(policy) if faults.is_empty() => Ok(policy),
        _ => Err(faults),
    }
}

fn policy(root: &Node<'_>) -> Option<CreditPolicy> {
    let table = |key: &str, known: &[&str]| {
        if !root.has(key) {
            root.missing(key);
        }
        root.child(key, known)
    };
    let settings = table("policy", &POLICY);
    let notice = table("adverse_action", &["text"]).and_then(|node| notice(&node));
    let nodes = root.children("rule", &RULE);
    if nodes.is_empty() {
        root.missing("rule");
    }
    let rules: Vec<_> = nodes.iter().map(rule).collect();
    order(&nodes, &rules);
    let settings = settings?;
    let whole = |key: &str, most: i64| {
        let number = need(&settings, key, |node| node.whole(key, 1..=most))?;
        u32::try_from(number).ok()
    };
    let days = whole("approval_days", 3650);
    let hours = whole("review_hours", 8760);
    let headroom = need(&settings, "headroom_percent", |node| node.percent("headroom_percent"));
    let limit = need(&settings, "override_limit", |node| node.price("override_limit"));
    let words = [("stands", BureauVerdict::Stands), ("ignored", BureauVerdict::Ignored)];
    let verdict = one_of(&settings, "bureau_verdict", &words);
    Some(CreditPolicy {
        bureau_verdict: verdict?,
        approval_days: days?,
        headroom_percent: headroom?,
        override_limit: limit?,
        review_hours: hours?,
        notice: notice?,
        rules: rules.into_iter().collect::<Option<_>>()?,
    })
}

/// What must be there.
fn need<'s, T>(node: &Node<'s>, key: &str, read: impl FnOnce(&Node<'s>) -> Option<T>) -> Option<T> {
    if !node.has(key) {
        node.missing(key);
        return None;
    }
    read(node)
}

fn one_of<T: Copy>(node: &Node<'_>, key: &str, words: &[(&str, T)]) -> Option<T> {
    let text = node.need_text(key)?;
    let found = words.iter().find(|(word, _)| *word == text);
    if found.is_none() {
        let allowed: Vec<_> = words.iter().map(|(word, _)| *word).collect();
        let message = format!("`{key}` cannot be {text}");
        node.fault(FaultKind::UnknownReference, key, message, any_of(&allowed));
    }
    found.map(|(_, value)| *value)
}

fn any_of(words: &[&str]) -> String {
    format!("Write one of: {}", words.join(", "))
}

fn notice(node: &Node<'_>) -> Option<Notice> {
    let text = node.need_text("text")?;
    for part in text.split('{').skip(1) {
        let name = part.split_once('}').map_or(part, |(name, _)| name);
        if !PLACES.contains(&name) {
            let message = format!("{{{name}}} stands for nothing");
            let remedy = format!("Use some of: {{{}}}", PLACES.join("}, {"));
            node.fault(FaultKind::UnknownReference, "text", message, remedy);
        }
    }
    if !text.contains("{reasons}") {
        let message = "the text does not say why: {reasons} is missing";
        node.fault(FaultKind::Missing, "text", message, "Add {reasons} on a line of its own");
    }
    Some(Notice(text.trim().to_owned()))
}

fn rule(node: &Node<'_>) -> Option<Rule> {
    let name = node.need_text("name");
    let outcome = outcome(node);
    let classes = CreditClass::ALL.map(|class| (class.word(), class));
    let class = one_of(node, "class", &classes);
    let reason = node.need_text("reason");
    let keys = WHEN.map(|(key, ..)| key);
    let when = node.child("when", &keys);
    let conditions: Vec<_> = when.iter().flat_map(conditions).collect();
    Some(Rule {
        name: name?.to_owned(),
        conditions: conditions.into_iter().collect::<Option<_>>()?,
        outcome: outcome?,
        class: class?,
        reason: reason?.to_owned(),
    })
}

fn outcome(node: &Node<'_>) -> Option<Outcome> {
    let (deposit_percent, limit) = (node.percent("deposit_percent"), node.price("limit"));
    let approve = Outcome::Approve { deposit_percent, limit };
    let words = [("approve", 0), ("review", 1), ("decline", 2)];
    let decided = one_of(node, "decision", &words)?;
    if decided != 0 {
        for key in ["deposit_percent", "limit"].into_iter().filter(|key| node.has(key)) {
            let message = format!("`{key}` is for an approval only");
            node.fault(FaultKind::UnknownKey, key, message, "Remove it, or approve");
        }
    }
    if limit == Some(Money::ZERO) || deposit_percent == Some(Decimal::ZERO) {
        let message = "an approval of nothing, or on a deposit of nothing";
        node.fault(FaultKind::OutOfRange, "limit", message, "Leave the zero out, or decline");
    }
    Some(match decided {
        0 => approve,
        1 => Outcome::Review,
        _ => Outcome::Decline,
    })
}

fn conditions(when: &Node<'_>) -> Vec<Option<Condition>> {
    let condition = |(key, fact, form): (&str, Fact, Form)| {
        let test = match form {
            Form::Money(test) => test(when.price(key)?.minor()),
            Form::Count(test) => test(when.whole(key, 0..=1_000_000)?),
            Form::Words => Test::OneOf(words(when, key, fact)),
        };
        Some(Condition { fact, test })
    };
    WHEN.into_iter().filter(|(key, ..)| when.has(key)).map(condition).collect()
}

fn words(when: &Node<'_>, key: &str, fact: Fact) -> Vec<String> {
    let types = BusinessType::ALL.map(BusinessType::word);
    let classes = CreditClass::ALL.map(CreditClass::word);
    let known: Option<&[&str]> = match fact {
        Fact::BusinessType => Some(&types),
        Fact::BureauClass => Some(&classes),
        // A carrier's segments are its own.
        _ => None,
    };
    let texts = when.texts(key);
    for text in &texts {
        if let Some(known) = known.filter(|known| !known.contains(&text.value)) {
            let message = format!("`{key}` cannot be {}", text.value);
            when.source.fault(FaultKind::UnknownReference, text.line, message, any_of(known));
        }
    }
    texts.into_iter().map(|text| text.value.to_owned()).collect()
}

/// Whether every application is decided, by a rule of its own name, and every rule can be reached.
fn order(nodes: &[Node<'_>], rules: &[Option<Rule>]) {
    let mut names = HashSet::new();
    for (node, rule) in nodes.iter().zip(rules) {
        let Some(rule) = rule else { continue };
        if !names.insert(rule.name.to_ascii_lowercase()) {
            let message = format!("the rule {} stands twice", rule.name);
            node.fault(FaultKind::Duplicate, "name", message, "Give each rule a name of its own");
        }
    }
    let last = nodes.len().saturating_sub(1);
    for (at, (node, rule)) in nodes.iter().zip(rules).enumerate() {
        let Some(rule) = rule else { continue };
        let always = rule.conditions.is_empty();
        if always && at != last {
            let message =
                format!("the rule {} always matches: none after it is reached", rule.name);
            node.fault(FaultKind::Duplicate, "name", message, "Put it last, or give it a `when`");
        }
        if !always && at == last {
            let message = "what no rule matches is not decided";
            let remedy = "Add a last rule without `when`, such as a review";
            node.fault(FaultKind::Missing, "when", message, remedy);
        }
    }
}
