//! The families' words for what the flow knows.

use domain::customer::{AccountStatus, AllianceStatus};

pub(super) const fn yes_no(yes: bool) -> &'static str {
    if yes { "Y" } else { "N" }
}

/// Published: `ATT ONLY`, said of a customer that only the carrier may do business with.
pub(super) const fn alliance_status(status: AllianceStatus) -> &'static str {
    match status {
        AllianceStatus::CarrierOnly => "ATT ONLY",
        AllianceStatus::PartnerOnly => "ALLIANCE ONLY",
        AllianceStatus::Open => "OPEN",
    }
}

/// Published: `Inactive`.
pub(super) const fn account_status(status: AccountStatus) -> &'static str {
    match status {
        AccountStatus::Active => "Active",
        AccountStatus::Inactive => "Inactive",
        AccountStatus::Prospect => "Prospect",
    }
}

/// The code of a state that is given by its code or its name; other text as it is.
pub(super) fn state(text: &str) -> String {
    let text = text.trim();
    sheet::state_code(text).map_or_else(|| text.to_uppercase(), str::to_owned)
}

/// A state's word as the published order status has it: `IN_PROGRESS`.
pub(super) fn shouted(word: &str) -> String {
    word.to_uppercase()
}

/// A state's word as these answers have it: `Pending Approval`.
pub(super) fn titled(word: &str) -> String {
    let capital = |part: &str| {
        let mut letters = part.chars();
        let first = letters.next().map(|c| c.to_ascii_uppercase());
        first.into_iter().chain(letters).collect::<String>()
    };
    word.split('_').map(capital).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_are_read_by_code_and_by_name() {
        for (text, code) in [("TX", "TX"), ("texas", "TX"), (" Tx ", "TX"), ("Houston", "HOUSTON")]
        {
            assert_eq!(state(text), code);
        }
    }

    #[test]
    fn words_are_written_as_the_families_do() {
        assert_eq!(titled("pending_approval"), "Pending Approval");
        assert_eq!(titled("draft"), "Draft");
        assert_eq!(shouted("in_progress"), "IN_PROGRESS");
    }
}
