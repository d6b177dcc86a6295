//! Why a webhook was not delivered, or its URL refused: a closed list of words.

use serde::{Deserialize, Serialize};
use std::fmt;

macro_rules! failures {
    ($($(#[$doc:meta])* $name:ident = $word:literal, $text:literal;)*) => {
        /// Why an attempt failed, or why a URL is refused before any attempt.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum Failure {
            $($(#[$doc])* #[serde(rename = $word)] $name,)*
        }

        impl Failure {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// A word that never changes, for programs.
            pub const fn word(self) -> &'static str {
                match self { $(Self::$name => $word,)* }
            }

            /// The same for people: a part of a sentence.
            pub const fn text(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }
        }
    };
}

failures! {
    /// Not a URL that can be read one way only.
    BadUrl = "bad_url", "the URL cannot be read";
    NotHttps = "not_https", "the URL is not https";
    Userinfo = "userinfo", "the URL has a user name or a password";
    Fragment = "fragment", "the URL has a fragment";
    ForbiddenPort = "forbidden_port", "the port is not allowed";
    /// A name that belongs to no public place, or ends in a full stop.
    ForbiddenName = "forbidden_name", "the host's name is not public";
    ForbiddenAddress = "forbidden_address", "the host's address is not public";
    Dns = "dns", "the host's name could not be resolved";
    Connect = "connect", "no connection could be made";
    Tls = "tls", "no secure connection could be made: the certificate or the protocol is wrong";
    Timeout = "timeout", "no answer came in time";
    /// The connection ended, or what came was not HTTP.
    AnswerBroken = "answer_broken", "the connection broke before a whole answer came";
    Redirect = "redirect", "the answer was a redirect, and redirects are not followed";
    Status = "status", "the answer's status was not 2xx";
    /// The message has no secret, or an id that a header or a signature cannot carry.
    Unsendable = "unsendable", "the message cannot be signed";
}

impl Failure {
    /// Whether the URL or its host's address is at fault, so that nothing was sent.
    pub const fn is_refusal(self) -> bool {
        matches!(
            self,
            Self::BadUrl
                | Self::NotHttps
                | Self::Userinfo
                | Self::Fragment
                | Self::ForbiddenPort
                | Self::ForbiddenName
                | Self::ForbiddenAddress
        )
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text())
    }
}

/// So that a resolver's refusal travels through the client as an error.
impl std::error::Error for Failure {}

#[cfg(test)]
mod tests {
    use super::Failure;

    #[test]
    fn every_failure_has_a_word_of_its_own_and_is_kept_as_it() {
        for failure in Failure::ALL {
            let same = Failure::ALL.iter().filter(|f| f.word() == failure.word());
            assert_eq!(same.count(), 1, "{}", failure.word());
            let kept = serde_json::to_string(failure).unwrap();
            assert_eq!(kept, format!("\"{}\"", failure.word()));
            assert_eq!(serde_json::from_str::<Failure>(&kept).unwrap(), *failure);
        }
    }
}
