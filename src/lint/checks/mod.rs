//! Checks that selectors and conditions cannot say. A rule of a pack gives each its id, severity and
//! texts; what is here finds the places. `pack::checks` has the registry of all.

mod application_pool;
mod bindings;
mod broken_value;
mod causes;
mod collections;
mod differs;
mod facts;
mod folders;
mod host;
mod kept;
mod location;
mod mentions;
mod near_name;
mod once;
mod sections;
mod service_url;
mod settings;
mod sidecars;
mod text;
mod virtual_directory;

use super::check::Check;
use crate::pack::checks::{Kind, registry};

macro_rules! functions {
    (
        plain { $($(#[$plain_doc:meta])* $plain:ident = $plain_name:literal, $plain_scope:ident, $($plain_run:ident)::+;)* }
        run { $($(#[$run_doc:meta])* $run:ident = $run_name:literal;)* }
        general { $($general:ident = $name:literal, $scope:ident, $($function:ident)::+;)* }
    ) => {
        /// Runs the check `kind`.
        pub fn run(kind: &Kind, check: &mut Check<'_>) {
            match kind {
                $(Kind::$plain => $($plain_run)::+(check),)*
                // The run itself finds these.
                $(Kind::$run => {})*
                $(Kind::$general(parameters) => $($function)::+(parameters, check),)*
            }
        }
    };
}

registry!(functions);
