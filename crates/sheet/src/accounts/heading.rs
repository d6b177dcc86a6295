//! What a heading of a file of accounts means.

use crate::known::Heading;

/// What a column is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Means {
    Acid,
    Name,
    DoingBusinessAs,
    Street,
    Unit,
    City,
    State,
    Zip,
    Country,
    SubAccounts,
    SalesSegment,
    ContractStatus,
    AllianceStatus,
    AccountStatus,
    LoaStatus,
    LoaValidUntil,
    Partner,
}

impl Means {
    pub const ALL: [Self; 17] = [
        Self::Acid,
        Self::Name,
        Self::DoingBusinessAs,
        Self::Street,
        Self::Unit,
        Self::City,
        Self::State,
        Self::Zip,
        Self::Country,
        Self::SubAccounts,
        Self::SalesSegment,
        Self::ContractStatus,
        Self::AllianceStatus,
        Self::AccountStatus,
        Self::LoaStatus,
        Self::LoaValidUntil,
        Self::Partner,
    ];

    /// The heading that says it best, for messages.
    pub fn title(self) -> &'static str {
        self.names()[0]
    }

    /// Whether no file is understood without it.
    pub const fn is_required(self) -> bool {
        matches!(
            self,
            Self::Acid | Self::Name | Self::Street | Self::City | Self::State | Self::Zip
        )
    }

    /// The headings that mean it.
    pub const fn names(self) -> &'static [&'static str] {
        match self {
            Self::Acid => &["ACID", "Customer Number", "Customer ID", "Account Number", "Account"],
            Self::Name => {
                &["Name", "Account Name", "Customer Name", "Company", "Company Name", "Business"]
            }
            Self::DoingBusinessAs => &["Doing Business As", "DBA", "Trade Name", "Trading As"],
            Self::Street => &[
                "Street",
                "Street Address",
                "Address",
                "Address 1",
                "Address Line 1",
                "Line 1",
                "Street 1",
            ],
            Self::Unit => &["Unit", "Suite", "Address 2", "Address Line 2", "Line 2", "Street 2"],
            Self::City => &["City", "Town"],
            Self::State => &["State", "State Code", "St"],
            Self::Zip => &["ZIP", "ZIP Code", "ZIP+4", "Postal Code", "Postcode"],
            Self::Country => &["Country", "Country Code"],
            Self::SubAccounts => {
                &["Sub-Accounts", "Sub-Account", "Sub Account ID", "Sub Account IDs"]
            }
            Self::SalesSegment => &["Sales Segment", "Segment"],
            Self::ContractStatus => &["Contract Status", "Contract"],
            Self::AllianceStatus => &["Alliance Status", "Alliance"],
            Self::AccountStatus => &["Account Status", "Status"],
            Self::LoaStatus => &["LOA Status", "LOA", "Letter of Authorisation"],
            Self::LoaValidUntil => &["LOA Valid Until", "LOA Expires", "LOA Expiry", "LOA Date"],
            Self::Partner => &["Partner", "Partner ID", "Parent Partner", "Parent Partner ID"],
        }
    }
}

impl Heading for Means {
    const ALL: &'static [Self] = &Self::ALL;

    fn names(self) -> &'static [&'static str] {
        self.names()
    }

    fn is_required(self) -> bool {
        self.is_required()
    }
}
