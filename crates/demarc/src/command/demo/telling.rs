//! How the demo tells what happens: on stderr, with colours and a moving bar on a terminal, in
//! plain lines anywhere else. It decides nothing.

use crate::figures;
use console::{Style, Term};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::Write as _;
use std::time::{Duration, Instant};

/// What came of one stage.
#[derive(Debug)]
pub(super) struct Told {
    pub(super) title: &'static str,
    pub(super) came: String,
    pub(super) took: Duration,
}

#[derive(Debug)]
pub(super) struct Telling {
    /// None where stderr is no terminal.
    bar: Option<ProgressBar>,
    stages: usize,
    begun: Instant,
    stage_begun: Instant,
    title: &'static str,
    pub(super) told: Vec<Told>,
}

impl Telling {
    pub(super) fn new(stages: usize) -> Self {
        let bar = Term::stderr().is_term().then(|| {
            let bar = ProgressBar::with_draw_target(
                Some(u64::try_from(stages).unwrap_or(0)),
                ProgressDrawTarget::stderr(),
            );
            bar.set_style(stage_style());
            bar
        });
        let now = Instant::now();
        Self { bar, stages, begun: now, stage_begun: now, title: "", told: Vec::new() }
    }

    fn line(&self, line: &str) {
        match &self.bar {
            Some(bar) => bar.println(line),
            // A reader that has gone away must not end the show.
            None => drop(writeln!(std::io::stderr(), "{line}")),
        }
    }

    fn styled(&self, style: &Style, text: &str) -> String {
        if self.bar.is_some() { style.apply_to(text).to_string() } else { text.to_owned() }
    }

    pub(super) fn title(&self, text: &str) {
        self.line(&self.styled(&style().bold(), text));
    }

    /// Begins a stage.
    pub(super) fn begin(&mut self, title: &'static str) {
        self.title = title;
        self.stage_begun = Instant::now();
        let number = self.told.len() + 1;
        let head = format!("{number:>2}/{} {title}", self.stages);
        let clock = format!("{:>7}", figures::span(self.begun.elapsed()));
        let head = self.styled(&style().bold().cyan(), &format!("{head:<52}"));
        self.line(&format!("\n{head}{}", self.styled(&style().dim(), &clock)));
        if let Some(bar) = &self.bar {
            bar.set_message(title);
            bar.enable_steady_tick(Duration::from_millis(80));
        }
    }

    /// Ends it.
    pub(super) fn end(&mut self, came: String) {
        self.told.push(Told { title: self.title, came, took: self.stage_begun.elapsed() });
        if let Some(bar) = &self.bar {
            bar.set_style(stage_style());
            bar.set_length(u64::try_from(self.stages).unwrap_or(0));
            bar.set_position(u64::try_from(self.told.len()).unwrap_or(0));
        }
    }

    /// Something was done, and checked.
    pub(super) fn did(&self, text: impl AsRef<str>) {
        self.line(&format!("   {} {}", self.styled(&style().green(), "✓"), text.as_ref()));
    }

    /// Something was refused, as it should be.
    pub(super) fn refused(&self, text: impl AsRef<str>) {
        self.line(&format!("   {} {}", self.styled(&style().yellow(), "✗"), text.as_ref()));
    }

    /// Somebody decided.
    pub(super) fn decided(&self, text: impl AsRef<str>) {
        self.line(&format!("   {} {}", self.styled(&style().magenta(), "▸"), text.as_ref()));
    }

    /// An aside.
    pub(super) fn note(&self, text: impl AsRef<str>) {
        self.line(&self.styled(&style().dim(), &format!("     {}", text.as_ref())));
    }

    /// How far a long stage is.
    pub(super) fn progress(&self, done: usize, of: usize, what: &str) {
        if let Some(bar) = &self.bar {
            let number = |n: usize| u64::try_from(n).unwrap_or(0);
            bar.set_style(inner_style());
            bar.set_length(number(of));
            bar.set_position(number(done));
            bar.set_message(what.to_owned());
        }
    }

    /// Takes the bar away.
    pub(super) fn stop(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }

    pub(super) fn elapsed(&self) -> Duration {
        self.told.iter().map(|t| t.took).sum()
    }
}

fn style() -> Style {
    Style::new().for_stderr()
}

fn stage_style() -> ProgressStyle {
    template("   {spinner} {wide_msg} {pos}/{len} {bar:24.cyan/dim}")
}

fn inner_style() -> ProgressStyle {
    template("   {spinner} {wide_msg} {pos}/{len} {bar:40.green/dim}")
}

fn template(text: &str) -> ProgressStyle {
    ProgressStyle::with_template(text)
        .unwrap_or_else(|_| ProgressStyle::default_bar())
        .progress_chars("━╸─")
}
