//! Every operation of the published document, as the tests need it: cases that are made from it
//! cover an operation that is added tomorrow.

use serde_json::Value;

/// One operation.
#[derive(Debug, Clone)]
pub(crate) struct Operation {
    pub(crate) id: String,
    /// `GET`, `POST` …
    pub(crate) method: String,
    /// With its parameters in braces.
    pub(crate) template: String,
    /// The recorded request, null without one.
    pub(crate) request: Value,
    /// Whether it takes the credential of a partner.
    pub(crate) for_partner: bool,
    /// Whether it takes the credential of operations.
    pub(crate) for_operations: bool,
    /// Whether it needs an Idempotency-Key.
    pub(crate) keyed: bool,
    /// Whether it needs If-Match.
    pub(crate) versioned: bool,
}

/// All of them.
pub(crate) fn operations() -> Vec<Operation> {
    let document = web::openapi();
    let mut found = Vec::new();
    for (template, item) in document["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("operations") {
            found.push(read(template, method, operation));
        }
    }
    assert!(found.len() > 50, "the document has operations");
    found
}

fn read(template: &str, method: &str, operation: &Value) -> Operation {
    let security = operation["security"].as_array().expect("security");
    let takes = |who: &str| security.iter().any(|s| s.get(who).is_some());
    let parameters = operation["parameters"].as_array().expect("parameters");
    let refers = |name: &str| {
        let full = format!("#/components/parameters/{name}");
        parameters.iter().any(|p| p["$ref"] == *full)
    };
    let content = &operation["requestBody"]["content"]["application/json"];
    Operation {
        id: operation["operationId"].as_str().expect("an id").to_owned(),
        method: method.to_uppercase(),
        template: template.to_owned(),
        request: content["examples"]["recorded"]["value"].clone(),
        for_partner: takes("partner"),
        for_operations: takes("operations"),
        keyed: refers("IdempotencyKey"),
        versioned: refers("IfMatch"),
    }
}

/// The operation that an exchange was with.
pub(crate) fn operation<'a>(all: &'a [Operation], method: &str, path: &str) -> &'a Operation {
    let path = path.split('?').next().unwrap_or_default();
    let parts: Vec<&str> = path.split('/').collect();
    let fits = |o: &&Operation| {
        let wanted: Vec<&str> = o.template.split('/').collect();
        let same = |(w, p): (&&str, &&str)| w.starts_with('{') || w == p;
        o.method == method && wanted.len() == parts.len() && wanted.iter().zip(&parts).all(same)
    };
    // A template without parameters wins over one with.
    let found = all.iter().filter(fits).min_by_key(|o| o.template.matches('{').count());
    found.unwrap_or_else(|| panic!("the document does not have {method} {path}"))
}

impl Operation {
    /// The path parameters, in their order, each with the segment before it.
    pub(crate) fn parameters(&self) -> Vec<(String, String)> {
        let segments: Vec<&str> = self.template.split('/').collect();
        let pairs = segments.windows(2).filter(|pair| pair[1].starts_with('{'));
        pairs.map(|pair| (pair[0].to_owned(), pair[1].to_owned())).collect()
    }

    /// The path with these values in the places of its parameters.
    pub(crate) fn path(&self, values: &[String]) -> String {
        let mut path = self.template.clone();
        for ((_, name), value) in self.parameters().iter().zip(values) {
            path = path.replacen(name, value, 1);
        }
        assert!(!path.contains('{'), "{path} has no value for a parameter");
        path
    }

    /// The body as it is recorded, as text; none for a read.
    pub(crate) fn body(&self) -> Option<String> {
        (self.method != "GET").then(|| match &self.request {
            Value::Null => "{}".to_owned(),
            request => request.to_string(),
        })
    }
}
