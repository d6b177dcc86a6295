//! How a command ends badly: one line for stderr and the exit code. Not a refusal of the API.

use std::fmt::Display;

/// Why a command failed. `say` names the place and, where there is one, the remedy.
#[derive(Debug)]
pub(crate) struct Failure {
    /// 1: it was tried and failed. 2: it was asked for wrongly.
    pub(crate) exit: u8,
    /// May have several lines where there are several faults.
    pub(crate) say: String,
}

/// What a command ends with.
pub(crate) type Outcome<T = ()> = Result<T, Failure>;

impl Failure {
    /// It was tried and failed.
    pub(crate) fn failed(say: impl Display) -> Self {
        Self { exit: 1, say: say.to_string() }
    }

    /// It was asked for wrongly: a flag, a setting, a file that was named.
    pub(crate) fn usage(say: impl Display) -> Self {
        Self { exit: 2, say: say.to_string() }
    }
}

/// A closure that puts the place before an error: `.map_err(at("open sites.csv"))`.
pub(crate) fn at<E: Display>(place: impl Display) -> impl FnOnce(E) -> Failure {
    move |error| Failure::failed(format!("{place}: {error}"))
}

impl From<store::StoreError> for Failure {
    fn from(error: store::StoreError) -> Self {
        Self::failed(error)
    }
}

impl From<app::Problem> for Failure {
    fn from(problem: app::Problem) -> Self {
        let app::Problem::Refused(refusal) = problem else { return Self::failed(problem) };
        let mut say = vec![refusal.detail];
        for fault in refusal.faults {
            let place = fault.pointer.trim_start_matches('/').replace('/', ".");
            let expected = fault.expected.map(|e| format!(" (expected: {e})")).unwrap_or_default();
            say.push(format!("{place}: {}{expected}", fault.detail));
        }
        Self::failed(say.join("; "))
    }
}
