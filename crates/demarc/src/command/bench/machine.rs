//! Where it was measured, and how busy that machine was.

use crate::failure::{Outcome, at};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// The machine, from before the first run.
#[derive(Debug)]
pub(super) struct Machine {
    processors: usize,
    model: String,
    kernel: String,
    folder: PathBuf,
    load_before: String,
}

fn read(file: &str) -> String {
    std::fs::read_to_string(file).unwrap_or_default()
}

/// Load averages of one, five and fifteen minutes.
fn load() -> String {
    read("/proc/loadavg").split(' ').take(3).collect::<Vec<_>>().join(" ")
}

impl Machine {
    pub(super) fn read(folder: &Path) -> Outcome<Self> {
        let processors = std::thread::available_parallelism().map_err(at("processors"))?.get();
        let model = read("/proc/cpuinfo").lines().find_map(|line| {
            let (key, value) = line.split_once(':')?;
            (key.trim() == "model name").then(|| value.trim().to_owned())
        });
        Ok(Self {
            processors,
            model: model.unwrap_or_else(|| "unknown".to_owned()),
            kernel: read("/proc/sys/kernel/osrelease").trim().to_owned(),
            folder: folder.to_owned(),
            load_before: load(),
        })
    }

    /// To be called at the end.
    pub(super) fn text(&self) -> String {
        format!(
            "Processors: {} ({}). Linux {}. Disk: {}. Load average (1, 5, 15 min) before: {}; \
             after: {}.\n{} {}{}.",
            self.processors,
            self.model,
            self.kernel,
            self.folder.display(),
            self.load_before,
            load(),
            env!("CARGO_PKG_NAME"),
            env!("CARGO_PKG_VERSION"),
            if cfg!(debug_assertions) { ", debug build: these figures mean little" } else { "" },
        )
    }

    /// To be called at the end.
    pub(super) fn json(&self) -> Value {
        json!({
            "version": env!("CARGO_PKG_VERSION"),
            "build": if cfg!(debug_assertions) { "debug" } else { "release" },
            "processors": self.processors, "processor_model": self.model,
            "kernel": self.kernel, "folder": self.folder.display().to_string(),
            "load_average_before": self.load_before, "load_average_after": load(),
        })
    }
}
