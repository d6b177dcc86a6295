//! The contract's text, drawn from the quote. Plain text, so that its hash is of what is read.

use super::Contract;
use crate::law::QuoteFile;
use crate::quote::Alternative;
use std::fmt::Write as _;

/// The document of `contract`: the same facts always give the same bytes.
pub(super) fn text(contract: &Contract, file: &QuoteFile, partner_name: &str) -> String {
    let mut out = String::with_capacity(1024 + file.sites.len() * 160);
    // Writing to a String cannot fail.
    let _ = write(&mut out, contract, file, partner_name);
    out
}

fn write(
    out: &mut String,
    contract: &Contract,
    file: &QuoteFile,
    partner_name: &str,
) -> std::fmt::Result {
    let parties: Vec<&str> = contract.parties.iter().map(|p| p.title()).collect();
    writeln!(out, "SERVICE AGREEMENT {}", contract.id)?;
    let alternative = match file.quote.alternative {
        Alternative::FIRST => String::new(),
        other => format!(" alternative {other}"),
    };
    writeln!(out, "Quote {}{alternative} revision {}\n", contract.number, contract.revision)?;
    writeln!(out, "Between {}.", parties.join(" and "))?;
    writeln!(out, "Partner:      {partner_name}")?;
    let customer = &contract.customer;
    writeln!(out, "End customer: {}", customer.company_name)?;
    writeln!(out, "              {}", customer.address.one_line())?;
    let signer = &contract.signer;
    writeln!(out, "Signer:       {}, {}, {}", signer.name, signer.title, signer.email)?;
    writeln!(out, "Effective:    {}", contract.effective)?;
    writeln!(out, "Term:         {} months\n", contract.term_months)?;
    writeln!(out, "SERVICES")?;
    for site in &file.sites {
        writeln!(out, "{:>4}. {}", site.position, site.name)?;
        writeln!(out, "      {}", site.address().one_line())?;
        if let Some(price) = &site.price {
            writeln!(out, "      monthly {}, one-off {}", price.totals.mrc, price.totals.nrc)?;
        }
    }
    let totals = &contract.totals;
    writeln!(out, "\nTotal monthly recurring charge:  USD {}", totals.mrc)?;
    writeln!(out, "Total one-off charge:            USD {}", totals.nrc)?;
    writeln!(out, "Total contract value:            USD {}\n", totals.total_contract_value)?;
    writeln!(
        out,
        "By signing, the signer agrees to these services at these charges for the whole term."
    )
}

/// Lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}"); // Writing to a String cannot fail.
        text
    })
}
