//! A server at work: the doors, and what works behind them, started and stopped together.

use crate::failure::{Failure, Outcome, at};
use app::{App, Sender, Worker, keep_feed};
use futures::future::join_all;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::timeout;

/// The doors of one app, and who works behind them.
#[derive(Debug)]
pub(crate) struct Running {
    pub(crate) app: Arc<App>,
    pub(crate) address: SocketAddr,
    stop: watch::Sender<bool>,
    doors: JoinHandle<std::io::Result<()>>,
    /// The worker, the sender of webhooks, and who keeps the feed.
    hands: [JoinHandle<()>; 3],
}

/// Takes the port; port 0 takes a free one.
pub(crate) async fn bind(listen: SocketAddr) -> Outcome<TcpListener> {
    TcpListener::bind(listen).await.map_err(|e| {
        Failure::failed(format!("listen {listen}: {e}; choose another with DEMARC_LISTEN"))
    })
}

/// How a server came to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ended {
    /// Everything under way was finished.
    Finished,
    /// Time was up before that.
    Cut,
}

impl Running {
    /// Starts to answer at `listener`.
    pub(crate) fn start(
        app: Arc<App>,
        listener: TcpListener,
        options: web::Options,
    ) -> Outcome<Self> {
        let address = listener.local_addr().map_err(at("listen"))?;
        let (stop, stopped) = watch::channel(false);
        let hands = [
            tokio::spawn(Worker::new(app.clone()).run(stopped.clone())),
            tokio::spawn(Sender::new(app.clone(), web::tell).run(stopped.clone())),
            tokio::spawn(keep_feed(app.clone(), stopped.clone())),
        ];
        let doors = tokio::spawn(web::serve(app.clone(), listener, options, stopped));
        Ok(Self { app, address, stop, doors, hands })
    }

    /// The server's base address, without a slash at its end.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Waits until the doors fail. Never ends otherwise.
    pub(crate) async fn failed(&mut self) -> Failure {
        match (&mut self.doors).await {
            Ok(Ok(())) => Failure::failed("the server stopped by itself"),
            Ok(Err(e)) => Failure::failed(format!("the server stopped: {e}")),
            Err(e) => Failure::failed(format!("the server stopped: {e}")),
        }
    }

    /// Stops accepting, finishes requests and jobs within `patience`, closes the store.
    pub(crate) async fn stop(mut self, patience: Duration) -> Outcome<Ended> {
        // Both receivers live as long as their tasks: an error means that those have ended.
        let _ = self.stop.send(true);
        let all = async {
            let doors = if self.doors.is_finished() { None } else { Some((&mut self.doors).await) };
            (doors, join_all(&mut self.hands).await)
        };
        let ended = if let Ok((doors, hands)) = timeout(patience, all).await {
            if let Some(doors) = doors {
                doors.map_err(at("server"))?.map_err(at("server"))?;
            }
            for hand in hands {
                hand.map_err(at("worker"))?;
            }
            Ended::Finished
        } else {
            self.doors.abort();
            self.hands.iter().for_each(JoinHandle::abort);
            Ended::Cut
        };
        self.app.store.close().await?;
        Ok(ended)
    }
}
