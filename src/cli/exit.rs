//! What the exit code of every command means.

use std::process::ExitCode;

/// How a run ended. The greater one wins when results are put together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    /// 0: nothing to report.
    #[default]
    Clean,
    /// 1: findings, differences or conflicts.
    Findings,
    /// 2: the job, or the part of it that is about one file, could not be done.
    Failed,
    /// 129: the merge driver wrote nothing. Above 128 git stops the merge
    /// instead of taking the file as merged with conflicts.
    DriverFailed,
}

impl Exit {
    /// The number that the shell sees.
    #[must_use]
    pub fn code(self) -> u8 {
        match self {
            Self::Clean => 0,
            Self::Findings => 1,
            Self::Failed => 2,
            Self::DriverFailed => 129,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

#[cfg(test)]
mod tests {
    use super::Exit;

    #[test]
    fn the_worse_result_wins() {
        assert_eq!(Exit::Clean.max(Exit::Findings), Exit::Findings);
        assert_eq!(Exit::Failed.max(Exit::Findings), Exit::Failed);
    }
}
