//! The table of scripted values.

use super::{AddressScript, CreditScript, DeliveryScript, Place, Script, Scripted, SignerScript};

macro_rules! values {
    ($($place:ident $kind:ident($script_of:ident) {
        $($value:literal => $script:ident, $outcome:literal, $sentence:literal;)*
    })*) => {
        &[$($(Scripted {
            place: Place::$place,
            value: $value,
            script: Script::$kind($script_of::$script),
            outcome: $outcome,
            sentence: $sentence,
        },)*)*]
    };
}

/// Every value. Names are whole texts, and no business or site is called so; e-mail addresses are
/// of example.com, which is nobody's (RFC 2606); tax ids have a prefix that is never issued.
#[rustfmt::skip]
pub const VALUES: &[Scripted] = values! {
    BusinessName Credit(CreditScript) {
        "Sandbox Approved" => Approved, "approved", "Credit is approved for a tenth more than was asked.";
        "Sandbox Deposit" => Deposit, "approved", "Credit is approved on a deposit of a tenth of what was asked.";
        "Sandbox Low Limit" => LowLimit, "approved", "Credit is approved for half of what was asked: too little for a contract.";
        "Sandbox Review" => InReview, "in_review", "A person of operations has to decide.";
        "Sandbox Declined" => Declined, "declined", "Credit is declined.";
        "Sandbox Bureau Down Twice" => DownTwice, "approved", "The bureau fails two tries, 1 and 5 seconds apart, then approves.";
        "Sandbox Bureau Down" => Down, "failed", "The bureau fails every try; after the fifth the check has failed.";
        "Sandbox Bureau Slow" => Slow, "approved", "The bureau takes a second, then approves.";
        "Sandbox Bureau Mistaken" => Other, "failed", "The bureau answers for somebody else: no answer, and after five tries the check has failed.";
        "Sandbox Bureau Malformed" => Malformed, "failed", "The bureau answers what makes no sense: no answer, and after five tries the check has failed.";
    }
    CreditEmail Credit(CreditScript) {
        "approved@credit.example.com" => Approved, "approved", "As Sandbox Approved.";
        "deposit@credit.example.com" => Deposit, "approved", "As Sandbox Deposit.";
        "low-limit@credit.example.com" => LowLimit, "approved", "As Sandbox Low Limit.";
        "review@credit.example.com" => InReview, "in_review", "As Sandbox Review.";
        "declined@credit.example.com" => Declined, "declined", "As Sandbox Declined.";
        "down-twice@credit.example.com" => DownTwice, "approved", "As Sandbox Bureau Down Twice.";
        "down@credit.example.com" => Down, "failed", "As Sandbox Bureau Down.";
        "slow@credit.example.com" => Slow, "approved", "As Sandbox Bureau Slow.";
        "mistaken@credit.example.com" => Other, "failed", "As Sandbox Bureau Mistaken.";
        "malformed@credit.example.com" => Malformed, "failed", "As Sandbox Bureau Malformed.";
    }
    TaxId Credit(CreditScript) {
        "00-0000001" => Approved, "approved", "As Sandbox Approved.";
        "00-0000002" => Deposit, "approved", "As Sandbox Deposit.";
        "00-0000003" => LowLimit, "approved", "As Sandbox Low Limit.";
        "00-0000004" => InReview, "in_review", "As Sandbox Review.";
        "00-0000005" => Declined, "declined", "As Sandbox Declined.";
        "00-0000006" => DownTwice, "approved", "As Sandbox Bureau Down Twice.";
        "00-0000007" => Down, "failed", "As Sandbox Bureau Down.";
        "00-0000008" => Slow, "approved", "As Sandbox Bureau Slow.";
        "00-0000009" => Other, "failed", "As Sandbox Bureau Mistaken.";
        "00-0000010" => Malformed, "failed", "As Sandbox Bureau Malformed.";
    }
    Street Address(AddressScript) {
        "100 Sandbox Way" => Match, "match", "The address is deliverable as given.";
        "200 Sandbox Way" => CloseMatch, "close_match", "210 SANDBOX WAY is near, to be accepted.";
        "300 Sandbox Way" => Ambiguous, "ambiguous", "310 and 320 SANDBOX WAY are near; one is to be chosen.";
        "400 Sandbox Way" => NoMatch, "no_match", "No such address is known.";
        "500 Sandbox Way" => PoBox, "no_match", "The address is a post office box, where nothing can be installed.";
        "600 Sandbox Way" => DownTwice, "match", "The service fails two tries, 1 and 5 seconds apart, then the address matches.";
        "700 Sandbox Way" => Down, "unchecked", "The service fails every try; after the fifth the site is not validated.";
        "800 Sandbox Way" => Slow, "match", "The service takes a second, then the address matches.";
        "910 Sandbox Way" => OnNet, "match", "The address matches; the building is on net, with fiber up to 10 Gbps.";
        "920 Sandbox Way" => NearNet, "match", "The address matches; the network is near, and the building is reached after 60 to 120 working days.";
        "930 Sandbox Way" => OffNet, "match", "The address matches; nothing reaches the building.";
        "940 Sandbox Way" => Unknown, "match", "The address matches; nobody can say how the building is reached.";
    }
    SignerEmail Signer(SignerScript) {
        "signs@sign.example.com" => Signs, "signed", "The signer signs as soon as the contract is out.";
        "signs-next-day@sign.example.com" => SignsNextDay, "signed", "The signer signs a day after the contract was sent.";
        "declines@sign.example.com" => Declines, "declined", "The signer declines as soon as the contract is out.";
        "never@sign.example.com" => Never, "expired", "Nobody signs; the envelope expires.";
        "down-twice@sign.example.com" => DownTwice, "sent", "The signature desk fails two tries, 1 and 5 seconds apart, then the contract is out.";
        "down@sign.example.com" => Down, "generated", "The signature desk fails every try; the contract never goes out, and operations see its job.";
    }
    SiteName Delivery(DeliveryScript) {
        "Sandbox Rejected" => Rejected, "rejected", "Fulfilment rejects the sub-order at handoff.";
        "Sandbox Instant" => Instant, "completed", "Every milestone is reached at once.";
        "Sandbox Late" => Late, "in_progress", "Every milestone is reached 60 days late; delivery is in jeopardy until then.";
        "Sandbox Date Moved" => FocMoved, "completed", "After the first milestone the firm date moves by 14 days.";
        "Sandbox Failed" => Failed, "failed", "Delivery fails after the first milestone.";
        "Sandbox Fulfilment Down Twice" => DownTwice, "completed", "Fulfilment fails two tries to take the sub-order, 1 and 5 seconds apart, then takes it.";
        "Sandbox Fulfilment Down" => Down, "submitted", "Fulfilment fails every try; the sub-order stays submitted, and operations see its job.";
    }
};
