//! Serving: takes connections until told to stop, then finishes what has begun.

use crate::{Options, router};
use app::App;
use axum::serve::ListenerExt;
use std::io;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::sync::watch;

/// Serves until `stop` turns true and every request under way has its answer.
pub async fn serve(
    app: Arc<App>,
    listener: TcpListener,
    options: Options,
    mut stop: watch::Receiver<bool>,
) -> io::Result<()> {
    let router = router(app.clone(), options).map_err(io::Error::other)?;
    let listener = listener.tap_io(|connection| {
        // Answers are small: waiting to fill a packet only costs time.
        if let Err(e) = connection.set_nodelay(true) {
            tracing::debug!(error = %e, "a connection keeps its packet delay");
        }
    });
    let stopped = async move {
        // A sender that is gone means the same as one that says stop.
        while !*stop.borrow() && stop.changed().await.is_ok() {}
        app.end_waits();
    };
    axum::serve(listener, router).with_graceful_shutdown(stopped).await
}
