//! `demarc catalogue check`: reads a catalogue folder as the server would, and says every fault.

use crate::config::Config;
use crate::failure::{Failure, Outcome};
use clap::{Args, Subcommand};
use serde_json::json;
use std::path::PathBuf;

#[derive(Debug, Subcommand)]
pub(super) enum Catalogue {
    /// Say every mistake in a catalogue, with file, line and remedy
    Check(Check),
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  demarc catalogue check               the configured catalogue
  demarc catalogue check ./catalogue

Exit codes: 0 sound, 1 with faults (one a line on stdout).")]
pub(super) struct Check {
    /// Folder with *.toml files [default: the configured one]
    folder: Option<PathBuf>,
    /// Configuration file [default: demarc.toml if it is there]
    #[arg(long, value_name = "FILE", env = "DEMARC_CONFIG", hide_env_values = true)]
    config: Option<PathBuf>,
    /// As one JSON object
    #[arg(long)]
    json: bool,
}

impl Catalogue {
    pub(super) fn run(self) -> Outcome {
        let Self::Check(check) = self;
        check.run()
    }
}

impl Check {
    fn run(self) -> Outcome {
        let folder = match self.folder {
            Some(folder) => Some(folder),
            None => Config::load(self.config.as_deref())?.catalogue,
        };
        let place = folder.as_ref().map_or("shipped".into(), |f| f.display().to_string());
        let (catalogue, programmes) = match app::load_catalogue(folder.as_deref()) {
            Ok(loaded) => loaded,
            Err(faults) => {
                if self.json {
                    super::print_json(&json!({ "folder": place, "ok": false, "faults": faults }))?;
                } else {
                    super::print(&faults.join("\n"))?;
                }
                let many = if faults.len() == 1 { "fault" } else { "faults" };
                return Err(Failure::failed(format!("catalogue {place}: {} {many}", faults.len())));
            }
        };
        let offerings: Vec<_> = catalogue.offerings().iter().map(|o| o.code.to_string()).collect();
        let promotions: Vec<_> =
            catalogue.promotions().iter().map(|p| p.code.to_string()).collect();
        let known: Vec<_> = programmes.all().iter().map(|p| p.code.clone()).collect();
        if self.json {
            return super::print_json(&json!({
                "folder": place, "ok": true, "faults": [], "version": catalogue.version().as_ref(),
                "effective_from": catalogue.effective_from().to_string(),
                "offerings": offerings, "promotions": promotions, "programmes": known,
            }));
        }
        super::print(&format!(
            "catalogue {place}: sound; version {} in force from {}\nofferings: {}\n\
             promotions: {}\nprogrammes: {}",
            catalogue.version(),
            catalogue.effective_from(),
            offerings.join(", "),
            promotions.join(", "),
            known.join(", "),
        ))
    }
}
