//! Price matrices: what an offering costs by value, term and place, before there is a quote.

use super::address::{CheckedBody, GivenAddress};
use super::shape::{At, TotalsBody};
use crate::answer::{Answered, ok};
use crate::door::Question;
use app::address::Checked;
use domain::address::Avps;
use domain::catalogue::Choice;
use domain::matrix::{Cell, Located, Matrix, MatrixAsk, Outcome};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<crate::State> {
    OpenApiRouter::new().routes(routes!(price_matrix))
}

/// A feature that has the same value in every cell.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct FixedFeature {
    /// The feature's name or code.
    #[schema(min_length = 1, max_length = 100, example = "Management Option")]
    name: String,
    #[schema(min_length = 1, max_length = 100, example = "Customer Managed")]
    value: String,
}

/// What is to be priced, and where: by ZIP codes, by addresses or by both.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PriceMatrixAsk)]
struct AskBody {
    /// The offering's code.
    #[schema(min_length = 1, max_length = 100, example = "OFF_ADI_MID_MARKET")]
    offering: String,
    /// ZIP codes of the places: five digits, or nine with a hyphen.
    #[serde(default)]
    #[schema(min_items = 1, max_items = 1000, example = json!(["78701", "59001"]))]
    zips: Vec<String>,
    /// Further places by their addresses, each of which is validated first.
    #[serde(default)]
    #[schema(min_items = 1, max_items = 1000)]
    addresses: Vec<GivenAddress>,
    /// The names or codes of the features that take each of `values`, together.
    #[serde(default)]
    #[schema(max_items = 10, example = json!(["Port Speed", "Access Speed"]))]
    vary: Vec<String>,
    /// Every value of the first of `vary` unless given.
    #[serde(default)]
    #[schema(min_items = 1, max_items = 100, example = json!(["100M", "1G"]))]
    values: Option<Vec<String>>,
    /// In months; every term of the offering unless given.
    #[serde(default)]
    #[schema(min_items = 1, max_items = 20, example = json!([12, 36]))]
    terms: Option<Vec<u32>>,
    /// The same in every cell; what is not given takes its default.
    #[serde(default)]
    #[schema(max_items = 100)]
    features: Vec<FixedFeature>,
}

/// One ZIP code of the ask.
#[derive(Debug, Serialize, ToSchema)]
struct MatrixPlace {
    #[schema(example = "78701")]
    zip: String,
    /// The access zone, whose cells are this place's.
    #[schema(example = "C")]
    zone: String,
}

/// One address of the ask.
#[derive(Debug, Serialize, ToSchema)]
struct MatrixAddress {
    #[serde(flatten)]
    checked: CheckedBody,
    /// The access zone, whose cells are this place's. It is that of the proposed correction where
    /// there is one, and of several places where they all share it. Null: it cannot be told.
    #[schema(example = "A")]
    zone: Option<String>,
    /// Why there is no price here; null if there is a zone.
    #[schema(example = json!(null))]
    no_price: Option<String>,
}

impl MatrixAddress {
    fn of((checked, located): (&Checked<Avps>, &Located)) -> Self {
        Self {
            checked: checked.into(),
            zone: located.as_ref().ok().map(ToString::to_string),
            no_price: located.as_ref().err().cloned(),
        }
    }
}

/// What one component of a cell costs.
#[derive(Debug, Serialize, ToSchema)]
struct MatrixComponent {
    #[schema(example = "ADI_PORT")]
    component: String,
    #[schema(example = "Port")]
    name: String,
    totals: TotalsBody,
}

/// One value at one term. A budgetary price: list price less what term and catalogue take off;
/// without promotions and discounts.
#[derive(Debug, Serialize, ToSchema)]
struct MatrixCell {
    /// Null if nothing varies but the term.
    #[schema(example = "1G")]
    value: Option<String>,
    #[schema(example = 36)]
    term_months: u32,
    /// Null if it is not sold so.
    totals: Option<TotalsBody>,
    components: Vec<MatrixComponent>,
    /// Why it is not sold so; empty if it is.
    not_sold: Vec<String>,
}

impl From<&Cell> for MatrixCell {
    fn from(cell: &Cell) -> Self {
        let mut body = Self {
            value: cell.value.clone(),
            term_months: cell.term_months,
            totals: None,
            components: Vec::new(),
            not_sold: Vec::new(),
        };
        match &cell.outcome {
            Outcome::NotSold(why) => body.not_sold.clone_from(why),
            Outcome::Priced(site) => {
                body.totals = Some((&site.totals).into());
                let component = |line: &domain::pricing::LinePrice| MatrixComponent {
                    component: line.component.to_string(),
                    name: line.name.to_string(),
                    totals: (&line.totals).into(),
                };
                body.components = site.lines.iter().map(component).collect();
            }
        }
        body
    }
}

/// The cells of one access zone, by value and then by term, in the order of the ask.
#[derive(Debug, Serialize, ToSchema)]
struct MatrixZone {
    #[schema(example = "C")]
    zone: String,
    cells: Vec<MatrixCell>,
}

/// A price matrix. Nothing of it is kept, and it binds nobody: an offer comes with a quote.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PriceMatrix)]
struct MatrixBody {
    /// The label of the catalogue that priced it.
    #[schema(example = "2026.1-sample")]
    catalogue_version: String,
    #[schema(format = Date, example = "2026-11-21")]
    priced_on: String,
    #[schema(example = "OFF_ADI_MID_MARKET")]
    offering: String,
    /// The ZIP codes, in the order of the ask.
    places: Vec<MatrixPlace>,
    /// The addresses, in the order of the ask.
    addresses: Vec<MatrixAddress>,
    /// Each zone that a place is in, by name.
    zones: Vec<MatrixZone>,
}

impl MatrixBody {
    fn of(matrix: &Matrix, zips: &[String], checked: &[Checked<Avps>]) -> Self {
        let place = |(zip, zone): (&String, &std::sync::Arc<str>)| MatrixPlace {
            zip: zip.clone(),
            zone: zone.to_string(),
        };
        let zones = matrix.zones.iter().map(|(zone, cells)| MatrixZone {
            zone: zone.to_string(),
            cells: cells.iter().map(Into::into).collect(),
        });
        Self {
            catalogue_version: matrix.catalogue_version.to_string(),
            priced_on: matrix.priced_on.to_string(),
            offering: matrix.offering.to_string(),
            places: zips.iter().zip(&matrix.places).map(place).collect(),
            addresses: checked.iter().zip(&matrix.addresses).map(MatrixAddress::of).collect(),
            zones: zones.collect(),
        }
    }
}

/// Price a matrix
///
/// Speeds by terms for one or many places, without a quote: up to 10,000 cells at today's prices.
/// A cell that cannot be had says why. Places are ZIP codes, or addresses, which are validated
/// first; one that is not found says so in its row, and the others have their prices.
#[utoipa::path(post, path = "/v1/price-matrix", operation_id = "price_matrix", tag = "Catalogue",
    request_body = AskBody,
    responses((status = 200, description = "The matrix", body = MatrixBody)))]
async fn price_matrix(asked: Question<AskBody>) -> Answered {
    let Question { app, caller, place, body } = asked;
    let choice = |f: FixedFeature| Choice { feature: f.name, value: f.value };
    let ask = MatrixAsk {
        offering: body.offering,
        choices: body.features.into_iter().map(choice).collect(),
        vary: body.vary,
        values: body.values,
        terms: body.terms,
        zips: body.zips.clone(),
        found: Vec::new(),
    };
    let addresses = body.addresses.into_iter().map(Into::into).collect();
    let (matrix, checked) = app.price_matrix(&caller, ask, addresses).await.at(&place)?;
    Ok(ok(&MatrixBody::of(&matrix, &body.zips, &checked)))
}
