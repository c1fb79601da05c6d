//! All integration tests, in one binary.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

mod canaries; // secrets of every kind in every command, format, encoding and failure
mod checkout; // the repository on Windows: names, line ends
mod ci; // docs/ci.md and hooks: YAML, scripts in a checkout, what is never green
mod cli; // the command line: help, exit codes, bad input, output formats
mod collisions; // values that collide in the fingerprints of a merge
mod command; // how tests run the binary
mod command_cases; // how tests run the folders of cases of a command
mod compiled_pack; // the general pack as the build compiles it in, equal to rules/dotnet/pack.toml
mod diff_cases; // conferry diff: the folders in tests/cases/diff
mod diff_counts; // the same numbers in every format
mod diff_effective; // what --effective tells is what .NET reads differently
mod diff_laws; // what its report says, over cases and the corpus
mod diff_rules; // what --write-rules writes repeats the change
mod dotnet_hazards; // config::hazards against .NET's own reader
mod dotnet_laws; // what .NET's own reader reads of merged files
mod dotnet_layouts; // generated layouts for it
mod dotnet_merges; // the merges that it judges, and what they claim
mod dotnet_reader; // how tests ask that reader
mod effective; // what .NET reads of a file in the end, and its own reader as judge
mod fix_laws; // promises of lint --fix, over examples, fixtures, cases and the corpus
mod fixtures; // the Contoso estate
mod fuzz_laws; // what must hold for any bytes: fuzz/laws.rs over all files and damaged copies of them
mod git_driver; // the git merge driver: tests/cases/git-merge, and real git
mod half_laws; // halves of conflicts, faults of results, lines as a witness
mod injections; // what terminals and logs of builds obey, in every format
mod installer; // installers: product, paths, bytes
mod installer_commands; // --base-from and --new-from
mod installer_hostile; // installers that are damaged or made to do harm
mod installer_maker; // makes installers
mod installer_wixl; // installers of another maker and what another reader finds
mod laws; // promises of reading and merging, over fixtures, cases and the corpus
mod line_laws; // the merge of lines against git
mod lint_baseline; // fingerprints and baselines of lint
mod lint_broken; // broken files: the exact place, the likely cause, no values
mod lint_cases; // tests/cases/lint: a folder per behaviour
mod lint_formats; // the formats of lint: what each promises, over the examples of all rules
mod lint_rules; // every rule of the built-in packs does what its examples say
mod lint_sarif; // SARIF of lint: places, fixes and fingerprints
mod matching; // which children of three parents are the same element
mod merge_cases; // tests/cases/merge: a folder per behaviour
mod merge_inputs; // the files of a merge: swapped, of two components, the same
mod merge_offers; // rules that settle conflicts are tried before they are offered
mod named_tests; // whether a test that a document names is there
mod net_collections; // the identity table against the collections of .NET
mod own_product; // docs/your-own-product.md, step by step
mod pack_schema; // the JSON Schema of packs against the code that reads them
mod pack_tables; // the tables in docs/packs.md say what the declarations say
mod plan; // conferry plan: runbooks, what blocks, how far it is
mod plan_hostile; // conferry plan: odd names, edited files, gates, versions
mod present; // excerpts, failures and diffs
mod procedure; // docs/procedure.md against the pack, the commands and the runbooks
mod product_words; // src/ names no product
mod properties; // promises of reading and merging, over generated documents
mod readers; // applicationHost.config and exports of the registry
mod references; // tests/cases/references: which names in a text are references
mod region_laws;
mod renaming; // rename rules that cannot be applied
mod report_merge;
mod reports; // conflicts are no larger than those of git
mod rewrite_cases; // tests/cases/rewrite: a folder per behaviour
mod rewrite_laws; // promises of rewriting, over generated texts
mod rule_pages; // docs/rules and docs/packs.md against the packs
mod rules_command; // conferry rules
mod schemas;
mod second_product; // the second product, which is data only: docs/second-product.md
mod snapshot; // snapshot: the fixture, laws, damage, killing
mod snapshot_hostile; // snapshot: manifests and archives that want to do harm
mod snapshot_installers; // snapshot: what installers ship
mod snapshot_odd; // snapshot: odd names, pipes, sidecars of sidecars, thousands of small files
mod snapshot_sealed; // snapshot: encryption
mod structure; // structural faults, kind by kind
mod swapped_links; // links that somebody puts there during a run
mod upgrade; // conferry upgrade: servers, what blocks, the folder it writes
mod upgrade_edits; // what an administrator may have done to a file
mod upgrade_laws; // what an administrator changed arrives: edits carried from release to release
mod verify_deployed; // conferry verify-deployed: what drifted, what did not
mod version; // which of two versions is the higher one
mod windows_path; // what a Windows path is, and look-ups without regard to case
mod write_plans; // two writes to one file, inputs as targets, special files, lost updates
mod writer; // the only writer
mod yaml; // reads the YAML of these examples
