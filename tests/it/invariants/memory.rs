//! Damages to rows, events, quotes, jobs, keys and webhooks.

use super::{Damage, alone, among};
use store::audit::Invariant;

pub(super) const ROWS: &[Damage] = &[
    among(Invariant::DocumentsParse, &["update opportunity set doc = '{}'"]),
    among(Invariant::DocumentsParse, &["update event set doc = 'null' where sequence = 1"]),
    alone(Invariant::DocumentsParse, &["update delivery set doc = '{\"attempts\":1}'"]),
    alone(Invariant::ColumnsAgree, &["update sub_order set position = position + 10"]),
    alone(Invariant::ColumnsAgree, &["update job set connector = ''"]),
    among(
        Invariant::ColumnsAgree,
        &["update event set id = 'evt000000000000' \
           where id = (select min(id) from event where sequence = 2)"],
    ),
    among(
        Invariant::IdsNameTheirKind,
        &["update customer_group set id = 'a3H' || substr(id, 4), \
           doc = replace(doc, '\"id\":\"a3G', '\"id\":\"a3H')"],
    ),
    among(Invariant::SpacesAreRight, &["update opportunity set tenant = 'carrier.test'"]),
    among(Invariant::SpacesAreRight, &["update account set tenant = tenant || '.'"]),
    among(Invariant::PartnersExist, &["delete from partner"]),
    among(Invariant::ParentsExist, &["delete from opportunity"]),
    among(Invariant::ParentsExist, &["update site set tenant = 'carrier.test'"]),
    alone(Invariant::ImportsHaveFiles, &["delete from import_file"]),
    among(Invariant::ImportsHaveFiles, &["delete from import"]),
    among(Invariant::CustomersExist, &["delete from account"]),
    alone(
        Invariant::CustomersAreIndexed,
        &["delete from account_word where word = (select max(word) from account_word)"],
    ),
    alone(
        Invariant::CustomersAreIndexed,
        &["update account_word set zip = '99999' where word = 'sample'"],
    ),
    alone(Invariant::CustomersAreIndexed, &["delete from account_spelling"]),
    alone(Invariant::CustomersAreIndexed, &["update account_spelling set key = 'x' || key"]),
    alone(Invariant::CustomersAreIndexed, &["delete from account_acid"]),
    among(Invariant::NumbersAreHeld, &["update account_acid set acid = acid || '0'"]),
    alone(
        Invariant::CredentialsHavePartners,
        &["update credential set doc = replace(doc, '\"partner\":\"a0P', '\"partner\":\"a0Q')"],
    ),
    alone(
        Invariant::BillingAccountsExist,
        &["update sub_order set billing_account = '002' || substr(billing_account, 4), doc = \
           replace(doc, '\"billing_account\":\"001', '\"billing_account\":\"002')"],
    ),
    alone(
        Invariant::GroupsExist,
        &["update orders set doc = replace(doc, '\"group\":\"a3G', '\"group\":\"a3H')"],
    ),
    among(Invariant::EventsAreDense, &["delete from event where sequence = 2"]),
    among(Invariant::EventsAreDense, &["delete from event where sequence = 1"]),
    among(Invariant::EventsHaveObjects, &["delete from billing_account"]),
    alone(
        Invariant::EventsNameTheirNoun,
        &["update event set doc = replace(doc, '\"opportunity.opened\"', '\"order.created\"')"],
    ),
    alone(
        Invariant::EventsAreChained,
        &["update event set doc = replace(doc, '\"from\":\"sent\"', '\"from\":\"viewed\"')"],
    ),
    alone(
        Invariant::EventsKeepToTheTables,
        &[
            "update event set doc = replace(doc, '\"to\":\"acknowledged\"', '\"to\":\"held\"')",
            "update event set doc = \
             replace(doc, '\"from\":\"acknowledged\"', '\"from\":\"held\"')",
            "update sub_order set state = 'held', doc = \
             replace(doc, '\"state\":\"acknowledged\"', '\"state\":\"held\"') \
             where state = 'acknowledged'",
        ],
    ),
    alone(
        Invariant::BeginningsAreTold,
        &["update customer_group set doc = replace(doc, '\"created_at\":', '\"created_at\":1')"],
    ),
    alone(
        Invariant::StatesAreTold,
        &["update event set doc = replace(doc, '\"to\":\"cancelled\"', '\"to\":\"superseded\"')"],
    ),
    among(Invariant::FeedIsWhole, &["update event set position = null where position = 2"]),
    alone(Invariant::FeedIsWhole, &["update feed set position = position - 1"]),
    alone(Invariant::FeedIsWhole, &["delete from feed"]),
    // The last of all events changes places with the one before it of the same object.
    alone(
        Invariant::FeedKeepsTheOrder,
        &[
            "update event set position = (select -b.position from event b \
             where b.object = event.object and b.sequence = event.sequence - 1) \
             where position = (select position from feed)",
            "update event set position = (select position from feed) \
             where position = (select -l.position from event l where l.position < 0)",
            "update event set position = -position where position < 0",
        ],
    ),
    alone(
        Invariant::QuotesFollowOpportunities,
        &["update opportunity set account = null, \
           doc = replace(doc, '\"account\":\"', '\"account\":null,\"was\":\"')"],
    ),
    among(
        Invariant::RevisionsAreChained,
        &["update quote set doc = replace(doc, '\"revision\":2', '\"revision\":3')"],
    ),
    alone(
        Invariant::RevisionsAreChained,
        &["update quote set doc = replace(doc, '\"by\":\"0Q0', '\"by\":\"0Q1')"],
    ),
    alone(
        Invariant::RevisionsAreChained,
        &["update quote set doc = replace(doc, '\"replaces\":\"0Q0', '\"replaces\":\"0Q1')"],
    ),
    among(Invariant::VersionsAreCounted, &["update quote set revision = 3 where revision = 2"]),
    among(
        Invariant::OnlyTheLatestIsLive,
        &["update quote set state = 'draft' where state = 'superseded' and alternative = 'A'"],
    ),
    among(
        Invariant::OneAlternativeIsSigned,
        &[
            "drop index quote_accepted",
            "update quote set state = 'accepted' where alternative = 'B'",
        ],
    ),
    among(
        Invariant::SignedStandsAlone,
        &["update quote set state = 'draft' where alternative = 'B'"],
    ),
    // A site more that has no valid address makes a price budgetary, too.
    among(
        Invariant::TalliesAreOfTheirSites,
        &[
            "update quote set doc = replace(doc, '\"tally\":{\"sites\":2', '\"tally\":{\"sites\":3')",
        ],
    ),
    alone(
        Invariant::TalliesAreOfTheirSites,
        &["update quote set doc = replace(doc, '\"saving\":', '\"saving\":1')"],
    ),
    alone(
        Invariant::SitesArePlaced,
        &["update quote set doc = replace(doc, '\"sites_added\":2', '\"sites_added\":1')"],
    ),
    among(
        Invariant::AcceptedWasOffered,
        &["update site set doc = \
             replace(doc, '\"accepted\",\"address\":{\"street\":\"', \
             '\"accepted\",\"address\":{\"street\":\"1')"],
    ),
    alone(
        Invariant::DiscountsAreApproved,
        &["update quote set doc = \
             replace(doc, '\"approved_by\":\"operations (', '\"approved_by\":\"somebody (')"],
    ),
    alone(
        Invariant::DiscountsAreApproved,
        &["update quote set doc = \
           replace(doc, '\"approved_by\":null', '\"approved_by\":\"operations (night shift)\"')"],
    ),
    alone(
        Invariant::DiscountsAreApproved,
        &["update event set kind = 'quote.discount_refused', doc = \
           replace(doc, 'quote.discount_countered', 'quote.discount_refused') \
           where kind = 'quote.discount_countered'"],
    ),
    alone(
        Invariant::FeasibilityIsTold,
        &["update quote set doc = replace(doc, '\"feasibility\":{\"state\":\"unasked\"}', \
           '\"feasibility\":{\"state\":\"refused\",\"at\":1,\"by\":\"operations (night shift)\",\
           \"reason\":\"No fibre.\"}')"],
    ),
    alone(
        Invariant::FeasibilityIsTold,
        &["update quote set doc = \
           replace(doc, '\"state\":\"confirmed\"', \
           '\"state\":\"refused\",\"reason\":\"No fibre.\"')"],
    ),
    among(
        Invariant::TalliesAreOfTheirSites,
        &["update site set doc = \
             replace(doc, '\"feasible_since\":1', '\"feasible_since\":null,\"was\":1')"],
    ),
    among(Invariant::OrderedQuotesHaveOrders, &["delete from orders"]),
];

pub(super) const WORK: &[Damage] = &[
    among(
        Invariant::JobsHaveObjects,
        &["update job set doc = replace(doc, '\"quote\":\"0Q0', '\"quote\":\"0Q1')"],
    ),
    alone(Invariant::JobStatesAreKnown, &["update job set state = 'lost'"]),
    alone(Invariant::JobStatesAreKnown, &["update job set quarantined_at = 1"]),
    alone(Invariant::LeasesHaveOwners, &["update job set lease_until = 1"]),
    alone(Invariant::LeasesHaveOwners, &["update job set owner = 'somebody'"]),
    alone(Invariant::TriesAreBounded, &["update job set tries = 6, epoch = 6"]),
    alone(Invariant::TriesAreBounded, &["update job set tries = 1, epoch = 0"]),
    alone(Invariant::AddressesAreAsked, &["delete from job where connector = 'address'"]),
    alone(Invariant::CreditIsAsked, &["delete from job where connector = 'credit'"]),
    alone(Invariant::ContractsAreSent, &["delete from job where connector = 'signature'"]),
    alone(Invariant::SubOrdersAreSubmitted, &["delete from job where doc like '%submit_order%'"]),
    alone(Invariant::SubOrdersAreFollowed, &["delete from job where doc like '%follow_order%'"]),
    alone(
        Invariant::SubOrdersAreFollowed,
        &["insert into job (id, tenant, state, due_at, lease_until, owner, epoch, tries, \
           connector, doc) select 'job000000000000', tenant, state, due_at, 0, '', 0, 0, \
           connector, replace(doc, id, 'job000000000000') from job \
           where doc like '%follow_order%'"],
    ),
    alone(Invariant::ClocksAreAdvanced, &["delete from job where connector = ''"]),
    alone(
        Invariant::ClocksHoldTheirJobs,
        &["update job set due_at = 1 where due_at = 253402207200000"],
    ),
    among(Invariant::ClocksHoldTheirJobs, &["update test_clock set state = 'released'"]),
    among(Invariant::ClocksAreOfPartners, &["update test_clock set tenant = 'carrier.test'"]),
    among(
        Invariant::NothingIsDatedAhead,
        &["update test_clock set doc = replace(doc, '\"now\":179', '\"now\":169')"],
    ),
    alone(Invariant::AnswersParse, &["update idempotency set headers = 'x'"]),
    alone(Invariant::AnswersParse, &["update idempotency set body = substr(body, 2)"]),
    alone(
        Invariant::AnswersHaveEffects,
        &["update idempotency set headers = '[[\"location\",\"/v1/quotes/0Q0000000000000\"]]' \
           where headers like '%/v1/quotes/%'"],
    ),
    alone(
        Invariant::EndpointsCanSign,
        &["update webhook_endpoint set doc = replace(doc, '\"until\":null', '\"until\":1')"],
    ),
    alone(Invariant::WishesAreSubscribed, &["delete from subscription"]),
    alone(Invariant::WishesAreSubscribed, &["update subscription set tenant = 'carrier.live'"]),
    alone(Invariant::WishesAreSubscribed, &["update subscription set kind = 'quote.priced'"]),
    alone(Invariant::EndpointsHaveTurns, &["delete from sender_turn"]),
    among(
        Invariant::EndpointsHaveTurns,
        &["update sender_turn set endpoint = 'a6W000000000000' \
           where endpoint = (select max(endpoint) from sender_turn)"],
    ),
    alone(Invariant::TurnsHaveOwners, &["update sender_turn set owner = 'somebody'"]),
    alone(Invariant::TurnsHaveOwners, &["update sender_turn set lease_until = 1"]),
    alone(Invariant::WaitingIsDue, &["update sender_turn set due_at = 9223372036854775807"]),
    among(Invariant::DeliveriesAreKnown, &["delete from webhook_endpoint"]),
    among(
        Invariant::DeliveriesAreKnown,
        &["update delivery set event = 'evt000000000000' \
           where event = (select max(event) from delivery)"],
    ),
    alone(Invariant::DeliveriesEnd, &["update delivery set due_at = 5 where state = 'delivered'"]),
    alone(Invariant::DeliveriesEnd, &["update delivery set due_at = 0 where state = 'pending'"]),
    among(Invariant::DeliveriesEnd, &["update delivery set state = 'lost'"]),
    alone(
        Invariant::AttemptsAreCounted,
        &["update delivery set tries = 9 where state = 'delivered'"],
    ),
    alone(
        Invariant::DeliveredWasTaken,
        &["update delivery set doc = \
           replace(doc, '\"outcome\":\"delivered\"', '\"outcome\":\"status\"')"],
    ),
    alone(
        Invariant::EventsArePlanned,
        &["delete from delivery where position = (select max(position) from delivery)"],
    ),
];
