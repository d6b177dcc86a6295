//! Price matrices: asked of the catalogue in force, for the caller's tier. Nothing is kept.

use crate::address::Checked;
use crate::{App, Caller, Problem};
use domain::address::{Address, Avps};
use domain::matrix::{Matrix, MatrixAsk, matrix};

impl App {
    /// Draws a matrix at today's prices, also for places by their addresses; with what was found of
    /// each of those.
    pub async fn price_matrix(
        &self,
        caller: &Caller,
        mut ask: MatrixAsk,
        addresses: Vec<Address>,
    ) -> Result<(Matrix, Vec<Checked<Avps>>), Problem> {
        let seller = caller.seller()?;
        let programme = self.programme(seller)?;
        let checked = self.addresses_validate(caller, addresses).await?;
        ask.found = checked.iter().map(|found| found.as_ref().ok().cloned()).collect();
        let now = self.now(caller).await?;
        let catalogue = self.in_force(caller.environment, now).await?;
        let drawn = matrix(&catalogue, programme, &seller.partner.tier, now.date(), &ask)?;
        Ok((drawn, checked))
    }
}
