//! Damages to prices, credit, contracts and orders.

use super::{Damage, alone, among};
use store::audit::Invariant;

pub(super) const PRICES: &[Damage] = &[
    alone(
        Invariant::AcceptedIsFirm,
        &["update quote set doc = replace(doc, '\"level\":\"firm\"', '\"level\":\"budgetary\"')"],
    ),
    among(
        Invariant::OffersPriceEverySite,
        &["update site set doc = replace(doc, '\"price\":{', '\"price\":null,\"was\":{')"],
    ),
    alone(
        Invariant::PricesAreOfTheirSites,
        &["update site set doc = \
           replace(doc, '\"price\":{\"site\":\"a7l', '\"price\":{\"site\":\"a7m')"],
    ),
    alone(
        Invariant::WaterfallsFlow,
        &["update site set doc = replace(doc, '\"kind\":\"term\"', '\"kind\":\"net\"')"],
    ),
    among(
        Invariant::WaterfallsFlow,
        &["update site set doc = replace(doc, '\"net\":', '\"net\":1')"],
    ),
    alone(
        Invariant::FloorsAreKept,
        &["update site set doc = \
           replace(replace(doc, '\"floor\":null', '\"floor\":0'), '\"floor\":', '\"floor\":9')"],
    ),
    among(
        Invariant::LinesAddUp,
        &[
            "update site set doc = replace(doc, '},\"totals\":{\"mrc\":', '},\"totals\":{\"mrc\":1')",
        ],
    ),
    among(
        Invariant::SitesAddUp,
        &["update site set doc = replace(doc, '}],\"totals\":{\"mrc\":', \
           '}],\"totals\":{\"mrc\":1')"],
    ),
    alone(
        Invariant::QuotesAddUp,
        &["update quote set doc = replace(doc, '\"offer\":{\"totals\":{\"mrc\":', \
           '\"offer\":{\"totals\":{\"mrc\":1') where state = 'priced' \
           and not exists (select 1 from contract c where c.quote = quote.id)"],
    ),
    alone(
        Invariant::CataloguesHaveFiles,
        &["update catalogue_files set body = replace(body, 'SAMPLE', 'TRIAL')"],
    ),
    alone(Invariant::CataloguesHaveFiles, &["delete from catalogue_files"]),
    alone(
        Invariant::CataloguesWereAgreed,
        &["update catalogue_version set doc = \
           replace(doc, '\"rolled_back_by\":\"a5C', '\"rolled_back_by\":\"a5D')"],
    ),
    alone(
        Invariant::OffersNameTheirCatalogue,
        &["update quote set doc = replace(doc, '\"catalogue_version\":\"2026.1', \
           '\"catalogue_version\":\"2025.1') where state = 'priced' \
           and not exists (select 1 from contract c where c.quote = quote.id)"],
    ),
    among(
        Invariant::OneCheckIsUndecided,
        &["drop index credit_check_undecided", "update credit_check set state = 'requested'"],
    ),
    alone(
        Invariant::ChecksAreOfTheirSubject,
        &["update credit_check set subject = '002' || substr(subject, 4), \
           doc = replace(doc, '\"subject\":\"001', '\"subject\":\"002') \
           where state = 'declined'"],
    ),
    alone(
        Invariant::ApprovalsWereDecided,
        &["update credit_check set doc = \
           replace(doc, '\"verdict\":\"in_review\"', '\"verdict\":\"approved\",\"limit\":1,\"deposit\":null') \
           where state = 'approved'"],
    ),
    alone(
        Invariant::LargeApprovalsNeedTwo,
        &["update credit_check set doc = \
             replace(doc, '\"second\":{', '\"second\":null,\"was\":{')"],
    ),
    alone(
        Invariant::LargeApprovalsNeedTwo,
        &["update credit_check set doc = replace(doc, '\"alone\":', '\"alone\":0,\"was\":')"],
    ),
    alone(
        Invariant::TaxIdsAreSealed,
        &["update credit_check set doc = replace(doc, '\"business_name\":\"', \
           '\"business_name\":\"98-7654321 ')"],
    ),
    alone(
        Invariant::TaxIdsAreSealed,
        &["update credit_check set doc = replace(doc, '\"cipher\":\"', '\"cipher\":\"00')"],
    ),
    alone(
        Invariant::TaxIdsAreSealed,
        &["update credit_check set doc = replace(doc, '\"key\":1', '\"key\":2')"],
    ),
    alone(Invariant::KeysAreSealed, &["update data_key set sealed_by = ''"]),
    alone(Invariant::KeysAreSealed, &["update data_key set sealed = '12-3456789'"]),
    alone(
        Invariant::ApprovalsWereDecided,
        &["update credit_check set doc = replace(doc, '\"state\":\"approved\",\"limit\":', \
           '\"state\":\"approved\",\"limit\":1') where doc like '%credit connector%'"],
    ),
    alone(
        Invariant::ApprovalsEnd,
        &["update exception_request set doc = \
           replace(doc, '\"valid_until\":', '\"valid_until\":1,\"was\":')"],
    ),
    among(
        Invariant::ApprovalsEnd,
        &["update credit_check set doc = \
           replace(doc, '\"valid_until\":', '\"valid_until\":1,\"was\":')"],
    ),
    alone(
        Invariant::CreditWasForThisCustomer,
        &["update contract set doc = replace(doc, '\"check\":\"a9X', '\"check\":\"a9Y')"],
    ),
    among(
        Invariant::CreditWasForThisCustomer,
        &["update credit_check set subject = '002' || substr(subject, 4), \
           doc = replace(doc, '\"subject\":\"001', '\"subject\":\"002') \
           where state = 'approved'"],
    ),
    among(
        Invariant::CreditWasInForce,
        &["update credit_check set doc = \
           replace(doc, '\"valid_until\":', '\"valid_until\":1,\"was\":')"],
    ),
    among(
        Invariant::CreditWasInForce,
        &["update event set position = position + 1000000 where kind = 'credit_check.approved'"],
    ),
    alone(
        Invariant::CreditCoveredTheSale,
        &["update contract set doc = replace(doc, '\"exposure\":', '\"exposure\":99')"],
    ),
    among(
        Invariant::OneExceptionIsOpen,
        &["drop index exception_request_open", "update exception_request set state = 'open'"],
    ),
    among(
        Invariant::OneLetterIsUnsigned,
        &[
            "drop index letter_of_agency_generated",
            "update letter_of_agency set state = 'generated'",
        ],
    ),
    alone(
        Invariant::LettersAreOriginal,
        &["update letter_of_agency set doc = replace(doc, 'may take it back', 'may not')"],
    ),
    alone(
        Invariant::LettersHoldAsSigned,
        &["update letter_of_agency set doc = \
           replace(doc, '\"signed_on\":\"20', '\"signed_on\":\"19')"],
    ),
    alone(
        Invariant::LettersHoldAsSigned,
        &["update letter_of_agency set doc = \
           replace(doc, '\"signed_on\":\"20', '\"signed_on\":\"21')"],
    ),
    alone(
        Invariant::LettersHoldAsSigned,
        &["update letter_of_agency set doc = replace(doc, '\"months\":12', '\"months\":13')"],
    ),
    among(
        Invariant::LettersFollow,
        &["update letter_of_agency set doc = \
           replace(doc, '\"state\":\"revoked\"', '\"state\":\"on_file\"')"],
    ),
];

pub(super) const CONTRACTS: &[Damage] = &[
    alone(
        Invariant::PromotionsWithinBudget,
        &["update promotion_use set most_amount = amount - 1, most_uses = 9"],
    ),
    alone(Invariant::PromotionsWithinBudget, &["update promotion_use set most_uses = uses - 1"]),
    alone(Invariant::PromotionsAreSpentOnce, &["update promotion_use set uses = uses + 1"]),
    alone(Invariant::PromotionsAreSpentOnce, &["update promotion_spend set amount = amount + 1"]),
    alone(Invariant::PromotionsAreSpentOnce, &["delete from promotion_use"]),
    alone(Invariant::PromotionsAreSpentOnce, &["delete from promotion_spend"]),
    alone(
        Invariant::PromotionsAreSpentOnce,
        &["update promotion_spend set contract = '800000000000000'"],
    ),
    alone(Invariant::TextsExist, &["delete from document"]),
    among(Invariant::TextsExist, &["delete from contract"]),
    alone(Invariant::TextsAreOriginal, &["update document set body = body || '.'"]),
    among(Invariant::TextsSayThePrice, &["update document set body = replace(body, 'USD', 'EUR')"]),
    alone(
        Invariant::SignaturesNameTheText,
        &["update contract set doc = replace(doc, '\"},\"document_sha256\":\"', \
           '\"},\"document_sha256\":\"0')"],
    ),
    among(
        Invariant::OneContractIsLive,
        &["drop index contract_live", "update contract set state = 'sent'"],
    ),
    alone(
        Invariant::ContractsBindTheOffer,
        &["update contract set doc = replace(doc, '\"number\":\"Q-', '\"number\":\"R-') \
           where state = 'sent'"],
    ),
    alone(
        Invariant::ContractsBindTheOffer,
        &["update contract set doc = replace(doc, '\"number\":\"Q-', '\"number\":\"R-') \
           where state = 'generated'"],
    ),
    alone(
        Invariant::SignedIsAccepted,
        &["update contract set doc = replace(doc, '\"state\":\"signed\",\"at\":', \
           '\"state\":\"signed\",\"at\":1,\"was\":')"],
    ),
    among(
        Invariant::SignedIsAccepted,
        &["update quote set doc = replace(doc, '\"state\":\"accepted\"', '\"state\":\"priced\"')"],
    ),
    among(
        Invariant::AcceptedIsSigned,
        &["update contract set doc = \
           replace(doc, '\"state\":\"signed\"', '\"state\":\"expired\"')"],
    ),
    among(
        Invariant::SignedInTime,
        &["update contract set doc = replace(doc, '\"good_until\":', '\"good_until\":1,\"was\":')"],
    ),
    alone(
        Invariant::TerminationsWereAgreed,
        &["update contract set doc = replace(doc, '\"second\":{\"kind\":\"operations\"', \
           '\"second\":{\"kind\":\"system\"')"],
    ),
    among(
        Invariant::TerminatedIsNotDelivered,
        &["update sub_order set doc = replace(doc, '\"state\":\"draft\"', \
           '\"state\":\"submitted\"'), state = 'submitted'"],
    ),
    among(
        Invariant::OrdersAreSigned,
        &["update orders set doc = replace(doc, '\"terminated_at\":', '\"was\":')"],
    ),
    alone(
        Invariant::OrdersAreSigned,
        &["update orders set contract = 'a4U' || substr(contract, 4), \
           doc = replace(doc, '\"contract\":\"a4T', '\"contract\":\"a4U')"],
    ),
    alone(
        Invariant::OrdersAreOfTheirQuote,
        &["update orders set number = 'R' || substr(number, 2), \
           doc = replace(doc, '\"number\":\"Q-', '\"number\":\"R-')"],
    ),
    among(
        Invariant::OrdersCostWhatWasSigned,
        &["update orders set doc = replace(doc, '\"nrc\":', '\"nrc\":1')"],
    ),
    among(
        Invariant::QuotesAreOrderedOnce,
        &[
            "drop index orders_quote",
            "insert into orders (tenant, id, version, quote, account, doc) \
             select tenant, '801' || substr(id, 4, 11) || '_', version, quote, account, doc \
             from orders",
        ],
    ),
    among(
        Invariant::QuotesAreOrderedOnce,
        &[
            "drop index sub_order_site",
            "insert into sub_order (tenant, id, version, orders, quote, site, position, state, \
             doc) select tenant, '802' || substr(id, 4), version, orders, quote, \
             site, position, state, doc from sub_order",
        ],
    ),
    among(Invariant::SubOrdersAreSites, &["delete from sub_order where position = 2"]),
    among(Invariant::SubOrdersAreSites, &["delete from site where position = 2"]),
    alone(
        Invariant::SubOrdersAreAsQuoted,
        &["update sub_order set doc = replace(doc, '\"offering\":\"OFF', '\"offering\":\"OLD')"],
    ),
    among(
        Invariant::ItemsAddUp,
        &["update sub_order set doc = replace(doc, '\"total_contract_value\":', \
           '\"total_contract_value\":1')"],
    ),
    among(
        Invariant::OrdersAddUp,
        &["update orders set doc = replace(doc, '\"nrc\":', '\"nrc\":1')"],
    ),
    alone(
        Invariant::HandoffsAreDated,
        &["update sub_order set doc = \
           replace(doc, '\"handed_off_at\":', '\"handed_off_at\":null,\"was\":')"],
    ),
    alone(
        Invariant::AcknowledgementsAreKept,
        &["update sub_order set doc = \
           replace(doc, '\"acknowledgement\":{', '\"acknowledgement\":null,\"was\":{')"],
    ),
    alone(Invariant::IdentifiersLead, &["delete from order_identifier where kind = 'circuit_id'"]),
    alone(
        Invariant::IdentifiersLead,
        &["update order_identifier set value = 'X' where kind = 'service_order_number'"],
    ),
    alone(
        Invariant::CompletedReachedEverything,
        &["update sub_order set doc = \
           replace(doc, '\"reached_at\":1', '\"reached_at\":null,\"was\":1') \
           where state = 'completed'"],
    ),
    alone(
        Invariant::TroublesAreTold,
        &["update sub_order set doc = replace(doc, '\"trouble\":null', '\"trouble\":\"lost\"')"],
    ),
];
