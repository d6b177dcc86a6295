//! Which addresses are public. Everything in the IANA special-purpose address registries is not,
//! whether the registry calls it globally reachable or not: no receiver of webhooks lives there.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// IANA IPv4 Special-Purpose Address Registry (RFC 6890 and its successors), and multicast.
const V4: [([u8; 4], u32); 19] = [
    ([0, 0, 0, 0], 8),        // this network
    ([10, 0, 0, 0], 8),       // private
    ([100, 64, 0, 0], 10),    // shared by carriers' NAT
    ([127, 0, 0, 0], 8),      // loopback
    ([169, 254, 0, 0], 16),   // link-local; clouds serve their metadata there
    ([172, 16, 0, 0], 12),    // private
    ([192, 0, 0, 0], 24),     // IETF protocol assignments
    ([192, 0, 2, 0], 24),     // documentation
    ([192, 31, 196, 0], 24),  // AS112
    ([192, 52, 193, 0], 24),  // AMT
    ([192, 88, 99, 0], 24),   // 6to4 relays
    ([192, 168, 0, 0], 16),   // private
    ([192, 175, 48, 0], 24),  // AS112
    ([198, 18, 0, 0], 15),    // benchmarks
    ([198, 51, 100, 0], 24),  // documentation
    ([203, 0, 113, 0], 24),   // documentation
    ([224, 0, 0, 0], 4),      // multicast
    ([240, 0, 0, 0], 4),      // reserved, and broadcast
    ([168, 63, 129, 16], 32), // in no registry: one cloud's host, as its guests see it
];

/// IANA IPv6 Special-Purpose Address Registry, as far as it lies in 2000::/3. All other IPv6 space
/// is not for the public.
const V6: [([u16; 8], u32); 6] = [
    // IETF protocol assignments: Teredo, benchmarks, ORCHID, AMT, AS112, DRIP.
    ([0x2001, 0, 0, 0, 0, 0, 0, 0], 23),
    ([0x2001, 0xdb8, 0, 0, 0, 0, 0, 0], 32), // documentation
    ([0x2002, 0, 0, 0, 0, 0, 0, 0], 16),     // 6to4
    ([0x2620, 0x4f, 0x8000, 0, 0, 0, 0, 0], 48), // AS112
    ([0x3ffe, 0, 0, 0, 0, 0, 0, 0], 16),     // 6bone, given back
    ([0x3fff, 0, 0, 0, 0, 0, 0, 0], 20),     // documentation
];

/// Whether the public internet may route to the address, so that connecting to it cannot reach
/// anything private of ours.
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => is_public_v4(v4),
        IpAddr::V6(v6) => is_public_v6(v6),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let bits = address.to_bits();
    !V4.iter()
        .any(|(block, length)| (bits ^ Ipv4Addr::from(*block).to_bits()) >> (32 - length) == 0)
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let bits = address.to_bits();
    let within = |block: [u16; 8], length: u32| {
        (bits ^ Ipv6Addr::from(block).to_bits()) >> (128 - length) == 0
    };
    // Where only IPv6 is spoken, DNS gives IPv4 receivers addresses in this block (RFC 6052).
    if within([0x64, 0xff9b, 0, 0, 0, 0, 0, 0], 96) {
        let [.., a, b, c, d] = address.octets();
        return is_public_v4(Ipv4Addr::new(a, b, c, d));
    }
    within([0x2000, 0, 0, 0, 0, 0, 0, 0], 3)
        && !V6.iter().any(|(block, length)| within(*block, *length))
}
