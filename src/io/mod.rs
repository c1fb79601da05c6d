//! Files: finding them, reading them, and the only writer.

pub mod fresh;
pub mod read;
pub mod relative;
mod rename;
pub mod same_file;
pub mod sealed;
pub mod stream;
pub mod trailer;
pub mod walk;
#[cfg(any(windows, test))]
pub mod windows_access;
pub mod windows_path;
pub mod write;
pub mod write_stream;
