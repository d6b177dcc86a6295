//! The closed list of what can happen: every kind of event, the noun that it is about, and what
//! it means. Kinds are added, never renamed.

use std::fmt;

/// What an event can be about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Noun {
    Partner,
    Credential,
    Catalogue,
    Customer,
    Exception,
    Loa,
    Opportunity,
    Quote,
    CreditCheck,
    Contract,
    Order,
    SubOrder,
    BillingAccount,
    CustomerGroup,
    WebhookEndpoint,
    Job,
}

impl Noun {
    pub const ALL: [Self; 16] = [
        Self::Partner,
        Self::Credential,
        Self::Catalogue,
        Self::Customer,
        Self::Exception,
        Self::Loa,
        Self::Opportunity,
        Self::Quote,
        Self::CreditCheck,
        Self::Contract,
        Self::Order,
        Self::SubOrder,
        Self::BillingAccount,
        Self::CustomerGroup,
        Self::WebhookEndpoint,
        Self::Job,
    ];

    /// The first half of its events' kinds.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Partner => "partner",
            Self::Credential => "credential",
            Self::Catalogue => "catalogue",
            Self::Customer => "customer",
            Self::Exception => "exception",
            Self::Loa => "loa",
            Self::Opportunity => "opportunity",
            Self::Quote => "quote",
            Self::CreditCheck => "credit_check",
            Self::Contract => "contract",
            Self::Order => "order",
            Self::SubOrder => "sub_order",
            Self::BillingAccount => "billing_account",
            Self::CustomerGroup => "customer_group",
            Self::WebhookEndpoint => "webhook_endpoint",
            Self::Job => "job",
        }
    }

    /// Whether its objects are the carrier's own, so that only operations hear of them.
    pub const fn is_carriers(self) -> bool {
        matches!(
            self,
            Self::Partner | Self::Credential | Self::Catalogue | Self::Customer | Self::Job
        )
    }
}

macro_rules! kinds {
    ($($variant:ident = $noun:ident, $word:literal, $meaning:literal;)*) => {
        /// A kind of event.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum EventKind { $(#[doc = $meaning] $variant,)* }

        impl EventKind {
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// `quote.priced`: noun and past participle, as on the wire.
            pub const fn word(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }

            /// What it is about.
            pub const fn noun(self) -> Noun {
                match self { $(Self::$variant => Noun::$noun,)* }
            }

            /// What it means, in a sentence.
            pub const fn meaning(self) -> &'static str {
                match self { $(Self::$variant => $meaning,)* }
            }
        }
    };
}

kinds! {
    PartnerAdded = Partner, "partner.added", "A partner was added.";
    CredentialAdded = Credential, "credential.added", "A credential was added.";
    CredentialRevoked = Credential, "credential.revoked", "A credential was revoked.";

    CatalogueProposed = Catalogue, "catalogue.proposed", "A version of the catalogue was proposed.";
    CataloguePublished = Catalogue, "catalogue.published", "A version of the catalogue was published for a moment, by a second person or as a roll-back.";
    CatalogueRolledBack = Catalogue, "catalogue.rolled_back", "The catalogue in force was rolled back; the one before it is in force again.";
    CatalogueRefused = Catalogue, "catalogue.refused", "A proposed version of the catalogue was refused.";
    CatalogueWithdrawn = Catalogue, "catalogue.withdrawn", "A version of the catalogue that was not in force yet was withdrawn.";

    CustomerCreated = Customer, "customer.created", "The carrier created an end customer.";
    CustomerCaptured = Customer, "customer.captured", "A partner named a new end customer.";
    CustomerUpdated = Customer, "customer.updated", "The carrier changed an end customer.";

    ExceptionFiled = Exception, "exception.filed", "A partner asked to serve an end customer that its programme refuses.";
    ExceptionApproved = Exception, "exception.approved", "Operations approved the exception request.";
    ExceptionDenied = Exception, "exception.denied", "Operations denied the exception request.";
    ExceptionWithdrawn = Exception, "exception.withdrawn", "The partner withdrew its exception request.";

    LoaGenerated = Loa, "loa.generated", "A letter of agency was generated for an end customer to sign.";
    LoaOnFile = Loa, "loa.on_file", "The signed letter of agency is on file.";
    LoaWithdrawn = Loa, "loa.withdrawn", "The partner withdrew the letter of agency; or nobody had signed it in time, and another took its place.";
    LoaRevoked = Loa, "loa.revoked", "The end customer took its consent back: the letter of agency no longer holds.";

    OpportunityOpened = Opportunity, "opportunity.opened", "An opportunity was opened.";

    QuoteCreated = Quote, "quote.created", "A quote version was created.";
    QuoteEdited = Quote, "quote.edited", "The quote's own members were edited.";
    QuoteImported = Quote, "quote.imported", "Sites were added from a file; the quote's history names the import and how many rows were taken.";
    QuoteSitesAdded = Quote, "quote.sites_added", "Sites were added.";
    QuoteSiteEdited = Quote, "quote.site_edited", "A site was edited.";
    QuoteSiteRemoved = Quote, "quote.site_removed", "A site was removed.";
    QuoteCustomerAssigned = Quote, "quote.customer_assigned", "A site was given its end customer.";
    QuoteValidationRequested = Quote, "quote.validation_requested", "Validation of the sites' addresses was requested.";
    QuoteAddressesValidated = Quote, "quote.addresses_validated", "The sites' addresses were validated; each site has its result.";
    QuoteValidationFailed = Quote, "quote.validation_failed", "The addresses could not be validated.";
    QuoteAddressAccepted = Quote, "quote.address_accepted", "The correction of a site's address was accepted.";
    QuoteConfigured = Quote, "quote.configured", "Sites were configured.";
    QuotePriced = Quote, "quote.priced", "The quote has a price offer.";
    QuoteApprovalRequested = Quote, "quote.approval_requested", "The discount waits for operations.";
    QuoteDiscountApproved = Quote, "quote.discount_approved", "Operations approved the discount.";
    QuoteDiscountRefused = Quote, "quote.discount_refused", "Operations refused the discount.";
    QuoteDiscountCountered = Quote, "quote.discount_countered", "Operations offered another discount instead; the quote says which, and until when.";
    QuoteCounterOfferTaken = Quote, "quote.counter_offer_taken", "The quote has a price offer with a discount that operations had offered.";
    QuoteFeasibilityRequested = Quote, "quote.feasibility_requested", "Operations were asked whether the sites can be served.";
    QuoteFeasibilityConfirmed = Quote, "quote.feasibility_confirmed", "Operations confirmed that every site can be served.";
    QuoteFeasibilityRefused = Quote, "quote.feasibility_refused", "Operations said that not every site can be served, and why.";
    QuoteBillingSet = Quote, "quote.billing_set", "The quote was given its billing account.";
    QuoteContractGenerated = Quote, "quote.contract_generated", "A contract of this quote version was generated.";
    QuoteContractTerminated = Quote, "quote.contract_terminated", "The signed contract of this quote version was terminated; the version stays as it was signed.";
    QuoteAccepted = Quote, "quote.accepted", "The quote's contract is signed; this version is frozen.";
    QuoteOrdered = Quote, "quote.ordered", "The quote was ordered.";
    QuoteSuperseded = Quote, "quote.superseded", "A revision took the quote version's place, or another alternative was signed.";
    QuoteAlternativeAdded = Quote, "quote.alternative_added", "The quote was given a further alternative, which began as a copy of this version; the quote's history names it.";
    QuoteCancelled = Quote, "quote.cancelled", "The quote was cancelled.";

    CreditCheckRequested = CreditCheck, "credit_check.requested", "A credit check was requested.";
    CreditCheckReferred = CreditCheck, "credit_check.referred", "The credit check waits for operations.";
    CreditCheckApproved = CreditCheck, "credit_check.approved", "Credit was approved.";
    CreditCheckDeclined = CreditCheck, "credit_check.declined", "Credit was declined.";
    CreditCheckApprovalProposed = CreditCheck, "credit_check.approval_proposed", "One person of operations proposed to approve credit; a second has to confirm.";
    CreditCheckTaxIdRevealed = CreditCheck, "credit_check.tax_id_revealed", "Somebody of operations saw the tax id of the application; the event says who and why.";
    CreditCheckFailed = CreditCheck, "credit_check.failed", "The credit check could not be made.";

    ContractGenerated = Contract, "contract.generated", "A contract was generated.";
    ContractSent = Contract, "contract.sent", "The contract is out for signature.";
    ContractSigned = Contract, "contract.signed", "The contract is signed.";
    ContractDeclined = Contract, "contract.declined", "The signer declined the contract.";
    ContractExpired = Contract, "contract.expired", "The contract's envelope expired unsigned.";
    ContractVoided = Contract, "contract.voided", "The contract was voided.";
    ContractTerminationProposed = Contract, "contract.termination_proposed", "One person of operations proposed to terminate the signed contract; a second has to confirm.";
    ContractTerminated = Contract, "contract.terminated", "Operations terminated the signed contract; what it used of promotions is given back.";

    OrderCreated = Order, "order.created", "An order was created from a signed contract.";
    OrderGrouped = Order, "order.grouped", "The order was put into a customer defined group.";
    OrderIdentified = Order, "order.identified", "Operations gave the order a number that it is known by elsewhere; the reason says which.";
    OrderContractTerminated = Order, "order.contract_terminated", "The order's contract was terminated; what is not handed off never is.";
    OrderHandedOff = Order, "order.handed_off", "The whole order was handed off.";

    SubOrderCreated = SubOrder, "sub_order.created", "A site's sub-order was created.";
    SubOrderCustomerAssigned = SubOrder, "sub_order.customer_assigned", "A sub-order was given its end customer.";
    SubOrderInstallationSet = SubOrder, "sub_order.installation_set", "The installation enrichment was sent.";
    SubOrderShippingSet = SubOrder, "sub_order.shipping_set", "The shipping enrichment was sent.";
    SubOrderPortReserved = SubOrder, "sub_order.port_reserved", "The port reservation enrichment was sent.";
    SubOrderBillingSet = SubOrder, "sub_order.billing_set", "The billing enrichment was sent.";
    SubOrderIdentified = SubOrder, "sub_order.identified", "Operations gave the sub-order a number that it is known by elsewhere; the reason says which.";
    SubOrderEnriched = SubOrder, "sub_order.enriched", "Enrichments were sent with those of other sub-orders; the reason names them.";
    SubOrderHandedOff = SubOrder, "sub_order.handed_off", "The sub-order was handed off and is frozen.";
    SubOrderAcknowledged = SubOrder, "sub_order.acknowledged", "Fulfilment took the sub-order.";
    SubOrderRejected = SubOrder, "sub_order.rejected", "Fulfilment rejected the sub-order.";
    SubOrderMilestoneReached = SubOrder, "sub_order.milestone_reached", "A milestone of delivery was reached, or a date changed.";
    SubOrderCompleted = SubOrder, "sub_order.completed", "The sub-order is delivered.";
    SubOrderFailed = SubOrder, "sub_order.failed", "Delivery of the sub-order failed.";

    BillingAccountCreated = BillingAccount, "billing_account.created", "A billing account was created.";
    CustomerGroupCreated = CustomerGroup, "customer_group.created", "A customer defined group was created.";

    WebhookEndpointCreated = WebhookEndpoint, "webhook_endpoint.created", "A webhook endpoint was created.";
    WebhookEndpointUpdated = WebhookEndpoint, "webhook_endpoint.updated", "A webhook endpoint was edited.";
    WebhookEndpointSecretRotated = WebhookEndpoint, "webhook_endpoint.secret_rotated", "A webhook endpoint has a new signing secret; the one before it stays valid for a while.";
    WebhookEndpointTested = WebhookEndpoint, "webhook_endpoint.tested", "A test was sent to this webhook endpoint, and to no other.";
    WebhookEndpointReplayed = WebhookEndpoint, "webhook_endpoint.replayed", "Past events are sent to this webhook endpoint again.";
    WebhookEndpointEnabled = WebhookEndpoint, "webhook_endpoint.enabled", "A webhook endpoint was switched on.";
    WebhookEndpointDisabled = WebhookEndpoint, "webhook_endpoint.disabled", "A webhook endpoint was switched off, by its owner, by its own 410, or after five days of failures only.";
    WebhookEndpointRemoved = WebhookEndpoint, "webhook_endpoint.removed", "A webhook endpoint was removed.";

    JobRetried = Job, "job.retried", "Operations had a job done at once.";
    JobQuarantined = Job, "job.quarantined", "Operations put a job aside.";
}

impl EventKind {
    /// The kind of this word, if this program knows it.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.word() == word)
    }
}

impl fmt::Display for EventKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn a_kind_is_its_noun_and_a_participle_and_stands_once() {
        let mut seen = BTreeSet::new();
        for kind in EventKind::ALL {
            assert!(seen.insert(kind.word()), "{kind} stands twice");
            let (noun, participle) = kind.word().split_once('.').expect("a dot");
            assert_eq!(noun, kind.noun().word(), "{kind}");
            assert!(!participle.is_empty() && !participle.contains('.'), "{kind}");
            assert_eq!(EventKind::parse(kind.word()), Some(*kind));
        }
        assert_eq!(EventKind::parse("quote.eaten"), None);
    }
}
