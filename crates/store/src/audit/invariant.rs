//! The closed list of what holds in every sound database: a name and a sentence each.

macro_rules! invariants {
    ($($subject:literal { $($(#[$note:meta])* $variant:ident = $name:literal, $sentence:literal;)* })*) => {
        /// Something that holds in every sound database.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Invariant { $($(#[doc = $sentence] $(#[$note])* $variant,)*)* }

        impl Invariant {
            /// Every one, by subject.
            pub const ALL: &'static [Self] = &[$($(Self::$variant,)*)*];

            /// What it is called in reports.
            pub const fn name(self) -> &'static str {
                match self { $($(Self::$variant => $name,)*)* }
            }

            /// What holds, in one sentence.
            pub const fn sentence(self) -> &'static str {
                match self { $($(Self::$variant => $sentence,)*)* }
            }

            /// What it is about; those of one subject stand together.
            pub const fn subject(self) -> &'static str {
                match self { $($(Self::$variant => $subject,)*)* }
            }
        }
    };
}

invariants! {
    "Rows" {
        DocumentsParse = "documents_parse", "Every stored document is what its table says.";
        ColumnsAgree = "columns_agree", "The columns beside a document say the same as the document.";
        IdsNameTheirKind = "ids_name_their_kind", "An id begins with the letters of its table's kind.";
        SpacesAreRight = "spaces_are_right", "Partners, credentials and end customers are in the carrier's space; what a partner does is in a partner's.";
        PartnersExist = "partners_exist", "A partner's space belongs to a partner that is there.";
        ParentsExist = "parents_exist", "What an object belongs to is there, in the same partner's space.";
        CustomersExist = "customers_exist", "The end customer that an object names is there.";
        CustomersAreIndexed = "customers_are_indexed", "The lookup's index has every word and number of every end customer, and no other.";
        NumbersAreHeld = "numbers_are_held", "A customer number is held by an account that has it.";
        CredentialsHavePartners = "credentials_have_partners", "The partners that a credential acts for are there, and the distributor above a partner.";
        BillingAccountsExist = "billing_accounts_exist", "The billing account that a quote or an enrichment names is one of the same partner's.";
        GroupsExist = "groups_exist", "The customer defined group that an order is in is one of the same partner's.";
    }
    "Events" {
        EventsAreDense = "events_are_dense", "An object's events are 1, 2, 3 … up to its version.";
        EventsHaveObjects = "events_have_objects", "What happened, happened to an object that is there.";
        EventsNameTheirNoun = "events_name_their_noun", "The kind of an event fits the object that it happened to.";
        EventsAreChained = "events_are_chained", "An event begins in the state where the one before it ended, or in what the clock made of it.";
        EventsKeepToTheTables = "events_keep_to_the_tables", "No event makes a move that its noun's table of states does not have.";
        BeginningsAreTold = "beginnings_are_told", "An object was made at the moment of its first event.";
        StatesAreTold = "states_are_told", "An object is in the state where its last event left it.";
        FeedIsWhole = "feed_is_whole", "Every event has its own place in the feed, from 1 to the feed's end; those that wait for theirs are not counted.";
        FeedKeepsTheOrder = "feed_keeps_the_order", "In the feed, an object's events stand in the order in which they happened.";
    }
    "Quotes" {
        QuotesFollowOpportunities = "quotes_follow_opportunities", "A quote is for the end customer of its opportunity.";
        RevisionsAreChained = "revisions_are_chained", "A revision has the number and the letter of the version that it replaces, counts one more, and that one is superseded by it alone.";
        VersionsAreCounted = "versions_are_counted", "The versions of one alternative count 1, 2, 3 … without a gap.";
        OnlyTheLatestIsLive = "only_the_latest_is_live", "A version that has a newer one is superseded.";
        OneAlternativeIsSigned = "one_alternative_is_signed", "Of the alternatives of one quote at most one is accepted.";
        SignedStandsAlone = "signed_stands_alone", "Beside an accepted alternative of a quote no other is live.";
        TalliesAreOfTheirSites = "tallies_are_of_their_sites", "What a quote says of its sites, how many there are, how far they have come and what they add up to, is what the sites say.";
        SitesArePlaced = "sites_are_placed", "A site's place is one that its quote has given.";
        AcceptedWasOffered = "accepted_was_offered", "A corrected address that counts is one that the validation offered.";
        OffersPriceEverySite = "offers_price_every_site", "A quote with an offer has sites, and each has its price.";
        PricesAreOfTheirSites = "prices_are_of_their_sites", "A site's price is for this site, for the offering and the term that it is configured with.";
        DiscountsAreApproved = "discounts_are_approved", "An offer names who approved its discount exactly if, in the quote's history, that is how it came to be, by an approval or a counter-offer.";
        FeasibilityIsTold = "feasibility_is_told", "What a quote says of its feasibility is what happened last to it, and operations alone have answered.";
        ImportsHaveFiles = "imports_have_files", "Every import has its file, and every file its import.";
        OrderedQuotesHaveOrders = "ordered_quotes_have_orders", "A quote whose history says that it was ordered was so once, and its order is there.";
    }
    "Prices" {
        WaterfallsFlow = "waterfalls_flow", "The steps of a charge lead from the list price to the net price: in their order, downwards, each from where the one before it ended.";
        FloorsAreKept = "floors_are_kept", "No charge is below its floor, and none below zero.";
        LinesAddUp = "lines_add_up", "A line's totals are its net charges, and over the term their sum.";
        SitesAddUp = "sites_add_up", "A site's lines sum to its totals, to the cent.";
        QuotesAddUp = "quotes_add_up", "A quote's sites sum to its offer, to the cent.";
    }
    "Catalogues" {
        CataloguesHaveFiles = "catalogues_have_files", "Every version of the catalogue has its files, they are those that its digest names, and all files are a version's.";
        CataloguesWereAgreed = "catalogues_were_agreed", "A version of the catalogue was published by somebody else than who proposed it, or it has the files of one that was before.";
        OffersNameTheirCatalogue = "offers_name_their_catalogue", "The version that an offer says it was priced under is the one that its digest names.";
    }
    "Promotions" {
        PromotionsWithinBudget = "promotions_within_budget", "No more of a promotion is used than its limits were when it was last used.";
        PromotionsAreSpentOnce = "promotions_are_spent_once", "A signed contract has used each promotion of its offer once, no other, and none that was terminated, has used any, and what is counted of a promotion is their sum.";
    }
    "Credit" {
        OneCheckIsUndecided = "one_check_is_undecided", "Of one subject's credit checks at most one is undecided.";
        ChecksAreOfTheirSubject = "checks_are_of_their_subject", "A credit check is about the credit subject of the quote that asked for it.";
        ApprovalsWereDecided = "approvals_were_decided", "An approval of credit is what the bureau answered, or what operations decided of a check that was referred or declined.";
        LargeApprovalsNeedTwo = "large_approvals_need_two", "Above what one person may approve alone, one proposed an approval of credit and another confirmed it.";
        TaxIdsAreSealed = "tax_ids_are_sealed", "A tax id is kept as ciphertext, a blind index and its last four digits, and its customer's key was made, and no credit check holds one in clear.";
        KeysAreSealed = "keys_are_sealed", "A customer's key is sealed by one of the carrier's, or destroyed, and its customer has a credit check.";
        ApprovalsEnd = "approvals_end", "An approval of credit, or of an exception, ends after it was given.";
        CreditWasForThisCustomer = "credit_was_for_this_customer", "The credit approval that a contract rests on is of its quote's own credit subject.";
        CreditWasInForce = "credit_was_in_force", "The credit approval that a contract rests on was given before it, and had not ended.";
        CreditCoveredTheSale = "credit_covered_the_sale", "The credit approval that a contract rests on covers what the carrier stood to lose.";
        OneExceptionIsOpen = "one_exception_is_open", "A partner has at most one open exception request for an end customer.";
    }
    "Letters of agency" {
        OneLetterIsUnsigned = "one_letter_is_unsigned", "Of a partner's letters of agency for an end customer at most one waits for its signature.";
        LettersAreOriginal = "letters_are_original", "A letter of agency's text is the one that it names by its hash.";
        LettersHoldAsSigned = "letters_hold_as_signed", "A letter of agency that was put on file was signed between the day of its text and that of its filing, wherever the signer was, and holds for its months from then.";
        LettersFollow = "letters_follow", "No letter of agency was generated while another of the same partner for the same end customer waited for its signature, or was on file and held.";
    }
    "Contracts" {
        TextsExist = "texts_exist", "Every contract has its text, and every text its contract.";
        TextsAreOriginal = "texts_are_original", "A contract's text is the one that it names by its hash.";
        TextsSayThePrice = "texts_say_the_price", "A contract's text names the contract and its charges.";
        SignaturesNameTheText = "signatures_name_the_text", "What was signed is the text that the contract names.";
        OneContractIsLive = "one_contract_is_live", "Of one quote version's contracts at most one is out or signed.";
        ContractsBindTheOffer = "contracts_bind_the_offer", "A contract that is out has the number and the charges of its quote's offer, and the quote has not changed while it could be signed.";
        SignedIsAccepted = "signed_is_accepted", "The quote of a contract that is signed, or was until it was terminated, is accepted by it, at the same moment, as it was offered.";
        AcceptedIsSigned = "accepted_is_signed", "An accepted quote's contract is there and signed, or was until it was terminated.";
        AcceptedIsFirm = "accepted_is_firm", "The price of an accepted quote is not budgetary.";
        SignedInTime = "signed_in_time", "A contract was signed before its offer ended.";
        TerminationsWereAgreed = "terminations_were_agreed", "A contract was terminated by two people of operations.";
    }
    "Orders" {
        OrdersAreSigned = "orders_are_signed", "An order is of an accepted quote, by its contract, which is signed exactly if the order does not say that it was terminated.";
        TerminatedIsNotDelivered = "terminated_is_not_delivered", "Nothing that was ordered by a terminated contract is with fulfilment.";
        OrdersAreOfTheirQuote = "orders_are_of_their_quote", "An order has the number, the opportunity and the end customer of its quote.";
        OrdersCostWhatWasSigned = "orders_cost_what_was_signed", "An order's totals are those of its signed contract.";
        QuotesAreOrderedOnce = "quotes_are_ordered_once", "A quote has at most one order, and a site at most one sub-order.";
        SubOrdersAreSites = "sub_orders_are_sites", "An order has one sub-order for each site of its quote, and no other.";
        SubOrdersAreAsQuoted = "sub_orders_are_as_quoted", "A sub-order is for its site's offering and term, and its items are the bundle and the site's lines at their price.";
        ItemsAddUp = "items_add_up", "A sub-order's items sum to its totals, to the cent.";
        OrdersAddUp = "orders_add_up", "An order's sub-orders sum to its totals, to the cent.";
        HandoffsAreDated = "handoffs_are_dated", "A sub-order has a moment of handoff and planned dates exactly if it is no draft.";
        IdentifiersLead = "identifiers_lead", "Every number that was given to an order or to a sub-order leads to it, and no other leads anywhere.";
        AcknowledgementsAreKept = "acknowledgements_are_kept", "A sub-order has fulfilment's reference exactly if fulfilment has taken it.";
        CompletedReachedEverything = "completed_reached_everything", "A completed sub-order has reached each of its milestones, and one that is only submitted none.";
        TroublesAreTold = "troubles_are_told", "A sub-order says what went wrong exactly if it was rejected or failed.";
    }
    "Jobs" {
        JobsHaveObjects = "jobs_have_objects", "A job is about an object that is there.";
        JobStatesAreKnown = "job_states_are_known", "A job is ready or quarantined, and has a moment of quarantine in the second case only.";
        LeasesHaveOwners = "leases_have_owners", "A job that is taken is ready and has an owner and an epoch; one that is not has none of the first two.";
        TriesAreBounded = "tries_are_bounded", "A job that nobody has taken was tried no more often than it may be.";
        AddressesAreAsked = "addresses_are_asked", "A site of an open quote that waits for its address has a job.";
        CreditIsAsked = "credit_is_asked", "A credit check that was requested has one job.";
        ContractsAreSent = "contracts_are_sent", "A contract that was generated has one job.";
        SubOrdersAreSubmitted = "sub_orders_are_submitted", "A sub-order that was submitted has one job.";
        SubOrdersAreFollowed = "sub_orders_are_followed", "A sub-order that fulfilment has taken and not ended has one job.";
    }
    "Test clocks" {
        ClocksAreAdvanced = "clocks_are_advanced", "A test clock that advances has one job that takes it on.";
        ClocksAreOfPartners = "clocks_are_of_partners", "A test clock is a partner's, in the test environment, one each.";
        ClocksHoldTheirJobs = "clocks_hold_their_jobs", "A job goes by a test clock only if one stands; it waits exactly if it is due after what the clock shows.";
        NothingIsDatedAhead = "nothing_is_dated_ahead", "What a partner with a test clock has last done is dated no later than the clock shows.";
    }
    "Keys" {
        AnswersParse = "answers_parse", "The stored answer of an idempotency key can be given again.";
        AnswersHaveEffects = "answers_have_effects", "What a stored answer says was made is there.";
    }
    "Webhooks" {
        EndpointsCanSign = "endpoints_can_sign", "A webhook endpoint has one secret without an end, the newest; a removed one has no secret.";
        WishesAreSubscribed = "wishes_are_subscribed", "What listens is what the active endpoints wish to hear, and nothing else.";
        EndpointsHaveTurns = "endpoints_have_turns", "Every active endpoint has its sender's turn, and every turn its endpoint.";
        TurnsHaveOwners = "turns_have_owners", "A turn that is taken has an owner and an epoch; one that is not has no owner.";
        WaitingIsDue = "waiting_is_due", "An active endpoint with something to send is due, or its turn is taken.";
        DeliveriesAreKnown = "deliveries_are_known", "A delivery has its endpoint and its event.";
        DeliveriesEnd = "deliveries_end", "A delivery is pending, delivered or failed; only a pending one is due.";
        AttemptsAreCounted = "attempts_are_counted", "A delivery's log has every attempt that is counted, and no more are counted than the schedule has.";
        DeliveredWasTaken = "delivered_was_taken", "The last attempt at a delivery was taken by the endpoint exactly if it counts as delivered.";
        EventsArePlanned = "events_are_planned", "Every event since an endpoint's last change that it wishes to hear is planned for it.";
    }
}
