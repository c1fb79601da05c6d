//! Encrypted snapshots: every command reads them, nobody else does, and keys stay secret.

use std::fs;
use std::io::Write;
use std::path::Path;

use age::secrecy::ExposeSecret;
use age::{scrypt, x25519};
use conferry::io::sealed::{Keys, Lock, SealedFile};
use conferry::snapshot::progress::Progress;
use conferry::snapshot::store::Store;
use conferry::snapshot::verify::verify;

use crate::command::{Run, copy_tree, folder, noise, run, tree};
use crate::snapshot::{create, fixture};

const PASSPHRASE: &str = "correct horse & \"staple\"";

/// A new key in `<name>.txt`; its recipient.
pub fn new_key(folder: &Path, name: &str) -> x25519::Recipient {
    let identity = x25519::Identity::generate();
    let secret = identity.to_string();
    let text = format!("# a comment\n\n{}\n", secret.expose_secret());
    fs::write(folder.join(format!("{name}.txt")), text).unwrap();
    identity.to_public()
}

/// `bytes`, encrypted.
pub fn sealed(bytes: &[u8], lock: &Lock) -> Vec<u8> {
    let mut to = lock.writer(Vec::new()).unwrap();
    to.write_all(bytes).unwrap();
    to.finish().unwrap()
}

/// Locks with a passphrase in a moment instead of a second.
fn quick(passphrase: &str) -> Lock {
    let mut recipient = scrypt::Recipient::new(passphrase.to_owned().into());
    recipient.set_work_factor(2);
    Lock::Passphrase(recipient)
}

/// A folder with the fixture, the key files `mine.txt` and `other.txt`, and their recipients.
fn with_keys() -> (tempfile::TempDir, [String; 2]) {
    let folder = folder(&[]);
    copy_tree(&fixture("mfa1"), folder.path());
    let recipients = ["mine", "other"].map(|name| new_key(folder.path(), name).to_string());
    (folder, recipients)
}

fn snapshot(folder: &Path, args: &[&str]) -> Run {
    let done = run(folder, &[&["snapshot"], args].concat());
    for secret in ["AGE-SECRET-KEY", "horse"] {
        let said = format!("{}{}", done.stdout, done.stderr);
        assert!(!said.contains(secret), "{said}");
    }
    assert!(!done.stderr.contains("panicked"), "{}", done.stderr);
    done
}

#[test]
fn every_command_reads_what_was_encrypted() {
    let (folder, [mine, other]) = with_keys();
    let folder = folder.path();
    let to = ["--encrypt-to", &other, "--encrypt-to", &mine];
    assert_eq!(create(folder, "a.zip.age", &to).code, 0);
    assert_eq!(create(folder, "b.ZIP.AGE", &to).code, 0);
    assert_eq!(create(folder, "a.zip", &[]).code, 0);
    let names: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.starts_with('.'))
        .collect();
    assert_eq!(names, [] as [&str; 0], "something was left behind");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = fs::metadata(folder.join("a.zip.age"))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    let key = ["--identity", "mine.txt"];
    for (args, expected) in [
        (&["verify", "a.zip.age"][..], "All is as it was"),
        (&["show", "a.zip.age"], "User Portal"),
        (&["diff", "a.zip.age", "b.ZIP.AGE"], "Nothing differs."),
        (&["diff", "a.zip", "a.zip.age"], "Nothing differs."),
        (
            &["diff", "a.zip.age", "--live", "--root", "c"],
            "Nothing differs.",
        ),
        (&["restore", "a.zip.age", "--to", "out"], "Plan: 12 create"),
    ] {
        let done = snapshot(folder, &[args, &key].concat());
        assert_eq!(done.code, 0, "{args:?} {}", done.stderr);
        assert!(done.stdout.contains(expected), "{args:?} {}", done.stdout);
    }
    let open = run(folder, &["lint", "a.zip", "--statistics"]);
    let sealed = run(
        folder,
        &[&["lint", "a.zip.age", "--statistics"][..], &key].concat(),
    );
    assert!(open.stdout.contains("PF106"), "{}", open.stderr);
    assert_eq!((sealed.code, sealed.stdout), (open.code, open.stdout));
    // Every format, and conferry.toml, take the same for it, but for its name.
    let settings = "[lint.severity]\nPF = \"error\"\n[[lint.override]]\n\
        paths = [\"files/user-portal\"]\nignore = [\"PF106\"]\nreason = \"moved soon\"\n";
    fs::write(folder.join("conferry.toml"), settings).unwrap();
    for format in ["text", "json", "sarif", "github", "azure", "markdown"] {
        let shown = |name: &str, key: &[&str]| {
            let done = run(folder, &[&["lint", name, "--format", format], key].concat());
            assert_eq!(done.code, 1, "{format} {}", done.stderr);
            let lines = done.stdout.lines().filter(|line| {
                // Names are part of fingerprints.
                !line.contains("\"fingerprint\"") && !line.contains("\"conferry/v1\"")
            });
            lines
                .map(|line| line.replace("a.zip.age", "a.zip") + "\n")
                .collect::<String>()
        };
        let sealed = shown("a.zip.age", &key);
        assert_eq!(sealed, shown("a.zip", &[]), "{format}");
        assert!(sealed.contains("PF106"), "{format} {sealed}");
        assert_eq!(sealed.contains("moved soon"), format == "sarif", "{format}");
    }
    let without = run(folder, &["lint", "a.zip.age"]);
    assert_eq!(without.code, 2);
    assert!(without.stderr.contains("--identity"), "{}", without.stderr);
    for (name, bytes) in tree(&folder.join("out")) {
        assert_eq!(fs::read(folder.join("c").join(&name)).unwrap(), bytes);
    }
    // Inside is the zip that would have been made without encryption.
    let mut keys = Keys::default();
    keys.add_identities(&folder.join("other.txt")).unwrap();
    let mut inside = Vec::new();
    let opened = SealedFile::open(&folder.join("a.zip.age"), &keys).unwrap();
    std::io::copy(&mut opened.reader().unwrap(), &mut inside).unwrap();
    assert_eq!(inside, fs::read(folder.join("a.zip")).unwrap());
}

#[test]
fn a_passphrase_opens_what_it_locked() {
    let (folder, _) = with_keys();
    let folder = folder.path();
    let write = |name: &str, bytes: &[u8]| fs::write(folder.join(name), bytes).unwrap();
    write("lf", format!("{PASSPHRASE}\n").as_bytes());
    write("crlf", format!("\u{feff}{PASSPHRASE}\r\n").as_bytes());
    let utf16: Vec<u8> = format!("\u{feff}{PASSPHRASE}\r\n")
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    write("utf16", &utf16);
    let made = create(folder, "a.zip.age", &["--passphrase-file", "lf"]);
    assert_eq!(made.code, 0, "{}", made.stderr);
    assert!(!made.stdout.contains("horse") && !made.stderr.contains("horse"));
    for name in ["lf", "crlf", "utf16"] {
        let done = snapshot(folder, &["verify", "a.zip.age", "--passphrase-file", name]);
        assert_eq!(done.code, 0, "{name}: {}", done.stderr);
    }
}

#[test]
fn what_cannot_be_opened_says_why() {
    let (folder, [mine, _]) = with_keys();
    let folder = folder.path();
    let write = |name: &str, bytes: &[u8]| fs::write(folder.join(name), bytes).unwrap();
    assert_eq!(create(folder, "a.zip", &[]).code, 0);
    assert_eq!(create(folder, "plain", &[]).code, 0);
    // More than one chunk of 64 KiB, the last one full: shortened at its border it looks whole.
    let zip = fs::read(folder.join("a.zip")).unwrap();
    let padded = [vec![b'x'; 131_072 - zip.len()], zip.clone()].concat();
    let for_mine = sealed(&padded, &Lock::Recipients(vec![mine.parse().unwrap()]));
    let header = for_mine.len() - 131_072 - 2 * 16;
    let with_passphrase = sealed(&zip, &quick(PASSPHRASE));
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    write("key.age", &for_mine);
    write("pass.age", &with_passphrase);
    write("cut1.age", &for_mine[..for_mine.len() - 1]);
    write("cut2.age", &for_mine[..header + 65_536 + 16]);
    write("cut3.age", &for_mine[..header]);
    write("cut4.age", &for_mine[..50]);
    write("long.age", &[&for_mine[..], b"x"].concat());
    write(
        "turned.age",
        &[
            &for_mine[..header],
            &for_mine[header + 65_552..],
            &for_mine[header..header + 65_552],
        ]
        .concat(),
    );
    write(
        "endless.age",
        &[
            b"age-encryption.org/v1\n-> X25519 ",
            &vec![b'a'; 2 << 20][..],
        ]
        .concat(),
    );
    write(
        "newer.age",
        &[b"age-encryption.org/v9\n", &for_mine[22..]].concat(),
    );
    write("armored.age", b"-----BEGIN AGE ENCRYPTED FILE-----\nYWdl\n");
    write(
        "none.zip.age",
        b"This is no encrypted file, whatever its name says.",
    );
    let at = with_passphrase
        .windows(10)
        .position(|part| part == b"-> scrypt ")
        .unwrap();
    let end = at
        + with_passphrase[at..]
            .iter()
            .position(|byte| *byte == b'\n')
            .unwrap();
    assert_eq!(text(&with_passphrase[end - 2..end]), " 2");
    write(
        "work.age",
        &[&with_passphrase[..end - 1], b"30", &with_passphrase[end..]].concat(),
    );
    write("pass", PASSPHRASE.as_bytes());
    write("wrong", b"Correct horse\n");
    write("empty", b"\r\n");
    write("lines", b"correct\nhorse\n");
    write("bad.txt", b"# key\nAGE-SECRET-KEY-1NONSENSE\n");
    write("nokey.txt", b"# nothing\n");
    write("locked.txt", &with_passphrase);
    let before = tree(folder);
    let identity = ["--identity", "mine.txt"];
    let passphrase = ["--passphrase-file", "pass"];
    for (name, keys, why, next) in [
        ("key.age", &[][..], "holders of certain keys", "--identity"),
        (
            "key.age",
            &passphrase,
            "holders of certain keys",
            "--identity",
        ),
        (
            "key.age",
            &["--identity", "other.txt"],
            "none of the given keys",
            "one of the recipients",
        ),
        ("pass.age", &[], "with a passphrase", "--passphrase-file"),
        (
            "pass.age",
            &identity,
            "with a passphrase",
            "--passphrase-file",
        ),
        (
            "pass.age",
            &["--passphrase-file", "wrong"],
            "another passphrase",
            "capitals count",
        ),
        ("work.age", &passphrase, "2^30 steps", "age -d"),
        ("cut1.age", &identity, "not whole", "another copy"),
        ("cut2.age", &identity, "not whole", "another copy"),
        ("cut3.age", &identity, "not whole", "another copy"),
        ("cut4.age", &identity, "not whole", "another copy"),
        ("long.age", &identity, "not whole", "another copy"),
        ("turned.age", &identity, "not whole", "another copy"),
        (
            "endless.age",
            &identity,
            "header has no end",
            "another copy",
        ),
        ("newer.age", &identity, "format that is not known", "age -d"),
        ("armored.age", &identity, "letters", "age -d"),
        ("none.zip.age", &identity, "no whole zip", "another copy"),
        ("a.zip", &identity, "not encrypted", "Leave --identity"),
        ("plain", &identity, "not encrypted", "Leave --identity"),
        ("plain", &passphrase, "not encrypted", "Leave --identity"),
        (
            "pass.age",
            &["--passphrase-file", "empty"],
            "is empty",
            "one line",
        ),
        (
            "pass.age",
            &["--passphrase-file", "lines"],
            "more than one line",
            "one line",
        ),
        (
            "pass.age",
            &["--passphrase-file", "nowhere"],
            "cannot be read",
            "Check the path",
        ),
        (
            "key.age",
            &["--identity", "bad.txt"],
            "line 2 is no secret key",
            "AGE-SECRET-KEY-1",
        ),
        (
            "key.age",
            &["--identity", "nokey.txt"],
            "no secret key in it",
            "age-keygen",
        ),
        (
            "key.age",
            &["--identity", "locked.txt"],
            "itself encrypted",
            "age -d",
        ),
        ("key.age", &["--identity", "a.zip"], "no text", "age-keygen"),
    ] {
        for command in [
            &["verify", name][..],
            &["show", name],
            &["restore", name, "--to", "out"],
            &["diff", name, name],
        ] {
            let done = run(folder, &[&["snapshot"], command, keys].concat());
            if command[0] == "verify" && next == "another copy" {
                // Damage is what it looks for.
                assert_eq!(done.code, 1, "{command:?} {}", done.stderr);
                assert!(done.stdout.contains(why), "{command:?} {}", done.stdout);
                continue;
            }
            let said = done.stderr.replace("\n  ", " ");
            assert_eq!(done.code, 2, "{command:?} {keys:?} {said}");
            let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
            assert!(said.contains(why), "{command:?} {keys:?}: {said}");
            assert!(said.contains(next), "{command:?} {keys:?}: {said}");
            assert!(
                !said.contains("NONSENSE") && !said.contains("horse"),
                "{said}"
            );
        }
    }
    assert_eq!(tree(folder), before);
}

#[test]
fn what_may_not_be_encrypted_so_says_why() {
    let (folder, [mine, _]) = with_keys();
    let folder = folder.path();
    let secret = fs::read_to_string(folder.join("mine.txt")).unwrap();
    let secret = secret.lines().last().unwrap();
    fs::write(folder.join("empty"), " \n").unwrap();
    let before = tree(folder);
    let to = ["--encrypt-to", &mine];
    for (target, args, why, next) in [
        (
            "a.zip",
            &to[..],
            "does not end in .zip.age",
            "before.zip.age",
        ),
        ("a", &to, "does not end in .zip.age", "before.zip.age"),
        ("a.age", &to, "does not end in .zip.age", "before.zip.age"),
        ("a.zip.age", &[], "nothing says who", "--encrypt-to"),
        ("a.age", &[], "nothing says who", "--encrypt-to"),
        (
            "a.zip.age",
            &["--encrypt-to", secret],
            "secret key",
            "public key",
        ),
        (
            "a.zip.age",
            &["--encrypt-to", "ssh-ed25519 AAAA"],
            "no age recipient",
            "age1",
        ),
        (
            "a.zip.age",
            &["--encrypt-to", &mine[..61]],
            "no age recipient",
            "age1",
        ),
        (
            "a.zip.age",
            &["--passphrase-file", "empty"],
            "is empty",
            "one line",
        ),
        (
            "a.zip.age",
            &["--passphrase-file", "nowhere"],
            "cannot be read",
            "Check the path",
        ),
        (
            "a.zip.age",
            &["--encrypt-to", &mine, "--passphrase-file", "empty"],
            "cannot be used with",
            "Usage",
        ),
        (
            "nowhere/a.zip.age",
            &to,
            "cannot be written",
            "folder exists",
        ),
        ("mine.txt", &[], "exists and is not empty", "not in use"),
    ] {
        for more in [&[][..], &["--dry-run"]] {
            if more.is_empty() || !(target.contains('/') || target == "mine.txt") {
                let done = create(folder, target, &[args, more].concat());
                let said = done.stderr.split_whitespace().collect::<Vec<_>>().join(" ");
                assert_eq!(done.code, 2, "{target} {said}");
                assert!(
                    said.contains(why) && said.contains(next),
                    "{target} {args:?}: {said}"
                );
                assert!(!said.contains("AGE-SECRET-KEY"), "{said}");
            }
        }
    }
    let planned = create(folder, "a.zip.age", &[&to[..], &["--dry-run"]].concat());
    assert_eq!(planned.code, 0, "{}", planned.stderr);
    assert!(planned.stdout.contains("Would take 14 files"));
    assert_eq!(tree(folder), before);
}

#[test]
fn every_flipped_bit_is_found() {
    let (folder, [mine, _]) = with_keys();
    let folder = folder.path();
    assert_eq!(
        create(folder, "a.zip.age", &["--encrypt-to", &mine]).code,
        0
    );
    let mut keys = Keys::default();
    keys.add_identities(&folder.join("mine.txt")).unwrap();
    let path = folder.join("a.zip.age");
    let bytes = fs::read(&path).unwrap();
    let is_as_it_was = || {
        let store = Store::open(&path, &keys);
        let verified = store.and_then(|store| verify(&store, &Progress::default()));
        verified.is_ok_and(|verified| verified.findings.is_empty())
    };
    assert!(is_as_it_was());
    // The header bit by bit, then every region.
    for bit in (0..250 * 8)
        .step_by(3)
        .chain((250 * 8..bytes.len() * 8).step_by(509))
    {
        let mut damaged = bytes.clone();
        damaged[bit / 8] ^= 1 << (bit % 8);
        fs::write(&path, &damaged).unwrap();
        assert!(!is_as_it_was(), "bit {bit}");
    }
}

#[test]
fn files_too_large_for_memory_are_the_same_in_every_form() {
    let (folder, [mine, _]) = with_keys();
    let folder = folder.path();
    let data = folder.join("c/Program Files/PhoneFactor/Data");
    let noise = noise(10 << 20);
    let text: Vec<u8> = b"CONTOSO\\pfsvc;"
        .iter()
        .copied()
        .cycle()
        .take(20 << 20)
        .collect();
    fs::write(data.join("noise.bin"), &noise).unwrap();
    fs::write(data.join("text.log"), &text).unwrap();
    for (target, args) in [
        ("a.zip", &[][..]),
        ("b.zip", &[]),
        ("a.zip.age", &["--encrypt-to", &mine]),
    ] {
        let done = create(folder, target, args);
        assert_eq!(done.code, 0, "{}", done.stderr);
    }
    let zip = fs::read(folder.join("a.zip")).unwrap();
    assert_eq!(zip, fs::read(folder.join("b.zip")).unwrap());
    assert!(
        (10 << 20..11 << 20).contains(&zip.len()),
        "{} bytes",
        zip.len()
    );
    for (snapshot, keys) in [
        ("a.zip", &[][..]),
        ("a.zip.age", &["--identity", "mine.txt"]),
    ] {
        let out = format!("{snapshot}.out");
        let done = run(
            folder,
            &[&["snapshot", "restore", snapshot, "--to", &out], keys].concat(),
        );
        assert_eq!(done.code, 0, "{}", done.stderr);
        let restored = folder.join(out).join("Program Files/PhoneFactor/Data");
        assert!(fs::read(restored.join("noise.bin")).unwrap() == noise);
        assert!(fs::read(restored.join("text.log")).unwrap() == text);
    }
}
