//! The walls, case by case: `walls.txt` says what may be reached, listeners on loopback that nobody
//! came. Every verdict is checked by itself before anything is sent, so that a hole in the walls
//! fails here and sends nothing out of this machine.

use super::receiver::{Act, Receiver, answer};
use super::{Patience, Said, Scripted, send, sender, sender_with};
use connect::webhook::{Class, Failure, HttpPost, Walls, check_url, is_public};
use proptest::prelude::*;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

const CASES: &str = include_str!("walls.txt");

#[derive(Debug)]
struct Case {
    what: &'static str,
    walls: Walls,
    url: String,
    answers: Vec<Said>,
    /// For each look-up: none where it passes.
    verdicts: Vec<Option<Failure>>,
}

fn cases(port: u16) -> Vec<Case> {
    let lines = CASES.lines().filter(|l| !l.is_empty() && !l.starts_with('#'));
    lines
        .map(|line| {
            let parts: Vec<&str> = line.split(" | ").collect();
            let [what, walls, url, answers, verdicts] = parts[..] else { panic!("{line}") };
            let mut walls = match walls {
                "public" => Walls::public(),
                "sandbox" => Walls::sandbox(),
                _ => panic!("{line}"),
            };
            walls.ports.push(port);
            let url = url.replace("{p}", &port.to_string()).replace('~', "\n");
            let answers = answers.split(" > ").filter(|a| *a != "-").map(said).collect();
            let verdicts = verdicts.split(" > ").map(verdict).collect();
            Case { what, walls, url, answers, verdicts }
        })
        .collect()
}

fn said(text: &str) -> Said {
    match text {
        "!" => Said::Failure,
        "?" => Said::Silence,
        "none" => Said::Addresses(Vec::new()),
        _ => Said::Addresses(text.split(' ').map(|a| a.parse().expect(text)).collect()),
    }
}

fn verdict(word: &str) -> Option<Failure> {
    let known = Failure::ALL.iter().copied().find(|f| f.word() == word);
    assert!(known.is_some() || word == "allow", "{word}");
    known
}

/// Listeners on one port of every loopback address that a case names, and on the usual ports where
/// they can be had.
async fn listeners() -> (u16, Vec<Receiver>) {
    let act = || Act::Say(answer("200 OK", &[], b""));
    let first = Receiver::start(act()).await;
    let port = first.address.port();
    let mut all = vec![first];
    for host in ["127.0.0.2", "127.1.2.3", "127.128.0.0", "127.255.255.254", "[::1]"] {
        let address = format!("{host}:{port}");
        all.push(Receiver::on(&address, act()).await.expect(&address));
    }
    for address in ["127.0.0.1:443", "127.0.0.1:8443", "127.0.0.1:80", "[::1]:443", "[::1]:8443"] {
        all.extend(Receiver::on(address, act()).await);
    }
    (port, all)
}

/// What the walls say to each look-up, without sending.
async fn verdicts(post: &HttpPost, resolver: &Scripted, case: &Case) -> Vec<Option<Failure>> {
    resolver.say(case.answers.iter().cloned());
    let mut found = Vec::new();
    for _ in &case.verdicts {
        found.push(post.look_up(&case.url, &case.walls).await.err());
    }
    found
}

#[tokio::test]
async fn nothing_forbidden_is_reached() {
    let (port, listeners) = listeners().await;
    let (patient, resolver) = sender(Patience::Long);
    let impatient = sender_with(Patience::Short, &resolver, Vec::new());
    let (cases, mut wrong, mut sent) = (cases(port), Vec::new(), 0);
    assert!(cases.len() >= 300, "{}", cases.len());
    for case in &cases {
        let silent = case.answers.iter().any(|a| matches!(a, Said::Silence));
        let post = if silent { &impatient } else { &patient };
        let found = verdicts(post, &resolver, case).await;
        if found != case.verdicts {
            wrong.push(format!("{}: {} gave {found:?}", case.what, case.url));
            continue;
        }
        for (n, verdict) in case.verdicts.iter().enumerate() {
            let Some(failure) = verdict else { continue };
            resolver.say(case.answers.get(n).cloned());
            let outcome = send(post, &case.url, &case.walls).await;
            if (outcome.class, outcome.status) != (Class::Failed(*failure), None) {
                wrong.push(format!("{}: {} ended as {outcome:?}", case.what, case.url));
            }
            sent += 1;
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
    assert!(sent >= 300, "{sent}");
    for listener in &listeners {
        assert_eq!(listener.connections(), 0, "{}", listener.address);
    }
    // The listeners do see who comes: in a sandbox, everybody may.
    for (n, listener) in listeners.iter().enumerate() {
        let outcome = send(&patient, &listener.url(), &Walls::sandbox()).await;
        assert_eq!(outcome.class, Class::Delivered, "{n}");
        assert_eq!(listener.connections(), 1, "{}", listener.address);
    }
}

#[tokio::test]
async fn what_a_sandbox_may_reach_is_reached() {
    let (port, listeners) = listeners().await;
    let (post, resolver) = sender(Patience::Long);
    let mut sent = 0;
    for case in cases(port).iter().filter(|c| c.walls.loopback && c.verdicts == [None]) {
        resolver.say(case.answers.iter().cloned());
        assert!(check_url(&case.url, &case.walls).unwrap().is_loopback(), "{}", case.what);
        let outcome = send(&post, &case.url, &case.walls).await;
        assert_eq!(outcome.class, Class::Delivered, "{}", case.what);
        sent += 1;
    }
    let requests: usize = listeners.iter().map(|l| l.requests().len()).sum();
    assert!(sent >= 6 && requests == sent, "{sent} sent, {requests} came");
}

#[tokio::test]
async fn outside_a_sandbox_the_same_places_are_refused() {
    let (port, listeners) = listeners().await;
    let (post, resolver) = sender(Patience::Long);
    for case in cases(port).iter().filter(|c| c.walls.loopback && c.verdicts == [None]) {
        resolver.say(case.answers.iter().cloned());
        for url in [case.url.clone(), case.url.replace("http:", "https:")] {
            let outcome = send(&post, &url, &Walls::public()).await;
            let refused = matches!(outcome.class, Class::Failed(f) if f.is_refusal());
            assert!(refused, "{}: {outcome:?}", case.what);
        }
    }
    assert!(listeners.iter().all(|l| l.connections() == 0));
}

#[tokio::test]
async fn a_silent_resolver_is_given_up_as_one() {
    let (post, resolver) = sender(Patience::Short);
    resolver.say([Said::Silence]);
    let outcome = send(&post, "https://hook.example.com/", &Walls::public()).await;
    assert_eq!(outcome.class, Class::Failed(Failure::Dns));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4096))]

    #[test]
    fn an_address_is_judged_the_same_however_it_is_written(bits: u32) {
        let address = Ipv4Addr::from(bits);
        let expected = is_public(address.into()).then_some(()).ok_or(Failure::ForbiddenAddress);
        let [a, b, c, d] = address.octets();
        let (low, lower) = (bits & 0xff_ffff, bits & 0xffff);
        for host in [
            format!("{address}"),
            format!("{address}."),
            format!("{bits}"),
            format!("{bits:#x}"),
            format!("0{bits:o}"),
            format!("0{a:o}.0{b:o}.0{c:o}.0{d:o}"),
            format!("{a:#x}.{b}.{c:#x}.0{d:o}"),
            format!("{a}.{low}"),
            format!("{a}.{b}.{lower:#x}"),
            format!("[64:ff9b::{address}]"),
        ] {
            let found = check_url(&format!("https://{host}/"), &Walls::public()).map(|_| ());
            prop_assert_eq!(found, expected, "{}", host);
        }
        for host in [format!("[::ffff:{address}]"), format!("[::{address}]")] {
            let found = check_url(&format!("https://{host}/"), &Walls::public());
            prop_assert_eq!(found, Err(Failure::ForbiddenAddress), "{}", host);
        }
    }

    #[test]
    fn what_passes_the_walls_is_public_and_secure(text in "(https?:)?/{0,3}[ -~é。]{0,40}") {
        if let Ok(target) = check_url(&text, &Walls::public()) {
            prop_assert!(target.as_str().starts_with("https://") && !target.is_loopback());
            let again = check_url(target.as_str(), &Walls::public());
            prop_assert_eq!(again.as_ref(), Ok(&target));
            let host = target.as_str().trim_start_matches("https://").split(['/', '?', ':']).next();
            if let Some(Ok(address)) = host.map(str::parse::<IpAddr>) {
                prop_assert!(is_public(address));
            }
        }
    }

    #[test]
    fn only_global_unicast_is_public(bits: u128) {
        let address = Ipv6Addr::from(bits);
        prop_assert!(!is_public(address.into()) || address.segments()[0] >> 13 == 1);
    }
}
