//! A highly available PostgreSQL for tests: three servers under Patroni with etcd, everything on
//! the loopback, in one temporary folder, as an ordinary user. Strictly synchronous: a commit is
//! answered only when a second server has it. The links between its parts can be cut. It ends with
//! the test program, however that ends.

mod relay;
mod unpack;

use crate::Keeper;
use relay::Relay;
use serde_json::{Value, json};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Mutex;
use std::time::{Duration, Instant};

/// Starts everything, then obeys one line after the other.
const KEEPER: &str = include_str!("patroni/keeper.sh");
/// Servers of the cluster.
pub const NODES: usize = 3;
/// Seconds after which a leader that is not heard of loses its place. Patroni takes no less.
pub const TTL: u64 = 20;

/// A running cluster. Its nodes are counted from zero.
#[derive(Debug)]
pub struct Patroni {
    keeper: Mutex<Keeper>,
    postgres: [u16; NODES],
    rest: [u16; NODES],
    links: [Links; NODES],
}

/// The links of one node.
#[derive(Debug)]
struct Links {
    /// Its own way to etcd.
    etcd: Relay,
    /// Of the other nodes to its PostgreSQL and its Patroni.
    postgres: Relay,
    rest: Relay,
    /// Of whoever uses the cluster to its PostgreSQL.
    users: Relay,
}

impl Patroni {
    /// Starts the cluster and waits until all of it is there.
    pub fn start() -> Self {
        let bin = crate::programs();
        let programs = unpack::programs();
        // Held until all are chosen, so that no two are the same.
        let free: Vec<TcpListener> = (0..2 + 2 * NODES)
            .map(|_| TcpListener::bind("127.0.0.1:0").expect("a free port"))
            .collect();
        let ports: Vec<u16> =
            free.iter().map(|held| held.local_addr().expect("an address").port()).collect();
        let at = |from: usize| std::array::from_fn(|node| ports[from + node]);
        let (postgres, rest): ([u16; NODES], [u16; NODES]) = (at(2), at(2 + NODES));
        let links = std::array::from_fn(|node| Links {
            etcd: Relay::to(ports[0]),
            postgres: Relay::to(postgres[node]),
            rest: Relay::to(rest[node]),
            users: Relay::to(postgres[node]),
        });
        drop(free);
        let mut arguments = vec![bin.into_os_string(), programs.into_os_string()];
        let by = |link: fn(&Links) -> &Relay| links.iter().map(move |links| link(links).port);
        let ports = ports.iter().copied().chain(by(|links| &links.etcd));
        let ports = ports.chain(by(|links| &links.postgres)).chain(by(|links| &links.rest));
        arguments.extend(ports.map(|port| port.to_string().into()));
        let (keeper, _) = Keeper::start(KEEPER, &arguments);
        let cluster = Self { keeper: Mutex::new(keeper), postgres, rest, links };
        cluster.wait_until_whole(Duration::from_mins(1));
        cluster
    }

    /// The URL that names all servers and asks for the one that takes writes; by links that may be
    /// cut.
    pub fn url(&self, database: &str) -> String {
        let ports = self.links.iter().map(|links| links.users.port);
        let hosts: Vec<_> = ports.map(|port| format!("127.0.0.1:{port}")).collect();
        let hosts = hosts.join(",");
        format!("postgres://postgres@{hosts}/{database}?target_session_attrs=read-write")
    }

    /// The URL of one server, whatever it is, and whatever is cut.
    pub fn url_of(&self, node: usize, database: &str) -> String {
        format!("postgres://postgres@127.0.0.1:{}/{database}", self.postgres[node])
    }

    /// Kills the server's first process, as a fault in it would. Patroni is left to mend it.
    pub fn crash_postgres(&self, node: usize) {
        self.say(&format!("crash-postgres {node}"));
    }

    /// Kills the server and the Patroni beside it, as the loss of the machine would.
    pub fn crash_node(&self, node: usize) {
        self.say(&format!("crash-node {node}"));
    }

    /// Starts Patroni again on a node that was crashed.
    pub fn start_node(&self, node: usize) {
        self.say(&format!("start-node {node}"));
    }

    /// Stops every process of a node where it stands: its connections stay open and nobody
    /// answers, as when a machine hangs.
    pub fn freeze_node(&self, node: usize) {
        self.say(&format!("freeze-node {node}"));
    }

    /// Stops Patroni alone, so that its server goes on without anybody who would demote it.
    pub fn freeze_patroni(&self, node: usize) {
        self.say(&format!("freeze-patroni {node}"));
    }

    /// Lets a frozen node go on.
    pub fn thaw_node(&self, node: usize) {
        self.say(&format!("thaw-node {node}"));
    }

    /// Cuts a node off from etcd and from the other nodes. Who uses the cluster still reaches it.
    pub fn cut_off(&self, node: usize) {
        let Links { etcd, postgres, rest, .. } = &self.links[node];
        for link in [etcd, postgres, rest] {
            link.set(true);
        }
    }

    /// Cuts off those who use the cluster, by [`Self::url`], from one node.
    pub fn cut_from_users(&self, node: usize) {
        self.links[node].users.set(true);
    }

    /// Mends every link of a node.
    pub fn mend(&self, node: usize) {
        let Links { etcd, postgres, rest, users } = &self.links[node];
        for link in [etcd, postgres, rest, users] {
            link.set(false);
        }
    }

    /// Hands the lead over in an orderly way, to whom Patroni chooses, and waits for its word.
    pub fn switch_over(&self, leader: usize) {
        let body = json!({ "leader": name(leader) }).to_string();
        let (status, told) = self
            .ask(
                leader,
                &format!("POST /switchover HTTP/1.0\r\nContent-Length: {}", body.len()),
                &body,
            )
            .expect("Patroni answers");
        assert_eq!(status, 200, "{told}");
    }

    /// Who leads as far as Patroni knows now, and whether everybody is there: the others stream
    /// from it and one of them is synchronous.
    pub fn state(&self) -> (Option<usize>, bool) {
        // One that is cut off from etcd tells what was.
        let mut nodes = (0..NODES).filter(|&node| !self.links[node].etcd.is_cut());
        let heard = nodes.find_map(|node| self.ask(node, "GET /cluster HTTP/1.0", ""));
        let Some((200, told)) = heard else { return (None, false) };
        let told: Value = serde_json::from_str(&told).unwrap_or_default();
        let members = told["members"].as_array().cloned().unwrap_or_default();
        let is = |member: &Value, role: &str| member["role"] == role;
        let leader = members.iter().find(|m| is(m, "leader"));
        let timeline = leader.map(|m| m["timeline"].clone());
        let follows = |m: &&Value| {
            !is(m, "leader")
                && matches!(m["state"].as_str(), Some("running" | "streaming"))
                && Some(&m["timeline"]) == timeline.as_ref()
                && m["lag"].as_u64() == Some(0)
        };
        let whole = leader.is_some_and(|m| m["state"] == "running")
            && members.iter().filter(follows).count() == NODES - 1
            && members.iter().any(|m| is(m, "sync_standby"));
        let place = |m: &Value| (0..NODES).find(|&node| m["name"] == name(node));
        (leader.and_then(place), whole)
    }

    /// Waits until everybody is there, and answers who leads. A Patroni that leads and finds no
    /// second server for half of that time is started again, as its operator would do: after a
    /// change of the lead it may remember an old version of etcd's keys, and then for ever.
    pub fn wait_until_whole(&self, patience: Duration) -> usize {
        let begun = Instant::now();
        let mut helped = false;
        loop {
            let state = self.state();
            if let (Some(leader), true) = state {
                return leader;
            }
            if let (Some(leader), false, true) = (state.0, helped, begun.elapsed() > patience / 2) {
                helped = true;
                eprintln!("the Patroni of node {leader} leads alone: it is started again");
                self.say(&format!("restart-patroni {leader}"));
            }
            if begun.elapsed() >= patience {
                self.say("logs");
                panic!("the cluster is not whole; its own words are above");
            }
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    fn say(&self, word: &str) {
        self.keeper.lock().expect("no test broke off while it spoke").say(word);
    }

    /// One exchange with the Patroni of a node; nothing if it does not answer.
    fn ask(&self, node: usize, head: &str, body: &str) -> Option<(u16, String)> {
        let patience = if body.is_empty() { 1 } else { 30 };
        let there = SocketAddr::from(([127, 0, 0, 1], self.rest[node]));
        // A frozen node soon takes no more connections.
        let mut stream = TcpStream::connect_timeout(&there, Duration::from_secs(1)).ok()?;
        stream.set_read_timeout(Some(Duration::from_secs(patience))).ok()?;
        write!(stream, "{head}\r\nContent-Type: application/json\r\n\r\n{body}").ok()?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).ok()?;
        let (head, body) = answer.split_once("\r\n\r\n")?;
        Some((head.split(' ').nth(1)?.parse().ok()?, body.to_owned()))
    }
}

/// What Patroni calls a node.
fn name(node: usize) -> String {
    format!("n{node}")
}
