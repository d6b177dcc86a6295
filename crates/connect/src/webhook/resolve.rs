//! From a name to the addresses that a connection may use: all of its answer, or none.

use super::Failure;
use super::walls::Reach;
use async_trait::async_trait;
use std::fmt::Debug;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

/// Resolves names.
#[async_trait]
pub trait Resolve: Send + Sync + Debug {
    /// All addresses of the name, of both families.
    async fn resolve(&self, name: &str) -> io::Result<Vec<IpAddr>>;
}

/// The operating system's resolver.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemResolver;

#[async_trait]
impl Resolve for SystemResolver {
    async fn resolve(&self, name: &str) -> io::Result<Vec<IpAddr>> {
        Ok(tokio::net::lookup_host((name, 0)).await?.map(|a| a.ip()).collect())
    }
}

/// The only way from a name to an address. The client asks it once for each new connection, and
/// connects to nothing but what it answers: a name that changes its mind between two look-ups has
/// only one.
#[derive(Debug, Clone)]
pub(crate) struct Guard {
    pub(crate) resolver: Arc<dyn Resolve>,
    pub(crate) reach: Reach,
    pub(crate) patience: Duration,
}

impl Guard {
    pub(crate) async fn look_up(&self, name: &str) -> Result<Vec<IpAddr>, Failure> {
        let asked = tokio::time::timeout(self.patience, self.resolver.resolve(name));
        let Ok(Ok(addresses)) = asked.await else { return Err(Failure::Dns) };
        if addresses.is_empty() {
            return Err(Failure::Dns);
        }
        // One bad address spoils the rest: an honest receiver has none.
        let all = addresses.iter().all(|a| self.reach.holds(*a));
        if all { Ok(addresses) } else { Err(Failure::ForbiddenAddress) }
    }
}

impl reqwest::dns::Resolve for Guard {
    fn resolve(&self, name: reqwest::dns::Name) -> reqwest::dns::Resolving {
        let guard = self.clone();
        Box::pin(async move {
            let addresses = guard.look_up(name.as_str()).await?;
            // Port 0 stands for the URL's.
            let addresses = addresses.into_iter().map(|a| SocketAddr::new(a, 0));
            Ok(Box::new(addresses) as reqwest::dns::Addrs)
        })
    }
}
