//! Where a process can be made to die: between every two steps of a change on its way to the disk
//! and to the outside.

use crate::named::named;

named! {
    /// A point that a running server passes.
    Point {
        Decided = "decided": "a decision is made, its answer drawn; nothing is sent to the store";
        WriteTaken = "write-taken": "the writer has taken a group of changes; no transaction is open";
        WriteBegun = "write-begun": "the transaction of a group is open";
        WriteHalf = "write-half": "some statements of a change have run; the others may not have";
        WriteApplied = "write-applied": "all statements have run; the commit is not asked for";
        WriteCommitted = "write-committed": "the commit is durable; nobody has been told";
        Saved = "saved": "the store has said that it is durable; the answer is not on its way";
        JobClaimed = "job-claimed": "a job is leased; nobody outside was asked";
        ConnectorAsked = "connector-asked": "the outside has answered; nothing of it is kept";
        JobSettled = "job-settled": "a job's outcome is durable; its lane does not know";
        FeedPlacing = "feed-placing": "committed events have no place in the feed yet";
        TurnTaken = "turn-taken": "an endpoint's turn is taken; nothing is sent";
        WebhookSent = "webhook-sent": "an attempt has ended; its delivery is not settled";
        WebhookSettled = "webhook-settled": "deliveries are settled; the turn is still held";
    }
}
