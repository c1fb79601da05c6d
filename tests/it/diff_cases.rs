//! The folders in `tests/cases/diff`; see `command_cases.rs`.

use crate::command_cases::check;

#[test]
fn every_case_folder_ends_as_expected() {
    check("diff", 25);
}
