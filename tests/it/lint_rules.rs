//! Every lint rule of the built-in packs does what its own examples say.

use conferry::lint::examples;
use conferry::pack::load_for_lint;

#[test]
fn examples_of_every_rule() {
    let rules = load_for_lint(&[]).unwrap_or_else(|failures| {
        let all: Vec<String> = failures
            .iter()
            .flat_map(conferry::pack::PackFailure::failures)
            .map(|failure| failure.to_string())
            .collect();
        panic!("{}", all.join("\n"))
    });
    assert!(rules.lints.len() >= 5);
    let failures: Vec<String> = (0..rules.lints.len())
        .flat_map(|at| examples::test(&rules, at))
        .map(|failure| failure.to_string())
        .collect();
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}
