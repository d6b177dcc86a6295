//! What counts as a bureau's answer.

use super::*;
use domain::address::Address;
use domain::credit::{Application, BusinessType, CreditClass, Report, Verdict};

/// An ask with what the rules of the built-in look at: cents, years in business, cents past due.
pub(super) fn ask(minor: i64, years: Option<u32>, past_due: i64) -> CreditAsk {
    let legal_address = Address {
        street: "901 MARQUETTE AVE".into(),
        unit: None,
        city: "MINNEAPOLIS".into(),
        state: "MN".into(),
        zip: "55402".into(),
        country: "US".into(),
    };
    CreditAsk {
        reference: "a9X550000005tWz".parse().unwrap(),
        amount: Money::from_minor(minor),
        application: Application {
            business_name: "Sample Dental Group".into(),
            doing_business_as: None,
            business_type: BusinessType::Llc,
            legal_address,
            primary_first_name: "Sam".into(),
            primary_last_name: "Sample".into(),
            email: "sam@example.com".into(),
            sub_account: None,
            segment: None,
            tax_id: None,
            years_in_business: years,
            past_due: Some(Money::from_minor(past_due)),
        },
        tax_id: None,
    }
}

fn answer(verdict: Verdict) -> CreditAnswer {
    let (class, reference) = (Some(CreditClass::Low), "B-1".to_owned());
    let report = Report { verdict: Some(verdict), class, reference, ..Report::default() };
    CreditAnswer { reference: ask(0, None, 0).reference, report }
}

fn approved(limit: i64, deposit: Option<i64>) -> CreditAnswer {
    let (limit, deposit) = (Money::from_minor(limit), deposit.map(Money::from_minor));
    answer(Verdict::Approved { limit, deposit })
}

#[test]
fn an_answer_for_another_reference_is_no_answer() {
    let asked = ask(100, None, 0);
    let mut answer = approved(100, None);
    answer.reference = "a9X550000005tXA".parse().unwrap();
    assert_ne!(answer.reference, asked.reference);
    let refused = answer.to(&asked).unwrap_err();
    assert!(matches!(refused, ConnectorError::Later(why) if why.contains("answered for")));
}

#[test]
fn an_impossible_approval_is_no_answer_and_a_small_one_is() {
    for (asked, limit, deposit, counts) in [
        (100, 100, None, true),
        (100, 1, None, true),
        (100, 100, Some(0), true),
        (0, 0, None, true),
        (100, 0, None, false),
        (100, -1, None, false),
        (0, -1, None, false),
        (100, 100, Some(-1), false),
    ] {
        let taken = approved(limit, deposit).to(&ask(asked, None, 0));
        assert_eq!(taken.is_ok(), counts, "{limit} of {asked} on {deposit:?}");
    }
    for verdict in [Verdict::Declined, Verdict::InReview] {
        assert!(answer(verdict).to(&ask(100, None, 0)).is_ok());
    }
}
