//! Files: finding them, reading them, and the only writer.

pub mod folder;
pub mod fresh;
pub mod place;
pub mod places;
pub mod read;
pub mod relative;
#[cfg(not(unix))]
mod rename;
pub mod same_file;
pub mod sealed;
mod staged;
pub mod stream;
pub mod trailer;
pub mod walk;
#[cfg(any(windows, test))]
pub mod windows_access;
pub mod windows_path;
pub mod write;
pub mod write_plan;
pub mod write_stream;
