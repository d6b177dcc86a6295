//! The sandbox's outside: a connector that does what scripted values say, and asks the real one
//! about everything else.

use crate::ConnectorError;
use crate::address::AddressCheck;
use crate::credit::{CreditAnswer, CreditAsk, CreditBureau};
use crate::fulfilment::{Fulfilment, numbers};
use crate::serviceability::ServiceCheck;
use crate::signature::SignatureDesk;
use async_trait::async_trait;
use domain::address::{Address, Avps, Correction};
use domain::contract::Contract;
use domain::credit::{CreditClass, Report, TaxId, Verdict};
use domain::fulfilment::{Progress, Received};
use domain::id::{Id, Kind};
use domain::money::{Money, Rounding};
use domain::order::{SubOrder, SubOrderPhase};
use domain::sandbox::{self, AddressScript, CreditScript, DeliveryScript, SignerScript};
use domain::serviceability::{
    Access, Confidence, InstallDays, Reach, Serviceability, Speed, Technology,
};
use domain::time::{Moment, plus_working_days};
use std::time::Duration;

/// How long a slow service takes.
const SLOW: Duration = Duration::from_secs(1);
/// How late a late delivery is, in days.
const LATE_DAYS: i64 = 60;
/// What scripted fiber carries.
const SPEEDS: [&str; 4] = ["100M", "500M", "1G", "10G"];
/// For so many days a scripted serviceability holds.
const GOOD_DAYS: u32 = 30;
const DAY_MS: i64 = 86_400_000;
/// By how many working days a firm date moves: two weeks.
const MOVED_DAYS: u32 = 10;

/// A connector of the test environment, for one try.
#[derive(Debug, Clone, Copy)]
pub struct Scripted<'a, T: ?Sized> {
    real: &'a T,
    /// Which try this is, from 1. None: nothing is scripted.
    attempt: Option<u32>,
}

impl<'a, T: ?Sized> Scripted<'a, T> {
    pub const fn new(real: &'a T, attempt: Option<u32>) -> Self {
        Self { real, attempt }
    }

    /// Fails the first two tries.
    fn down_twice(&self) -> Result<(), ConnectorError> {
        if self.attempt.is_some_and(|attempt| attempt <= 2) { Err(down()) } else { Ok(()) }
    }

    /// The script, unless this is no sandbox.
    fn script<S>(&self, found: Option<S>) -> Option<S> {
        found.filter(|_| self.attempt.is_some())
    }
}

fn down() -> ConnectorError {
    ConnectorError::Scripted("the service is down".to_owned())
}

#[async_trait]
impl AddressCheck for Scripted<'_, dyn AddressCheck> {
    async fn validate(&self, given: &Address) -> Result<Avps, ConnectorError> {
        let Some(script) = self.script(sandbox::address(given)) else {
            return self.real.validate(given).await;
        };
        let at = |number: u32| Address {
            street: format!("{number} SANDBOX WAY"),
            city: given.city.to_uppercase(),
            state: given.state.to_uppercase(),
            ..given.clone()
        };
        Ok(match script {
            AddressScript::Match => Avps::Match { address: at(100) },
            AddressScript::CloseMatch => Avps::CloseMatch {
                address: at(210),
                corrections: vec![Correction {
                    field: "street".to_owned(),
                    from: given.street.clone(),
                    to: at(210).street,
                    why: "there is no number 200".to_owned(),
                }],
            },
            AddressScript::Ambiguous => Avps::Ambiguous {
                alternates: vec![at(310), at(320)],
                why: "there is no number 300, but two are near".to_owned(),
            },
            AddressScript::NoMatch => Avps::NoMatch { why: "no such address is known".to_owned() },
            AddressScript::PoBox => Avps::NoMatch {
                why: "a post office box is no place where a service can be installed".to_owned(),
            },
            AddressScript::DownTwice => {
                self.down_twice()?;
                Avps::Match { address: at(600) }
            }
            AddressScript::Down => return Err(down()),
            AddressScript::Slow => {
                tokio::time::sleep(SLOW).await;
                Avps::Match { address: at(800) }
            }
            AddressScript::OnNet => Avps::Match { address: at(910) },
            AddressScript::NearNet => Avps::Match { address: at(920) },
            AddressScript::OffNet => Avps::Match { address: at(930) },
            AddressScript::Unknown => Avps::Match { address: at(940) },
        })
    }
}

#[async_trait]
impl ServiceCheck for Scripted<'_, dyn ServiceCheck> {
    async fn look_up(&self, at: &Address, now: Moment) -> Result<Serviceability, ConnectorError> {
        let (reach, days) = match self.script(sandbox::address(at)) {
            Some(AddressScript::OnNet) => (Reach::OnNet, Some((10, 20))),
            Some(AddressScript::NearNet) => (Reach::NearNet, Some((60, 120))),
            Some(AddressScript::OffNet) => (Reach::OffNet, None),
            Some(AddressScript::Unknown) => return Err(down()),
            _ => return self.real.look_up(at, now).await,
        };
        let access = |(least, most)| Access {
            technology: Technology::Fiber,
            speeds: SPEEDS.into_iter().filter_map(Speed::parse).collect(),
            install_days: InstallDays { least, most },
        };
        Ok(Serviceability {
            reach,
            accesses: days.map(access).into_iter().collect(),
            confidence: Confidence::Green,
            reason: "as the scripted value says".to_owned(),
            guaranteed_until: now.plus_days(GOOD_DAYS),
        })
    }
}

/// A part of an amount, in per cent.
fn percent(amount: Money, percent: u32) -> Result<Money, ConnectorError> {
    let part = amount.percent(percent.into(), Rounding::HalfUp);
    part.map_err(|_| ConnectorError::Never("the amount is too large".to_owned()))
}

/// What a scripted bureau says to somebody who asks for so much.
fn verdict(script: CreditScript, amount: Money) -> Result<(Verdict, CreditClass), ConnectorError> {
    let approved = |limit, deposit, class| Ok((Verdict::Approved { limit, deposit }, class));
    let limit = percent(amount, 110)?;
    match script {
        CreditScript::Deposit => approved(limit, Some(percent(amount, 10)?), CreditClass::Medium),
        CreditScript::LowLimit => approved(percent(amount, 50)?, None, CreditClass::Medium),
        CreditScript::Malformed => approved(Money::from_minor(-1), None, CreditClass::Low),
        CreditScript::InReview => Ok((Verdict::InReview, CreditClass::Medium)),
        CreditScript::Declined => Ok((Verdict::Declined, CreditClass::High)),
        CreditScript::Approved
        | CreditScript::DownTwice
        | CreditScript::Down
        | CreditScript::Slow
        | CreditScript::Other => approved(limit, None, CreditClass::Low),
    }
}

#[async_trait]
impl CreditBureau for Scripted<'_, dyn CreditBureau> {
    async fn assess(&self, ask: &CreditAsk) -> Result<CreditAnswer, ConnectorError> {
        let application = &ask.application;
        let tax_id = ask.tax_id.as_ref().map_or("", TaxId::expose);
        let given = [application.business_name.as_str(), &application.email, tax_id];
        let Some(script) = self.script(sandbox::credit(&given)) else {
            return self.real.assess(ask).await;
        };
        match script {
            CreditScript::DownTwice => self.down_twice()?,
            CreditScript::Down => return Err(down()),
            CreditScript::Slow => tokio::time::sleep(SLOW).await,
            _ => {}
        }
        let (verdict, class) = verdict(script, ask.amount)?;
        let report = Report {
            verdict: Some(verdict),
            class: Some(class),
            score: None,
            past_due: None,
            reasons: vec!["as the scripted value says".to_owned()],
            reference: format!("SANDBOX-{}", ask.reference.short()),
        };
        let other = Id::new(Kind::CreditCheck, 0, 0);
        let reference = if script == CreditScript::Other { other } else { ask.reference };
        let answer = CreditAnswer { reference, report };
        // What would count as none is told so here, where it says nothing about the real bureau.
        match answer.clone().to(ask) {
            Ok(_) => Ok(answer),
            Err(error) => Err(ConnectorError::Scripted(error.to_string())),
        }
    }
}

#[async_trait]
impl SignatureDesk for Scripted<'_, dyn SignatureDesk> {
    async fn send(&self, contract: &Contract, document: &str) -> Result<String, ConnectorError> {
        match self.script(sandbox::signer(&contract.signer.email)) {
            Some(SignerScript::Down) => Err(down()),
            Some(SignerScript::DownTwice) => {
                self.down_twice()?;
                self.real.send(contract, document).await
            }
            _ => self.real.send(contract, document).await,
        }
    }
}

#[async_trait]
impl Fulfilment for Scripted<'_, dyn Fulfilment> {
    async fn submit(&self, sub_order: &SubOrder) -> Result<Received, ConnectorError> {
        match self.script(sandbox::delivery(&sub_order.name)) {
            Some(DeliveryScript::Rejected) => {
                let reason = "the sandbox rejects every sub-order of this name".to_owned();
                return Ok(Received::Rejected { reason });
            }
            Some(DeliveryScript::Down) => return Err(down()),
            Some(DeliveryScript::DownTwice) => self.down_twice()?,
            _ => {}
        }
        self.real.submit(sub_order).await
    }

    async fn progress(
        &self,
        sub_order: &SubOrder,
        now: Moment,
    ) -> Result<Progress, ConnectorError> {
        let begun = sub_order.state == SubOrderPhase::InProgress;
        let planned = sub_order.milestones.last().and_then(|last| last.planned);
        match self.script(sandbox::delivery(&sub_order.name)) {
            Some(DeliveryScript::Instant) => {
                let next = sub_order.milestones.iter().find(|m| m.reached_at.is_none());
                let reached = next.map(|m| m.code.clone());
                let identifiers = numbers(sub_order, next);
                Ok(Progress { reached, foc: planned, identifiers, ..Progress::default() })
            }
            Some(DeliveryScript::Late) => {
                self.real.progress(sub_order, now.plus_ms(-LATE_DAYS * DAY_MS)).await
            }
            Some(DeliveryScript::FocMoved) if begun => {
                let progress = self.real.progress(sub_order, now).await?;
                let foc = planned.map(|date| plus_working_days(date, MOVED_DAYS));
                Ok(Progress { foc, ..progress })
            }
            Some(DeliveryScript::Failed) if begun => {
                let failed = Some("the sandbox fails every delivery of this name".to_owned());
                Ok(Progress { failed, ..Progress::default() })
            }
            _ => self.real.progress(sub_order, now).await,
        }
    }
}
