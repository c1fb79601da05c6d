//! What must hold for everything that is no configuration file and yet comes from outside: rule
//! packs, conferry.toml, snapshots, exports of the registry, applicationHost.config.

use std::path::{Path, PathBuf};

use conferry::config::application_host::{ApplicationHost, expand};
use conferry::config::registry::Registry;
use conferry::io::sealed::Keys;
use conferry::io::windows_path::{Drives, WindowsPath, check_relative};
use conferry::lint::settings::file::Settings;
use conferry::pack::PackProblem;
use conferry::pack::validate::Builder;
use conferry::snapshot::manifest::Manifest;
use conferry::snapshot::progress::Progress;
use conferry::snapshot::restore::{self, Action, Request};
use conferry::snapshot::store::Store;
use conferry::snapshot::verify::{manifest_of, unopened, verify};
use conferry::xml::Document;

/// Every problem has its place in the text and can be shown.
fn problems_can_be_shown(problems: &[PackProblem], text: &str) {
    for problem in problems {
        let place = problem.span.range();
        assert!(
            text.get(place.clone()).is_some(),
            "a problem lies outside the text, or cuts a character: {place:?}"
        );
        assert!(problem.place(text).line > 0);
        assert!(!problem.failure("a.toml", text).message.is_empty());
    }
}

/// A pack is refused with problems that have a place, or becomes rules; and it is judged the same twice.
pub fn pack(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    let add = || {
        let mut builder = Builder::default();
        let added = builder.add_file(text, "a", "a.toml".to_owned());
        (builder, added)
    };
    let (builder, added) = add();
    match added {
        Ok(()) => {
            let rules = builder.finish();
            assert_eq!(rules.packs.len(), 1, "one pack was read");
            // What a pack says is secret is asked for any text at all.
            let _ = rules.secrets.mentions_secret(text);
        }
        Err(problems) => {
            assert!(!problems.is_empty(), "refused without a reason");
            problems_can_be_shown(&problems, text);
            let again = add().1.expect_err("refused once and taken once");
            let said = |problems: &[PackProblem]| -> Vec<String> {
                problems.iter().map(|one| one.message.clone()).collect()
            };
            assert_eq!(said(&problems), said(&again), "two readings differ");
        }
    }
}

/// A conferry.toml is read, or its problems have places.
pub fn settings(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    let folder = Path::new("folder");
    let label = "folder/conferry.toml".to_owned();
    let settings = Settings::read(label, folder, text.to_owned()).without_missing_packs();
    problems_can_be_shown(&settings.problems, text);
    for file in ["a.config", "b/c.config", "../d.config", ""] {
        for one in &settings.overrides {
            let _ = one.is_about(Path::new(file));
        }
    }
}

/// A manifest that is taken says nothing dangerous, and is the same after it was written again.
pub fn manifest(bytes: &[u8]) {
    let Ok(manifest) = Manifest::parse(bytes) else {
        return;
    };
    for file in &manifest.files {
        assert!(file.path.starts_with("files/"), "not below `files`");
        assert!(check_relative(&file.path).is_ok(), "a path leads elsewhere");
        if let Some(source) = &file.source {
            assert!(WindowsPath::parse(source).is_ok(), "a source is no path");
        }
    }
    let written = manifest.to_bytes();
    let again = Manifest::parse(&written).expect("what was written is read");
    assert_eq!(manifest, again, "another manifest after writing");
    // Each line of the list of hashes is one file.
    let sums = manifest.sums(&written);
    assert_eq!(sums.lines().count(), manifest.files.len() + 1);
    let outside = PathBuf::from("/nowhere/below");
    let drives = Drives::below(&outside, 'C');
    let request = Request {
        drives: &drives,
        components: &[],
        only: None,
        reads: &[],
    };
    for step in restore::plan(&manifest, &request, &Progress::default()) {
        if let Some(target) = step.target {
            assert!(target.starts_with(&outside), "it is put back elsewhere");
            assert!(step.action == Action::Create, "nothing is there");
        }
    }
}

/// A file in memory where the system has that, else among the temporary ones.
fn scratch() -> PathBuf {
    let memory = Path::new("/dev/shm");
    let folder = match memory.is_dir() {
        true => memory.to_owned(),
        false => std::env::temp_dir(),
    };
    let thread = format!("{:?}", std::thread::current().id());
    let thread: String = thread.chars().filter(char::is_ascii_digit).collect();
    folder.join(format!("conferry-fuzz-{}-{thread}", std::process::id()))
}

/// An archive is refused, damaged or whole, and none of it is read beyond what it declares.
pub fn zip(bytes: &[u8]) {
    let path = scratch();
    std::fs::write(&path, bytes).expect("a scratch file");
    let opened = Store::open(&path, &Keys::default());
    match opened {
        Err(error) => {
            let _ = unopened("a.zip", &error);
            assert!(!error.to_string().is_empty());
        }
        Ok(store) => {
            for name in store.entries().keys() {
                assert!(check_relative(name).is_ok(), "a name leads elsewhere");
            }
            if let Ok(verified) = verify(&store, &Progress::default())
                && verified.findings.is_empty()
            {
                assert!(manifest_of(&store).is_ok(), "whole, and not to be trusted");
                let manifest = verified.manifest.expect("nothing is missing");
                for file in &manifest.files {
                    assert_eq!(store.entries().get(&file.path), Some(&file.size));
                }
            }
        }
    }
    std::fs::remove_file(&path).expect("it was there");
}

/// An export of the registry is read, or the line that cannot be read is one of its lines.
pub fn registry(bytes: &[u8]) {
    match Registry::read(bytes) {
        Ok(registry) => {
            let values: usize = registry.keys.iter().map(|key| key.values.len()).sum();
            for key in registry.keys.iter().take(20) {
                for (name, _) in key.values.iter().take(20) {
                    assert!(registry.texts(&key.path, name).len() <= values);
                }
            }
        }
        Err(error) => assert!(error.line >= 1 && error.line <= bytes.len() + 1),
    }
}

/// An applicationHost.config is read with whatever is wrong in it, on lines that it has.
pub fn host(bytes: &[u8]) {
    let Ok(document) = Document::from_bytes(bytes) else {
        return;
    };
    // A variable that holds itself must not expand for ever.
    let variable = |name: &str| match name {
        "SystemDrive" => Some("C:".to_owned()),
        "loop" => Some("%loop%".to_owned()),
        _ => None,
    };
    let _ = expand(document.text(), &variable);
    // A lone CR ends a line too.
    let lines = document.text().split(['\n', '\r']).count();
    let Ok(host) = ApplicationHost::read(&document, &variable) else {
        return;
    };
    for (_, application, directory) in host.directories() {
        let _ = host.pool(&application.pool);
        let _ = WindowsPath::parse(&directory.physical_path);
    }
    for problem in &host.problems {
        assert!((1..=lines).contains(&problem.line), "no such line");
        assert!(!problem.kind.to_string().is_empty());
    }
}
