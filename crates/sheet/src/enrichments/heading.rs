//! What a heading of a file of enrichments means.

use crate::heading;
use crate::known::Heading;

/// A line for each meaning: its word on the wire, the member of an enrichment that it is, where
/// something can stand against that, and the headings that have it.
macro_rules! meanings {
    ($($means:ident = $word:literal $(at $pointer:literal)?, $names:expr;)*) => {
        /// What a column is about.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Means {
            $($means,)*
        }

        impl Means {
            pub const ALL: &'static [Self] = &[$(Self::$means,)*];

            /// As it stands on the wire.
            pub const fn word(self) -> &'static str {
                match self { $(Self::$means => $word,)* }
            }

            /// The headings that mean it; the first says it best.
            pub const fn names(self) -> &'static [&'static str] {
                match self { $(Self::$means => $names,)* }
            }

            /// The meaning of the column that a pointer into a row's enrichments names.
            pub(super) fn at(pointer: &str) -> Option<Self> {
                match pointer {
                    $($($pointer => Some(Self::$means),)?)*
                    _ => None,
                }
            }
        }
    };
}

meanings! {
    SubOrder = "sub_order" at "/sub_order", &["Sub-Order", "Sub-Order ID", "Sub-Order Number"];
    Site = "site" at "/site", heading::Means::Site.names();
    FirstName = "contact_first_name", &[
        "Contact First Name", "First Name", "Site Contact First Name", "Local Contact First Name",
    ];
    LastName = "contact_last_name", &[
        "Contact Last Name", "Last Name", "Surname", "Site Contact Last Name",
        "Local Contact Last Name",
    ];
    Email = "contact_email", &[
        "Contact Email", "Email", "Email Address", "Site Contact Email", "Local Contact Email",
    ];
    Phone = "contact_phone", &[
        "Contact Phone", "Phone", "Phone Number", "Telephone", "Site Contact Phone",
        "Local Contact Phone",
    ];
    RequestedStart = "requested_start" at "/installation/requested_start", &[
        "Requested Start", "Requested Start Date", "Start Date", "Earliest Date",
        "Installation Start",
    ];
    RequestedDue = "requested_due" at "/installation/requested_due", &[
        "Requested Due", "Requested Due Date", "Due Date", "Customer Requested Due Date", "CRDD",
        "Requested Date", "Installation Date",
    ];
    PremiseNotes = "premise_notes", &[
        "Premise Notes", "Installation Notes", "Access Notes", "Site Notes", "Notes",
    ];
    EarlyBilling = "start_billing_before_due", &[
        "Start Billing Before Due", "Early Billing", "Bill Before Due",
    ];
    ShipFirstName = "shipping_first_name", &[
        "Shipping First Name", "Shipping Contact First Name", "Ship To First Name",
    ];
    ShipLastName = "shipping_last_name", &[
        "Shipping Last Name", "Shipping Contact Last Name", "Ship To Last Name",
    ];
    ShipEmail = "shipping_email", &["Shipping Email", "Shipping Contact Email", "Ship To Email"];
    ShipPhone = "shipping_phone", &["Shipping Phone", "Shipping Contact Phone", "Ship To Phone"];
    ShipStreet = "shipping_street", &[
        "Shipping Street", "Shipping Address", "Shipping Address 1", "Ship To Street",
        "Ship To Address",
    ];
    ShipUnit = "shipping_unit", &[
        "Shipping Unit", "Shipping Suite", "Shipping Address 2", "Ship To Unit", "Ship To Suite",
    ];
    ShipCity = "shipping_city", &["Shipping City", "Ship To City"];
    ShipState = "shipping_state", &["Shipping State", "Ship To State"];
    ShipZip = "shipping_zip", &[
        "Shipping ZIP", "Shipping ZIP Code", "Shipping Postal Code", "Ship To ZIP",
        "Ship To Postal Code",
    ];
    ShipNotes = "shipping_notes", &[
        "Shipping Notes", "Shipping Instructions", "Delivery Notes", "Delivery Instructions",
    ];
    Floor = "floor", &[
        "Floor", "Fl", "Floor Number", "Demarc Floor", "Demarcation Floor", "Port Floor",
    ];
    Room = "room", &[
        "Room", "Rm", "Room Number", "Demarc Room", "Demarcation Room", "Telecom Room", "Port Room",
    ];
    PortNotes = "port_notes", &[
        "Port Notes", "Demarc Notes", "Demarcation Notes", "Demarc Location",
    ];
    TspCode = "tsp_code" at "/port_reservation/tsp_code", &[
        "TSP Code", "TSP", "TSP Authorization Code",
    ];
    BillingAccount = "billing_account" at "/billing/billing_account_id", &[
        "Billing Account", "Billing Account ID", "Bill To Account", "Bill To Account ID",
    ];
    BillingName = "billing_name", &[
        "Billing Name", "Billing Account Name", "New Billing Account", "Bill To Name",
    ];
    BillingStreet = "billing_street", &[
        "Billing Street", "Billing Address", "Billing Address 1", "Bill To Street",
        "Bill To Address",
    ];
    BillingUnit = "billing_unit", &[
        "Billing Unit", "Billing Suite", "Billing Address 2", "Bill To Unit", "Bill To Suite",
    ];
    BillingCity = "billing_city", &["Billing City", "Bill To City"];
    BillingState = "billing_state", &["Billing State", "Bill To State"];
    BillingZip = "billing_zip", &[
        "Billing ZIP", "Billing ZIP Code", "Billing Postal Code", "Bill To ZIP",
        "Bill To Postal Code",
    ];
    Paperless = "paperless", &["Paperless", "Paperless Billing", "Electronic Billing"];
    ProcessIds = "process_ids", &["Process IDs", "Process ID"];
    InvoiceNumbers = "invoice_numbers", &["Invoice Numbers", "Invoice Number"];
    Faults = "faults", &[crate::FAULTS];
}

impl Heading for Means {
    const ALL: &'static [Self] = Self::ALL;

    fn names(self) -> &'static [&'static str] {
        self.names()
    }

    /// A row needs one of two columns, which no column can say by itself.
    fn is_required(self) -> bool {
        false
    }
}
