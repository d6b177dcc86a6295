//! Connections to the server that takes writes, among all that the URL names. It keeps none, and
//! remembers whose lead was the newest.

use deadpool_postgres::Connect;
use futures::{
    StreamExt,
    future::{BoxFuture, join_all, pending},
    stream::FuturesUnordered,
};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::{
    task::JoinHandle,
    time::{Instant, sleep, timeout, timeout_at},
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
/// The timeline of a server that leads; empty of one that follows.
const TIMELINE: &str = "select case when pg_is_in_recovery() then '' \
    else pg_walfile_name(pg_current_wal_lsn()) end";
/// So often the servers are looked at, and so long one may take to answer.
const LOOK_EVERY: Duration = Duration::from_millis(500);
const LOOK_PATIENCE: Duration = Duration::from_secs(3);

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

    /// Looks at every server again and again, so that a change of the lead is known to a process
    /// that only reads, too: a leader that was deposed and hangs would answer it with what was.
    /// Ends never; for one server there is nothing to look for.
    pub(super) async fn watch(&self) {
        if self.servers.len() > 1 {
            join_all(self.servers.iter().map(|server| self.watch_one(server))).await;
        }
    }

    async fn watch_one(&self, server: &Config) {
        loop {
            if let Ok(Ok(watched)) = timeout(LOOK_PATIENCE, connect(server, &self.tls)).await {
                let (client, connection) = watched;
                while let Ok(Ok(timeline)) = timeout(LOOK_PATIENCE, ask(&client, TIMELINE)).await {
                    if !timeline.is_empty() {
                        self.believes(&timeline);
                    }
                    sleep(LOOK_EVERY).await;
                }
                connection.abort();
            }
            sleep(LOOK_EVERY).await;
        }
    }

    /// Whether the lead is not known to be lost. What was connected before a new one is doubted.
    fn believes(&self, timeline: &str) -> bool {
        let mut newest = self.newest.lock().unwrap_or_else(PoisonError::into_inner);
        match newest.judge(timeline, Instant::now()) {
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
            self.servers.iter().map(|server| find_one(server, &self.tls)).collect();
        let mut last = None;
        let found = loop {
            match asked.next().await {
                Some(Ok(found)) if self.believes(&found.timeline) => break found,
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
                && self.believes(&other.timeline)
            {
                found = other;
            }
        }
        Ok(found)
    }
}

/// How the pool finds it.
pub(super) struct ToLeader(pub(super) Arc<Leader>);

impl Connect for ToLeader {
    fn connect(&self, _: &Config) -> BoxFuture<'_, Result<(Client, JoinHandle<()>), Error>> {
        Box::pin(async {
            let leader = &self.0;
            loop {
                let found = leader.find().await?;
                // Others may have met a newer one meanwhile.
                if leader.believes(&found.timeline) {
                    return Ok((found.client, found.connection));
                }
            }
        })
    }
}

async fn connect(
    server: &Config,
    tls: &MakeRustlsConnect,
) -> Result<(Client, JoinHandle<()>), Error> {
    let (client, connection) = server.connect(tls.clone()).await?;
    let connection = tokio::spawn(async {
        if let Err(error) = connection.await {
            tracing::debug!(%error, "a connection to the database ended");
        }
    });
    Ok((client, connection))
}

async fn find_one(server: &Config, tls: &MakeRustlsConnect) -> Result<Found, Error> {
    let (client, connection) = connect(server, tls).await?;
    let timeline = ask(&client, LEADS).await?;
    Ok(Found { timeline, client, connection })
}

/// The timeline in an answer.
async fn ask(client: &Client, question: &str) -> Result<String, Error> {
    let told = client.simple_query(question).await?;
    let name = told.iter().find_map(|message| match message {
        SimpleQueryMessage::Row(row) => row.get(0),
        _ => None,
    });
    Ok(name.and_then(|name| name.get(..8)).unwrap_or_default().to_owned())
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
