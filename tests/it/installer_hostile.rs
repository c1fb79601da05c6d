//! Installers that are damaged, or made to do harm, are refused by name, and none ends conferry.

use std::fs;
use std::path::Path;

use conferry::installer::Installer;

use crate::installer_maker::{LZX, Maker, cabinet, raw_cabinet, stored_lzx};

/// What is said of the bytes when they are opened as an installer and all files are read.
fn said(folder: &Path, bytes: &[u8]) -> Result<Vec<Vec<u8>>, String> {
    let path = folder.join("made.msi");
    fs::write(&path, bytes).unwrap();
    let full = |error: conferry::installer::InstallerError| {
        let help = error.kind.help();
        assert!(!help.is_empty());
        error.kind.to_string()
    };
    let installer = Installer::open(&path).map_err(full)?;
    let files = installer.files().iter();
    files
        .map(|file| installer.read(file).map_err(full))
        .collect()
}

fn good() -> Maker {
    let web: &[(&str, &str, &[u8])] = &[("WEB", "web.config", b"<configuration/>")];
    Maker::of("8.0", "Acme", web)
}

/// An installer of one file with this cabinet.
fn with_cabinet(size: u32, cabinet: Vec<u8>) -> Maker {
    let mut maker = Maker::new("8.0", "Acme");
    maker.file("f0", "WEB", "web.config", size as usize);
    maker.cabinet("#data.cab");
    maker.streams.push(("data.cab".to_owned(), cabinet));
    maker
}

#[track_caller]
fn refused(maker: &Maker, part: &str) {
    let folder = tempfile::tempdir().unwrap();
    match said(folder.path(), &maker.bytes()) {
        Err(said) => assert!(said.contains(part), "no `{part}` in `{said}`"),
        Ok(_) => panic!("not refused: {part}"),
    }
}

#[test]
fn what_is_no_installer_is_called_by_what_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let mut document = std::io::Cursor::new(Vec::new());
    cfb_document(&mut document);
    for (bytes, part) in [
        (&b""[..], "an empty file"),
        (b"MZ\x90\0 and so on", "a program (.exe)"),
        (b"PK\x03\x04 and so on", "a zip"),
        (&cabinet(&[("a", b"b")], true), "a cabinet (.cab)"),
        (b"<configuration/>", "no Windows Installer package"),
        (b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", "damaged"),
        (document.get_ref(), "without the tables of an installer"),
    ] {
        let said = said(folder.path(), bytes).unwrap_err();
        assert!(said.contains(part), "no `{part}` in `{said}`");
    }
    let of = |kind| {
        let package = msi::Package::create(kind, std::io::Cursor::new(Vec::new())).unwrap();
        package.into_inner().unwrap().into_inner()
    };
    let patch = said(folder.path(), &of(msi::PackageType::Patch)).unwrap_err();
    assert!(patch.contains("a patch (.msp)"), "{patch}");
    let transform = said(folder.path(), &of(msi::PackageType::Transform)).unwrap_err();
    assert!(transform.contains("a transform (.mst)"), "{transform}");
}

/// A compound file that another program could have made.
fn cfb_document(to: &mut std::io::Cursor<Vec<u8>>) {
    let mut file = cfb::CompoundFile::create(to).unwrap();
    file.create_stream("/WordDocument").unwrap();
    file.flush().unwrap();
}

#[test]
fn names_that_lead_elsewhere_are_refused() {
    for name in [
        r"..\..\evil.config",
        "..",
        "a/b.config",
        r"short|..\evil",
        "C:evil",
        r"\\host\share",
        "nul",
        "a:stream",
        "",
    ] {
        let mut maker = good();
        maker.files[0].name = name.to_owned();
        let part = match name {
            "" => "a name in it is empty",
            _ => "the name of `f0` cannot be used",
        };
        refused(&maker, part);
    }
    for name in ["..", r"..\x", "a/b", "C:", "x|..", "a|b/c:d"] {
        let mut maker = good();
        maker.directories[3].2 = name.to_owned();
        // Of `C:` the target is a folder called C.
        if name != "C:" {
            refused(&maker, "the name of `WEB` cannot be used");
        }
    }
    for name in [
        r"..\data.cab",
        "/etc/passwd",
        "a/b.cab",
        "..",
        "C:x.cab",
        "nul.cab",
    ] {
        let mut maker = good();
        maker.media[0].2 = Some(name.to_owned());
        refused(&maker, "the name of its cabinet");
    }
}

#[test]
fn tables_that_contradict_themselves_are_refused() {
    let mut maker = good();
    maker.directories[1].1 = Some("WEB".to_owned());
    refused(&maker, "lies in itself");

    let mut maker = good();
    for at in 0..200 {
        let row = (
            format!("D{}", at + 1),
            Some(format!("D{at}")),
            "x".to_owned(),
        );
        maker.directories.push(row);
    }
    maker
        .directories
        .push(("D0".to_owned(), None, "x".to_owned()));
    maker.components[0].1 = "D200".to_owned();
    refused(&maker, "lies too deep");

    let mut maker = good();
    maker.components[0].1 = "NOWHERE".to_owned();
    refused(
        &maker,
        "its table Directory has no `NOWHERE`, which `c_f0` needs",
    );

    let mut maker = good();
    maker.components.clear();
    refused(
        &maker,
        "its table Component has no `c_f0`, which `f0` needs",
    );

    let mut maker = good();
    let mut twin = maker.files[0].clone();
    twin.name = "other.config".to_owned();
    maker.files.push(twin);
    refused(&maker, "its table File has `f0` twice");

    let mut maker = good();
    let twin = ("WEB".to_owned(), None, "other".to_owned());
    maker.directories.push(twin);
    refused(&maker, "its table Directory has `WEB` twice");

    let mut maker = good();
    maker
        .properties
        .push(("ProductCode".to_owned(), "other".to_owned()));
    refused(&maker, "its table Property has `ProductCode` twice");

    let mut maker = good();
    maker.files[0].size = -5;
    refused(&maker, "below zero");

    let mut maker = good();
    maker.files[0].sequence = 99;
    refused(&maker, "does not say which cabinet");

    let mut maker = good();
    maker.files[0].attributes = 0x2000;
    refused(&maker, "lies in a folder next to it");

    let mut maker = good();
    maker.streams.clear();
    refused(
        &maker,
        "the cabinet `data.cab`, which should be in the installer, is not there",
    );
}

#[test]
fn cabinets_that_lie_are_refused() {
    let plain = |size: u32, files: &[(&str, u32, u32, u16)]| {
        with_cabinet(size, raw_cabinet(0, &[(b"hello", 5)], files))
    };
    refused(
        &plain(5, &[("other", 5, 0, 0)]),
        "does not have the file, which the installer calls `f0`",
    );
    refused(
        &plain(5, &[("f0", 5, 0, 0), ("f0", 5, 0, 0)]),
        "has `f0` twice",
    );
    refused(
        &plain(6, &[("f0", 5, 0, 0)]),
        "says that the file has 6 bytes, and its cabinet `data.cab` says 5",
    );
    refused(&plain(9, &[("f0", 9, 0, 0)]), "longer than what is packed");
    refused(&plain(5, &[("f0", 5, 3, 0)]), "longer than what is packed");
    refused(&plain(5, &[("f0", 5, 0, 7)]), "in a part that is not there");
    refused(
        &plain(5, &[("f0", 5, 0, 0xFFFD)]),
        "begins or ends in another cabinet",
    );
    // A size of gigabytes is refused before anything is unpacked.
    refused(
        &plain(0x7fff_0000, &[("f0", 0x7fff_0000, 0, 0)]),
        "no configuration file is as large",
    );
    refused(&plain(5, &[("f0", 5, 0x7fff_0000, 0)]), "more than 512 MiB");

    let one: &[(&str, u32, u32, u16)] = &[("f0", 5, 0, 0)];
    let of = |packing, block: &[u8], length| {
        with_cabinet(5, raw_cabinet(packing, &[(block, length)], one))
    };
    refused(
        &of(2 | 1 << 4 | 10 << 8, b"hello", 5),
        "packed with Quantum",
    );
    refused(
        &of(3 | 30 << 8, b"hello", 5),
        "a window that no cabinet has",
    );
    refused(&of(9, b"hello", 5), "in a way that is not known");
    refused(&of(0, b"hello", 6), "another length than it says");
    refused(&of(0, b"hello", 0), "begins or ends in another cabinet");
    refused(&of(0, b"hello", 0x9000), "longer than any may be");
    refused(&of(1, b"hello", 5), "does not begin as MSZIP does");
    refused(&of(1, b"CKhello", 5), "cannot be unpacked");
    // A block that unpacks to more than it says.
    let bomb = [&b"CK"[..], &[1, 9, 0, 0xf6, 0xff], b"123456789"].concat();
    refused(&of(1, &bomb, 5), "cannot be unpacked to the length");
    refused(&of(LZX, b"hello", 5), "cannot be unpacked");
    refused(&with_cabinet(5, b"no cabinet".to_vec()), "is no cabinet");
    refused(&with_cabinet(5, Vec::new()), "is no cabinet");

    let whole = raw_cabinet(0, &[(b"hello", 5)], one);
    for end in 4..whole.len() {
        refused(&with_cabinet(5, whole[..end].to_vec()), "it ends early");
    }
    let mut summed = cabinet(&[("f0", b"hello")], false);
    let last = summed.len() - 1;
    summed[last] ^= 1;
    refused(&with_cabinet(5, summed), "the sum of a block");
}

#[test]
fn lzx_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let text = b"<configuration><!-- packed as Windows packs it --></configuration>";
    let size = text.len() as u32;
    let packed = raw_cabinet(
        LZX,
        &[(&stored_lzx(text), size as u16)],
        &[("before", 15, 0, 0), ("f0", size - 15, 15, 0)],
    );
    let read = said(folder.path(), &with_cabinet(size - 15, packed).bytes()).unwrap();
    assert_eq!(read, [text[15..].to_vec()]);
}

#[cfg(unix)]
#[test]
fn a_cabinet_that_is_a_link_is_not_followed() {
    let folder = tempfile::tempdir().unwrap();
    let elsewhere = tempfile::tempdir().unwrap();
    let target = elsewhere.path().join("data.cab");
    fs::write(&target, cabinet(&[("f0", b"<configuration/>")], true)).unwrap();
    std::os::unix::fs::symlink(&target, folder.path().join("data.cab")).unwrap();
    let mut maker = good();
    maker.media[0].2 = Some("data.cab".to_owned());
    let error = said(folder.path(), &maker.bytes()).unwrap_err();
    assert!(error.contains("`data.cab` is a link"), "{error}");
    fs::remove_file(folder.path().join("data.cab")).unwrap();
    fs::copy(&target, folder.path().join("data.cab")).unwrap();
    assert!(said(folder.path(), &maker.bytes()).is_ok());
}

/// Small numbers that follow from a seed.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self, below: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % below.max(1)
    }

    /// `bytes` with a few of them changed, cut off or put twice.
    fn damage(&mut self, bytes: &[u8]) -> Vec<u8> {
        let mut damaged = bytes.to_vec();
        for _ in 0..=self.next(4) {
            let at = self.next(damaged.len());
            match (self.next(8), damaged.get_mut(at)) {
                (0, _) => damaged.truncate(at),
                (1, Some(byte)) => *byte = 0xff,
                (2, Some(byte)) => *byte = 0,
                (3, _) => {
                    let end = (at + 1 + self.next(64)).min(damaged.len());
                    let part = damaged.get(at..end).unwrap_or_default().to_vec();
                    let to = self.next(damaged.len());
                    damaged.splice(to..to, part);
                }
                (_, Some(byte)) => *byte ^= 1 << self.next(8),
                (_, None) => {}
            }
        }
        damaged
    }
}

/// How many damaged installers are tried; more with the variable `CONFERRY_DAMAGED`.
fn rounds() -> usize {
    let asked = std::env::var("CONFERRY_DAMAGED").ok();
    asked.and_then(|asked| asked.parse().ok()).unwrap_or(250)
}

#[test]
fn no_damage_ends_conferry() {
    let folder = tempfile::tempdir().unwrap();
    let long: Vec<u8> = (0..70_000_u32).map(|at| (at % 251) as u8).collect();
    let web = b"<configuration><appSettings/></configuration>";
    let files: &[(&str, &str, &[u8])] = &[("BIN", "a.dll", &long), ("WEB", "web.config", web)];
    let whole = Maker::of("8.0", "Acme", files).bytes();
    let packed = stored_lzx(web);
    let one = [("f0", web.len() as u32, 0, 0)];
    let cabinets = [
        raw_cabinet(LZX, &[(&packed, web.len() as u16)], &one),
        cabinet(&[("f0", web)], true),
    ];
    let mut numbers = Numbers(7);
    let (mut refused, mut read) = (0, 0);
    for round in 0..rounds() {
        // Half of the time the damage is in a cabinet, which the compound file around it does not notice.
        let bytes = match cabinets.get(round % 4) {
            Some(cabinet) => with_cabinet(web.len() as u32, numbers.damage(cabinet)).bytes(),
            None => numbers.damage(&whole),
        };
        match said(folder.path(), &bytes) {
            Ok(_) => read += 1,
            Err(_) => refused += 1,
        }
    }
    // Both happen, or nothing was tried.
    assert!(refused > 20 && read > 20, "{refused} refused, {read} read");
}
