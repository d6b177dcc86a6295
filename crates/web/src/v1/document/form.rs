//! Which form of the document is asked for: by name, or by what `Accept` likes best (RFC 9110).

use domain::code::{Because, Code};
use domain::refusal::{Fault, Refusal};
use http::{HeaderMap, header};

/// The forms, the first where the caller does not care.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Html,
    Pdf,
}

impl Form {
    pub(super) const WORDS: [&'static str; 2] = ["html", "pdf"];
    const ALL: [Self; 2] = [Self::Html, Self::Pdf];

    /// Without parameters.
    const fn essence(self) -> &'static str {
        match self {
            Self::Html => "text/html",
            Self::Pdf => "application/pdf",
        }
    }

    pub(super) const fn media(self) -> &'static str {
        match self {
            Self::Html => "text/html; charset=utf-8",
            Self::Pdf => "application/pdf",
        }
    }

    pub(super) const fn ending(self) -> &'static str {
        match self {
            Self::Html => "html",
            Self::Pdf => "pdf",
        }
    }

    /// The form of that word; where there is none, the one that `Accept` likes best.
    ///
    /// # Errors
    /// `Accept` has neither.
    pub(super) fn choose(word: &str, headers: &HeaderMap) -> Result<Self, Refusal> {
        if let Some(form) = Self::ALL.into_iter().find(|form| form.ending() == word) {
            return Ok(form);
        }
        let values = headers.get_all(header::ACCEPT).iter().map(|v| v.to_str().unwrap_or_default());
        let ranges: Vec<_> = values.flat_map(|v| v.split(',')).filter_map(Range::parse).collect();
        if ranges.is_empty() {
            return Ok(Self::Html);
        }
        let liked = |form: &Self| (form.liking(&ranges), *form == Self::Html);
        let best = Self::ALL.into_iter().max_by_key(liked);
        best.filter(|form| form.liking(&ranges) > 0).ok_or_else(|| {
            let detail = "the document is text/html or application/pdf";
            let fault = Fault::new("/headers/accept", Because::NotAllowedValue, detail);
            let expected = "text/html, application/pdf or */*";
            Refusal::new(Code::NotAcceptable, detail).with(vec![fault.expected(expected)])
        })
    }

    /// What the most specific range says that the form is in, in thousandths.
    fn liking(self, ranges: &[Range]) -> u16 {
        let of = |range: &&Range| range.matches(self.essence());
        let exact = |range: &&Range| (range.specific(), range.liking);
        ranges.iter().filter(of).max_by_key(exact).map_or(0, |range| range.liking)
    }
}

/// One member of `Accept`.
struct Range {
    kind: String,
    liking: u16,
}

impl Range {
    fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split(';').map(str::trim);
        let kind = parts.next().filter(|kind| !kind.is_empty())?.to_ascii_lowercase();
        let quality = parts.find_map(|p| p.strip_prefix("q=").or_else(|| p.strip_prefix("Q=")));
        Some(Self { kind, liking: quality.map_or(1000, thousandths) })
    }

    fn specific(&self) -> u8 {
        match self.kind.as_str() {
            "*/*" => 0,
            kind if kind.ends_with("/*") => 1,
            _ => 2,
        }
    }

    fn matches(&self, essence: &str) -> bool {
        let whole = self.kind.strip_suffix('*');
        self.kind == "*/*" || whole.map_or(self.kind == essence, |part| essence.starts_with(part))
    }
}

/// `0.85` as 850. What is no quality is none.
fn thousandths(quality: &str) -> u16 {
    let (whole, part) = quality.split_once('.').unwrap_or((quality, ""));
    let digits = part.len() <= 3 && part.bytes().all(|b| b.is_ascii_digit());
    match (whole, digits) {
        ("1", true) => 1000,
        ("0", true) => format!("{part:0<3}").parse().unwrap_or(0),
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    fn chosen(accept: Option<&str>) -> Option<Form> {
        let mut headers = HeaderMap::new();
        if let Some(accept) = accept {
            headers.insert(header::ACCEPT, HeaderValue::from_str(accept).unwrap());
        }
        Form::choose("", &headers).ok()
    }

    #[test]
    fn accept_chooses_the_form_that_it_likes_best() {
        let (html, pdf) = (Some(Form::Html), Some(Form::Pdf));
        for (accept, form) in [
            (None, html),
            (Some("*/*"), html),
            (Some("application/pdf"), pdf),
            (Some("Application/PDF;q=0.5"), pdf),
            (Some("application/*"), pdf),
            (Some("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"), html),
            (Some("text/html;q=0.2, application/pdf;q=0.25"), pdf),
            (Some("text/html;q=0, */*"), pdf),
            (Some("*/*, application/pdf;q=0.1"), html),
            (Some("application/json"), None),
            (Some("application/pdf;q=0"), None),
            (Some("text/html;q=two"), None),
        ] {
            assert_eq!(chosen(accept), form, "{accept:?}");
        }
    }

    #[test]
    fn the_word_goes_before_what_is_accepted() {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT, HeaderValue::from_static("application/json"));
        assert_eq!(Form::choose("pdf", &headers), Ok(Form::Pdf));
        assert_eq!(Form::choose("html", &headers), Ok(Form::Html));
        let refused = Form::choose("", &headers).unwrap_err();
        assert_eq!(refused.code, Code::NotAcceptable);
        assert_eq!(refused.faults[0].pointer, "/headers/accept");
    }
}
