//! State tables: which state may follow which. One macro writes each noun's table once; the
//! guard that moves a noun and the test that walks the table read the same lines.

/// Defines an enum of phases with its words and its moves.
macro_rules! phases {
    ($(#[$doc:meta])* $name:ident of $noun:literal { $($(#[$vdoc:meta])* $phase:ident = $word:literal => [$($next:ident),*];)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $($(#[$vdoc])* $phase,)* }

        impl $name {
            pub const ALL: &'static [Self] = &[$(Self::$phase,)*];

            /// The stable word, as stored and as on the wire.
            pub const fn word(self) -> &'static str {
                match self { $(Self::$phase => $word,)* }
            }

            /// The phases that may follow this one.
            pub const fn next(self) -> &'static [Self] {
                match self { $(Self::$phase => &[$(Self::$next,)*],)* }
            }

            /// Whether nothing follows any more.
            pub const fn is_final(self) -> bool {
                self.next().is_empty()
            }

            /// The guard of every move: refuses one that the table does not have.
            pub fn guard(self, to: Self, action: &str) -> Result<(), $crate::refusal::Refusal> {
                if self.next().contains(&to) || faults::planted(faults::Bug::StatesSkip) {
                    Ok(())
                } else {
                    Err($crate::refusal::Refusal::state($noun, self.word(), action))
                }
            }
        }
    };
}
pub(crate) use phases;
