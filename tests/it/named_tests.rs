//! Tables of the documents, and the tests that they name.

use std::fs;
use std::path::Path;

/// A file of the repository.
fn read(path: &str) -> String {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap();
    text.replace("\r\n", "\n")
}

/// Whether `binary::module::name` is a test.
pub fn is_test(test: &str) -> bool {
    let (path, name) = test.rsplit_once("::").unwrap();
    let file = format!("tests/{}.rs", path.replace("::", "/"));
    let is_file = Path::new(env!("CARGO_MANIFEST_DIR")).join(&file).is_file();
    is_file && {
        let source = read(&file);
        let at = source.find(&format!("fn {name}("));
        at.is_some_and(|at| {
            let before = source[..at].rsplit("}\n").next().unwrap();
            before.contains("#[test]")
        })
    }
}
