//! What every history must keep, each promise with its name and in a sentence. What must hold over
//! a database at rest is searched for by the product's own audit besides.

macro_rules! promises {
    ($($(#[$about:meta])* $variant:ident = $name:literal: $what:literal;)+) => {
        /// Something that the server promises.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub(super) enum Promise {
            $(#[doc = $what] $variant,)+
        }

        impl Promise {
            pub(super) const ALL: &[Self] = &[$(Self::$variant),+];

            pub(super) const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }

            pub(super) const fn what(self) -> &'static str {
                match self { $(Self::$variant => $what,)+ }
            }
        }
    };
}

promises! {
    EffectKept = "effect_kept": "what was acknowledged was durable before, and is there at the end";
    OneEffectAKey = "one_effect_a_key": "of all attempts under one key at most one has an effect";
    AnswersRepeat = "answers_repeat": "a key gives the same answer, byte for byte, each time";
    PublishedRepeats = "published_repeats":
        "a published call that is asked again makes nothing more while what it made stands, and \
         names the same";
    KeyIsOfOneRequest = "key_is_of_one_request": "a key with another body is refused";
    RefusedLeavesNothing = "refused_leaves_nothing": "a request that was refused changed nothing";
    ReadsAreFresh = "reads_are_fresh": "a read shows what was acknowledged before it began";
    NeverFails = "never_fails": "no request makes the server fail, whatever it says";
    EventsInOrder = "events_in_order":
        "an object's events come in the order of their numbers, without a gap";
    MovesAllowed = "moves_allowed": "states move as the tables say, and each event says from where";
    SignedIsFrozen = "signed_is_frozen":
        "what a contract is about does not change from the contract on";
    SignedInTime = "signed_in_time": "a contract is signed while its envelope and its offer last";
    ContractNeedsCredit = "contract_needs_credit":
        "a contract has an offer that stands and an approval of this customer for this amount \
         that has not ended";
    ApprovalWasGiven = "approval_was_given":
        "an approval is the one that the bureau or operations gave";
    OneInquiry = "one_inquiry": "the bureau is asked for one check under one reference";
    PricedInForce = "priced_in_force":
        "a price is of the catalogue in force at its moment, of those that were published when it \
         was asked for, or were meanwhile";
    OrderNeedsSignature = "order_needs_signature":
        "an order is of a quote whose contract was signed";
    HandedOffOnce = "handed_off_once": "a sub-order is handed off once";
    HandoffFreezes = "handoff_freezes": "a sub-order that was handed off takes no enrichment";
    ParentIsFold = "parent_is_fold": "an order's state is what its parts' states make it";
    OneHolder = "one_holder": "a job is held by one worker at a time";
    LeaseCounts = "lease_counts":
        "a job's outcome counts only under the lease that it was claimed with";
    ClockIsKept = "clock_is_kept":
        "what is due later by a partner's test clock waits until the clock is there";
    JobsEnd = "jobs_end": "each job ends by its outcome or is put aside after its last try";
    WaitingHasWork = "waiting_has_work": "what waits for the outside has a job that asks for it";
    FeedIsWhole = "feed_is_whole":
        "a reader of the feed gets every event once, in one order that never changes";
    WebhooksArrive = "webhooks_arrive":
        "what an active endpoint listens to arrives at least once, and unchanged each time";
    WebhooksAreOwn = "webhooks_are_own": "an endpoint is sent its owner's events only";
    JourneyIsLaw = "journey_is_law": "what a refusal says is missing is what the journey says";
    ForeignIsUnknown = "foreign_is_unknown":
        "another partner's object looks like one that does not exist, and no answer names it";
    AuditSound = "audit_sound": "the database at rest holds every invariant of the product's audit";
    SameTrace = "same_trace": "the same seed gives the same history, step by step";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_of_trust_names_every_promise() {
        let page = include_str!("../../../../docs/trust.md");
        for promise in Promise::ALL {
            let line = format!("| `{}` | {} |", promise.name(), promise.what());
            assert!(page.contains(&line), "{line}");
        }
    }
}
