//! Standard output and standard error: the only place that prints.
//!
//! Data goes to standard output, talk to standard error. A reader that goes
//! away (a closed pipe) is a quiet end; any other failure to print makes the
//! run fail.

use std::io::{ErrorKind, IsTerminal, Write};

use clap::ValueEnum;

use super::exit::Exit;
use crate::error::{Failure, Failures};
use crate::present::failure::{self, Style};
use crate::present::plain::{Printed, printed};

/// When to use colours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum ColorChoice {
    /// On a terminal, unless NO_COLOR is set; everywhere if CLICOLOR_FORCE is.
    #[default]
    Auto,
    /// Everywhere
    Always,
    /// Nowhere
    Never,
}

impl ColorChoice {
    fn resolve(self, is_terminal: bool) -> bool {
        let is_set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        match self {
            Self::Always => true,
            Self::Never => false,
            Self::Auto if is_set("NO_COLOR") => false,
            Self::Auto
                if std::env::var_os("CLICOLOR_FORCE")
                    .is_some_and(|v| v != "0" && !v.is_empty()) =>
            {
                true
            }
            Self::Auto if !is_terminal => false,
            Self::Auto => match std::env::var_os("TERM") {
                Some(term) => term != "dumb",
                // Windows' own console has no TERM, has to be told, and old ones cannot.
                None => anstyle_query::windows::enable_ansi_colors().unwrap_or(true),
            },
        }
    }
}

struct Stream {
    to: Box<dyn Write>,
    color: bool,
    closed: bool,
}

impl Stream {
    fn new(to: impl Write + 'static, color: bool) -> Self {
        Self {
            to: Box::new(to),
            color,
            closed: false,
        }
    }

    /// Whether printing worked, or nobody reads any more.
    fn put(&mut self, bytes: &[u8]) -> bool {
        if self.closed {
            return true;
        }
        match self.to.write_all(bytes).and_then(|()| self.to.flush()) {
            Ok(()) => true,
            Err(error) => {
                self.closed = true;
                error.kind() == ErrorKind::BrokenPipe
            }
        }
    }
}

/// Both streams, and what became of printing to them.
pub struct Output {
    out: Stream,
    err: Stream,
    unicode: bool,
    err_is_terminal: bool,
    failed: bool,
}

impl Output {
    /// The streams of the process.
    #[must_use]
    pub fn new(color: ColorChoice) -> Self {
        let out = std::io::stdout();
        let err = std::io::stderr();
        let out_color = color.resolve(out.is_terminal());
        let err_color = color.resolve(err.is_terminal());
        // Older Windows consoles and files read by older tools show ASCII only.
        let unicode = err.is_terminal() && !cfg!(windows);
        Self {
            out: Stream::new(std::io::BufWriter::with_capacity(1 << 16, out), out_color),
            err: Stream::new(err, err_color),
            unicode,
            err_is_terminal: std::io::stderr().is_terminal(),
            failed: false,
        }
    }

    /// Whether standard output takes colours.
    #[must_use]
    pub fn color(&self) -> bool {
        self.out.color
    }

    /// Whether drawings may use more than ASCII.
    #[must_use]
    pub fn unicode(&self) -> bool {
        self.unicode
    }

    /// Whether people may be watching talk.
    #[must_use]
    pub fn err_is_terminal(&self) -> bool {
        self.err_is_terminal
    }

    /// Prints a report. Nothing in it commands a terminal or the log of a build.
    pub fn out(&mut self, text: &str) {
        let color = self.out.color;
        self.out_bytes(printed(text, Printed::Text { color }).as_bytes());
    }

    /// Prints lines that are commands to the log of a build.
    pub fn commands(&mut self, text: &str) {
        self.out_bytes(printed(text, Printed::Commands).as_bytes());
    }

    /// Prints a file as it is, since it is what was asked for.
    pub fn out_bytes(&mut self, bytes: &[u8]) {
        if !self.out.put(bytes) {
            self.failed = true;
        }
    }

    /// Prints data that must not be lost: where standard output fails, it is talk.
    pub fn out_or_err(&mut self, text: &str) {
        let color = self.out.color;
        if !(self.out).put(printed(text, Printed::Text { color }).as_bytes()) {
            self.failed = true;
            self.err(text);
        }
    }

    /// Prints talk, with the same guard as [`Self::out`].
    pub fn err(&mut self, text: &str) {
        let color = self.err.color;
        let text = printed(text, Printed::Text { color });
        // Nobody could be told that standard error does not work.
        self.err.put(text.as_bytes());
    }

    /// Prints lines that are commands to the log of a build as talk.
    pub fn err_commands(&mut self, text: &str) {
        self.err.put(printed(text, Printed::Commands).as_bytes());
    }

    /// Prints what clap has to say: help, or what is wrong with the command line.
    pub fn clap(&mut self, error: &clap::Error) {
        let said = error.render();
        let shown = |color| match color {
            true => said.ansi().to_string(),
            false => said.to_string(),
        };
        match error.use_stderr() {
            true => self.err(&shown(self.err.color)),
            false => self.out(&shown(self.out.color)),
        }
    }

    /// Prints a failure.
    pub fn failure(&mut self, failure: &Failure) {
        let style = Style {
            color: self.err.color,
            unicode: self.unicode,
        };
        self.err(&failure::render(failure, style));
    }

    /// Prints all that went wrong; how the run ends then, otherwise as `exit` says.
    pub fn failures(&mut self, failures: &[Failure], exit: Exit) -> Exit {
        failures.iter().for_each(|failure| self.failure(failure));
        match failures.is_empty() {
            true => exit,
            false => Exit::Failed,
        }
    }

    /// How a command ended, having said why it could not do its job.
    pub fn ended(&mut self, result: Result<Exit, Failures>) -> Exit {
        match result {
            Ok(exit) => exit,
            Err(failures) => self.failures(&failures, Exit::Failed),
        }
    }

    /// How the run ends, given how its work ended.
    pub fn finish(mut self, exit: Exit) -> Exit {
        if self.failed {
            self.err("error: standard output cannot be written to\n");
            return Exit::Failed;
        }
        exit
    }
}
