//! What a check found, and how it is said.

use serde_json::{Value, json};
use std::fmt;

/// How a check came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    Ok,
    /// It works; somebody should know.
    Warning,
    /// It does not work, or promises are not kept.
    Fault,
}

impl Verdict {
    const fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warning => "warning",
            Self::Fault => "fault",
        }
    }
}

/// One line of the report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Finding {
    pub(super) check: &'static str,
    pub(super) verdict: Verdict,
    say: String,
    remedy: String,
}

impl Finding {
    pub(super) fn json(&self) -> Value {
        json!({
            "check": self.check, "verdict": self.verdict.word(), "detail": self.say,
            "remedy": Some(&self.remedy).filter(|remedy| !remedy.is_empty()),
        })
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let say = self.say.replace('\n', "; ");
        write!(f, "{:<8} {:<18} {say}", self.verdict.word(), self.check)?;
        if self.remedy.is_empty() { Ok(()) } else { write!(f, ". Remedy: {}", self.remedy) }
    }
}

/// The report, in the order of the checks.
#[derive(Debug, Default)]
pub(super) struct Findings {
    pub(super) list: Vec<Finding>,
}

impl Findings {
    pub(super) fn ok(&mut self, check: &'static str, say: impl Into<String>) {
        self.add(check, Verdict::Ok, say, "");
    }

    pub(super) fn warning(
        &mut self,
        check: &'static str,
        say: impl Into<String>,
        remedy: impl Into<String>,
    ) {
        self.add(check, Verdict::Warning, say, remedy);
    }

    pub(super) fn fault(
        &mut self,
        check: &'static str,
        say: impl Into<String>,
        remedy: impl Into<String>,
    ) {
        self.add(check, Verdict::Fault, say, remedy);
    }

    pub(super) fn count(&self, verdict: Verdict) -> usize {
        self.list.iter().filter(|finding| finding.verdict == verdict).count()
    }

    fn add(
        &mut self,
        check: &'static str,
        verdict: Verdict,
        say: impl Into<String>,
        remedy: impl Into<String>,
    ) {
        self.list.push(Finding { check, verdict, say: say.into(), remedy: remedy.into() });
    }
}
