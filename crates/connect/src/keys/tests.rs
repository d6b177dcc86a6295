//! What opens, and what does not.

use super::*;
use domain::credit::TaxIdKind;
use domain::id::Kind;

fn tenant(n: u32) -> Tenant {
    Tenant::partner(Id::new(Kind::Partner, 1, n), Environment::Test)
}

fn customer(n: u32) -> Id {
    Id::new(Kind::Account, 1, n)
}

fn tax_id(digits: &str) -> TaxId {
    TaxId::parse(TaxIdKind::Ein, digits).unwrap()
}

#[test]
fn what_is_sealed_opens_in_its_place_only() {
    let ring = Keyring::open_to_all();
    let key = ring.make((tenant(1), customer(1), 1), [1; 32], [2; 32]).unwrap();
    let sealed = ring.seal(&key, &tax_id("12-3456789"), [3; 32]).unwrap();
    assert_eq!(ring.open(&key, &sealed).unwrap().expose(), "123456789");
    assert_eq!(sealed.masked(), "**-***6789");
    let kept = format!("{key:?} {sealed:?} {} {}", sealed.cipher, sealed.blind);
    assert!(!kept.contains("123456789"), "{kept}");
    for moved in [
        DataKey { tenant: tenant(2), ..key.clone() },
        DataKey { subject: customer(2), ..key.clone() },
        DataKey { number: 2, ..key.clone() },
    ] {
        assert_eq!(ring.open(&moved, &sealed), Err(Shut::Broken), "{moved:?}");
    }
    let other = ring.make((tenant(1), customer(1), 1), [9; 32], [2; 32]).unwrap();
    assert_eq!(ring.open(&other, &sealed), Err(Shut::Broken));
    let bent = SealedTaxId { cipher: sealed.cipher.replacen(['0', '1'], "f", 1), ..sealed.clone() };
    assert_eq!(ring.open(&key, &bent), Err(Shut::Broken));
    let destroyed = DataKey { sealed: None, ..key };
    assert_eq!(ring.open(&destroyed, &sealed), Err(Shut::Destroyed));
}

#[test]
fn after_a_rotation_the_newest_key_seals_and_all_opens_as_before() {
    let first = KeyFile::made([7; 32], [8; 32]);
    let ring = Keyring::new(first.clone(), None);
    let key = ring.make((tenant(1), customer(1), 1), [1; 32], [2; 32]).unwrap();
    let sealed = ring.seal(&key, &tax_id("123456789"), [3; 32]).unwrap();
    let rotated = Keyring::new(first.with([9; 32]), None);
    assert_eq!(rotated.open(&key, &sealed).unwrap().expose(), "123456789");
    let anew = rotated.reseal(&key, [4; 32]).unwrap();
    assert_eq!((key.sealed_by.as_str(), anew.sealed_by.as_str()), ("k1", "k2"));
    assert_ne!(key.sealed, anew.sealed);
    assert_eq!(rotated.open(&anew, &sealed).unwrap().expose(), "123456789");
    let again = rotated.seal(&anew, &tax_id("123456789"), [5; 32]).unwrap();
    assert_eq!(again.blind, sealed.blind, "the index does not rotate");
    assert_eq!(ring.open(&anew, &sealed), Err(Shut::UnknownKey("k2".to_owned())));
}

#[test]
fn the_blind_index_is_equal_for_equal_tax_ids_of_one_environment() {
    let ring = Keyring::open_to_all();
    let blind = |at, digits| ring.blind(at, &tax_id(digits)).unwrap();
    let one = blind(Environment::Test, "123456789");
    assert_eq!(one, blind(Environment::Test, "12-3456789"));
    assert_ne!(one, blind(Environment::Test, "123456780"));
    assert_ne!(one, blind(Environment::Live, "123456789"));
    assert_ne!(one, ring.fingerprint("123456789").unwrap());
}

#[test]
fn a_server_without_a_key_seals_nothing() {
    let none = Keyring::none();
    assert!(!none.is_for(Environment::Test));
    let made = none.make((tenant(1), customer(1), 1), [1; 32], [2; 32]);
    assert_eq!(made, Err(Shut::NoKey));
    assert_eq!(none.fingerprint("x"), Err(Shut::NoKey));
    let sandbox = Keyring::open_to_all().for_sandbox();
    let make = |at| {
        sandbox.make((Tenant { environment: at, ..tenant(1) }, customer(1), 1), [1; 32], [2; 32])
    };
    assert!(make(Environment::Test).is_ok());
    assert_eq!(make(Environment::Live), Err(Shut::NoKey));
}

#[test]
fn a_file_of_keys_is_read_as_it_is_written_and_its_mistakes_name_their_lines() {
    let file = KeyFile::made([1; 32], [2; 32]).with([3; 32]);
    let read = KeyFile::parse(&file.text()).unwrap();
    assert!(read == file);
    assert_eq!((read.newest(), read.names()), ("k2", vec!["k1", "k2"]));
    let key = "ab".repeat(32);
    for (text, says) in [
        (String::new(), "there is no sealing key"),
        (format!("k1 {key}"), "there is no line `index`"),
        (format!("# x\nindex {key}\nk1 {}", &key[1..]), "line 3: not a name"),
        (format!("index {key}\nk1 {key}\nk1 {key}"), "line 3: the name k1 stands twice"),
        (format!("index {key}\nindex {key}"), "line 2: the name index stands twice"),
        ("secret".to_owned(), "line 1: not a name"),
    ] {
        let Err(said) = KeyFile::parse(&text) else { panic!("{text}") };
        let said = said.to_string();
        assert!(said.contains(says) && !said.contains(&key[1..]), "{said}");
    }
    assert!(!format!("{file:?}").contains("0202"));
}

#[test]
fn a_key_that_another_process_added_is_found_in_the_file() {
    let folder = std::env::temp_dir().join(format!("demarc-keys-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join("keys");
    let first = KeyFile::made([1; 32], [2; 32]);
    first.write(&path).unwrap();
    let ring = Keyring::new(KeyFile::read(&path).unwrap(), Some(path.clone()));
    first.with([3; 32]).write(&path).unwrap();
    let other = Keyring::new(KeyFile::read(&path).unwrap(), None);
    let key = other.make((tenant(1), customer(1), 1), [1; 32], [2; 32]).unwrap();
    assert_eq!(key.sealed_by, "k2");
    let opened = ring.seal(&key, &tax_id("123456789"), [3; 32]);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
        assert!(matches!(KeyFile::read(&path), Err(BadKeys::Open(0o644))));
    }
    std::fs::remove_dir_all(&folder).unwrap();
    assert!(opened.is_ok(), "{opened:?}");
}
