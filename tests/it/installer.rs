//! Installers are read as other programs make them: what product, which files, and their bytes.

use std::fs;
use std::path::{Path, PathBuf};

use conferry::installer::{Installer, InstallerErrorKind};

use crate::installer_maker::{Maker, cabinet};

fn written(folder: &Path, maker: &Maker) -> PathBuf {
    let path = folder.join("portal.msi");
    fs::write(&path, maker.bytes()).unwrap();
    path
}

fn read_at(installer: &Installer, path: &str) -> Vec<u8> {
    let found = installer.files().iter().find(|file| file.path == path);
    let found = found.unwrap_or_else(|| panic!("no {path} in {:?}", installer.files()));
    installer.read(found).unwrap()
}

#[test]
fn product_paths_and_bytes_come_out_as_they_were_put_in() {
    let folder = tempfile::tempdir().unwrap();
    // More than one block of a cabinet, which refers back to the one before.
    let long: Vec<u8> = (0..200_000_u32)
        .map(|at| (at.wrapping_mul(at) >> 7) as u8)
        .collect();
    let maker = Maker::of(
        "8.0.1.1",
        "Acme",
        &[
            ("BIN", "Acme.dll", &long),
            ("WEB", "WEB~1.CON|web.config", b"<configuration/>"),
            ("BIN", "empty.txt", b""),
        ],
    );
    let installer = Installer::open(&written(folder.path(), &maker)).unwrap();
    let product = installer.product();
    assert_eq!(product.name, "Contoso Portal");
    assert_eq!(product.version, "8.0.1.1");
    assert_eq!(product.code, "{0B7E5B1C-0000-4000-8000-00000000C0DE}");
    assert_eq!(product.language, "1033");
    let paths: Vec<&str> = installer.files().iter().map(|file| &*file.path).collect();
    assert_eq!(
        paths,
        [
            r"inetpub\wwwroot\Acme\bin\Acme.dll",
            r"inetpub\wwwroot\Acme\bin\empty.txt",
            r"inetpub\wwwroot\Acme\web.config",
        ]
    );
    assert_eq!(read_at(&installer, paths[0]), long);
    assert_eq!(read_at(&installer, paths[1]), b"");
    assert_eq!(read_at(&installer, paths[2]), b"<configuration/>");
    assert_eq!(installer.files()[2].cabinet(), Some("data.cab"));
}

#[test]
fn cabinets_next_to_the_installer_and_several_media() {
    let folder = tempfile::tempdir().unwrap();
    let mut maker = Maker::new("7.0", "Acme");
    maker.file("one", "WEB", "one.config", 3);
    maker.cabinet("DISK1.CAB");
    maker.file("two", "WEB", "two.config", 4);
    maker.cabinet("#inside");
    maker.file("three", "WEB", "three.config", 5);
    maker.cabinet("disk2.cab");
    maker
        .streams
        .push(("inside".to_owned(), cabinet(&[("two", b"two!")], false)));
    let path = written(folder.path(), &maker);
    // Windows does not care about case.
    fs::write(
        folder.path().join("disk1.cab"),
        cabinet(&[("one", b"one")], true),
    )
    .unwrap();
    let installer = Installer::open(&path).unwrap();
    assert_eq!(
        read_at(&installer, r"inetpub\wwwroot\Acme\one.config"),
        b"one"
    );
    assert_eq!(
        read_at(&installer, r"inetpub\wwwroot\Acme\two.config"),
        b"two!"
    );
    let three = installer
        .files()
        .iter()
        .find(|file| file.name() == "three.config")
        .unwrap();
    let error = installer.read(three).unwrap_err();
    assert!(matches!(&error.kind, InstallerErrorKind::NoCabinet(name) if name == "disk2.cab"));
    assert!(
        error
            .installer
            .ends_with(r"portal.msi!inetpub\wwwroot\Acme\three.config")
    );
}

#[test]
fn folders_that_are_chosen_known_or_named_by_a_property() {
    let folder = tempfile::tempdir().unwrap();
    let mut maker = Maker::new("7.0", "Acme");
    for (id, parent, name) in [
        ("ProgramFilesFolder", Some("TARGETDIR"), "PFiles"),
        ("SAME", Some("ProgramFilesFolder"), "."),
        ("SHORT", Some("SAME"), "ACME~1|Acme Server"),
        ("CHOSEN", None, "."),
        ("FIXED", Some("TARGETDIR"), "ignored"),
        ("CommonAppDataFolder.0B7E5B1C", Some("TARGETDIR"), "x"),
    ] {
        let row = (id.to_owned(), parent.map(str::to_owned), name.to_owned());
        maker.directories.push(row);
    }
    maker
        .properties
        .push(("FIXED".to_owned(), "D:\\Web\\Acme\\".to_owned()));
    for (at, id) in [
        "SHORT",
        "CHOSEN",
        "FIXED",
        "CommonAppDataFolder.0B7E5B1C",
        "TARGETDIR",
    ]
    .into_iter()
    .enumerate()
    {
        maker.file(&format!("f{at}"), id, "a.config", 0);
    }
    let installer = Installer::open(&written(folder.path(), &maker)).unwrap();
    let paths: Vec<&str> = installer.files().iter().map(|file| &*file.path).collect();
    assert_eq!(
        paths,
        [
            r"D:\Web\Acme\a.config",
            r"[CHOSEN]\a.config",
            r"[CommonAppDataFolder]\a.config",
            r"[ProgramFilesFolder]\Acme Server\a.config",
            "a.config",
        ]
    );
}
