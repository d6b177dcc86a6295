//! A bearer token: shown to the system it is for, and to nobody else.

use std::fmt;

/// Longer ones are more than servers take in a header.
const LONGEST: usize = 4096;

/// A secret that a request proves itself with.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

/// Why a text is no token. Without the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadToken {
    #[error("the token is empty")]
    Empty,
    #[error("the token is longer than {LONGEST} characters")]
    Long,
    #[error("the token has a character that is not visible ASCII")]
    Unwritable,
}

impl Token {
    /// As it stands in a file or a variable; space around it does not count.
    pub fn read(text: &str) -> Result<Self, BadToken> {
        let text = text.trim();
        if text.is_empty() {
            return Err(BadToken::Empty);
        }
        if text.len() > LONGEST {
            return Err(BadToken::Long);
        }
        let visible = text.bytes().all(|b| b.is_ascii_graphic());
        if visible { Ok(Self(text.to_owned())) } else { Err(BadToken::Unwritable) }
    }

    pub(super) fn secret(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_read_without_its_line_end_and_never_shown() {
        let token = Token::read("  s3cret-value\n").unwrap();
        assert_eq!(token.secret(), "s3cret-value");
        assert_eq!(format!("{token:?}"), "Token");
        for (text, why) in [
            (" \n", BadToken::Empty),
            ("two words", BadToken::Unwritable),
            ("naïve", BadToken::Unwritable),
            (&"x".repeat(4097), BadToken::Long),
        ] {
            assert_eq!(Token::read(text), Err(why), "{text}");
        }
    }
}
