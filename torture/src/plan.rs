//! What a run is asked for: how much, from which seed, for how long, on which program.

use crate::seeds;
use fastrand::Rng;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// How much of everything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Size {
    /// What CI runs.
    Short,
    /// What `docs/trust.md` tells the figures of.
    Long,
}

impl Size {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Short => "short",
            Self::Long => "long",
        }
    }
}

/// One run.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    pub(crate) size: Size,
    /// Where all randomness comes from.
    pub(crate) seed: u64,
    /// How long each row may take; then it stops with what it has done.
    limit: Option<Duration>,
    /// When the row that runs now must stop.
    until: Option<Instant>,
    /// The folder of the programs that were built together with this one.
    beside: PathBuf,
    demarc: Option<PathBuf>,
}

impl Plan {
    pub(crate) fn new(
        size: Size,
        seed: Option<u64>,
        limit: Option<Duration>,
        demarc: Option<PathBuf>,
    ) -> Self {
        let me = std::env::current_exe().expect("the path of this program");
        let beside = me.parent().expect("a folder").to_owned();
        let seed = seed.unwrap_or_else(seeds::fresh);
        Self { size, seed, limit, until: None, beside, demarc }
    }

    /// The same for a row that begins now.
    pub(crate) fn begin(&self) -> Self {
        let until = self.limit.map(|limit| Instant::now() + limit);
        Self { until, ..self.clone() }
    }

    /// Whether the row must stop with what it has done.
    pub(crate) fn time_is_up(&self) -> bool {
        self.until.is_some_and(|until| Instant::now() >= until)
    }

    /// So many in the short form, so many in the long one.
    pub(crate) const fn of<T: Copy>(&self, short: T, long: T) -> T {
        match self.size {
            Size::Short => short,
            Size::Long => long,
        }
    }

    /// Dice of their own for each purpose: what one part rolls moves no other.
    pub(crate) fn dice(&self, purpose: &str) -> Rng {
        Rng::with_seed(seeds::mix(self.seed, purpose))
    }

    /// The program under test.
    pub(crate) fn demarc(&self) -> PathBuf {
        self.demarc.clone().unwrap_or_else(|| self.built("demarc"))
    }

    /// Another program or library that was built together with this one.
    pub(crate) fn built(&self, name: &str) -> PathBuf {
        let file = self.beside.join(name);
        assert!(Path::exists(&file), "{} is not built", file.display());
        file
    }
}
