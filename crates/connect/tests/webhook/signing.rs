//! Signatures: what is signed, who believes it, and that nothing else is believed.

use super::NOW;
use connect::webhook::{BadSecret, Received, Secret, TOLERANCE, Unverified, sign, verify};

const ID: &[u8] = b"msg_p5jXN8AQM9LWM0D4loKWxJek";
const TIMESTAMP: &[u8] = b"1614265330";
const BODY: &[u8] = b"{\"test\": 2432232314}";

/// The example of the specification's libraries.
const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const SIGNATURE: &[u8] = b"v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
const THEN: i64 = 1_614_265_330;

fn example() -> Received<'static> {
    Received { id: ID, timestamp: TIMESTAMP, signature: SIGNATURE, body: BODY }
}

fn secret() -> Secret {
    Secret::parse(SECRET).unwrap()
}

#[test]
fn the_example_of_the_libraries_comes_out() {
    let signature = sign(&[secret()], std::str::from_utf8(ID).unwrap(), THEN, BODY);
    assert_eq!(signature.as_bytes(), SIGNATURE);
    assert_eq!(verify(&[secret()], &example(), THEN, TOLERANCE), Ok(()));
}

/// Every copy with one bit turned.
fn flips(bytes: &[u8]) -> Vec<Vec<u8>> {
    let turned = |bit: usize| {
        let mut copy = bytes.to_vec();
        copy[bit / 8] ^= 1 << (bit % 8);
        copy
    };
    (0..bytes.len() * 8).map(turned).collect()
}

#[test]
fn every_flipped_bit_is_rejected() {
    let mut tried = 0;
    let mut rejected = |received: Received<'_>| {
        tried += 1;
        // However tolerant of time the reader is.
        let verdict = verify(&[secret()], &received, THEN, u32::MAX);
        assert!(verdict.is_err(), "{received:?}");
    };
    for id in &flips(ID) {
        rejected(Received { id, ..example() });
    }
    for timestamp in &flips(TIMESTAMP) {
        rejected(Received { timestamp, ..example() });
    }
    for signature in &flips(SIGNATURE) {
        rejected(Received { signature, ..example() });
    }
    for body in &flips(BODY) {
        rejected(Received { body, ..example() });
    }
    for key in flips(&[7; 32]) {
        let signature = sign(&[Secret::new([7; 32])], "msg_1", THEN, BODY);
        let other = Secret::new(key.try_into().unwrap());
        let received = Received { id: b"msg_1", signature: signature.as_bytes(), ..example() };
        assert_eq!(verify(&[other], &received, THEN, 0), Err(Unverified::NoMatch));
    }
    assert_eq!(tried, 8 * (ID.len() + TIMESTAMP.len() + SIGNATURE.len() + BODY.len()));
}

#[test]
fn parts_cut_longer_or_moved_across_a_border_are_rejected() {
    for end in 0..SIGNATURE.len() {
        let received = Received { signature: &SIGNATURE[..end], ..example() };
        assert_eq!(verify(&[secret()], &received, THEN, 0), Err(Unverified::NoMatch));
    }
    let longer = [SIGNATURE, b"="].concat();
    let v2 = [b"v2", &SIGNATURE[2..]].concat();
    let joined = [SIGNATURE, b",", SIGNATURE].concat();
    for signature in [&longer[..], &v2, &joined, b"", b"v1,", b" ", b"v1", &SIGNATURE[3..]] {
        let received = Received { signature, ..example() };
        assert_eq!(verify(&[secret()], &received, THEN, 0), Err(Unverified::NoMatch));
    }
    // The same bytes are signed, but another message is meant.
    let moved = Received { id: b"msg", timestamp: TIMESTAMP, body: BODY, signature: SIGNATURE };
    assert_eq!(verify(&[secret()], &moved, THEN, 0), Err(Unverified::NoMatch));
}

#[test]
fn while_secrets_rotate_the_old_and_the_new_reader_believe_the_same_message() {
    let [new, old, other] = [1, 2, 3].map(|n| Secret::new([n; 32]));
    for n in 0..10_000_u32 {
        let (id, body) = (format!("evt_{n}"), format!("{{\"n\":{n}}}"));
        let timestamp = NOW + i64::from(n);
        let both = sign(&[new.clone(), old.clone()], &id, timestamp, body.as_bytes());
        assert_eq!(both.split(' ').count(), 2);
        let text = timestamp.to_string();
        let received = Received {
            id: id.as_bytes(),
            timestamp: text.as_bytes(),
            signature: both.as_bytes(),
            body: body.as_bytes(),
        };
        for reader in [&new, &old] {
            let reader = std::slice::from_ref(reader);
            assert_eq!(verify(reader, &received, timestamp, 0), Ok(()));
        }
        let stranger = std::slice::from_ref(&other);
        assert_eq!(verify(stranger, &received, timestamp, 0), Err(Unverified::NoMatch));
        // A reader with both believes a message that only one of them signed.
        let one = sign(std::slice::from_ref(&old), &id, timestamp, body.as_bytes());
        let received = Received { signature: one.as_bytes(), ..received };
        assert_eq!(verify(&[new.clone(), old.clone()], &received, timestamp, 0), Ok(()));
    }
}

#[test]
fn signatures_of_kinds_unknown_are_passed_over() {
    let signature = [b"v1a,AAAA v2,zzz nonsense ", SIGNATURE, b" v1,!!"].concat();
    let received = Received { signature: &signature, ..example() };
    assert_eq!(verify(&[secret()], &received, THEN, 0), Ok(()));
}

#[test]
fn a_message_is_believed_for_five_minutes_around_its_time() {
    let verdict = |now| verify(&[secret()], &example(), now, TOLERANCE);
    for now in [THEN - 300, THEN - 1, THEN, THEN + 1, THEN + 300] {
        assert_eq!(verdict(now), Ok(()));
    }
    assert_eq!(verdict(THEN + 301), Err(Unverified::TooOld));
    assert_eq!(verdict(i64::MAX), Err(Unverified::TooOld));
    assert_eq!(verdict(THEN - 301), Err(Unverified::TooNew));
    assert_eq!(verdict(i64::MIN), Err(Unverified::TooNew));
}

#[test]
fn a_time_is_digits_and_nothing_else() {
    let bad: [&[u8]; 10] = [
        b"",
        b"now",
        b"+1614265330",
        b"-1",
        b" 1614265330",
        b"1614265330 ",
        b"01614265330",
        b"1614265330.0",
        b"99999999999999999999",
        b"\xff",
    ];
    for timestamp in bad {
        let received = Received { timestamp, ..example() };
        assert_eq!(verify(&[secret()], &received, THEN, 300), Err(Unverified::BadTimestamp));
    }
}

#[test]
fn a_secret_is_read_back_and_what_is_none_is_refused() {
    for length in [24, 32, 64] {
        let text = format!("whsec_{}", base64(&vec![0xfb; length]));
        assert_eq!(Secret::parse(&text).unwrap().reveal(), text);
    }
    let text = Secret::new([1; 32]).reveal();
    assert_eq!((text.len(), Secret::parse(&text)), (50, Ok(Secret::new([1; 32]))));
    let bare = text.trim_start_matches("whsec_");
    let refused = [
        (String::new(), BadSecret::Prefix),
        (bare.to_owned(), BadSecret::Prefix),
        (format!("WHSEC_{bare}"), BadSecret::Prefix),
        (format!(" {text}"), BadSecret::Prefix),
        (format!("{text} "), BadSecret::Base64),
        (text.trim_end_matches('=').to_owned(), BadSecret::Base64),
        (text.replace('Q', "-"), BadSecret::Base64),
        ("whsec_".to_owned(), BadSecret::Length),
        (format!("whsec_{}", base64(&[1; 23])), BadSecret::Length),
        (format!("whsec_{}", base64(&[1; 65])), BadSecret::Length),
    ];
    for (text, why) in refused {
        assert_eq!(Secret::parse(&text), Err(why), "{text}");
    }
}

#[test]
fn a_secret_is_not_printed() {
    let printed = format!("{:?} {:#?}", secret(), Some(secret()));
    assert!(!printed.contains("MfKQ") && !printed.contains("whsec"), "{printed}");
    assert_eq!(secret(), secret());
    assert_ne!(secret(), Secret::new([1; 32]));
}

/// Base64 as it is taught, so that the crate is not asked about itself.
fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for three in bytes.chunks(3) {
        let byte = |n: usize| u32::from(three.get(n).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for n in 0..4 {
            let letter = LETTERS[(bits >> (18 - 6 * n) & 63) as usize];
            text.push(if n <= three.len() { letter.into() } else { '=' });
        }
    }
    text
}
