//! The section `dialects`: the published interfaces.

use super::read::Reader;
use std::time::Duration;
use web::{Dialects, Family, LookupAnswer};

pub(super) fn read(r: &mut Reader) -> Dialects {
    let mut hosts: Vec<(String, Family)> = Vec::new();
    for (key, family) in [
        ("dialects.apex_hosts", Family::Apex),
        ("dialects.alliance_hosts", Family::Alliance),
        ("dialects.aiab_hosts", Family::Aiab),
    ] {
        for host in r.get(key, Vec::<String>::new()) {
            let host = host.to_lowercase();
            if host.is_empty() || host.contains([':', '/', ' ']) {
                r.fault(key, format!("{host:?} is not a host name without scheme and port"));
            } else if hosts.iter().any(|(other, _)| *other == host) {
                r.fault(key, format!("{host} stands twice"));
            } else {
                hosts.push((host, family));
            }
        }
    }
    let alliance_lookup =
        r.parsed("dialects.alliance_lookup", LookupAnswer::Newer, |text| match text {
            "newer" => Ok(LookupAnswer::Newer),
            "older" => Ok(LookupAnswer::Older),
            _ => Err("it is neither newer nor older".to_owned()),
        });
    let patience: u32 = r.within("dialects.patience_ms", 15_000, 0..=120_000);
    Dialects { hosts, alliance_lookup, patience: Duration::from_millis(patience.into()) }
}
