//! Connections to the server that takes writes, among all that the URL names. It keeps none, and
//! remembers whose lead was the newest.

use deadpool_postgres::Connect;
use futures::{
    StreamExt,
    future::{BoxFuture, pending},
    stream::FuturesUnordered,
};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::{
    task::JoinHandle,
    time::{Instant, timeout_at},
};
use tokio_postgres::{Client, Config, Error, SimpleQueryMessage, config::TargetSessionAttrs};
use tokio_postgres_rustls::MakeRustlsConnect;

/// Fails where a server only follows another. Its answer begins with the timeline, in eight
/// digits, which grows with every change of the lead.
const LEADS: &str = "select pg_walfile_name(pg_current_wal_lsn())";
/// How long the others are heard once one says that it leads: one that lost the lead and has not
/// noticed says so too.
const GRACE: Duration = Duration::from_millis(100);
/// For so long after a lead was seen, none that is older is believed: longer than a cluster takes
/// for ending it. Not for ever, since a database that was made anew begins at one.
const MEMORY: Duration = Duration::from_mins(1);

/// Asks every server at once, so that one which hangs is in nobody's way.
///
/// `target_session_attrs` is not left to the driver: it would look at `transaction_read_only`,
/// which is on in every session of ours, and would wait for a server that hangs before it asks the
/// next.
pub(super) struct Leader {
    servers: Vec<Config>,
    tls: MakeRustlsConnect,
    newest: Mutex<Newest>,
    /// Connections older than this are doubted.
    suspect: Arc<Mutex<std::time::Instant>>,
}

/// The newest timeline that was seen, and when it was last.
#[derive(Debug, Default)]
struct Newest(Option<(String, Instant)>);

/// What a timeline is beside the newest.
#[derive(Debug, PartialEq, Eq)]
enum Lead {
    /// The lead has changed.
    New,
    Same,
    /// Somebody lost the lead and has not noticed.
    Lost,
}

impl Newest {
    fn judge(&mut self, timeline: &str, now: Instant) -> Lead {
        let lead = match &self.0 {
            Some((newest, _)) if timeline > newest.as_str() => Lead::New,
            Some((newest, seen)) if timeline < newest.as_str() && now - *seen < MEMORY => {
                return Lead::Lost;
            }
            _ => Lead::Same,
        };
        self.0 = Some((timeline.to_owned(), now));
        lead
    }
}

struct Found {
    timeline: String,
    client: Client,
    connection: JoinHandle<()>,
}

impl Leader {
    pub(super) fn new(
        config: &Config,
        tls: MakeRustlsConnect,
        suspect: Arc<Mutex<std::time::Instant>>,
    ) -> Self {
        let count = config.get_hosts().len().max(config.get_hostaddrs().len());
        let servers = (0..count).map(|server| only(config, server)).collect();
        Self { servers, tls, newest: Mutex::default(), suspect }
    }

    /// Whether the lead is not known to be lost. What was connected before a new one is doubted.
    fn leads(&self, found: &Found) -> bool {
        let mut newest = self.newest.lock().unwrap_or_else(PoisonError::into_inner);
        match newest.judge(&found.timeline, Instant::now()) {
            Lead::Lost => return false,
            Lead::Same => {}
            Lead::New => {
                let mut suspect = self.suspect.lock().unwrap_or_else(PoisonError::into_inner);
                *suspect = std::time::Instant::now();
            }
        }
        true
    }

    async fn find(&self) -> Result<Found, Error> {
        let mut asked: FuturesUnordered<_> =
            self.servers.iter().map(|server| ask(server, self.tls.clone())).collect();
        let mut last = None;
        let found = loop {
            match asked.next().await {
                Some(Ok(found)) if self.leads(&found) => break found,
                // Whoever leads now may not answer yet.
                Some(Ok(_)) => {}
                Some(Err(error)) => last = Some(error),
                None => match last {
                    Some(error) => return Err(error),
                    // Nobody to ask: until the caller's patience ends.
                    None => pending().await,
                },
            }
        };
        let mut found = found;
        let until = Instant::now() + GRACE;
        while let Ok(Some(other)) = timeout_at(until, asked.next()).await {
            if let Ok(other) = other
                && other.timeline > found.timeline
                && self.leads(&other)
            {
                found = other;
            }
        }
        Ok(found)
    }
}

impl Connect for Leader {
    fn connect(&self, _: &Config) -> BoxFuture<'_, Result<(Client, JoinHandle<()>), Error>> {
        Box::pin(async {
            loop {
                let found = self.find().await?;
                // Others may have met a newer one meanwhile.
                if self.leads(&found) {
                    return Ok((found.client, found.connection));
                }
            }
        })
    }
}

async fn ask(server: &Config, tls: MakeRustlsConnect) -> Result<Found, Error> {
    let (client, connection) = server.connect(tls).await?;
    let connection = tokio::spawn(async {
        if let Err(error) = connection.await {
            tracing::debug!(%error, "a connection to the database ended");
        }
    });
    let told = client.simple_query(LEADS).await?;
    let name = told.iter().find_map(|message| match message {
        SimpleQueryMessage::Row(row) => row.get(0),
        _ => None,
    });
    let timeline = name.and_then(|name| name.get(..8)).unwrap_or_default().to_owned();
    Ok(Found { timeline, client, connection })
}

/// The same for one of its servers.
fn only(all: &Config, server: usize) -> Config {
    use tokio_postgres::config::Host;
    let mut one = Config::new();
    match all.get_hosts().get(server) {
        Some(Host::Tcp(host)) => {
            one.host(host);
        }
        #[cfg(unix)]
        Some(Host::Unix(path)) => {
            one.host_path(path);
        }
        None => {}
    }
    if let Some(&address) = all.get_hostaddrs().get(server) {
        one.hostaddr(address);
    }
    let ports = all.get_ports();
    if let Some(&port) = ports.get(server).or_else(|| ports.first()) {
        one.port(port);
    }
    if let Some(user) = all.get_user() {
        one.user(user);
    }
    if let Some(database) = all.get_dbname() {
        one.dbname(database);
    }
    if let Some(options) = all.get_options() {
        one.options(options);
    }
    if let Some(name) = all.get_application_name() {
        one.application_name(name);
    }
    if let Some(password) = all.get_password() {
        one.password(password);
    }
    if let Some(&limit) = all.get_connect_timeout() {
        one.connect_timeout(limit);
    }
    if let Some(&limit) = all.get_tcp_user_timeout() {
        one.tcp_user_timeout(limit);
    }
    one.keepalives(all.get_keepalives()).keepalives_idle(all.get_keepalives_idle());
    one.ssl_mode(all.get_ssl_mode()).channel_binding(all.get_channel_binding());
    one.target_session_attrs(TargetSessionAttrs::Any);
    one
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_lost_the_lead_is_not_believed_again_for_as_long_as_it_may_not_know() {
        let (mut newest, now) = (Newest::default(), Instant::now());
        assert_eq!(newest.judge("00000002", now), Lead::Same, "the first that is seen");
        assert_eq!(newest.judge("00000003", now), Lead::New);
        assert_eq!(newest.judge("00000002", now), Lead::Lost);
        let later = now + MEMORY / 2;
        assert_eq!(newest.judge("00000003", later), Lead::Same);
        assert_eq!(newest.judge("00000002", now + MEMORY), Lead::Lost, "seen half of it ago");
        assert_eq!(newest.judge("00000001", later + MEMORY), Lead::Same, "a database made anew");
        assert_eq!(newest.judge("00000003", later + MEMORY), Lead::New);
    }
}
