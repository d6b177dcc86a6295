//! Serviceability that needs no network: the carrier's table by ZIP code.

use super::ServiceCheck;
use crate::ConnectorError;
use async_trait::async_trait;
use domain::address::Address;
use domain::catalogue::CatalogueFault;
use domain::serviceability::{ServiceTable, Serviceability, unanswerable};
use domain::time::Moment;

/// The built-in service, on a table.
#[derive(Debug, Clone)]
pub struct TableServiceCheck {
    table: ServiceTable,
}

impl TableServiceCheck {
    pub fn new(table: ServiceTable) -> Self {
        Self { table }
    }

    /// On the table that comes with the program.
    ///
    /// # Errors
    /// As [`ServiceTable::shipped`].
    pub fn shipped() -> Result<Self, Vec<CatalogueFault>> {
        ServiceTable::shipped().map(Self::new)
    }
}

#[async_trait]
impl ServiceCheck for TableServiceCheck {
    async fn look_up(
        &self,
        address: &Address,
        now: Moment,
    ) -> Result<Serviceability, ConnectorError> {
        self.known(address, now).ok_or_else(|| {
            let why = unanswerable(address).unwrap_or("the table does not have the ZIP code");
            ConnectorError::Never(why.to_owned())
        })
    }

    fn known(&self, address: &Address, now: Moment) -> Option<Serviceability> {
        self.table.find(address.zip5(), now)
    }
}
