//! Whose rows a query or a change may touch at all: what PostgreSQL's row-level security is told
//! for it. The second wall; the first is the tenant in the statement itself. SQLite has no such
//! wall and ignores it.

use domain::party::{Environment, Scope, Tenant};
use std::fmt;

/// A view of the rows. What a statement names outside of it is not there for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Sight {
    /// Every tenant's: claims, sweeps, placing events, authentication, migrations.
    #[default]
    System,
    /// Every tenant's of one environment: what operations may see.
    Environment(Environment),
    /// One tenant's. A partner's includes, for reading only, the carrier's end customers.
    Tenant(Tenant),
    /// One partner's and the carrier's own, in one environment: a change that touches both.
    WithCarrier(Tenant),
}

impl Sight {
    /// The least sight that covers every one of `tenants`; None if no single decision may touch
    /// all of them: two partners, or two environments. Of no tenant at all: the system's.
    pub(crate) fn over(tenants: impl IntoIterator<Item = Tenant>) -> Option<Self> {
        tenants.into_iter().try_fold(Self::System, |sight, tenant| match sight {
            Self::System => Some(Self::Tenant(tenant)),
            Self::Tenant(one) | Self::WithCarrier(one) if one == tenant => Some(sight),
            Self::Tenant(one) if one.environment == tenant.environment => {
                match (one.partner, tenant.partner) {
                    (None, Some(_)) => Some(Self::WithCarrier(tenant)),
                    (Some(_), None) => Some(Self::WithCarrier(one)),
                    _ => None,
                }
            }
            Self::WithCarrier(one) if tenant == Tenant::carrier(one.environment) => Some(sight),
            _ => None,
        })
    }
}

/// As the setting `demarc.sight` has it: words with a blank between them. A word is a tenant, an
/// environment, or `*`. It has letters, digits, dots and the star only, so that it needs no
/// quoting.
impl fmt::Display for Sight {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::System => f.write_str("*"),
            Self::Environment(environment) => f.write_str(environment.as_str()),
            Self::Tenant(tenant) => tenant.fmt(f),
            Self::WithCarrier(one) => write!(f, "{one} {}", Tenant::carrier(one.environment)),
        }
    }
}

impl From<Tenant> for Sight {
    fn from(tenant: Tenant) -> Self {
        Self::Tenant(tenant)
    }
}

impl From<Environment> for Sight {
    fn from(environment: Environment) -> Self {
        Self::Environment(environment)
    }
}

impl From<Scope> for Sight {
    fn from(scope: Scope) -> Self {
        match scope {
            Scope::Partner(tenant) => Self::Tenant(tenant),
            Scope::Operations(environment) => Self::Environment(environment),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::id::{Id, Kind};

    fn partner(number: u32) -> Tenant {
        Tenant::partner(Id::new(Kind::Partner, 0, number), Environment::Test)
    }

    #[test]
    fn a_change_sees_one_partner_and_the_carrier_at_most() {
        let (one, two, carrier) = (partner(1), partner(2), Tenant::carrier(Environment::Test));
        assert_eq!(Sight::over([]), Some(Sight::System));
        assert_eq!(Sight::over([one, one]), Some(Sight::Tenant(one)));
        assert_eq!(Sight::over([carrier, carrier]), Some(Sight::Tenant(carrier)));
        for mixed in [[one, carrier, one], [carrier, one, carrier]] {
            assert_eq!(Sight::over(mixed), Some(Sight::WithCarrier(one)));
        }
        let live = Tenant { environment: Environment::Live, ..one };
        for apart in [vec![one, two], vec![one, carrier, two], vec![one, live]] {
            assert_eq!(Sight::over(apart), None);
        }
        assert_eq!(Sight::over([one, carrier, Tenant::carrier(Environment::Live)]), None);
    }

    #[test]
    fn a_sight_is_words_that_need_no_quoting() {
        let one = partner(1);
        for (sight, words) in [
            (Sight::System, "*".to_owned()),
            (Environment::Live.into(), "live".to_owned()),
            (one.into(), one.to_string()),
            (Sight::WithCarrier(one), format!("{one} carrier.test")),
        ] {
            assert_eq!(sight.to_string(), words);
            assert!(words.chars().all(|c| c.is_ascii_alphanumeric() || "* .".contains(c)));
        }
    }
}
