//! What credit is asked for where there is no price yet and nobody says an amount.

use crate::{App, Caller, Problem};
use domain::id::Id;
use domain::money::Money;

impl App {
    /// So much for each site, as the programme has it. None: the quote has a price, which says it,
    /// or the programme has no amount.
    pub async fn exposure_by_sites(
        &self,
        caller: &Caller,
        quote: Id,
    ) -> Result<Option<Money>, Problem> {
        let quote = self.quote_get(caller, quote).await?;
        let programme = self.programme_of(caller)?;
        if quote.offer().is_some() {
            return Ok(None);
        }
        Ok(programme.exposure_unpriced(quote.tally.sites))
    }
}
