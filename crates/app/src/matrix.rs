//! Price matrices: asked of the catalogue in force, for the caller's tier. Nothing is kept.

use crate::{App, Caller, Problem};
use domain::matrix::{Matrix, MatrixAsk, matrix};

impl App {
    /// Draws a matrix at today's prices.
    pub fn price_matrix(&self, caller: &Caller, ask: &MatrixAsk) -> Result<Matrix, Problem> {
        let seller = caller.seller()?;
        let (programme, today) = (self.programme(seller)?, self.clock.now().date());
        Ok(matrix(&self.catalogue, programme, &seller.partner.tier, today, ask)?)
    }
}
