//! What each kind of event needs to be triggered, or why it cannot be.

use domain::event::{EventKind, Noun};

/// How a kind can come about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// A partner's secret; in APEX from handoff on operations' as well, for the sites' customers.
    Partner,
    /// A partner's and operations' secret.
    Operations,
    /// Both, and a partner of a programme that has this step.
    OperationsIn(&'static str),
    /// It cannot; why.
    Never(&'static str),
}

impl Way {
    pub(super) const fn say(self) -> &'static str {
        match self {
            Self::Partner => "a partner's secret",
            Self::Operations => "a partner's and operations' secret",
            Self::OperationsIn(say) | Self::Never(say) => say,
        }
    }

    pub(super) const fn can(self) -> bool {
        !matches!(self, Self::Never(_))
    }

    pub(super) const fn needs_operations(self) -> bool {
        matches!(self, Self::Operations | Self::OperationsIn(_))
    }
}

const ALLIANCE: Way = Way::OperationsIn("an Alliance partner's and operations' secret");
const APEX: Way = Way::OperationsIn("an APEX partner's and operations' secret");
const NOT_APEX: Way = Way::OperationsIn("an Alliance or AIAB partner's and operations' secret");
const DELIVERS: Way = Way::Never("never in the sandbox: its fulfilment takes and delivers all");

const PRICES: Way =
    Way::Never("never for a trial: it takes two people, and changes what everybody pays");

const ENDS: Way = Way::Never("never for a trial: two people of operations end a signed contract");

/// The way to a kind.
pub(super) const fn of(kind: EventKind) -> Way {
    use EventKind as K;
    match kind {
        K::QuoteValidationFailed => {
            Way::Never("never in the sandbox: its address service always answers")
        }
        K::CreditCheckApprovalProposed => {
            Way::Never("operations propose it, of more than one person may approve alone")
        }
        K::CreditCheckTaxIdRevealed => Way::Never("operations do it, for a reason of theirs"),
        K::CreditCheckFailed => Way::Never("never in the sandbox: its bureau always answers"),
        K::ContractExpired => Way::Never("only time does: an envelope expires after 30 days"),
        K::ContractTerminationProposed
        | K::ContractTerminated
        | K::QuoteContractTerminated
        | K::OrderContractTerminated => ENDS,
        K::SubOrderRejected | K::SubOrderFailed => DELIVERS,
        K::CustomerCaptured | K::CustomerUpdated => NOT_APEX,
        K::QuoteCustomerAssigned | K::SubOrderCustomerAssigned => APEX,
        K::QuoteDiscountApproved
        | K::QuoteDiscountRefused
        | K::QuoteDiscountCountered
        | K::QuoteCounterOfferTaken
        | K::QuoteFeasibilityConfirmed
        | K::QuoteFeasibilityRefused
        | K::OrderIdentified
        | K::SubOrderIdentified => Way::Operations,
        _ => match kind.noun() {
            Noun::Catalogue => PRICES,
            Noun::Exception => ALLIANCE,
            Noun::Loa => Way::Operations,
            noun if noun.is_carriers() => Way::Operations,
            _ => Way::Partner,
        },
    }
}
