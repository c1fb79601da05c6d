//! The command line: help, exit codes, bad input, output formats.

use std::process::Stdio;

use crate::command::{conferry, folder, run, tree};

const SDK: &[u8] =
    b"<configuration>\n  <add key=\"url\" value=\"https://host/PhoneFactorWebServiceSdk/PfWsSdk.asmx\" />\n</configuration>\n";

#[test]
fn help_is_as_reviewed() {
    let folder = folder(&[]);
    for (name, args) in [
        ("help", &["--help"][..]),
        ("help_diff", &["diff", "--help"]),
        ("help_merge", &["merge", "--help"]),
        ("help_report_merge", &["report", "merge", "--help"]),
        ("help_rewrite", &["rewrite", "--help"]),
        ("help_schema", &["schema", "--help"]),
        ("help_snapshot", &["snapshot", "--help"]),
        ("help_snapshot_create", &["snapshot", "create", "--help"]),
        ("help_snapshot_verify", &["snapshot", "verify", "--help"]),
        ("help_snapshot_diff", &["snapshot", "diff", "--help"]),
        ("help_snapshot_restore", &["snapshot", "restore", "--help"]),
        ("help_snapshot_show", &["snapshot", "show", "--help"]),
        ("help_upgrade", &["upgrade", "--help"]),
        ("help_verify_deployed", &["verify-deployed", "--help"]),
    ] {
        let done = run(folder.path(), args);
        assert_eq!((done.code, done.stderr.as_str()), (0, ""));
        insta::assert_snapshot!(name, done.stdout);
    }
}

#[test]
fn shells_and_manuals_know_every_command() {
    let folder = folder(&[]);
    let help = run(folder.path(), &["--help"]).stdout;
    let commands = help.split("Commands:\n").nth(1).unwrap();
    let commands = commands.lines().take_while(|line| !line.is_empty());
    let commands: Vec<&str> = commands
        .filter_map(|line| line.split_whitespace().next())
        .filter(|name| *name != "help")
        .collect();
    assert!(commands.len() > 8, "{commands:?}");
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = run(folder.path(), &["completions", shell]).stdout;
        for command in &commands {
            assert!(script.contains(command), "{shell}: {command}");
        }
    }
    let page = run(folder.path(), &["man"]);
    assert!(
        page.code == 0 && page.stdout.contains(".TH CONFERRY 1"),
        "{}",
        page.stdout
    );
    for command in &commands {
        let page = run(folder.path(), &["man", command]);
        assert_eq!(page.code, 0, "{command}: {}", page.stderr);
        assert!(page.stdout.contains(".SH SYNOPSIS"), "{command}");
    }
    let none = run(folder.path(), &["man", "snapshot", "nothing"]);
    assert_eq!(none.code, 2);
    assert!(
        none.stderr
            .contains("there is no command `snapshot nothing`"),
        "{}",
        none.stderr
    );
}

#[test]
fn exit_codes_say_what_happened() {
    let folder = folder(&[("web.config", SDK), ("clean.config", b"<configuration/>")]);
    for (args, code) in [
        (&["rewrite", "."][..], 0),
        (&["rewrite", ".", "--check"], 1),
        (&["rewrite", "clean.config", "--check"], 0),
        (&["rewrite", ".", "missing"], 2),
        (&["rewrite", ".", "--check", "missing"], 2),
        (&["rewrite"], 2),
        (&["rewrite", ".", "--format", "json", "--check"], 1),
        (&["rewrite", ".", "--write"], 0),
        (&["rewrite", ".", "--check"], 0),
    ] {
        let done = run(folder.path(), args);
        assert_eq!(done.code, code, "{args:?}\n{}", done.stderr);
    }
}

#[test]
fn bad_input_is_one_clear_message_with_a_next_step() {
    let files: [(&str, &[u8]); 9] = [
        ("empty.config", b""),
        ("binary.dat", b"\x7fELF\0\0PhoneFactor"),
        ("binary.config", b"<a>\0</a>"),
        ("broken.config", b"<a>\n  <b x=\"1\">\n</a>\n"),
        (
            "doctype.config",
            b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>",
        ),
        (
            "wrong.config",
            b"<?xml version=\"1.0\" encoding=\"utf-8\"?><a>\xFF</a>",
        ),
        (
            "lies.config",
            b"\xEF\xBB\xBF<?xml version=\"1.0\" encoding=\"windows-1252\"?><a/>",
        ),
        ("utf16.txt", b"\xFF\xFE\x00\xD8x\0"),
        ("web.config", SDK),
    ];
    let cases: [(&[&str], &str); 19] = [
        (&["missing.config"], "no such file"),
        (&["empty.config"], "the file is empty"),
        (&["binary.dat"], "binary file"),
        (&["binary.config"], "U+0000"),
        (&["broken.config"], "line 3 column 1"),
        (&["doctype.config"], "DOCTYPE"),
        (&["wrong.config"], "byte 41"),
        (&["lies.config"], "windows-1252"),
        (&["utf16.txt"], "byte 2"),
        (&["web.config", "--vdir", "PhoneFactor"], "OLD=NEW"),
        (&["web.config", "--vdir", "PhoneFactor=a/b"], "`/`"),
        (
            &["web.config", "--vdir", "A=b", "--vdir", "A=c"],
            "both `b` and `c`",
        ),
        (&["web.config", "--vdir", "A=PhoneFactor"], "itself becomes"),
        (
            &[
                "web.config",
                "--vdir",
                "PhoneFactor=b",
                "--keep-vdir",
                "PhoneFactor",
            ],
            "kept and renamed",
        ),
        (
            &["web.config", "--keep-vdir", "PhoneFacto"],
            "Did you mean `PhoneFactor`?",
        ),
        (&["web.config", "--include", "a[", "."], "`a[`"),
        (&["*.config"], "--include \"*.config\""),
        (&["web.config", "--write", "--check"], "cannot be used with"),
        (&["web.config", "--backup"], "--write"),
    ];
    let folder = folder(&files);
    let before = tree(folder.path());
    for (args, expected) in cases {
        let mut args = args.to_vec();
        args.insert(0, "rewrite");
        if args.len() == 2 {
            args.push("--write");
        }
        let done = run(folder.path(), &args);
        assert_eq!(done.code, 2, "{args:?}");
        assert!(done.stderr.contains(expected), "{args:?}\n{}", done.stderr);
        let next_steps = ["help:", "--help", "Example"];
        assert!(
            next_steps.iter().any(|step| done.stderr.contains(step)),
            "{args:?}\n{}",
            done.stderr
        );
        assert!(!done.stderr.contains('\u{1b}'), "{}", done.stderr);
        assert!(!done.stderr.contains("panicked"));
    }
    assert_eq!(tree(folder.path()), before);
}

#[test]
fn one_bad_file_does_not_stop_the_others() {
    let folder = folder(&[("a.config", b"<broken>"), ("b.config", SDK)]);
    let done = run(folder.path(), &["rewrite", ".", "--write"]);
    assert_eq!(done.code, 2);
    assert!(done.stderr.contains("a.config"));
    let written = &tree(folder.path())["b.config"];
    assert!(String::from_utf8_lossy(written).contains("/MultiFactorAuthWebServiceSdk/"));
}

#[cfg(unix)]
#[test]
fn no_permission_is_said_so() {
    use std::os::unix::fs::PermissionsExt;
    let folder = folder(&[("a.config", SDK)]);
    let path = folder.path().join("a.config");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o000)).unwrap();
    if std::fs::read(&path).is_ok() {
        return; // an administrator may read everything
    }
    let done = run(folder.path(), &["rewrite", "a.config"]);
    assert_eq!(done.code, 2);
    assert!(done.stderr.contains("permission") && done.stderr.contains("help:"));
}

#[cfg(unix)]
#[test]
fn links_do_not_lead_out_of_the_tree() {
    let outside = folder(&[("out.config", SDK)]);
    let folder = folder(&[("sub/in.config", SDK)]);
    std::os::unix::fs::symlink(outside.path(), folder.path().join("sub/link")).unwrap();
    let file = outside.path().join("out.config");
    std::os::unix::fs::symlink(&file, folder.path().join("sub/link.config")).unwrap();
    let done = run(folder.path(), &["rewrite", ".", "--write"]);
    assert_eq!(done.code, 0);
    assert_eq!(std::fs::read(&file).unwrap(), SDK);
    assert_ne!(
        std::fs::read(folder.path().join("sub/in.config")).unwrap(),
        SDK
    );
    // A link that is named is followed, and stays a link.
    let done = run(folder.path(), &["rewrite", "sub/link.config", "--write"]);
    assert_eq!(done.code, 0);
    assert_ne!(std::fs::read(&file).unwrap(), SDK);
    assert!(folder.path().join("sub/link.config").is_symlink());
}

#[test]
fn json_is_stable_and_versioned() {
    let folder = folder(&[
        ("web.config", SDK),
        ("clean.txt", b"nothing"),
        ("b.dat", b"\0"),
        ("broken.xml", b"<a>"),
    ]);
    let done = run(folder.path(), &["rewrite", ".", "--format", "json"]);
    assert_eq!(done.code, 2);
    insta::assert_snapshot!("rewrite_json", done.stdout);
}

#[test]
fn an_error_shows_the_line_of_the_file() {
    let mut text = "<configuration>\r\n".to_owned();
    text.push_str(&"  <!-- filler -->\r\n".repeat(40));
    text.push_str("  <add key=\"a\" value=\"b & c\" />\r\n</configuration>\r\n");
    let folder = folder(&[("web.config", text.as_bytes())]);
    let done = run(folder.path(), &["rewrite", "web.config"]);
    insta::assert_snapshot!("not_well_formed", done.stderr);
}

#[test]
fn no_secret_is_shown() {
    let config = b"<configuration>
  <appSettings>
    <add key=\"WEB_SERVICE_SDK_AUTHENTICATION_PASSWORD\" value=\"Hush/PhoneFactor/1\" />
    <add key=\"url\" value=\"https://host/PhoneFactorWebServiceSdk/\" />
    <add key=\"db\" value=\"Server=a;Password=Hush2;X=1\" />
  </appSettings>
</configuration>
";
    let script = b"$password = 'Hush3'\n$url = 'https://host/PhoneFactor/'\n$secret='Hush4'; $u='https://host/PhoneFactor/'\n";
    let broken = b"<a>\n<add key='PASSWORD' value='Hush5 & x' />\n</a>\n";
    let folder = folder(&[
        ("web.config", config),
        ("a.ps1", script),
        ("broken.config", broken),
    ]);
    for args in [
        &["rewrite", "."][..],
        &["rewrite", ".", "--format", "json"],
        &["rewrite", ".", "--write"],
    ] {
        let done = run(folder.path(), args);
        let all = format!("{}{}", done.stdout, done.stderr);
        assert!(!all.contains("Hush"), "{args:?}\n{all}");
    }
    assert!(
        String::from_utf8_lossy(&tree(folder.path())["web.config"]).contains("Hush/PhoneFactor/1")
    );
    std::fs::write(folder.path().join("web.config"), config).unwrap();
    let done = run(folder.path(), &["rewrite", "web.config", "--show-secrets"]);
    assert!(done.stdout.contains("Hush2"));
}

#[test]
fn colours_are_used_when_asked_for() {
    let folder = folder(&[("web.config", SDK)]);
    let colored = |args: &[&str], env: &[(&str, &str)]| {
        let output = conferry(folder.path())
            .args(args)
            .envs(env.iter().copied())
            .output()
            .unwrap();
        output.stdout.contains(&0x1B)
    };
    assert!(!colored(&["rewrite", "."], &[]));
    assert!(colored(&["rewrite", ".", "--color", "always"], &[]));
    assert!(colored(
        &["rewrite", ".", "--color", "always"],
        &[("NO_COLOR", "1")]
    ));
    assert!(colored(&["rewrite", "."], &[("CLICOLOR_FORCE", "1")]));
    assert!(!colored(
        &["rewrite", "."],
        &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")]
    ));
    assert!(!colored(
        &["--color", "never", "rewrite", "."],
        &[("CLICOLOR_FORCE", "1")]
    ));
}

#[test]
fn a_closed_pipe_is_a_quiet_end() {
    let folder = folder(&[
        ("web.config", SDK),
        ("b.txt", &b"https://h/PhoneFactor/\n".repeat(20_000)),
    ]);
    let mut child = std::process::Command::new(assert_cmd::cargo::cargo_bin("conferry"))
        .args(["rewrite", "."])
        .current_dir(folder.path())
        .env_clear()
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert!(!String::from_utf8_lossy(&output.stderr).contains("panicked"));
}

#[cfg(windows)]
#[test]
fn paths_are_shown_with_one_kind_of_separator() {
    let site =
        br#"<configuration><system.web><compilation debug="true"/></system.web></configuration>"#;
    let folder = folder(&[("site/sub/web.config", site)]);
    for given in ["site", "site/sub", "./site/", r"SITE\sub/web.config"] {
        let done = run(folder.path(), &["lint", given]);
        let shown = done.stdout.to_lowercase();
        let is_file = given.ends_with(".config");
        let expected = if is_file {
            r"[site\sub/web.config:"
        } else {
            r"site\sub\web.config:"
        };
        assert!(shown.contains(expected), "{given}\n{shown}");
    }
    // What other programs read is seen from the current folder, however it was given.
    let whole = folder.path().canonicalize().unwrap();
    for given in [whole.clone(), whole.join("SITE")] {
        let given = given.display().to_string();
        let done = run(folder.path(), &["lint", "--format", "sarif", &given]);
        let shown = done.stdout.to_lowercase();
        assert!(
            shown.contains(r#""uri": "site/sub/web.config""#),
            "{given}\n{shown}"
        );
        assert!(!shown.contains("%3f"), "{given}\n{shown}");
    }
}
