//! The main job on the estate in `fixtures/contoso`: carries the settings of
//! the User Portal, the Mobile App Web Service and the Web Service SDK into the
//! newly installed files, and prints what became of each setting.
//!
//! ```sh
//! cargo run --release --example contoso
//! ```
//!
//! It calls the command line as anyone would; the results go to
//! `target/contoso` below the current folder, and the fixtures stay as they are.

use std::ffi::OsString;
use std::path::Path;
use std::process::ExitCode;

use conferry::cli::{self, Exit};

/// Folders before and after the upgrade, of each component.
const COMPONENTS: [(&str, &str); 3] = [
    ("PhoneFactor", "MultiFactorAuth"),
    (
        "PhoneFactorPhoneAppWebService",
        "MultiFactorAuthMobileAppWebService",
    ),
    ("PhoneFactorWebServiceSdk", "MultiFactorAuthWebServiceSdk"),
];

fn main() -> ExitCode {
    merge_estate(Path::new("target/contoso")).into()
}

/// Merges all components into folders below `results`.
pub fn merge_estate(results: &Path) -> Exit {
    let estate = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/contoso");
    let mut worst = Exit::Clean;
    for (old, new) in COMPONENTS {
        let folder = results.join(new);
        if let Err(error) = std::fs::create_dir_all(&folder) {
            #[allow(clippy::print_stderr)] // an example has no other place to say it
            {
                eprintln!("{}: {error}", folder.display());
            }
            return Exit::Failed;
        }
        let file = |side: &str, name: &str| estate.join(side).join(name).join("web.config");
        let arguments: [OsString; 10] = [
            "conferry".into(),
            "merge".into(),
            "--base".into(),
            file("base", old).into(),
            "--old".into(),
            file("old", old).into(),
            "--new".into(),
            file("new", new).into(),
            "--output".into(),
            folder.join("web.config").into(),
        ];
        worst = worst.max(cli::run(arguments));
        #[allow(clippy::print_stdout)]
        {
            println!();
        }
    }
    worst
}
