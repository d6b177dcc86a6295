//! The letter's text. Plain text, so that its hash is of what is read.

use super::LetterOfAgency;
use crate::address::Address;
use crate::party::Partner;
use crate::time::in_words;
use std::fmt::Write as _;

/// The document of `letter`: the same facts always give the same bytes.
pub(super) fn text(letter: &LetterOfAgency, partner: &Partner, customer: &Address) -> String {
    let mut out = String::with_capacity(1024);
    // Writing to a String cannot fail.
    let _ = write(&mut out, letter, partner, customer);
    out
}

fn write(
    out: &mut String,
    letter: &LetterOfAgency,
    partner: &Partner,
    customer: &Address,
) -> std::fmt::Result {
    let signer = &letter.signer;
    let title = signer.title.as_deref().map(|title| format!(", {title}")).unwrap_or_default();
    writeln!(out, "LETTER OF AGENCY")?;
    writeln!(out, "{}\n", in_words(letter.created_at.date()))?;
    writeln!(out, "Customer: {}", letter.account_name)?;
    writeln!(out, "          {}", customer.one_line())?;
    writeln!(out, "Signer:   {}{title}, {}", signer.name, signer.email)?;
    writeln!(out, "Agent:    {}\n", partner.name)?;
    writeln!(
        out,
        "The customer authorizes the agent to act for it with the carrier: to see the\n\
         services that the customer has there, to ask for prices, and to order services\n\
         for the customer.\n\n\
         This letter holds for {} months from the day on which it is signed. The customer\n\
         may take it back in writing at any time; what was ordered until then stays\n\
         ordered.\n",
        letter.months
    )?;
    writeln!(out, "Signature: ______________________________")?;
    writeln!(out, "Name:      {}", signer.name)?;
    writeln!(out, "Date:      ______________________________")
}
