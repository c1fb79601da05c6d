//! What .NET configuration means: which attributes identify an element, what
//! is a secret, what counts as a setting. The knowledge itself is data; it
//! comes from rule packs. Also readers of what stands around it on a server:
//! IIS's own file and exports of the registry.

pub mod addresses;
pub mod application_host;
pub mod effective;
pub mod framework;
pub mod hazards;
pub mod identity;
pub mod protected;
pub mod references;
pub mod registry;
pub mod secrets;
pub mod section_groups;
pub mod sidecars;
pub mod structure;
pub mod terms;
pub mod transforms;
pub mod version;
