//! The form of a Telecommunications Service Priority authorization code: a control id of nine
//! characters, a hyphen, and the provisioning and restoration priorities, as in TSP12C456-44.

use crate::code::Because;
use crate::refusal::Fault;

const FORM: &str =
    "TSP, six of A-Z and 0-9 without I, O, S, Z, a hyphen, then E or 0-5, then 0-5; not 00";

/// What is wrong with `code` as a TSP authorization code, if anything.
///
/// The published example `TSP645321-44` is of this form.
pub fn fault(code: &str) -> Option<Fault> {
    let wrong =
        |detail: &str| Some(Fault::new("/tsp_code", Because::BadFormat, detail).expected(FORM));
    let bytes = code.as_bytes();
    if bytes.len() != 12 || !code.is_ascii() {
        return wrong("a TSP code has 12 characters");
    }
    if &bytes[..3] != b"TSP" {
        return wrong("a TSP code begins with TSP");
    }
    let allowed = |b: &u8| {
        b.is_ascii_digit() || (b.is_ascii_uppercase() && !matches!(b, b'I' | b'O' | b'S' | b'Z'))
    };
    if !bytes[3..9].iter().all(allowed) {
        return wrong("a TSP control id uses digits and capitals without I, O, S and Z");
    }
    if bytes[9] != b'-' {
        return wrong("a hyphen stands before the priorities");
    }
    let (provisioning, restoration) = (bytes[10], bytes[11]);
    if !matches!(provisioning, b'E' | b'0'..=b'5') || !matches!(restoration, b'0'..=b'5') {
        return wrong("priorities are E or 0 to 5, then 0 to 5");
    }
    if &bytes[10..] == b"00" {
        return wrong("priorities 00 mean that the code is revoked");
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_of_the_federal_form_pass() {
        for code in ["TSP645321-44", "TSP12C456-E1", "TSPABCDEF-05", "TSP000000-50"] {
            assert_eq!(fault(code), None, "{code}");
        }
    }

    #[test]
    fn other_codes_say_what_is_wrong() {
        for (code, word) in [
            ("", "12 characters"),
            ("TSP645321-4", "12 characters"),
            ("TPS645321-44", "begins with TSP"),
            ("TSPI45321-44", "without I, O, S and Z"),
            ("TSPs45321-44", "without I, O, S and Z"),
            ("TSP645321_44", "hyphen"),
            ("TSP645321-64", "priorities"),
            ("TSP645321-4E", "priorities"),
            ("TSP645321-00", "revoked"),
            ("TSP6453é1-44", "12 characters"),
        ] {
            let fault = fault(code).unwrap_or_else(|| panic!("{code} passed"));
            assert!(fault.detail.contains(word), "{code}: {}", fault.detail);
        }
    }
}
