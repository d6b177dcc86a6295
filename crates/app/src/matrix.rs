//! Price matrices: asked of the catalogue in force, for the caller's tier. Nothing is kept.

use crate::{App, Caller, Problem};
use domain::matrix::{Matrix, MatrixAsk, matrix};

impl App {
    /// Draws a matrix at today's prices.
    pub async fn price_matrix(&self, caller: &Caller, ask: &MatrixAsk) -> Result<Matrix, Problem> {
        let seller = caller.seller()?;
        let (programme, now) = (self.programme(seller)?, self.now(caller).await?);
        let catalogue = self.in_force(caller.environment, now).await?;
        Ok(matrix(&catalogue, programme, &seller.partner.tier, now.date(), ask)?)
    }
}
