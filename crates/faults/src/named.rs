//! A closed list of names, each with what it stands for.

/// Makes an enum whose variants have a name and a sentence.
macro_rules! named {
    ($(#[$about:meta])* $enum:ident { $($variant:ident = $name:literal: $what:literal;)+ }) => {
        $(#[$about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $enum {
            $(#[doc = $what] $variant,)+
        }

        impl $enum {
            /// Every one.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// What it is called on the command line and in reports.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)+
                }
            }

            /// What it does, in a sentence.
            pub const fn what(self) -> &'static str {
                match self {
                    $(Self::$variant => $what,)+
                }
            }

            /// The one of that name.
            pub fn of(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|one| one.name() == name)
            }
        }
    };
}

pub(crate) use named;
