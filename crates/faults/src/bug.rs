//! The mistakes that can be planted: each one that a person could make.

use crate::named::named;

named! {
    /// A mistake in the product.
    Bug {
        IgnoreStale = "ignore-stale": "a change that others were faster than counts as done";
        DropEvent = "drop-event": "the last event of a change is not written";
        DropJob = "drop-job": "a contract's job to send it out is not written";
        AckBeforeCommit = "ack-before-commit": "a writer answers before the commit";
        AckFailedWrite = "ack-failed-write": "a store that is away counts as a commit";
        DoubleLease = "double-lease": "a claim takes jobs that others hold";
        IgnoreEpoch = "ignore-epoch": "an outcome counts although the lease was lost";
        ForgetFingerprint = "forget-fingerprint": "a key answers a request that it was not made for";
        ForgetKey = "forget-key": "the answer of an idempotency key is not kept";
        RepeatRefused = "repeat-refused": "an order that is asked for again without a key is refused";
        AnswerDrifts = "answer-drifts": "a replay has other headers than the first answer";
        SignWithoutFreeze = "sign-without-freeze": "a signature leaves the quote as it was";
        EditBesideContract = "edit-beside-contract": "an edit leaves the contract that is out alive";
        OfferNeverExpires = "offer-never-expires": "an offer past its time still counts";
        ApprovalNeverExpires = "approval-never-expires": "an approval past its time still counts";
        ApprovalOfAnother = "approval-of-another": "an approval counts for any customer";
        ApprovalCoversAll = "approval-covers-all": "an approval covers any amount";
        BureauFailsOpen = "bureau-fails-open": "a bureau without an answer counts as an approval";
        EnvelopeNeverExpires = "envelope-never-expires": "an envelope past its time can be signed";
        CentLost = "cent-lost": "a quote of several sites is a cent short";
        OrderTotalsDrift = "order-totals-drift": "an order's totals are those of its first site";
        FoldForgetsLast = "fold-forgets-last": "an order's state leaves out its last sub-order";
        HandoffTwice = "handoff-twice": "a handoff does not look whether there was one";
        StatesSkip = "states-skip": "every move between states is allowed";
        EnrichAfterHandoff = "enrich-after-handoff": "a sub-order that was handed off takes enrichment";
        TriesNotCounted = "tries-not-counted": "a job that fails is tried without end";
        RefusedIsDelivered = "refused-is-delivered": "a webhook that was refused counts as delivered";
        DeliveryNotPlanned = "delivery-not-planned": "some events are planned for no endpoint";
        SyncNormal = "sync-normal": "SQLite runs with synchronous=NORMAL";
        CatalogueOfTheStart = "catalogue-of-the-start": "a node goes on with the catalogue that it started with";
        OnePersonSuffices = "one-person-suffices": "a large approval of credit needs no second person";
        IndexForgets = "index-forgets": "a word of a new end customer is not put into the lookup's index";
        ClockRunsAhead = "clock-runs-ahead": "a test clock that moves does at once what is due later";
        BudgetNotChecked = "budget-not-checked": "a promotion is given beyond its budget";
    }
}
