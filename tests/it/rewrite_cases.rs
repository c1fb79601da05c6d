//! The folders in `tests/cases/rewrite`; see `command_cases.rs`.

use crate::command_cases::check;

#[test]
fn every_case_folder_ends_as_expected() {
    check("rewrite", 8);
}
