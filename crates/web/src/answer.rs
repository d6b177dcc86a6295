//! Drawing answers: JSON with its ETag, and a performed action as a response.

use crate::door::{Place, Refused};
use app::{Action, Answer, Call, Performed, Problem};
use axum::response::{IntoResponse, Response};
use http::{HeaderName, HeaderValue, StatusCode, header};
use serde::Serialize;

/// What a handler answers.
pub(crate) type Answered = Result<Response, Refused>;

/// An answer of `status` with `body`, before it is sent or stored.
pub(crate) fn draw<T: Serialize>(status: StatusCode, body: &T) -> Answer {
    let headers = Vec::new();
    // Shapes are structs of texts, numbers and lists, which always have a JSON form.
    let body = serde_json::to_string(body).unwrap_or_default();
    Answer { status: status.as_u16(), headers, body }
}

/// The same with the ETag of the object at `version`.
pub(crate) fn draw_version<T: Serialize>(status: StatusCode, body: &T, version: u64) -> Answer {
    let mut answer = draw(status, body);
    answer.headers.push(("etag".to_owned(), format!("\"{version}\"")));
    answer
}

/// The same with the path of the object that was made.
pub(crate) fn located(mut answer: Answer, path: String) -> Answer {
    answer.headers.push(("location".to_owned(), path));
    answer
}

/// A read's answer.
pub(crate) fn ok<T: Serialize>(body: &T) -> Response {
    send(draw(StatusCode::OK, body), false)
}

/// A read's answer with the ETag of the object at `version`.
pub(crate) fn ok_version<T: Serialize>(body: &T, version: u64) -> Response {
    send(draw_version(StatusCode::OK, body, version), false)
}

/// Performs an action and answers what `render` draws, or what was drawn the first time.
pub(crate) async fn perform<A: Action>(
    app: &app::App,
    call: &Call,
    place: &Place,
    action: A,
    render: impl Fn(&A::View) -> Answer + Send + Sync,
) -> Answered {
    let performed: Result<Performed, Problem> = app.perform(call, action, render).await;
    match performed {
        Ok(performed) => Ok(send(performed.answer, performed.replayed)),
        Err(problem) => Err(place.refuse(problem)),
    }
}

fn send(answer: Answer, replayed: bool) -> Response {
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::OK);
    let kind = HeaderValue::from_static("application/json");
    let mut response = (status, [(header::CONTENT_TYPE, kind)], answer.body).into_response();
    for (name, value) in answer.headers {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            response.headers_mut().insert(name, value);
        }
    }
    if replayed {
        let name = HeaderName::from_static("idempotency-replayed");
        response.headers_mut().insert(name, HeaderValue::from_static("true"));
    }
    response
}
