//! Zips that want to do harm, one in each row of `archives.tsv`: what is built, how `verify`, `show`, `restore` and
//! `lint` end, and what the message of the restore says. Nothing is written but by a restore that ends with 0.
//!
//! A recipe changes a good snapshot with one file `files/a` from `C:\x\a` that holds `hello`. `%XX` is a byte.

use std::io::{Cursor, Read, Write};
use std::time::{Duration, Instant};

use conferry::snapshot::manifest::Manifest;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use crate::command::{folder, run, tree};
use crate::table::{self, bytes};

const HASH: &str = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";
/// A guard against a run without an end, not a measurement: a machine may be slow.
const PATIENCE: Duration = Duration::from_secs(180);

/// One file of a zip, with headers that may lie.
#[derive(Clone)]
struct Entry {
    name: Vec<u8>,
    data: Vec<u8>,
    method: u16,
    flags: u16,
    crc: u32,
    /// Sizes in both headers, compressed first, and in the local one where that is another.
    sizes: [u32; 2],
    local_sizes: [Option<u32>; 2],
    mode: u32,
    extra: usize,
    /// Added to where its local header is.
    offset: i64,
}

fn crc32(bytes: &[u8]) -> u32 {
    let step = |crc: u32| {
        if crc & 1 == 1 {
            (crc >> 1) ^ 0xEDB8_8320
        } else {
            crc >> 1
        }
    };
    !bytes.iter().fold(!0, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| step(crc))
    })
}

impl Entry {
    fn new(name: &[u8], data: &[u8]) -> Self {
        Self {
            name: name.to_vec(),
            data: data.to_vec(),
            method: 0,
            flags: 0x800,
            crc: crc32(data),
            sizes: [data.len() as u32; 2],
            local_sizes: [None; 2],
            mode: 0o100_600,
            extra: 0,
            offset: 0,
        }
    }

    /// So many zeros, compressed.
    fn deflate(&mut self, zeros: usize) {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
        zip.start_file("a", options).unwrap();
        zip.write_all(&vec![0; zeros]).unwrap();
        let mut archive = ZipArchive::new(zip.finish().unwrap()).unwrap();
        let mut file = archive.by_index_raw(0).unwrap();
        self.crc = file.crc32();
        self.data.clear();
        file.read_to_end(&mut self.data).unwrap();
        self.method = 8;
        self.sizes = [self.data.len() as u32, zeros as u32];
    }

    fn header(&self, is_local: bool) -> Vec<u8> {
        let size = |at: usize| match is_local {
            true => self.local_sizes[at].unwrap_or(self.sizes[at]),
            false => self.sizes[at],
        };
        let mut head = [20u16, self.flags, self.method, 0, 0x21]
            .map(u16::to_le_bytes)
            .concat();
        head.extend([self.crc, size(0), size(1)].map(u32::to_le_bytes).concat());
        head.extend(
            [self.name.len() as u16, self.extra as u16]
                .map(u16::to_le_bytes)
                .concat(),
        );
        head
    }
}

fn json(text: &str) -> serde_json::Value {
    serde_json::from_str(text).unwrap_or_else(|_| text.into())
}

/// What the row asks for.
fn build(recipe: &str) -> Vec<u8> {
    let steps: Vec<(&str, &str)> = recipe
        .split(' ')
        .map(|step| step.split_once('=').unwrap_or((step, "")))
        .collect();
    let of = |key: &str| -> Vec<&str> {
        let steps = steps.iter().filter(|(name, _)| *name == key);
        steps.map(|(_, value)| *value).collect()
    };
    let one = |key: &str| of(key).first().copied();
    let number = |key: &str| one(key).map(|value| value.parse::<i64>().unwrap());
    let text = |value: &str| String::from_utf8_lossy(&bytes(value)).into_owned();
    let path = text(one("path").unwrap_or("files/a"));
    let file = |path: &str, source: &str| {
        serde_json::json!({
            "path": path, "source": source, "component": "a", "kind": "data", "taken_by": "x",
            "size": json(one("msize").unwrap_or("5")), "sha256": one("hash").unwrap_or(HASH),
        })
    };
    let mut files = vec![file(&path, &text(one("source").unwrap_or(r"C:\x\a")))];
    let mut first = Entry::new(&one("name").map_or(path.into_bytes(), bytes), b"hello");
    if let Some(zeros) = number("deflate") {
        first.deflate(zeros as usize);
    }
    first.method = number("method").map_or(first.method, |value| value as u16);
    first.flags |= number("flag").unwrap_or(0) as u16;
    first.crc = number("crc").map_or(first.crc, |value| value as u32);
    first.mode = one("mode").map_or(first.mode, |mode| u32::from_str_radix(mode, 8).unwrap());
    first.extra = number("extra").unwrap_or(0) as usize;
    first.offset = number("offset").unwrap_or(0);
    for (at, key) in ["csize", "usize"].into_iter().enumerate() {
        first.sizes[at] = number(key).map_or(first.sizes[at], |value| value as u32);
        first.local_sizes[at] = number(&format!("l{key}")).map(|value| value as u32);
    }
    let mut entries = vec![first];
    for pair in of("file") {
        let (path, source) = pair.split_once('|').unwrap();
        files.push(file(&text(path), &text(source)));
        entries.push(Entry::new(&bytes(path), b"hello"));
    }
    if one("overlap").is_some() {
        let length = entries[0].name.len() + 30 + entries[0].data.len();
        entries[1].offset = -(length as i64);
    }
    entries.extend(
        of("entry")
            .iter()
            .map(|name| Entry::new(&bytes(name), b"x")),
    );
    entries.extend(of("link").iter().map(|name| Entry {
        mode: 0o120_777,
        ..Entry::new(&bytes(name), b"/etc/passwd")
    }));
    for count in of("many") {
        entries.extend(
            (0..count.parse().unwrap())
                .map(|at: u32| Entry::new(format!("files/m{at}").as_bytes(), b"")),
        );
    }
    let mut manifest = serde_json::json!({
        "schema": 1, "conferry": "0", "created": "2026-01-01T00:00:00Z", "host": "h", "system_drive": "C", "packs": [],
        "components": [], "files": files, "missing": [], "warnings": [],
    });
    for pair in of("json") {
        let (key, value) = pair.split_once(':').unwrap();
        manifest[key] = json(&text(value));
    }
    let mut manifest = serde_json::to_vec_pretty(&manifest).unwrap();
    manifest.extend(one("more").map(bytes).unwrap_or_default());
    let nested = number("nested").unwrap_or(0) as usize;
    if nested > 0 {
        manifest = vec![b'['; nested];
    }
    let sums = Manifest::parse(&manifest)
        .map(|parsed| parsed.sums(&manifest))
        .unwrap_or_default();
    if one("drop") != Some("sums") {
        entries.push(Entry::new(
            b"SHA256SUMS",
            if one("sums").is_some() {
                b"x"
            } else {
                sums.as_bytes()
            },
        ));
    }
    if one("drop") != Some("manifest") {
        entries.push(Entry::new(b"manifest.json", &manifest));
    }
    if one("drop") == Some("file") {
        entries.remove(0);
    }
    pack(&entries, &number)
}

fn pack(entries: &[Entry], number: &dyn Fn(&str) -> Option<i64>) -> Vec<u8> {
    let mut zip = vec![0; number("prepend").unwrap_or(0) as usize];
    let mut directory = Vec::new();
    for entry in entries {
        let at = zip.len() as i64 + entry.offset;
        zip.extend(b"PK\x03\x04");
        zip.extend(entry.header(true));
        zip.extend(&entry.name);
        zip.extend(vec![0; entry.extra]);
        zip.extend(&entry.data);
        directory.extend(b"PK\x01\x02\x14\x03");
        directory.extend(entry.header(false));
        directory.extend([0; 6]);
        directory.extend((entry.mode << 16).to_le_bytes());
        directory.extend((at as u32).to_le_bytes());
        directory.extend(&entry.name);
        directory.extend(vec![0; entry.extra]);
    }
    let begin = zip.len() as i64 + number("cdoffset").unwrap_or(0);
    let count = number("count").unwrap_or(entries.len() as i64) as u16;
    let size = directory.len() as i64 + number("cdsize").unwrap_or(0);
    let comment = number("comment").unwrap_or(0);
    zip.extend(directory);
    zip.extend(b"PK\x05\x06\0\0\0\0");
    zip.extend([count, count].map(u16::to_le_bytes).concat());
    zip.extend([size as u32, begin as u32].map(u32::to_le_bytes).concat());
    zip.extend((comment as u16).to_le_bytes());
    zip.extend(vec![b'c'; comment as usize]);
    zip.extend(vec![0; number("append").unwrap_or(0) as usize]);
    if let Some(at) = number("flip") {
        zip[at as usize] ^= 0xFF;
    }
    zip.truncate(
        zip.len()
            .saturating_sub(number("cut").unwrap_or(0) as usize),
    );
    zip.truncate(number("keep").map_or(zip.len(), |keep| keep as usize));
    zip
}

/// How the commands end over this zip, and what the restore says.
fn answer(recipe: &str) -> String {
    let zip = build(recipe);
    let place = folder(&[("in/evil.zip", &zip), ("outside", b"as it was")]);
    let at = place.path();
    let before = tree(at);
    let mut codes = Vec::new();
    let mut said = String::new();
    for args in [
        &["snapshot", "verify", "in/evil.zip"][..],
        &["snapshot", "show", "in/evil.zip"],
        &["lint", "in/evil.zip"],
        &["snapshot", "restore", "in/evil.zip", "--to", "in/out"],
    ] {
        let since = Instant::now();
        let done = run(at, args);
        assert!(since.elapsed() < PATIENCE, "{recipe}: {args:?}");
        assert!(
            !done.stderr.contains("panicked"),
            "{recipe}: {args:?}: {}",
            done.stderr
        );
        assert!(
            done.stdout.len() + done.stderr.len() < 1 << 20,
            "{recipe}: {args:?}"
        );
        codes.push(done.code.to_string());
        said = done.stderr + &done.stdout;
    }
    let after = tree(at);
    let restored = codes[3] == "0";
    for (name, bytes) in &after {
        let is_restored = restored && name.starts_with("in/out/");
        assert!(
            is_restored || before.get(name) == Some(bytes),
            "{recipe}: {name} was written"
        );
    }
    let first = said
        .lines()
        .find(|line| !line.trim().is_empty())
        .unwrap_or_default();
    let message = if restored { "" } else { first };
    format!("{}\t{}", codes.join(" "), table::visible(message))
}

#[test]
fn every_archive_gets_its_answer() {
    assert!(
        answer("host=h").starts_with("1 0 0 0"),
        "{}",
        answer("host=h")
    );
    table::check("archives.tsv", 150, answer);
}
