//! docs/procedure.md: each sentence of the documented procedure names steps, commands and tests that there are, each
//! step of the pack is in it with all its sources, and runbooks have each step, behind those that it depends on.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::OnceLock;

use serde_json::Value;

use crate::command::{conferry, folder, run};
use crate::installer_maker::Maker;
use crate::named_tests::is_test;

/// Tests that say of each step in a row that a runbook has it.
const REVIEWED: &str = "it::plan::runbooks_are_as_reviewed";
const NOBODY: &str = "nobody does it";

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &str) -> String {
    let text = fs::read_to_string(root().join(path)).unwrap();
    text.replace("\r\n", "\n")
}

fn pack() -> toml::Table {
    read("rules/phonefactor/plan.toml").parse().unwrap()
}

/// The rows of a table of the pack.
fn of<'p>(pack: &'p toml::Table, table: &str) -> Vec<&'p toml::Table> {
    let rows = pack[table].as_array().unwrap();
    rows.iter().map(|row| row.as_table().unwrap()).collect()
}

/// A key that holds a text or a list of texts.
fn texts<'p>(row: &'p toml::Table, key: &str) -> Vec<&'p str> {
    match row.get(key) {
        None => Vec::new(),
        Some(toml::Value::Array(all)) => all.iter().map(|one| one.as_str().unwrap()).collect(),
        Some(one) => vec![one.as_str().unwrap()],
    }
}

fn id(row: &toml::Table) -> &str {
    row["id"].as_str().unwrap()
}

/// A row of the page.
struct Row {
    asks: String,
    sources: Vec<String>,
    who: Vec<String>,
    how: Vec<String>,
    tests: Vec<String>,
}

fn quoted(cell: &str) -> Vec<String> {
    let parts = cell.split('`').skip(1).step_by(2);
    parts.map(str::to_owned).collect()
}

fn rows(page: &str) -> Vec<Row> {
    let lines = page.lines().filter(|line| line.ends_with("` |"));
    lines
        .map(|line| {
            let cells: Vec<&str> = line.trim_matches('|').split(" | ").map(str::trim).collect();
            let [asks, sources, who, how, tests] = cells[..] else {
                panic!("not five cells: {line}");
            };
            Row {
                asks: asks.to_owned(),
                sources: quoted(sources),
                who: who.split(", ").map(str::to_owned).collect(),
                how: quoted(how),
                tests: quoted(tests),
            }
        })
        .collect()
}

/// What is wrong with the page.
fn faults(page: &str, pack: &toml::Table) -> Vec<String> {
    let mut faults = Vec::new();
    let steps = of(pack, "step");
    let known = |table: &str, word: &str| of(pack, table).iter().any(|row| id(row) == word);
    let rules = conferry::pack::load_for_lint(&[]).unwrap();
    let rows = rows(page);
    for row in &rows {
        let mut fault = |what: String| faults.push(format!("{}: {what}", row.asks));
        let (mut tool, mut person) = (false, false);
        for word in &row.how {
            if let Some(step) = steps.iter().find(|step| id(step) == word) {
                let is_run = |command: &&str| command.starts_with("conferry ");
                tool |= step.contains_key("done-by") || texts(step, "command").iter().any(is_run);
                person |= !step.contains_key("done-by");
            } else if word.starts_with("conferry ") {
                tool = true;
                if !is_understood(word) {
                    fault(format!("`{word}` is no command"));
                }
            } else if rules
                .lints
                .iter()
                .any(|rule| rule.provenance.id.as_str() == word)
                || known("procedure", word)
            {
                tool = true;
            } else if known("question", word) {
                person = true;
            } else {
                fault(format!("there is no step `{word}`"));
            }
        }
        let who = |name: &str| row.who.iter().any(|one| one == name);
        if row
            .who
            .iter()
            .any(|one| one != "conferry" && one != "a person")
        {
            fault(NOBODY.to_owned());
        }
        if who("conferry") && !tool || who("a person") && !person {
            fault(format!("{} cannot do {:?}", row.who.join(", "), row.how));
        }
        if row.tests.is_empty() {
            fault("it names no test".to_owned());
        }
        for test in row.tests.iter().filter(|test| !is_test(test)) {
            fault(format!("there is no test {test}"));
        }
        for source in &row.sources {
            if !pack["sources"].as_table().unwrap().contains_key(source) {
                fault(format!("there is no source {source}"));
            }
        }
    }
    for step in &steps {
        let named = rows
            .iter()
            .filter(|row| row.how.iter().any(|word| word == id(step)));
        let cited: BTreeSet<&String> = named.flat_map(|row| &row.sources).collect();
        for source in texts(step, "source") {
            if !cited.iter().any(|one| *one == source) {
                faults.push(format!("no row has the step {} of {source}", id(step)));
            }
        }
    }
    faults
}

/// Whether conferry knows the command and its options: it gets as far as its help.
fn is_understood(command: &str) -> bool {
    let words = words(command);
    let here = folder(&[]);
    let mut known = conferry(here.path());
    let done = known.args(&words[1..]).arg("--help").output().unwrap();
    done.status.success()
}

/// The words of a command for PowerShell, as runbooks have them.
fn words(command: &str) -> Vec<String> {
    let joined = regex::Regex::new(r"\(Join-Path ('[^']*'|\S+) ([^)]*)\)").unwrap();
    let command = joined.replace_all(command, "$1");
    let word = regex::Regex::new(r"'((?:[^']|'')*)'|(\S+)").unwrap();
    let found = word.captures_iter(&command);
    found
        .map(|word| match word.get(1) {
            Some(inner) => inner.as_str().replace("''", "'"),
            None => word[2].to_owned(),
        })
        .collect()
}

#[test]
fn the_page_and_the_pack_name_each_other() {
    let faults = faults(&read("docs/procedure.md"), &pack());
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn what_is_wrong_with_the_page_is_noticed() {
    let (page, pack) = (read("docs/procedure.md"), pack());
    for (from, to, expected) in [
        ("`activate`", "`actuate`", "there is no step `actuate`"),
        (
            "`activate`",
            "`PF901`",
            "no row has the step activate of UPGRADE-PF",
        ),
        (
            "`MIGRATION` | a person | `migration-end`",
            "`UPGRADE` | a person | `migration-end`",
            "no row has the step migration-end of MIGRATION",
        ),
        ("| a person | `activate`", "| somebody | `activate`", NOBODY),
        (
            "| a person | `activate`",
            "| conferry | `activate`",
            "conferry cannot do",
        ),
        (
            "`conferry snapshot verify`",
            "`conferry snapshot prove`",
            "`conferry snapshot prove` is no command",
        ),
        (
            "create --with-installers",
            "create --installers",
            "is no command",
        ),
        (
            "every_merge_case_ends_as_expected",
            "no_merge_case_ends",
            "there is no test it::merge_cases::no_merge_case_ends",
        ),
        (
            "`FAVICON` |",
            "`FAVOURITE` |",
            "there is no source FAVOURITE",
        ),
    ] {
        assert!(page.contains(from), "{from}");
        let faults = faults(&page.replace(from, to), &pack);
        assert!(
            faults.iter().any(|fault| fault.contains(expected)),
            "{from}: {faults:?}"
        );
    }
}

#[test]
fn the_page_lists_its_sources() {
    let page = read("docs/procedure.md");
    let pack = pack();
    let mut table = String::from("| source | what |\n|---|---|\n");
    for (name, source) in pack["sources"].as_table().unwrap() {
        let cite = source.as_str().or_else(|| source["cite"].as_str()).unwrap();
        let cell = match source.get("url").and_then(toml::Value::as_str) {
            Some(url) => format!("[{cite}]({url})"),
            None => cite.to_owned(),
        };
        table.push_str(&format!("| `{name}` | {cell} |\n"));
    }
    let mark = "<!-- made by tests/it/procedure.rs -->\n";
    let (before, rest) = page.split_once(mark).unwrap();
    let (found, after) = rest.split_once("<!-- end -->").unwrap();
    if std::env::var_os("CONFERRY_BLESS").is_some() {
        let text = format!("{before}{mark}{table}<!-- end -->{after}");
        fs::write(root().join("docs/procedure.md"), text).unwrap();
        return;
    }
    assert_eq!(found, table, "CONFERRY_BLESS=1 writes it anew");
}

#[test]
fn a_row_that_rests_on_the_review_has_its_steps_in_a_reviewed_runbook() {
    let mut reviewed = String::new();
    for entry in fs::read_dir(root().join("tests/it/snapshots")).unwrap() {
        let path = entry.unwrap().path();
        if path.to_str().unwrap().contains("__plan__runbook_") {
            reviewed.push_str(&fs::read_to_string(path).unwrap());
        }
    }
    let pack = pack();
    for row in rows(&read("docs/procedure.md")) {
        if row.tests.iter().any(|test| test == REVIEWED) {
            for step in row
                .how
                .iter()
                .filter(|word| of(&pack, "step").iter().any(|step| id(step) == *word))
            {
                let is_there = ["@", ":", "` ·"].map(|end| format!("· `{step}{end}"));
                assert!(
                    is_there.iter().any(|text| reviewed.contains(text)),
                    "{step}"
                );
            }
        }
    }
}

/// A snapshot of a server whose product has an installer in its folder.
fn with_installer(here: &Path, server: &str) -> String {
    let maker = Maker::of("5.1.2", "PhoneFactor", &[("BIN", "Contoso.dll", b"MZ")]);
    let home = here.join(server).join("c/Program Files/PhoneFactor");
    let path = home.join("MultiFactorAuthenticationUserPortalSetup64.msi");
    fs::write(path, maker.bytes()).unwrap();
    let name = format!("{server}-kept");
    let mut create = conferry(here);
    create.env("CONFERRY_HOST", server);
    create.args(["snapshot", "create", "-o", &name, "--root"]);
    let done = create.arg(here.join(server).join("c")).output().unwrap();
    assert!(done.status.success(), "{done:?}");
    name
}

/// Plans for the estates, by the procedure that they take.
fn plans() -> &'static Vec<Value> {
    static PLANS: OnceLock<Vec<Value>> = OnceLock::new();
    PLANS.get_or_init(|| {
        let all = "[answers]\nadfs-farm = \"yes\"\nreplication = \"yes\"\nwindows = \"32\"\niis-plug-in = \"yes\"\ndecrypted = \"yes\"\n";
        let newer = "from-version = \"6.3\"\n";
        let mut plans = Vec::new();
        for (estate, answers, to, more) in [
            ("three-servers", "", "8.0", &[] as &[&str]),
            ("three-servers", "", "7.3", &["--vdir", "pa=app"]),
            ("three-servers", all, "6.3", &[]),
            ("three-servers", newer, "7.3", &[]),
            ("three-servers", newer, "8.1", &[]),
            ("version-6", newer, "8.0", &[]),
            ("load-balanced", "", "8.0", &[]),
            ("encrypted", "", "8.0", &[]),
            ("identity-manager", "", "8.0", &[]),
        ] {
            let here = folder(&[("answers.toml", answers.as_bytes())]);
            let estate = root().join("fixtures/estates").join(estate);
            crate::command::copy_tree(&estate, here.path());
            let mut args = vec!["plan", "--answers", "answers.toml", "--to-version", to, "--format", "json"];
            args.extend(more);
            let mut names: Vec<String> = fs::read_dir(&estate)
                .unwrap()
                .map(|entry| entry.unwrap().file_name().into_string().unwrap())
                .collect();
            if plans.is_empty() {
                names.retain(|name| name != "agent1");
                names.push(with_installer(here.path(), "agent1"));
            }
            args.extend(names.iter().map(String::as_str));
            let done = run(here.path(), &args);
            let plan = serde_json::from_str(&done.stdout);
            plans.push(plan.unwrap_or_else(|_| panic!("{}", done.stderr)));
        }
        plans
    })
}

fn steps(plan: &Value) -> &[Value] {
    plan["steps"].as_array().unwrap()
}

#[test]
fn every_step_is_in_a_runbook() {
    let made = plans().iter().flat_map(steps);
    let made: BTreeSet<&str> = made.map(|step| step["rule"].as_str().unwrap()).collect();
    let pack = pack();
    let ids = of(&pack, "step");
    let missing: Vec<&str> = (ids.iter().map(|step| id(step)))
        .filter(|id| !made.contains(id))
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn steps_stand_behind_those_they_depend_on() {
    for plan in plans() {
        let ids: Vec<&str> = steps(plan)
            .iter()
            .map(|step| step["id"].as_str().unwrap())
            .collect();
        for (at, step) in steps(plan).iter().enumerate() {
            for before in step["after"].as_array().unwrap_or(&Vec::new()) {
                let place = ids.iter().position(|id| before == id).unwrap();
                assert!(
                    place < at,
                    "{}: {} is before {before}",
                    plan["procedure"]["id"],
                    ids[at]
                );
            }
        }
    }
    let order = |ids: &[&str]| {
        let plan = &plans()[0];
        let at = |id: &&str| {
            steps(plan)
                .iter()
                .position(|step| step["rule"] == **id)
                .unwrap()
        };
        let places: Vec<usize> = ids.iter().map(at).collect();
        assert!(places.is_sorted(), "{ids:?}: {places:?}");
    };
    order(&[
        "last-backup",
        "uninstall-portal-alone",
        "uninstall-mobile",
        "uninstall-sdk",
        "uninstall-agent",
    ]);
    order(&[
        "install-server",
        "wait-for-data",
        "activate",
        "install-sdk",
        "install-portal-alone",
        "deploy",
    ]);
}

#[test]
fn commands_of_conferry_in_runbooks_are_understood() {
    let mut commands = BTreeSet::new();
    for step in plans().iter().flat_map(steps) {
        for command in step["commands"].as_array().unwrap_or(&Vec::new()) {
            let command = command.as_str().unwrap();
            if command.starts_with("conferry ") {
                commands.insert(command.to_owned());
            }
        }
    }
    assert!(commands.len() > 10, "{commands:?}");
    for command in commands {
        assert!(is_understood(&command), "{command}");
    }
}

#[test]
fn commands_call_virtual_directories_as_the_plan_does() {
    let commands = |more: &[&str]| {
        let here = folder(&[]);
        let estate = root().join("fixtures/estates/three-servers");
        crate::command::copy_tree(&estate, here.path());
        let servers = ["plan", "agent1", "mobile1", "portal1", "--format", "json"];
        let done = run(here.path(), &[&servers, more].concat());
        let plan: Value = serde_json::from_str(&done.stdout).unwrap();
        let of = |rule: &str| -> Vec<String> {
            let steps = steps(&plan).iter().filter(|step| step["rule"] == rule);
            let commands = steps.flat_map(|step| step["commands"].as_array().unwrap());
            commands
                .map(|one| one.as_str().unwrap().to_owned())
                .collect()
        };
        [of("merge"), of("rewrite-references")].concat()
    };
    let usual = commands(&[]);
    assert!(usual.len() > 1, "{usual:?}");
    assert!(
        !usual
            .iter()
            .any(|command| command.contains("vdir") || command.ends_with(' '))
    );
    let other = commands(&[
        "--keep-vdir",
        "phonefactorphoneappwebservice",
        "--vdir",
        "PA=app",
    ]);
    assert!(other.len() > 1, "{other:?}");
    for command in other {
        let names = " --keep-vdir PhoneFactorPhoneAppWebService --vdir 'PA=app' ";
        assert!(command.contains(names), "{command}");
    }
}

#[test]
fn names_stay_where_nothing_is_uninstalled() {
    let here = folder(&[("answers.toml", b"from-version = \"6.3\"\n")]);
    let estate = root().join("fixtures/estates/three-servers");
    crate::command::copy_tree(&estate, here.path());
    let check = |more: &[&str]| {
        let args = [
            "plan",
            "agent1",
            "mobile1",
            "portal1",
            "--answers",
            "answers.toml",
            "--format",
            "json",
            "--check",
        ];
        let done = run(here.path(), &[&args, more].concat());
        let plan: Value = serde_json::from_str(&done.stdout).unwrap();
        (done.code, plan["blockers"].as_array().unwrap().len())
    };
    for to in ["7.3", "8.0", "8.1"] {
        let to = ["--to-version", to];
        assert_eq!(check(&to), (1, 2), "{to:?}");
        let kept = [
            "--keep-vdir",
            "PhoneFactor",
            "--keep-vdir",
            "PhoneFactorWebServiceSdk",
        ];
        assert_eq!(check(&[&to, &kept[..]].concat()), (0, 0), "{to:?}");
    }
}

/// As those of `plan`, for what its fixtures do not show: the Migration Utility, and all components in place.
#[test]
fn the_other_ways_are_as_reviewed() {
    let hash = regex::Regex::new("SHA-256 [0-9a-f]{12}…").unwrap();
    let kept = [
        "--keep-vdir",
        "PhoneFactor",
        "--keep-vdir",
        "PhoneFactorWebServiceSdk",
    ];
    for (name, to) in [("in-place", "7.3"), ("migration", "8.1")] {
        let here = folder(&[("answers.toml", b"from-version = \"6.3\"\n")]);
        let estate = root().join("fixtures/estates/three-servers");
        crate::command::copy_tree(&estate, here.path());
        let args = [
            "plan",
            "agent1",
            "mobile1",
            "portal1",
            "--answers",
            "answers.toml",
            "--format",
            "markdown",
            "--to-version",
            to,
        ];
        let done = run(here.path(), &[&args[..], &kept[..]].concat());
        assert_eq!(done.code, 0, "{}", done.stderr);
        let runbook = hash.replace_all(&done.stdout, "SHA-256 [hash]");
        insta::with_settings!({ omit_expression => true }, {
            insta::assert_snapshot!(format!("runbook_{name}"), runbook);
        });
    }
}

#[test]
fn the_migration_utility_leaves_web_components_alone() {
    let is = |plan: &&Value| plan["procedure"]["id"] == "mfa-migration";
    let plan = plans().iter().find(is).unwrap();
    let has = |rule: &str| steps(plan).iter().any(|step| step["rule"] == rule);
    for rule in [
        "last-backup",
        "migration-primary",
        "wait-for-data",
        "migration-configure",
        "migration-end",
        "back-migration",
    ] {
        assert!(has(rule), "{rule}");
    }
    for rule in [
        "merge",
        "deploy",
        "pool-runtime",
        "adapter-install",
        "sdk-authentication",
        "in-place-portal",
        "back-uninstall",
    ] {
        assert!(!has(rule), "{rule}");
    }
}
