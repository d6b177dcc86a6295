//! One flow when nobody else is there: what it stores, for the floors.

use super::base::{self, Database};
use super::engine::{Alone, Kept};
use super::sale::Seller;
use crate::client::Client;
use crate::config::Config;
use crate::failure::Outcome;
use crate::running::{self, Running};
use crate::sites::SiteRow;
use crate::wire;
use app::{OsRandom, Random as _};
use std::net::SocketAddr;
use std::time::Duration;

/// Requests and jobs are over when it stops.
const PATIENCE: Duration = Duration::from_secs(10);

/// Sells twice on a server in this process, and keeps what the second flow stores.
pub(super) async fn measure(database: &Database, sites: &[SiteRow]) -> Outcome<Alone> {
    let config = Config {
        listen: SocketAddr::from(([127, 0, 0, 1], 0)),
        working_day_ms: 0,
        limits: web::Limits::OFF,
        ..database.config()?
    };
    let kept = Kept::open(database).await?;
    let app = wire::app(&config, kept.clone()).await?;
    let secret = base::partner(&app).await?;
    let running = Running::start(app, running::bind(config.listen).await?, config.door())?;
    let seed = OsRandom.seed();
    let client = Client::new(&running.url(), &secret, seed)?;
    client.get("/readyz").await?.expect(200)?;
    let seller = Seller { client };
    // The first flow also makes what later ones find there; the second is like all the others.
    seller.sell(sites).await?;
    settled(&kept).await;
    kept.take();
    let before = kept.commits();
    seller.sell(sites).await?;
    settled(&kept).await;
    let commits = kept.commits() - before;
    let alone = Alone { changes: kept.take(), commits, key: format!("{seed:08x}-") };
    running.stop(PATIENCE).await?;
    Ok(alone)
}

/// Until nothing has been committed for a while: the feed comes a moment after the flow.
async fn settled(kept: &Kept) {
    let mut last = kept.commits();
    loop {
        tokio::time::sleep(Duration::from_millis(300)).await;
        let now = kept.commits();
        if now == last {
            return;
        }
        last = now;
    }
}
