//! A line on stderr that says at which step a command is and how long it has taken; nothing where
//! stderr is no terminal. What the server does in one commit has no portions to count.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::time::Duration;

/// The steps of a command.
pub(in crate::command) struct Steps(ProgressBar);

impl Steps {
    /// Of so many.
    pub(in crate::command) fn begin(of: u64) -> Self {
        let bar = ProgressBar::with_draw_target(Some(of), ProgressDrawTarget::stderr());
        if let Ok(style) = ProgressStyle::with_template(TEMPLATE) {
            bar.set_style(style);
        }
        bar.enable_steady_tick(Duration::from_millis(250));
        Self(bar)
    }

    /// The next step begins.
    pub(in crate::command) fn next(&self, say: String) {
        self.0.set_message(say);
        self.0.inc(1);
    }

    /// Takes the line away.
    pub(in crate::command) fn end(&self) {
        self.0.finish_and_clear();
    }
}

const TEMPLATE: &str = "{spinner} {pos} of {len}: {msg} ({elapsed})";

#[cfg(test)]
mod tests {
    use super::*;
    use indicatif::TermLike;
    use std::io;
    use std::sync::{Arc, Mutex};

    /// Everything that was ever written on it.
    #[derive(Debug, Clone, Default)]
    struct Screen(Arc<Mutex<String>>);

    impl Screen {
        fn write(&self, text: &str) {
            self.0.lock().unwrap().push_str(text);
        }

        fn take(&self) -> String {
            std::mem::take(&mut self.0.lock().unwrap())
        }
    }

    impl TermLike for Screen {
        fn width(&self) -> u16 {
            100
        }

        fn move_cursor_up(&self, _: usize) -> io::Result<()> {
            Ok(())
        }

        fn move_cursor_down(&self, _: usize) -> io::Result<()> {
            Ok(())
        }

        fn move_cursor_right(&self, _: usize) -> io::Result<()> {
            Ok(())
        }

        fn move_cursor_left(&self, _: usize) -> io::Result<()> {
            Ok(())
        }

        fn write_line(&self, text: &str) -> io::Result<()> {
            self.write(text);
            Ok(())
        }

        fn write_str(&self, text: &str) -> io::Result<()> {
            self.write(text);
            Ok(())
        }

        fn clear_line(&self) -> io::Result<()> {
            Ok(())
        }

        fn flush(&self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn the_line_says_the_step_of_how_many_its_message_and_for_how_long() {
        let screen = Screen::default();
        let steps = Steps::begin(2);
        steps.0.set_draw_target(ProgressDrawTarget::term_like(Box::new(screen.clone())));
        for line in ["1 of 2: sending sites.csv (0s)", "2 of 2: taking 10,000 rows (0s)"] {
            let (_, say) = line.split_once(": ").unwrap();
            steps.next(say.replace(" (0s)", ""));
            steps.0.force_draw();
            let written = screen.take();
            assert!(written.contains(line), "{written:?}");
        }
        steps.end();
    }
}
