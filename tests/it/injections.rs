//! `tests/canaries/injections.tsv`: no text of a file, no name and no pack commands a terminal or the log
//! of a build, in any format.

use std::fs;
use std::path::Path;

use crate::command::{MERGE_THREE, folder, run};

fn table() -> Vec<String> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/canaries/injections.tsv");
    let text = fs::read_to_string(file).unwrap();
    let rows = text.lines().filter(|line| !line.starts_with('#')).skip(1);
    rows.map(|row| {
        let (_, text) = row.split_once('\t').unwrap();
        let mut text = text.replace("\\e", "\u{1b}").replace("\\r", "\r");
        while let Some(start) = text.find("\\u{") {
            let end = start + text[start..].find('}').unwrap();
            let code = u32::from_str_radix(&text[start + 3..end], 16).unwrap();
            text.replace_range(start..=end, &char::from_u32(code).unwrap().to_string());
        }
        text
    })
    .collect()
}

/// What in `shown` would be obeyed; `is_commands`: it consists of commands, one a line.
fn obeyed(shown: &str, is_commands: bool) -> Vec<String> {
    let is_control = |c: char| {
        c.is_control() && !matches!(c, '\n' | '\t' | '\r')
            || matches!(c, '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    let mut found = Vec::new();
    for line in shown.split('\n') {
        let line = line.strip_suffix('\r').unwrap_or(line);
        // Our own command is the beginning of its line.
        let rest = match is_commands {
            true => [
                "::error ",
                "::warning ",
                "::notice ",
                "##vso[task.logissue ",
            ]
            .iter()
            .find_map(|own| line.strip_prefix(own))
            .unwrap_or(line),
            false => line,
        };
        let lower = rest.to_lowercase();
        let commands = ["##vso[", "##[", "##teamcity["];
        if rest.contains(is_control)
            || rest.contains('\r')
            || commands.iter().any(|command| lower.contains(command))
            || rest.trim_start().starts_with("::")
        {
            found.push(line.to_owned());
        }
    }
    found
}

#[test]
fn nothing_printed_is_obeyed() {
    let rows = table();
    assert!(rows.len() > 15);
    let script: String = (rows.iter())
        .map(|row| format!("{row}\nopen https://host/PhoneFactor/\n"))
        .collect();
    let markup: Vec<String> = rows
        .iter()
        .map(|row| {
            let text: String = row
                .chars()
                .filter(|c| !matches!(c, '\u{1b}' | '\u{7}'))
                .collect();
            text.replace('\r', "&#13;")
        })
        .collect();
    let config = |more: &str| {
        let rows: String = markup.iter().enumerate().map(|(at, row)| format!(
            "<row{at} value=\"{row}\"/>\n<add key=\"{row}\" value=\"1{more}\"/>\n<add key=\"{row}\" value=\"2{more}\"/>\n{row}\n"
        )).collect();
        format!("<configuration>\n<appSettings>\n{rows}</appSettings>\n</configuration>\n")
    };
    let pack = format!(
        "[sources]\ntest = \"A test\"\n[[lint]]\nid = \"TST101\"\nname = \"quotes\"\nseverity = \"warning\"\nsummary = {0}\nadvice = {0}\n\
         select = \"//*/@value\"\nmessage = \"found {{value}} in {{element}}\"\nwhy = {0}\nsource = \"test\"\nvalid = [\"<configuration/>\"]\n\
         invalid = [\"<configuration><add value='x'/></configuration>\"]\n",
        serde_json::to_string(&rows.concat().replace(['\u{9b}', '\u{7f}'], "")).unwrap()
    );
    let broken = config("").replace("</appSettings>", "::error::x <");
    let settings = "\nselect = [\"TST\", \"::error::\\u001b[2J ##vso[x]\"]\n  ::error::x = 1\n";
    let mut files: Vec<(String, Vec<u8>)> = vec![
        ("a.ps1".into(), script.clone().into_bytes()),
        ("base.config".into(), config("a").into_bytes()),
        ("old.config".into(), config("b").into_bytes()),
        ("new.config".into(), config("c").into_bytes()),
        ("lint/web.config".into(), config("").into_bytes()),
        ("lint/x/web.config".into(), broken.into_bytes()),
        ("pack.toml".into(), pack.into_bytes()),
        ("bad/conferry.toml".into(), settings.into()),
        ("bad/web.config".into(), config("").into_bytes()),
        (
            "bad.toml".into(),
            "[[merge]]\n  id = \"##vso[x]\"\n  ::error:: = 1\n".into(),
        ),
    ];
    if cfg!(unix) {
        for name in [
            "\u{1b}[2J",
            "##vso[task.x]y",
            "::error::x",
            "\u{202e}x",
            "\r::error::z",
        ] {
            files.push((format!("lint/{name}/web.config"), config("").into_bytes()));
            files.push((format!("{name}/b.ps1"), script.clone().into_bytes()));
        }
    }
    let files: Vec<(&str, &[u8])> = files
        .iter()
        .map(|(name, bytes)| (name.as_str(), bytes.as_slice()))
        .collect();
    let folder = folder(&files);
    let three = MERGE_THREE;
    let mut commands: Vec<Vec<&str>> = vec![
        three.to_vec(),
        vec!["rewrite", "."],
        vec!["rewrite", ".", "--format", "json"],
        vec!["lint", "bad"],
        vec!["lint", "bad", "--format", "json"],
        vec!["rules", "check", "bad.toml"],
        vec!["rules", "check", "bad.toml", "--format", "json"],
        vec!["rules", "explain", "TST101", "--rules", "pack.toml"],
        vec!["rules", "list", "--rules", "pack.toml", "--format", "json"],
        vec!["rules", "test", "pack.toml"],
        vec!["lint", "::error::\u{1b}[2J"],
        vec!["::error::\u{1b}[2J"],
        vec!["merge", "--\u{1b}[2J##vso[x]"],
        vec![
            "git-merge-driver",
            "base.config",
            "old.config",
            "new.config",
            "-P",
            "::error::\u{1b}[2J",
        ],
    ];
    for format in ["json", "sarif", "github", "azure", "markdown", "html"] {
        commands.push([&three[..], &["--format", format]].concat());
    }
    for format in [
        "text", "json", "sarif", "github", "azure", "markdown", "html",
    ] {
        commands.push(vec![
            "lint",
            "lint",
            "--rules",
            "pack.toml",
            "--format",
            format,
        ]);
    }
    for format in ["text", "json", "jsonl", "markdown", "html", "unified"] {
        let sides = ["old.config", "new.config", "--all", "--format", format];
        commands.push([&["diff"], &sides[..]].concat());
        let sides = ["old.config", "new.config", "old.config", "--format", format];
        if format != "unified" {
            commands.push([&["diff"], &sides[..]].concat());
        }
    }
    commands.push(vec!["diff", "lint", "bad"]);
    for args in commands {
        let done = run(folder.path(), &args);
        let is_commands = args.contains(&"github") || args.contains(&"azure");
        for (shown, is_commands) in [(&done.stdout, is_commands), (&done.stderr, false)] {
            let found = obeyed(shown, is_commands);
            assert!(
                found.is_empty(),
                "{args:?}: {:#?}",
                &found[..found.len().min(5)]
            );
        }
        assert!(
            !(done.stdout.is_empty() && done.stderr.is_empty()),
            "{args:?}"
        );
        if args.iter().any(|arg| ["json", "sarif"].contains(arg)) && !done.stdout.is_empty() {
            serde_json::from_str::<serde_json::Value>(&done.stdout).unwrap();
        }
    }
}
