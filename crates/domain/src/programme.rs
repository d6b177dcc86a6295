//! Programmes: the rules that a partner works under. Data, not `if`.
//!
//! A programme's `law` is the one table of the flow: for each stage, what must hold first.
//! The order of `stages` is the order in which a journey shows them.

use crate::catalogue::{Catalogue, CatalogueFault, EnrichmentKind, FaultKind, Offering};
use crate::credit::CreditPolicy;
use crate::money::Money;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $word:literal, $title:literal;)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $($(#[$vdoc])* #[doc = $title] $variant,)* }
        impl $name {
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];
            /// The stable word.
            pub const fn word(self) -> &'static str { match self { $(Self::$variant => $word,)* } }
            /// For a person.
            pub const fn title(self) -> &'static str { match self { $(Self::$variant => $title,)* } }
        }
    };
}

words! {
    /// A stage of the flow.
    Stage {
        Opportunity = "opportunity", "Opportunity and quote";
        Sites = "sites", "Sites";
        AddressValidation = "address_validation", "Address validation";
        Configuration = "configuration", "Product configuration";
        Pricing = "pricing", "Price";
        DiscountApproval = "discount_approval", "Discount approval";
        Feasibility = "feasibility", "Feasibility check";
        CreditCheck = "credit_check", "Credit check";
        Contract = "contract", "Contract";
        Signature = "signature", "Signature";
        Order = "order", "Order";
        CustomerAssignment = "customer_assignment", "End customers assigned to sites";
        Enrichment = "enrichment", "Enrichment";
        Handoff = "handoff", "Handoff";
        Fulfilment = "fulfilment", "Fulfilment";
    }
}

words! {
    /// Something that must hold before a stage.
    Need {
        CustomerServed = "customer_served", "The end customer may be served: by its status, or by an approved exception";
        QuoteEditable = "quote_editable", "The quote version can be edited and no contract of it is out";
        SitesPresent = "sites_present", "The quote has a site";
        AddressesPassed = "addresses_passed", "Every site's address is validated";
        AccessAvailable = "access_available", "No site is configured for an access speed that is known not to be had there";
        SitesConfigured = "sites_configured", "Every site has a configuration";
        QuotePriced = "quote_priced", "The quote has a price that operations need not approve any more";
        FirmSubjectToFeasibility = "firm_subject_to_feasibility", "The price is not budgetary, and no site's feasibility was refused";
        Firm = "firm", "The price is firm: operations have confirmed that every site can be served";
        PriceUnexpired = "price_unexpired", "The price offer is still valid";
        PromotionsAvailable = "promotions_available", "Enough is left of every promotion of the price";
        CreditApproved = "credit_approved", "Credit is approved, unexpired, for this customer";
        CreditCovers = "credit_covers", "The credit approval covers the quote's amount";
        ContractSent = "contract_sent", "The contract is out for signature";
        ContractSigned = "contract_signed", "The contract is signed";
        TermsAccepted = "terms_accepted", "The terms and conditions are accepted";
        OrderPlaced = "order_placed", "The order exists";
        OrderOpen = "order_open", "The sub-order is not handed off";
        CustomersAssigned = "customers_assigned", "Every site has its end customer";
        EnrichmentComplete = "enrichment_complete", "Every enrichment that programme and product require is there";
        HandedOff = "handed_off", "The sub-order is handed off";
    }
}

words! {
    /// A party to credit or contract.
    Party {
        Partner = "partner", "the partner";
        EndCustomer = "end_customer", "the end customer";
        Carrier = "carrier", "the carrier";
    }
}

/// The rules that a partner works under.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Programme {
    /// `alliance`, `aiab`, `apex`.
    pub code: String,
    pub name: String,
    /// Offerings that may be sold under it, by code.
    pub offerings: Vec<String>,
    /// Whether end customers are assigned to each site later, instead of to the opportunity.
    pub customer_per_site: bool,
    /// Whose credit is checked.
    pub credit_subject: Party,
    /// Who signs the contract, first party first.
    pub contract_parties: Vec<Party>,
    /// Months of recurring charge that count, with the one-off charges, as exposure.
    pub exposure_months: u32,
    /// What credit is asked for where it is checked before the price and nobody says how much:
    /// whole dollars for each site. None: it must be said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exposure_per_site: Option<u32>,
    /// Days that a contract waits for its signature.
    pub signature_days: u32,
    /// Months that a letter of agency holds from the day it is signed, unless it says otherwise.
    #[serde(default = "a_year")]
    pub loa_months: u32,
    /// Whether a port reservation must carry a federal TSP code.
    pub tsp_code_required: bool,
    /// Enrichments required for every product, besides those that the product requires.
    pub enrichments: Vec<EnrichmentKind>,
    /// The stages, in the order that a journey shows them.
    pub stages: Vec<Stage>,
    /// For each stage, what must hold first.
    pub law: BTreeMap<Stage, Vec<Need>>,
}

/// What a file that does not say it means.
const fn a_year() -> u32 {
    12
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ProgrammesFile {
    programme: Vec<Programme>,
}

/// Every programme of a carrier, and how it decides on credit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Programmes {
    all: Vec<Programme>,
    credit: CreditPolicy,
    /// The file.
    text: String,
}

/// The name of the file with the programmes.
pub const PROGRAMMES: &str = "programmes.toml";

impl Programmes {
    /// Reads the programmes file. Credit is decided by the shipped policy.
    ///
    /// # Errors
    /// Every mistake; where it is no such file at all, the first.
    pub fn parse(text: &str) -> Result<Self, Vec<CatalogueFault>> {
        let file: ProgrammesFile = toml::from_str(text).map_err(|e| {
            let line = 1 + text[..e.span().map_or(0, |s| s.start)].matches('\n').count();
            let message = e.message().replace('\n', "; ");
            vec![fault(line, FaultKind::Syntax, message, "Mend the line; see the shipped file")]
        })?;
        let mut faults = Vec::new();
        for programme in &file.programme {
            let code = &programme.code;
            for stage in &programme.stages {
                if !programme.law.contains_key(stage) {
                    let stage = stage.word();
                    let message = format!("programme {code}: law has no line for stage {stage}");
                    let remedy = format!("Write {stage} = [] below [programme.law], or its needs");
                    let line = line_of(text, code, "[programme.law]");
                    faults.push(fault(line, FaultKind::Missing, message, &remedy));
                }
            }
            for stage in programme.law.keys() {
                if programme.stages.iter().filter(|s| *s == stage).count() != 1 {
                    let stage = stage.word();
                    let message = format!("programme {code}: stages must name {stage} once");
                    let line = line_of(text, code, "stages");
                    faults.push(fault(line, FaultKind::Duplicate, message, "Mend the stages"));
                }
            }
            for (stage, needs) in DEMANDED {
                if !needs.iter().any(|need| programme.needs(*stage).contains(need)) {
                    let needs: Vec<_> = needs.iter().map(|need| need.word()).collect();
                    let (stage, needs) = (stage.word(), needs.join(" or "));
                    let message = format!("programme {code}: law must name {needs} for {stage}");
                    let line = line_of(text, code, stage);
                    let remedy = "Add it: no programme can do without";
                    faults.push(fault(line, FaultKind::Missing, message, remedy));
                }
            }
            if file.programme.iter().filter(|p| p.code == programme.code).count() > 1 {
                let message = format!("programme {code} stands twice");
                let line = line_of(text, code, "code");
                faults.push(fault(line, FaultKind::Duplicate, message, "Rename one"));
            }
        }
        if faults.is_empty() {
            let credit = CreditPolicy::shipped()?;
            Ok(Self { all: file.programme, credit, text: text.to_owned() })
        } else {
            Err(faults)
        }
    }

    /// Where the programmes and a catalogue do not go together: offerings that are sold and not
    /// there, and promotions for programmes that are not there.
    pub fn misfits(&self, catalogue: &Catalogue) -> Vec<CatalogueFault> {
        let mut misfits = self.unknown_offerings(catalogue);
        misfits.extend(self.unknown_in(catalogue));
        misfits
    }

    /// Programmes that a promotion is for, and nobody is in.
    fn unknown_in(&self, catalogue: &Catalogue) -> Vec<CatalogueFault> {
        let known: Vec<_> = self.all.iter().map(|programme| &*programme.code).collect();
        let named = catalogue.promotions().iter().flat_map(|promotion| {
            promotion.eligibility.programmes.iter().map(move |code| (promotion, code))
        });
        let unknown = named.filter(|(_, code)| self.get(code).is_none());
        unknown
            .map(|(promotion, code)| CatalogueFault {
                file: promotion.file.to_string(),
                line: promotion.line,
                kind: FaultKind::UnknownReference,
                message: format!("promotion {}: there is no programme {code}", promotion.code),
                remedy: format!("Use one of: {}", known.join(", ")),
            })
            .collect()
    }

    fn unknown_offerings(&self, catalogue: &Catalogue) -> Vec<CatalogueFault> {
        let known: Vec<_> = catalogue.offerings().iter().map(|o| &*o.code).collect();
        let remedy = format!("Use some of these: {}", known.join(", "));
        let sold = self.all.iter().flat_map(|p| p.offerings.iter().map(move |o| (p, o)));
        sold.filter(|(_, offering)| catalogue.offering(offering).is_none())
            .map(|(programme, offering)| {
                let code = &programme.code;
                let message = format!("programme {code} sells {offering}, which no file offers");
                let line = line_of(&self.text, code, offering);
                fault(line, FaultKind::UnknownReference, message, &remedy)
            })
            .collect()
    }

    /// The programmes shipped with the program. A test proves that they have no mistake.
    pub fn shipped() -> Result<Self, Vec<CatalogueFault>> {
        Self::parse(SHIPPED)
    }

    /// The same with a carrier's own credit policy.
    #[must_use]
    pub fn with_credit(self, credit: CreditPolicy) -> Self {
        Self { credit, ..self }
    }

    /// How credit is decided, whatever the programme.
    pub const fn credit(&self) -> &CreditPolicy {
        &self.credit
    }

    pub fn get(&self, code: &str) -> Option<&Programme> {
        self.all.iter().find(|p| p.code == code)
    }

    pub fn all(&self) -> &[Programme] {
        &self.all
    }
}

/// What no programme can leave out, one of each line: the commit holds it anyway, and a journey
/// would not show it; and a budgetary price binds nobody.
const DEMANDED: &[(Stage, &[Need])] = &[
    (Stage::Signature, &[Need::ContractSent]),
    (Stage::Signature, &[Need::PromotionsAvailable]),
    (Stage::Contract, &[Need::FirmSubjectToFeasibility, Need::Firm]),
];

fn fault(line: usize, kind: FaultKind, message: String, remedy: &str) -> CatalogueFault {
    CatalogueFault { file: PROGRAMMES.to_owned(), line, kind, message, remedy: remedy.to_owned() }
}

/// The line of the first `what` after the programme's code; the code's if there is none.
fn line_of(text: &str, programme: &str, what: &str) -> usize {
    let code = format!("\"{programme}\"");
    let start = text.lines().position(|line| line.starts_with("code") && line.contains(&code));
    let start = start.unwrap_or(0);
    let after = text.lines().skip(start).position(|line| line.contains(what));
    1 + start + after.unwrap_or(0)
}

const SHIPPED: &str = include_str!("../../../catalogue/programmes.toml");

impl Programme {
    /// The offering of that code, if it is sold under this programme.
    pub fn offering<'c>(&self, catalogue: &'c Catalogue, code: &str) -> Option<&'c Offering> {
        let sold = |o: &&Offering| self.offerings.iter().any(|code| code.as_str() == &*o.code);
        catalogue.offering(code).filter(sold)
    }

    /// What credit is asked for on a quote of so many sites without a price, if the programme has
    /// an amount.
    pub fn exposure_unpriced(&self, sites: u32) -> Option<Money> {
        let cents = i64::from(self.exposure_per_site?) * 100;
        Money::from_minor(cents).times(i64::from(sites)).ok()
    }

    /// What must hold before `stage`; a stage that the programme does not have needs nothing.
    pub fn needs(&self, stage: Stage) -> &[Need] {
        self.law.get(&stage).map_or(&[], Vec::as_slice)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_programmes_parse() {
        let programmes = Programmes::parse(SHIPPED).unwrap();
        let codes: Vec<&str> = programmes.all().iter().map(|p| p.code.as_str()).collect();
        assert_eq!(codes, ["alliance", "aiab", "apex"]);
    }

    #[test]
    fn a_stage_without_a_law_is_refused() {
        let text = SHIPPED.replacen("handoff = [", "# handoff = [", 1);
        let faults = Programmes::parse(&text).unwrap_err();
        assert_eq!(faults.len(), 1);
        let line = 1 + text.lines().position(|line| line == "[programme.law]").unwrap();
        assert_eq!(faults[0].line, line);
        assert_eq!(faults[0].message, "programme alliance: law has no line for stage handoff");
    }

    #[test]
    fn what_the_commit_holds_anyway_cannot_be_left_out() {
        let text = SHIPPED.replace(
            r#"signature = ["contract_sent", "promotions_available"]"#,
            r#"signature = ["contract_sent"]"#,
        );
        let faults = Programmes::parse(&text).unwrap_err();
        let fault = "programme apex: law must name promotions_available for signature";
        assert!(faults.iter().any(|f| f.message == fault), "{faults:?}");
    }

    #[test]
    fn a_misspelt_need_names_its_line() {
        let text = SHIPPED.replacen("\"contract_sent\"", "\"contract_send\"", 1);
        let faults = Programmes::parse(&text).unwrap_err();
        let line = 1 + text.lines().position(|line| line.contains("contract_send")).unwrap();
        assert_eq!((faults[0].line, faults[0].kind), (line, FaultKind::Syntax));
        assert!(faults[0].message.contains("contract_send"), "{}", faults[0]);
    }

    #[test]
    fn a_promotion_for_a_programme_that_is_not_there_is_named_where_it_stands() {
        let mut files = crate::catalogue::tests::shipped_files();
        let carrier = files.iter_mut().find(|(name, _)| name == "carrier.toml").unwrap();
        carrier.1 = carrier.1.replacen("uses = 500", "uses = 500\nprogrammes = [\"apix\"]", 1);
        let line = 1 + carrier.1.lines().position(|line| line.contains("apix")).unwrap();
        let catalogue = Catalogue::parse(&files).unwrap();
        let faults = Programmes::shipped().unwrap().misfits(&catalogue);
        let [fault] = &faults[..] else { panic!("one: {faults:#?}") };
        assert_eq!((&*fault.file, fault.line), ("carrier.toml", line));
        assert_eq!(fault.message, "promotion ASE-EVC12: there is no programme apix");
        assert_eq!(fault.remedy, "Use one of: alliance, aiab, apex");
    }

    #[test]
    fn an_offering_that_no_file_has_is_named_where_a_programme_sells_it() {
        let text = SHIPPED.replacen("[\"OFF_AIAB\"]", "[\"OFF_AIAC\"]", 1);
        let programmes = Programmes::parse(&text).unwrap();
        let faults = programmes.misfits(&Catalogue::shipped().unwrap());
        let line = 1 + text.lines().position(|line| line.contains("OFF_AIAC")).unwrap();
        assert_eq!(faults.len(), 1);
        assert_eq!(faults[0].line, line);
        assert_eq!(faults[0].message, "programme aiab sells OFF_AIAC, which no file offers");
    }
}
