//! The operations whose body or answer is a file: which forms it has, with an example each.

use serde_json::{Value, json};
use sheet::Format;

/// Two rows that a person could copy.
const CSV: &str = "Site Name,Street,City,State,ZIP,Product,Port Speed,Term\n\
    Chicago office,233 S Wacker Dr,Chicago,IL,60606,ADI,1G,36\n\
    Round Rock office,1 Dell Way,Round Rock,TX,78682,ADI,100 Mbps,36\n";
/// The same of accounts.
const ACCOUNTS: &str = "ACID,Name,Street,City,State,ZIP,Sub-Accounts,Alliance Status\n\
    A1000042,Lone Star Dental Group LLC,1500 Marilla St,Dallas,TX,75201,TWNN1I; U8GOM4,open\n";
const ACCOUNT: &str = "{\"ACID\":\"A1000042\",\"Name\":\"Lone Star Dental Group LLC\",\
    \"Street\":\"1500 Marilla St\",\"City\":\"Dallas\",\"State\":\"TX\",\"ZIP\":\"75201\"}\n";
/// The same of enrichments.
const ENRICHMENT_CSV: &str = "Site Name,Contact First Name,Contact Last Name,Contact Email,\
    Requested Start,Requested Due,Floor,Room\n\
    Chicago office,Dana,Sample,dana@example.com,2026-12-14,2027-04-15,2,204\n\
    Round Rock office,Dana,Sample,dana@example.com,2026-12-14,2027-04-15,1,12B\n";
const ENRICHMENT: &str = "{\"Site Name\":\"Chicago office\",\"Floor\":\"2\",\"Room\":\"204\"}\n";
const LINE: &str = "{\"Site Name\":\"Chicago office\",\"Street\":\"233 S Wacker Dr\",\
    \"City\":\"Chicago\",\"State\":\"IL\",\"ZIP\":\"60606\"}\n";

/// What a file of rows looks like in its forms.
struct Rows {
    called: &'static str,
    csv: &'static str,
    /// A line of JSON.
    line: &'static str,
}

const SITES: Rows = Rows { called: "sites", csv: CSV, line: LINE };
const ENRICHMENTS: Rows = Rows { called: "enrichments", csv: ENRICHMENT_CSV, line: ENRICHMENT };
const CUSTOMERS: Rows = Rows { called: "accounts", csv: ACCOUNTS, line: ACCOUNT };

impl Rows {
    /// In every form; with the column of faults, which is empty here, if it is asked for.
    fn content(&self, faults: bool) -> Value {
        Format::ALL.iter().map(|f| (f.media().to_owned(), self.media(*f, faults))).collect()
    }

    fn media(&self, format: Format, faults: bool) -> Value {
        let bytes = json!({ "type": "string", "maxLength": sheet::MOST_BYTES });
        let (schema, value) = match format {
            Format::Csv if faults => {
                let text = self.csv.replace('\n', ",\n");
                (bytes, json!(text.replacen(",\n", &format!(",{}\n", sheet::FAULTS), 1)))
            }
            Format::Csv => (bytes, json!(self.csv)),
            Format::JsonLines => (bytes, json!(self.line)),
            // What a workbook's bytes look like.
            Format::Xlsx => (bytes, json!("PK\u{3}\u{4}…")),
            Format::Json => {
                let (most, of) = (sheet::MOST_ROWS, json!({ "type": "object" }));
                let rows = serde_json::from_str(&format!("[{}]", self.line)).unwrap_or_default();
                (json!({ "type": "array", "maxItems": most, "items": of }), rows)
            }
        };
        let mut examples = serde_json::Map::new();
        examples.insert(self.called.to_owned(), json!({ "value": value }));
        json!({ "schema": schema, "examples": examples })
    }
}

/// The forms of a quote's document, and how each begins.
fn document() -> Value {
    let form = |begins: &str| {
        json!({ "schema": { "type": "string" },
            "examples": { "document": { "value": begins } } })
    };
    json!({
        "text/html": form("<!DOCTYPE html><html lang=\"en\">…"),
        "application/pdf": form("%PDF-1.7…"),
    })
}

/// Puts the forms of the file into an operation that takes or gives one.
pub(super) fn put(id: &str, operation: &mut Value) {
    let rows = match id {
        "sites_import" | "import_preview" | "import_preview_file" | "import_file" => SITES,
        "customers_import" | "customers_import_preview" => CUSTOMERS,
        "quote_document" => {
            operation["responses"]["200"]["content"] = document();
            return;
        }
        _ if id.starts_with("enrichment_import") => ENRICHMENTS,
        _ => return,
    };
    let most = if rows.called == CUSTOMERS.called {
        format!("{} rows in CSV, 10000 else", sheet::accounts::MOST_ACCOUNTS)
    } else {
        "10000 rows and 200 columns".to_owned()
    };
    if !matches!(id, "import_file" | "enrichment_import_file" | "enrichment_import_get") {
        operation["requestBody"] = json!({
            "description": format!("The file, up to 20 MB, {most}."),
            "content": rows.content(false),
            "required": true,
        });
    }
    if id.ends_with("_file") {
        operation["responses"]["200"]["content"] = rows.content(true);
    }
}
