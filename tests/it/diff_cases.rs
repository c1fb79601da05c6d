//! The folders in `tests/cases/diff`; see `command_cases.rs`.

use std::fs;
use std::path::Path;

use crate::command_cases::check;

#[test]
fn every_case_folder_ends_as_expected() {
    check("diff", 25);
}

#[test]
fn the_page_shows_what_is_printed() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = fs::read_to_string(root.join("docs/diff.md")).unwrap();
    for case in ["documented", "several-five"] {
        let printed = root.join("tests/cases/diff").join(case).join("stdout.txt");
        let printed = fs::read_to_string(printed).unwrap();
        assert!(page.contains(&printed), "docs/diff.md lacks\n{printed}");
    }
}
