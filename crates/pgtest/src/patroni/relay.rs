//! A link that can be cut: what comes to its port goes on to another port, both ways. While it is
//! cut its connections stay open and nothing passes, not even their end, as when a network
//! swallows what it is given; what was under way arrives when it is mended.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;

/// Whether anything passes.
#[derive(Debug, Default)]
struct Gate {
    cut: Mutex<bool>,
    mended: Condvar,
}

#[derive(Debug)]
pub(super) struct Relay {
    pub(super) port: u16,
    gate: Arc<Gate>,
}

impl Relay {
    /// A link to a port of this machine, from a free one. It stays until the program ends.
    pub(super) fn to(target: u16) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        let gate = Arc::new(Gate::default());
        let at_gate = Arc::clone(&gate);
        thread::spawn(move || {
            for near in listener.incoming().flatten() {
                let gate = Arc::clone(&at_gate);
                thread::spawn(move || link(&near, target, &gate));
            }
        });
        Self { port, gate }
    }

    pub(super) fn set(&self, cut: bool) {
        *self.gate.cut.lock().expect("no panic while it is held") = cut;
        self.gate.mended.notify_all();
    }

    pub(super) fn is_cut(&self) -> bool {
        *self.gate.cut.lock().expect("no panic while it is held")
    }
}

impl Gate {
    /// Waits until the link is whole.
    fn pass(&self) {
        let cut = self.cut.lock().expect("no panic while it is held");
        drop(self.mended.wait_while(cut, |cut| *cut));
    }
}

/// Carries one connection to its end. Where nobody listens it is closed at once.
fn link(near: &TcpStream, target: u16, gate: &Arc<Gate>) {
    gate.pass();
    let Ok(far) = TcpStream::connect((Ipv4Addr::LOCALHOST, target)) else { return };
    let straight = near.set_nodelay(true).and_then(|()| far.set_nodelay(true));
    let (Ok(()), Ok(from), Ok(to)) = (straight, near.try_clone(), far.try_clone()) else { return };
    let there = Arc::clone(gate);
    thread::spawn(move || carry(&from, &to, &there));
    carry(&far, near, gate);
}

fn carry(mut from: &TcpStream, mut to: &TcpStream, gate: &Gate) {
    let mut buffer = vec![0; 16 * 1024];
    loop {
        let read = from.read(&mut buffer).unwrap_or(0);
        gate.pass();
        if read == 0 || to.write_all(&buffer[..read]).is_err() {
            break;
        }
    }
    // The other side may have ended it already.
    let _ = from.shutdown(Shutdown::Both);
    let _ = to.shutdown(Shutdown::Both);
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn nothing_passes_a_link_that_is_cut_and_all_of_it_when_it_is_mended() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let relay = Relay::to(listener.local_addr().unwrap().port());
        let mut near = TcpStream::connect((Ipv4Addr::LOCALHOST, relay.port)).unwrap();
        near.write_all(b"one").unwrap();
        let (mut far, _) = listener.accept().unwrap();
        let mut got = [0; 3];
        far.read_exact(&mut got).unwrap();
        assert_eq!(&got, b"one");

        relay.set(true);
        assert!(relay.is_cut());
        near.write_all(b"two").unwrap();
        drop(near);
        far.set_read_timeout(Some(Duration::from_millis(50))).unwrap();
        assert!(far.read(&mut got).is_err(), "neither the words nor the end");

        relay.set(false);
        far.set_read_timeout(None).unwrap();
        let mut rest = Vec::new();
        far.read_to_end(&mut rest).unwrap();
        assert_eq!(rest, b"two");
    }
}
