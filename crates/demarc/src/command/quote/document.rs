//! `demarc quote document`: a quote as HTML or PDF, into a file.

use super::quote_id;
use crate::command::remote::Remote;
use crate::command::upload::Steps;
use crate::failure::{Failure, Outcome, at};
use clap::Args;
use domain::id::Id;
use std::fs;
use std::path::PathBuf;

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  DEMARC_SECRET=dmc_test_… demarc quote document 0Q0… --out quote.pdf
  demarc quote document 0Q0… --out quote.html")]
pub(in crate::command) struct Document {
    /// The quote
    #[arg(value_name = "ID", value_parser = quote_id)]
    quote: Id,
    /// The file to write; how its name ends, in .pdf or .html, says what it will be
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    #[command(flatten)]
    remote: Remote,
}

impl Document {
    pub(super) async fn run(self) -> Outcome {
        let name = self.out.display();
        let ending = self.out.extension().and_then(|e| e.to_str()).unwrap_or_default();
        let format = match ending.to_ascii_lowercase().as_str() {
            "pdf" => "pdf",
            "html" | "htm" => "html",
            _ => return Err(Failure::usage(format!("{name}: the name must end in pdf or html"))),
        };
        let client = self.remote.client()?;
        let steps = Steps::begin(1);
        steps.next(format!("the server draws {name}"));
        let path = format!("/v1/quotes/{}/document?format={format}", self.quote);
        let answer = client.get(&path).await;
        steps.end();
        let answer = answer?.expect(200)?;
        fs::write(&self.out, &answer.bytes).map_err(at(name))?;
        eprintln!("{} bytes written: {}", answer.bytes.len(), self.out.display());
        Ok(())
    }
}
