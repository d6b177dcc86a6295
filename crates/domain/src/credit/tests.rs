//! The moves of a check, the policy's rules, and what two people may do.

use super::*;
use crate::address::Address;
use crate::catalogue::CatalogueFault;
use crate::code::{Because, Code};
use crate::id::{Ids, Kind};
use crate::party::{Actor, Environment};
use proptest::prelude::*;
use serde_json::Value;

const SHIPPED: &str = include_str!("../../../../catalogue/credit.toml");

#[test]
fn every_move_of_a_credit_check_is_as_designed() {
    use CreditPhase::*;
    for from in CreditPhase::ALL {
        for to in CreditPhase::ALL {
            let designed = match from {
                Requested => matches!(to, Approved | InReview | Declined | Failed),
                InReview => matches!(to, Approved | Declined),
                Approved => matches!(to, Expired),
                Declined => matches!(to, Approved),
                Failed | Expired => false,
            };
            let allowed = from.guard(*to, "moved").is_ok();
            assert_eq!(allowed, designed, "{} → {}", from.word(), to.word());
        }
    }
}

fn policy() -> CreditPolicy {
    CreditPolicy::shipped().unwrap()
}

fn money(minor: i64) -> Money {
    Money::from_minor(minor)
}

fn application(years: Option<u32>, past_due: Option<i64>) -> Application {
    Application {
        business_name: "Sample Dental Group".into(),
        doing_business_as: None,
        business_type: BusinessType::Llc,
        legal_address: Address {
            street: "901 MARQUETTE AVE".into(),
            unit: None,
            city: "MINNEAPOLIS".into(),
            state: "MN".into(),
            zip: "55402".into(),
            country: "US".into(),
        },
        primary_first_name: "Sam".into(),
        primary_last_name: "Sample".into(),
        email: "sam@example.com".into(),
        sub_account: None,
        segment: None,
        tax_id: None,
        years_in_business: years,
        past_due: past_due.map(money),
    }
}

fn decide(policy: &CreditPolicy, minor: i64, years: Option<u32>, owed: i64) -> Assessment {
    policy.assess(&application(years, Some(owed)), money(minor), &Report::default())
}

#[test]
fn each_shipped_rule_decides_at_its_bound() {
    let word = |verdict: &Verdict| match verdict {
        Verdict::Approved { deposit: None, .. } => "approved",
        Verdict::Approved { deposit: Some(_), .. } => "deposit",
        Verdict::InReview => "review",
        Verdict::Declined => "declined",
    };
    for (minor, years, past_due, want) in [
        (25_000_000, Some(10), 0, "approved"),
        (25_000_001, Some(10), 0, "deposit"),
        (50_000_000, None, 50_000, "deposit"),
        (50_000_001, None, 0, "review"),
        (100, Some(10), 50_001, "declined"),
        (2_500_000, Some(1), 0, "approved"),
        (2_500_001, Some(1), 0, "review"),
        (2_500_001, Some(2), 0, "approved"),
    ] {
        let decided = decide(&policy(), minor, years, past_due);
        assert_eq!(word(&decided.verdict), want, "{minor} {years:?} {past_due}");
    }
}

#[test]
fn an_approval_covers_a_little_more_than_was_asked() {
    let approved = |limit, deposit: Option<i64>| Verdict::Approved {
        limit: money(limit),
        deposit: deposit.map(money),
    };
    assert_eq!(decide(&policy(), 100_000, None, 0).verdict, approved(110_000, None));
    let large = decide(&policy(), 30_000_000, None, 0).verdict;
    assert_eq!(large, approved(33_000_000, Some(3_000_000)));
}

#[test]
fn a_bureaus_verdict_stands_or_is_a_fact_as_the_policy_says() {
    let report = Report { verdict: Some(Verdict::Declined), ..Report::default() };
    let asked = application(None, None);
    let stands = policy().assess(&asked, money(100), &report);
    assert_eq!((stands.verdict, stands.trace.len()), (Verdict::Declined, 0));
    let ignoring = CreditPolicy::parse(&SHIPPED.replace("\"stands\"\n", "\"ignored\"\n")).unwrap();
    let ignored = ignoring.assess(&asked, money(100), &report);
    assert!(matches!(ignored.verdict, Verdict::Approved { .. }));
    assert!(!ignored.trace.is_empty());
    // What the bureau knows counts, whatever the applicant says.
    let owing = Report { past_due: Some(money(50_001)), ..Report::default() };
    assert_eq!(policy().assess(&asked, money(100), &owing).verdict, Verdict::Declined);
}

#[test]
fn the_trace_says_what_each_rule_looked_at() {
    let decided = decide(&policy(), 30_000_000, Some(1), 0);
    let seen: Vec<_> = decided.trace.iter().map(|l| (l.rule.as_str(), l.matched)).collect();
    assert_eq!(seen, [("past due", false), ("young business, large amount", true)]);
    let young = &decided.trace[1].tested;
    let said: Vec<_> = young.iter().map(|t| (t.fact.word(), t.value.as_deref())).collect();
    assert_eq!(said, [("amount", Some("300000.00")), ("years", Some("1"))]);
    assert_eq!(young[0].wanted, "above 25000.00");
}

fn faults(text: &str) -> Vec<CatalogueFault> {
    CreditPolicy::parse(text).unwrap_err()
}

#[test]
fn each_mistake_in_a_policy_names_its_line_and_a_remedy() {
    for (from, to, line, says) in [
        ("decision = \"decline\"", "decision = \"refuse\"", "decision = \"refuse\"", "refuse"),
        (
            "past_due_above = 500.00",
            "past_due_over = 500",
            "when = { past_due_over",
            "past_due_over",
        ),
        ("years_below = 2", "years_below = \"two\"", "when = { years_below", "a whole number"),
        ("amount_up_to = 250000.00", "business_type = \"llp\"", "business_type = \"llp\"", "llp"),
        ("approval_days = 90", "approval_days = 0", "approval_days = 0", "from 1 to 3650"),
        ("{reasons}\n", "why not\n", "text = \"\"\"", "{reasons} is missing"),
        ("{applicant}\n", "{customer}\n", "text = \"\"\"", "{customer} stands for nothing"),
        ("name = \"clear\"", "name = \"past due\"", "name = \"past due\"", "stands twice"),
        ("override_limit = 1000000.00", "", "[policy]", "`override_limit` is missing"),
        (
            "bureau_verdict = \"stands\"",
            "bureau_verdict = \"maybe\"",
            "bureau_verdict = \"m",
            "maybe",
        ),
        ("deposit_percent = 10", "deposit_percent = 101", "deposit_percent = 101", "from 0 to 100"),
    ] {
        assert!(SHIPPED.contains(from), "{from}");
        let text = SHIPPED.replacen(from, to, 1);
        let found = faults(&text);
        let fault = found.iter().find(|f| f.message.contains(says));
        let fault = fault.unwrap_or_else(|| panic!("{says:?} is not in {found:?}"));
        let lines: Vec<_> = text
            .lines()
            .enumerate()
            .filter(|(_, l)| l.contains(line))
            .map(|(n, _)| n + 1)
            .collect();
        assert!(lines.contains(&fault.line), "{fault}: not one of {lines:?}");
        assert!(!fault.remedy.is_empty() && fault.file == CREDIT, "{fault}");
    }
}

#[test]
fn a_policy_that_leaves_something_undecided_is_refused() {
    let (before, _) = SHIPPED.rsplit_once("[[rule]]").unwrap();
    let found = faults(before);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].message, "what no rule matches is not decided");
    let early = SHIPPED.replacen("when = { past_due_above = 500.00 }\n", "", 1);
    assert!(faults(&early)[0].message.contains("none after it is reached"));
    assert!(faults("").iter().any(|f| f.message == "`policy` is missing"));
}

fn context(credential: u32) -> Context {
    let now = Moment::parse("2026-11-23T15:00:00Z").unwrap();
    let credential = Id::new(Kind::Credential, 1, credential);
    let actor = Actor::Operations { name: "night shift".into(), credential };
    Context { now, ids: Ids::new(now.ms(), 1), actor, request: None, clock: None }
}

fn in_review(minor: i64) -> CreditCheck {
    let assessment = decide(&policy(), 60_000_000, None, 0);
    assert_eq!(assessment.verdict, Verdict::InReview);
    CreditCheck {
        id: "a9X550000005tWz".parse().unwrap(),
        tenant: Tenant::partner(Id::new(Kind::Partner, 1, 1), Environment::Test),
        version: 2,
        subject: Id::new(Kind::Account, 1, 1),
        quote: Id::new(Kind::Quote, 1, 1),
        amount: money(minor),
        application: application(None, None),
        state: CreditState::InReview { assessment },
        proposal: None,
        created_at: Moment::parse("2026-11-23T14:00:00Z").unwrap(),
    }
}

fn approval(limit: Option<i64>) -> Approval {
    Approval { limit: limit.map(money), deposit: None, reason: "Bank reference seen.".into() }
}

#[test]
fn above_the_limit_an_approval_needs_two_people() {
    let most = policy().override_limit().minor();
    let alone = credit_approve(&mut context(1), &policy(), in_review(most), approval(None));
    assert_eq!(alone.unwrap().view.state.word(), "approved");
    let proposed = credit_approve(&mut context(1), &policy(), in_review(most + 1), approval(None));
    let proposed = proposed.unwrap().view;
    assert_eq!((proposed.state.word(), proposed.proposal.is_some()), ("in_review", true));
    let confirm = |who, seen| credit_confirm(&mut context(who), &policy(), proposed.clone(), seen);
    assert_eq!(confirm(1, 3).unwrap_err().code, Code::SecondPersonRequired);
    assert_eq!(confirm(2, 2).unwrap_err().code, Code::StaleVersion);
    let approved = confirm(2, 3).unwrap().view;
    let CreditState::Approved { agreement: Some(agreement), limit, .. } = &approved.state else {
        panic!("{approved:?}")
    };
    assert!(agreement.suffices(*limit) && approved.proposal.is_none());
    let one = Agreement { second: Some(agreement.by.clone()), ..agreement.clone() };
    assert!(!one.suffices(*limit));
    assert!(!Agreement { second: None, ..one }.suffices(*limit));
}

#[test]
fn a_declined_check_may_be_approved_against_the_rules_and_a_decided_one_not() {
    let declined = credit_decline(&mut context(1), &policy(), in_review(500), "No.".into());
    let declined = declined.unwrap().view;
    let CreditState::Declined { notice: Some(notice), .. } = &declined.state else { panic!() };
    assert!(notice.contains("- No.") && notice.contains("Sample Dental Group"), "{notice}");
    let approved = credit_approve(&mut context(1), &policy(), declined, approval(Some(400)));
    let approved = approved.unwrap().view;
    assert_eq!(approved.approved_limit(context(1).now), Some(money(400)));
    let again = credit_approve(&mut context(1), &policy(), approved, approval(None));
    assert_eq!(again.unwrap_err().code, Code::StateConflict);
}

#[test]
fn nobody_confirms_what_nobody_proposed_and_nothing_is_approved_of_nothing() {
    let refused = credit_confirm(&mut context(1), &policy(), in_review(500), 2).unwrap_err();
    assert_eq!(refused.code, Code::StateConflict);
    let refused = credit_approve(&mut context(1), &policy(), in_review(500), approval(Some(0)));
    assert_eq!(refused.unwrap_err().faults[0].pointer, "/limit");
}

#[test]
fn a_tax_id_is_nine_digits_and_never_shown_whole() {
    for (text, digits) in [
        ("123456789", Some("123456789")),
        ("12-3456789", Some("123456789")),
        ("123-45-6789", Some("123456789")),
        ("1234-56789", None),
        ("12345678", None),
        ("1234567890", None),
        ("", None),
        (" 123456789", None),
        ("12345678９", None),
    ] {
        let read = TaxId::parse(TaxIdKind::Ssn, text);
        assert_eq!(read.as_ref().map(TaxId::expose), digits, "{text:?}");
    }
    let ssn = TaxId::parse(TaxIdKind::Ssn, "123456789").unwrap();
    assert_eq!(format!("{ssn:?}"), "TaxId(***-**-6789)");
    assert_eq!(ssn.expose_written(), "123-45-6789");
    let ein = TaxId::parse(TaxIdKind::Ein, "123456789").unwrap();
    assert_eq!(
        (format!("{ein:?}").as_str(), ein.expose_written().as_str()),
        ("TaxId(**-***6789)", "12-3456789")
    );
}

#[test]
fn a_text_that_holds_a_tax_id_is_told_from_one_that_does_not() {
    for text in ["123-45-6789", "ein 12-3456789.", "x123-45-6789"] {
        assert!(holds_tax_id(text), "{text}");
    }
    for text in ["", "123456789", "55402-1234", "612-555-0100", "1123-45-6789", "12-34567890"] {
        assert!(!holds_tax_id(text), "{text}");
    }
}

/// The places of all texts of an application but those whose form is known.
fn texts_of(value: &Value, at: &str, found: &mut Vec<String>) {
    match value {
        Value::String(_) => found.push(at.to_owned()),
        Value::Object(members) => {
            let formal = ["business_type", "state", "zip", "country"];
            for (name, value) in members.iter().filter(|(name, _)| !formal.contains(&name.as_str()))
            {
                texts_of(value, &format!("{at}/{name}"), found);
            }
        }
        _ => {}
    }
}

#[test]
fn whoever_applies_may_hide_no_tax_id_in_any_text() {
    let sound = Application {
        doing_business_as: Some("Smiles".into()),
        sub_account: Some("TWNN1I".into()),
        segment: Some("mid_market".into()),
        legal_address: Address {
            unit: Some("STE 700".into()),
            ..application(None, None).legal_address
        },
        ..application(None, None)
    };
    assert_eq!(sound.keep_tax_ids_out(None), Ok(()));
    let whole = serde_json::to_value(&sound).unwrap();
    let mut texts = Vec::new();
    texts_of(&whole, "", &mut texts);
    assert_eq!(texts.len(), 10, "{texts:?}");
    for at in texts {
        for (hidden, sent) in [("12-3456789", None), ("123456789", Some("123456789"))] {
            let mut bad = whole.clone();
            *bad.pointer_mut(&at).unwrap() = format!("Sample {hidden}").into();
            let bad: Application = serde_json::from_value(bad).unwrap();
            let sent = sent.and_then(|sent| TaxId::parse(TaxIdKind::Ein, sent));
            let refused = bad.keep_tax_ids_out(sent.as_ref()).unwrap_err();
            let told: Vec<_> = refused.faults.iter().map(|f| (&*f.pointer, f.because)).collect();
            // As a request calls it.
            let member = if at == "/sub_account" { "/sub_account_id" } else { at.as_str() };
            let place = format!("/application{member}");
            assert_eq!(told, [(&*place, Because::HoldsTaxId)]);
        }
    }
    let bare = Application { business_name: "Sample 123456789".into(), ..sound };
    assert_eq!(bare.keep_tax_ids_out(None), Ok(()), "nine digits may be anything");
}

proptest! {
    #[test]
    fn every_application_is_decided_the_same_each_time_by_the_last_rule_of_its_trace(
        minor in 0..i64::MAX, years in prop::option::of(0u32..500),
        owed in prop::option::of(0..10_000_000i64), known in prop::option::of(0..10_000_000i64),
        score in prop::option::of(0u32..1000),
    ) {
        let policy = policy();
        let asked = application(years, owed);
        let report = Report { past_due: known.map(money), score, ..Report::default() };
        let one = policy.assess(&asked, money(minor), &report);
        prop_assert_eq!(&one, &policy.assess(&asked, money(minor), &report));
        let (last, before) = one.trace.split_last().expect("a rule was looked at");
        prop_assert!(last.matched && before.iter().all(|looked| !looked.matched));
        let rule = policy.rules().iter().find(|rule| rule.name == last.rule).expect("its rule");
        prop_assert_eq!(&one.reasons, &vec![rule.reason.clone()]);
        prop_assert_eq!(one.class, rule.class);
        if let Verdict::Approved { limit, .. } = one.verdict {
            prop_assert!(limit >= money(minor) && report.past_due <= Some(money(50_000)));
        }
    }
}
