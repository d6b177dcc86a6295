//! What must hold of a quote's versions among the others of its number: counted with each row of
//! the table, see `tables.rs`.

use super::Invariant;

/// Four counts, each of which is one where it holds: whether the versions of its alternative up to
/// it count 1, 2, 3 …; itself, with those that have a newer one though they are not superseded; the
/// accepted of its number, if it is one; itself, with those that live beside it, if it is accepted.
macro_rules! versions {
    () => {
        ", case when t.revision = (select count(*) from quote v where v.tenant = t.tenant \
          and v.number = t.number and v.alternative = t.alternative \
          and v.revision <= t.revision) then 1 else 0 end, \
          case when t.state = 'superseded' then 1 else (select 1 + count(*) from quote v \
          where v.tenant = t.tenant and v.number = t.number and v.alternative = t.alternative \
          and v.revision > t.revision) end, \
          case when t.state = 'accepted' then (select count(*) from quote v \
          where v.tenant = t.tenant and v.number = t.number and v.state = 'accepted') \
          else 1 end, \
          case when t.state = 'accepted' then (select 1 + count(*) from quote v \
          where v.tenant = t.tenant and v.number = t.number \
          and v.state in ('draft', 'priced', 'pending_approval')) else 1 end"
    };
}
pub(super) use versions;

/// What does not hold where one of them is not one.
pub(super) const VERSIONS: [(Invariant, &str); 4] = [
    (Invariant::VersionsAreCounted, "the versions before it are not all there"),
    (Invariant::OnlyTheLatestIsLive, "it has a newer version and is not superseded"),
    (Invariant::OneAlternativeIsSigned, "another alternative is accepted too"),
    (Invariant::SignedStandsAlone, "another alternative lives beside it"),
];
