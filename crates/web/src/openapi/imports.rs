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
const LINE: &str = "{\"Site Name\":\"Chicago office\",\"Street\":\"233 S Wacker Dr\",\
    \"City\":\"Chicago\",\"State\":\"IL\",\"ZIP\":\"60606\"}\n";

fn media(format: Format, faults: bool) -> Value {
    let bytes = json!({ "type": "string", "maxLength": sheet::MOST_BYTES });
    let (schema, value) = match format {
        Format::Csv => {
            let text = if faults { CSV.replace('\n', ",\n") } else { CSV.to_owned() };
            (bytes, text.replacen(",\n", &format!(",{}\n", sheet::FAULTS), 1))
        }
        Format::JsonLines => (bytes, LINE.to_owned()),
        // What a workbook's bytes look like.
        Format::Xlsx => (bytes, "PK\u{3}\u{4}…".to_owned()),
        Format::Json => {
            let most = sheet::MOST_ROWS;
            let list = json!({ "type": "array", "maxItems": most, "items": { "type": "object" } });
            let rows: Value = serde_json::from_str(&format!("[{LINE}]")).unwrap_or_default();
            return json!({ "schema": list, "examples": { "sites": { "value": rows } } });
        }
    };
    json!({ "schema": schema, "examples": { "sites": { "value": value } } })
}

fn content(faults: bool) -> Value {
    Format::ALL.iter().map(|f| (f.media().to_owned(), media(*f, faults))).collect()
}

/// The forms of a file of accounts.
fn accounts() -> Value {
    let bytes = || json!({ "type": "string", "maxLength": sheet::MOST_BYTES });
    let rows: Value = serde_json::from_str(&format!("[{ACCOUNT}]")).unwrap_or_default();
    let form = |format: &Format| {
        let (schema, value) = match format {
            Format::Csv => (bytes(), json!(ACCOUNTS)),
            Format::JsonLines => (bytes(), json!(ACCOUNT)),
            Format::Xlsx => (bytes(), json!("PK\u{3}\u{4}…")),
            Format::Json => {
                let (most, of) = (sheet::MOST_ROWS, json!({ "type": "object" }));
                (json!({ "type": "array", "maxItems": most, "items": of }), rows.clone())
            }
        };
        let body = json!({ "schema": schema, "examples": { "accounts": { "value": value } } });
        (format.media().to_owned(), body)
    };
    Format::ALL.iter().map(form).collect()
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
    match id {
        "sites_import" | "import_preview" => {
            operation["requestBody"] = json!({
                "description": "The file, up to 20 MB, 10000 rows and 200 columns.",
                "content": content(false),
                "required": true,
            });
        }
        "customers_import" | "customers_import_preview" => {
            let most = sheet::accounts::MOST_ACCOUNTS;
            operation["requestBody"] = json!({
                "description": format!("The file, up to 20 MB; {most} rows in CSV, 10000 else."),
                "content": accounts(),
                "required": true,
            });
        }
        "quote_document" => operation["responses"]["200"]["content"] = document(),
        "import_file" => operation["responses"]["200"]["content"] = content(true),
        _ => {}
    }
}
