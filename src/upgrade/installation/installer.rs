//! The files that an installer ships.

use super::{Form, Found, Installation, MAX_SHIPPED, OneFile, folder_name, is_configuration};
use crate::error::Failure;
use crate::error::Failures;
use crate::installer::Installer;
use crate::installer::shipped;
use crate::lint::tree::Memory;
use crate::pack::Rules;
use crate::pack::places::FileKind;
use crate::xml::Document;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;

pub(super) fn is_installer(path: &Path) -> bool {
    let is_msi = path
        .extension()
        .is_some_and(|end| end.eq_ignore_ascii_case("msi"));
    is_msi && path.is_file()
}

/// The configurations that an installer ships; nothing is installed.
pub(super) fn of_installer(path: &Path, rules: &Rules) -> Result<Installation, Failures> {
    let installer = Installer::open(path).map_err(Failure::from)?;
    let mut tree = Memory::default();
    let mut components = Vec::new();
    let wanted = installer
        .files()
        .iter()
        .filter(|file| file.size <= MAX_SHIPPED);
    for file in wanted.filter(|file| shipped::is_configuration(file.name())) {
        let bytes = installer.read(file).map_err(Failure::from)?;
        let inner = file.path.replace('\\', "/");
        let document = Document::from_bytes(&bytes).ok();
        let component = document
            .as_ref()
            .and_then(|document| rules.component_of(document));
        let Some(component) = component
            .filter(|component| is_configuration(rules, &component.provenance.id, file.name()))
        else {
            continue;
        };
        tree.insert(&inner, bytes);
        let path = PathBuf::from(inner);
        components.push(Found {
            id: component.provenance.id.clone(),
            title: component.provenance.summary.clone(),
            folder: path.parent().unwrap_or(Path::new("")).to_owned(),
            place: None,
            virtual_directory: None,
            site: None,
            configuration: Some(OneFile {
                below: file.name().to_owned(),
                place: None,
                kind: Some(FileKind::Configuration),
                path,
            }),
            files: Vec::new(),
        });
    }
    if components.is_empty() {
        return Err(Failure::new("it ships no configuration of a component that a rule pack knows")
            .in_file(path.display())
            .help("Check that it is the right installer; `conferry merge --new-from` says what an installer has.")
            .into());
    }
    let product = installer.product();
    Ok(Installation {
        name: folder_name(path),
        is_named: false,
        path: path.to_owned(),
        form: Form::Installer,
        sha256: Some(installer.sha256().to_owned()),
        tree: Arc::new(tree),
        components,
        shipped: Vec::new(),
        others: Vec::new(),
        notes: vec![format!(
            "{} {}, product code {}",
            product.name, product.version, product.code
        )],
        failures: Failures::new(),
    })
}
