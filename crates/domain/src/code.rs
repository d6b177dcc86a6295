//! The one registry of codes: every problem and every fault that an answer can carry.
//!
//! A *problem* is the answer as a whole; a *fault* is one place in it that is wrong or one
//! thing that is still missing. Codes are stable: they are added, never renamed.

macro_rules! codes {
    ($(#[$doc:meta])* $name:ident { $($variant:ident = $text:literal, $title:literal, $remedy:literal;)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum $name { $(#[doc = $title] $variant,)* }

        impl $name {
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The stable code, as on the wire.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }

            /// What it means, in a few words.
            pub const fn title(self) -> &'static str {
                match self { $(Self::$variant => $title,)* }
            }

            /// What the caller does next.
            pub const fn remedy(self) -> &'static str {
                match self { $(Self::$variant => $remedy,)* }
            }
        }
    };
}

codes! {
    /// The answer as a whole.
    Code {
        MalformedJson = "malformed_json", "The body is not JSON", "Send one JSON value in UTF-8; the detail names the line and column.";
        InvalidBody = "invalid_body", "The body does not have the documented form", "Mend every place that `errors` names; nothing was changed.";
        InvalidQuery = "invalid_query", "A query parameter is wrong", "Mend the parameters that `errors` names.";
        InvalidHeader = "invalid_header", "A header is wrong", "Mend the header that `errors` names.";
        IdempotencyKeyMissing = "idempotency_key_missing", "The Idempotency-Key header is missing", "Send a fresh random key (a UUID will do) with every POST, and the same key with its retries.";
        IdempotencyKeyReused = "idempotency_key_reused", "The Idempotency-Key belongs to another request", "Use a fresh key; this one answered a request with other content.";
        IdempotencyKeyInUse = "idempotency_key_in_use", "The first request with this Idempotency-Key is still under way", "Send the same request again with the same key after Retry-After; its answer is then replayed.";
        Unauthenticated = "unauthenticated", "No valid credential", "Send `Authorization: Bearer` with a secret that is neither mistyped nor revoked.";
        Forbidden = "forbidden", "The credential may not do this", "Use a credential of the role that the operation names.";
        NotFound = "not_found", "There is no such thing for this caller", "Check the id and the environment; ids of other partners answer the same.";
        UnknownRoute = "unknown_route", "There is no such path", "See /docs for the paths.";
        MethodNotAllowed = "method_not_allowed", "The path does not take this method", "Use a method that the `Allow` header names.";
        NotAcceptable = "not_acceptable", "There is no such form of the answer", "Ask for a form that the detail names, in `Accept`.";
        UnsupportedMediaType = "unsupported_media_type", "The body is not declared as JSON", "Send `Content-Type: application/json`.";
        BodyTooLarge = "body_too_large", "The body is larger than the server takes", "Split the request; the detail names the limit.";
        PreconditionRequired = "precondition_required", "The If-Match header is missing", "Read the object and send its ETag in If-Match.";
        StaleVersion = "stale_version", "The object has changed since it was read", "Read it again, apply the edit to what it is now, and send its new ETag.";
        PrematureStep = "premature_step", "The flow is not there yet", "Do what `errors` names first; the journey shows the same list.";
        StateConflict = "state_conflict", "The object's state does not allow this", "Read the object; the detail names its state.";
        AlreadyExists = "already_exists", "There is one already", "Use the one that the detail names.";
        UnknownReference = "unknown_reference", "The body refers to something that does not exist for this caller", "Mend the ids that `errors` names.";
        InvalidCatalogue = "invalid_catalogue", "The catalogue has faults", "Mend every line that `errors` names; `demarc catalogue check` names the same.";
        SecondPersonRequired = "second_person_required", "Who proposed it may not decide on it", "Let somebody else of operations do it, with a credential of their own.";
        SealingKeyMissing = "sealing_key_missing", "The server has no key to seal tax ids with", "Apply without the tax id; the carrier's operator sets up a key, see `demarc keys`.";
        TaxIdUnreadable = "tax_id_unreadable", "The tax id cannot be opened", "Its customer's key was destroyed, or the carrier's key is not configured: see `demarc keys list`.";
        InvalidConfiguration = "invalid_configuration", "The configuration does not fit the offering", "Choose among the allowed values that `errors` names.";
        PriceRefused = "price_refused", "The quote cannot be priced so", "Mend what `errors` names: a promotion, a discount, or a configuration.";
        Busy = "busy", "Others changed the same object at the same time", "Send the same request again with the same key.";
        RateLimited = "rate_limited", "The credential sends more requests than it may", "Send the same request again with the same key after Retry-After; keep to the rate that RateLimit-Policy names.";
        TooManyConcurrent = "too_many_concurrent", "Too many requests of the credential are under way", "Wait for the answers that are due, then send the same request again with the same key.";
        Overloaded = "overloaded", "The server has more to do than it can", "Send the same request again with the same key after Retry-After, then after ever longer pauses.";
        Unavailable = "unavailable", "The server cannot store at the moment", "Send the same request again with the same key after Retry-After.";
        Internal = "internal", "The server failed", "Send the same request again with the same key; quote the request id to the carrier if it lasts.";
    }
}

codes! {
    /// One place that is wrong, or one thing that is still missing.
    Because {
        Missing = "missing", "A required member is missing", "Add it.";
        UnknownMember = "unknown_member", "The member is not part of the documented form", "Remove it, or mend its spelling.";
        WrongType = "wrong_type", "The value has another JSON type", "Send the type that `expected` names.";
        TooShort = "too_short", "The text or list is too short", "See `expected`.";
        TooLong = "too_long", "The text or list is too long", "See `expected`.";
        OutOfRange = "out_of_range", "The number or date is out of range", "See `expected`.";
        NotAllowedValue = "not_allowed_value", "The value is not one of those allowed", "Choose one that `expected` names.";
        BadFormat = "bad_format", "The text does not have the documented form", "See `expected`.";
        NotAnId = "not_an_id", "The text is not an id of the right kind", "Send an id as this interface gave it out.";
        SandboxValue = "sandbox_value", "The value is a scripted one of the test environment", "Send a real value, or use a credential of the test environment.";
        UnknownId = "unknown_id", "The id names nothing that this caller may see", "Check it, and the environment.";
        Duplicate = "duplicate", "It occurs twice", "Leave one out.";
        HoldsTaxId = "holds_tax_id", "The text holds what looks like a tax id", "Send it as `tax_id`, where it is sealed, and nowhere else.";
        UrlRefused = "url_refused", "Webhooks cannot go to this URL", "Give an https URL of a public host on port 443 or 8443.";
        Conflicting = "conflicting", "Two members contradict each other", "Leave one out, or make them agree.";

        UnknownFeature = "unknown_feature", "The offering has no such feature", "Read the offering in the catalogue.";
        ValueNotAllowed = "value_not_allowed", "The feature does not allow the value", "Choose one that `expected` names.";
        FeatureMissing = "missing_feature", "A required feature is not chosen", "Choose a value.";
        DuplicateFeature = "duplicate_feature", "The feature is chosen twice", "Leave one out.";
        NotApplicable = "not_applicable", "The feature is only there with another choice", "Leave it out, or choose what `expected` names.";
        FeatureRequires = "requires", "The choice requires another", "Choose what `expected` names.";
        FeatureExcludes = "excludes", "The choice excludes another", "Give up one of the two.";
        PromotionNotEligible = "promotion_not_eligible", "The promotion does not apply", "Leave it out, or change what the detail names.";
        BelowFloor = "below_floor", "The net price is below the floor", "Ask for at most the discount that `expected` names.";
        CatalogueFault = "catalogue_fault", "A line of a catalogue's file is wrong", "The detail names file and line, `expected` what to do.";
        CatalogueNotInForce = "catalogue_not_in_force", "The catalogue is not in force yet", "Ask the carrier.";
        UnknownTier = "unknown_tier", "The partner's tier is not in the catalogue", "Ask the carrier.";
        ZipNotUsable = "zip_not_usable", "The site's ZIP code does not tell its access zone", "Mend the site's address.";
        ConfigurationNotSold = "configuration_not_sold", "The configuration is not of the catalogue in force", "Configure the site again.";
        AmountTooLarge = "amount_too_large", "A total is larger than can be computed", "Split the quote.";

        CustomerUnserved = "customer_unserved", "The end customer's status refuses this partner", "File an exception request.";
        CustomerUnassigned = "customer_unassigned", "A site has no end customer", "Assign one to the site.";
        QuoteLocked = "quote_locked", "The quote version can no longer be edited", "Revise the quote.";
        ContractOut = "contract_out", "A contract of this quote version is out for signature", "Void the contract, or wait for it.";
        SitesMissing = "sites_missing", "The quote has no site", "Add a site.";
        SiteUnconfigured = "site_unconfigured", "A site has no configuration", "Configure the site.";
        AddressUnchecked = "address_unchecked", "A site's address is not validated", "Validate the addresses.";
        AddressUnresolved = "address_unresolved", "A site's address needs a choice", "Accept the correction or choose an alternate.";
        AddressNotFound = "address_not_found", "A site's address is not deliverable", "Mend the site's address and validate it again.";
        AccessUnavailable = "access_unavailable", "A site's access speed is known not to be had there", "Configure the site for a speed that its serviceability names.";
        Unpriced = "unpriced", "The quote has no price", "Price the quote.";
        PriceExpired = "price_expired", "The price offer has expired", "Price the quote again, or re-open it.";
        PromotionUsedUp = "promotion_used_up", "Too little is left of a promotion of the price", "Void a contract that is out, then price the quote again.";
        ApprovalPending = "approval_pending", "The discount waits for operations", "Wait for the decision, or price with a smaller discount.";
        PriceBudgetary = "price_budgetary", "The price is budgetary", "Validate the addresses; if a budgetary price was asked for, price the quote again with the level firm.";
        FeasibilityMissing = "feasibility_missing", "Feasibility of a site is not confirmed", "Ask for the quote's feasibility, then wait for operations.";
        FeasibilityPending = "feasibility_pending", "Operations have not answered yet whether the sites can be served", "Wait for the answer.";
        FeasibilityRefused = "feasibility_refused", "A site cannot be served as it is configured", "Change what the reason names, or ask again.";
        CreditMissing = "credit_missing", "There is no credit check", "Request a credit check.";
        CreditUndecided = "credit_undecided", "The credit check is not decided", "Wait for the decision.";
        CreditDeclined = "credit_declined", "Credit was declined", "The sale ends here unless operations decide anew.";
        CreditFailed = "credit_failed", "The credit check could not be made", "Request a new one.";
        CreditExpired = "credit_expired", "The credit approval has expired", "Request a new one.";
        CreditInsufficient = "credit_insufficient", "The credit approval is for less than this quote", "Request a new one.";
        ContractMissing = "contract_missing", "There is no contract", "Generate the contract.";
        ContractNotSent = "contract_not_sent", "The contract is not yet out for signature", "Wait until it is sent.";
        ContractUnsigned = "contract_unsigned", "The contract is not signed", "Have it signed.";
        TermsNotAccepted = "terms_not_accepted", "The terms and conditions are not accepted", "Send `accept_terms: true`.";
        ContractTerminated = "contract_terminated", "The contract was terminated", "Clone the quote, and have a new contract signed.";
        OrderMissing = "order_missing", "There is no order", "Create the order.";
        Outdated = "outdated", "The version is not the object's newest", "Read the object again and send its version.";
        HandedOff = "handed_off", "The sub-order is handed off and can no longer be changed", "Changes after handoff are requests to the carrier.";
        EnrichmentMissing = "enrichment_missing", "A required enrichment is missing", "Send it.";
        NotHandedOff = "not_handed_off", "A sub-order is not handed off", "Hand it off.";
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn no_code_stands_twice() {
        let texts =
            Code::ALL.iter().map(|c| c.as_str()).chain(Because::ALL.iter().map(|b| b.as_str()));
        let mut seen = BTreeSet::new();
        for text in texts {
            assert!(seen.insert(text), "{text} stands twice");
            assert!(text.bytes().all(|b| b.is_ascii_lowercase() || b == b'_'), "{text}");
        }
    }
}
