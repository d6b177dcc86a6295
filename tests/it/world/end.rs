//! The end of a world: whatever was done in it, all holds that must hold over a whole database.

use super::{Home, file};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use store::{Engine, Options, Postgres, PostgresOptions, Sqlite, Store};
use tokio::runtime::Builder;

/// Looks into a world's memory when it is dropped, which is before the memory is.
pub(super) struct End {
    place: Place,
    judged: AtomicBool,
}

#[derive(Clone)]
enum Place {
    File(PathBuf),
    Url(String),
}

impl End {
    pub(super) fn of(home: &Home) -> Self {
        let place = match home {
            Home::Folder(folder) => Place::File(file(folder.path())),
            Home::Database(url) => Place::Url(url.clone()),
        };
        Self { place, judged: AtomicBool::new(true) }
    }

    /// For a world that goes on elsewhere, or was changed behind its server's back.
    pub(super) fn is_not_judged(&self) {
        self.judged.store(false, Ordering::SeqCst);
    }
}

impl Drop for End {
    fn drop(&mut self) {
        if !self.judged.load(Ordering::SeqCst) || std::thread::panicking() {
            return;
        }
        let place = self.place.clone();
        // A thread of its own: the one that drops may be all that its runtime has.
        let audit = std::thread::spawn(move || {
            let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(lines(place))
        });
        let broken = audit.join().expect("no panic");
        assert!(broken.is_empty(), "at the end of the world: {broken:#?}");
    }
}

async fn lines(place: Place) -> Vec<String> {
    let engine: Arc<dyn Engine> = match place {
        Place::File(file) => Arc::new(Sqlite::open(file, Options::default()).expect("a file")),
        Place::Url(url) => {
            let options = PostgresOptions { pool: 1, ..PostgresOptions::default() };
            Arc::new(Postgres::connect(&url, options).await.expect("a database"))
        }
    };
    let store = Store::open(engine).await.expect("a store");
    let lines = store::audit::audit(&store).await.expect("an audit").lines();
    store.close().await.expect("it closes");
    lines
}
