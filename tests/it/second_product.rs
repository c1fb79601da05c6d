//! The second product, Umbraco, which no line of Rust knows: docs/second-product.md.
//!
//! Its shipped files are no part of the repository; where the corpus is at hand, they are read there.

use std::fs;
use std::path::{Path, PathBuf};

use conferry::pack::load;
use conferry::pack::rules::Id;
use conferry::xml::Document;

use crate::command::{folder, run, tree};
use crate::laws::corpus;

/// Version 6 keeps its connection among the keys, 7.0.0 its keys in another file.
const SITES: [&str; 4] = [
    r#"<configuration><appSettings><add key="umbracoConfigurationStatus" value="6.1.0"/></appSettings></configuration>"#,
    r#"<configuration><configSections><sectionGroup name="umbracoConfiguration"/></configSections><appSettings configSource="config\appSettings.config"/></configuration>"#,
    r#"<configuration><appSettings><add key="UmbracoConfigurationStatus" value="7.5.7"/></appSettings></configuration>"#,
    r#"<configuration><appSettings><add key="Umbraco.Core.ConfigurationStatus" value="8.1.0"/></appSettings></configuration>"#,
];

fn releases() -> Option<PathBuf> {
    let releases = corpus()?.join("releases");
    releases.is_dir().then_some(releases)
}

fn page() -> String {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/second-product.md");
    fs::read_to_string(page).unwrap().replace("\r\n", "\n")
}

#[test]
fn an_edited_file_arrives_in_the_next_release() {
    let list = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/second-product/edits.toml");
    let list: toml::Table = fs::read_to_string(list).unwrap().parse().unwrap();
    let edits = list["edit"].as_array().unwrap();
    let text = |value: &toml::Value| value.as_str().unwrap().to_owned();
    assert_eq!(edits.len(), 10);
    let page = page();
    for edit in edits {
        let row = format!("| {} |", text(&edit["what"]));
        assert!(page.contains(&row), "the page lacks {row}");
    }
    let Some(releases) = releases().map(|releases| releases.join("Umbraco")) else {
        return;
    };
    let shipped = |key: &str| fs::read(releases.join(list[key].as_str().unwrap())).unwrap();
    let mut live = String::from_utf8(shipped("base")).unwrap();
    for edit in edits {
        for change in edit["change"].as_array().unwrap() {
            let find = text(&change["find"]);
            assert_eq!(live.matches(&find).count(), 1, "{find}");
            live = live.replace(&find, &text(&change["put"]));
        }
    }
    let (base, new) = (shipped("base"), shipped("new"));
    let folder = folder(&[
        ("shipped-7.5.7.config", &base),
        ("live.config", live.as_bytes()),
        ("shipped-7.7.0.config", &new),
    ]);
    let line = "merge --base shipped-7.5.7.config --old live.config --new shipped-7.7.0.config -o web.config";
    assert!(page.contains(&format!("conferry {line}\n")));
    let args: Vec<&str> = line.split(' ').collect();
    let done = run(folder.path(), &args);
    assert_eq!(done.code, 0, "{}{}", done.stdout, done.stderr);
    let result = String::from_utf8(tree(folder.path())["web.config"].clone()).unwrap();
    for edit in edits {
        for carried in edit["carried"].as_array().unwrap() {
            assert_eq!(result.matches(&text(carried)).count(), 1, "{carried}");
        }
    }
    assert!(!done.stdout.contains("Hush-7"), "{}", done.stdout);
    // The page shows parts of what was printed, as printed.
    let said = format!("{}{}", done.stdout, done.stderr);
    let mut shown = 0;
    for part in page.split("\n```text\n").skip(1) {
        let part = part.split("\n```").next().unwrap();
        for paragraph in part.split("\n\n") {
            assert!(said.contains(paragraph), "not printed:\n{paragraph}");
            shown += 1;
        }
    }
    assert_eq!(shown, 2, "the page shows nothing");
    // Again over its own result: nothing is left to do.
    let again = run(
        folder.path(),
        &[
            "merge",
            "--base",
            "shipped-7.7.0.config",
            "--old",
            "web.config",
            "--new",
            "shipped-7.7.0.config",
            "-o",
            "again.config",
        ],
    );
    assert_eq!(again.code, 0, "{}", again.stderr);
    let files = tree(folder.path());
    assert_eq!(files["again.config"], files["web.config"]);
}

#[test]
fn its_rules_are_for_its_own_files() {
    let rules = load(&[]).unwrap();
    let component = |bytes: &[u8]| {
        let document = Document::from_bytes(bytes).ok()?;
        let component = rules.component_of(&document)?;
        Some(component.provenance.id.clone())
    };
    for site in SITES {
        assert_eq!(
            component(site.as_bytes()).as_ref().map(Id::as_str),
            Some("umbraco-site"),
            "{site}"
        );
    }
    for other in [
        r#"<configuration><appSettings><add key="Title" value="umbraco"/></appSettings></configuration>"#,
        r#"<settings><content><page>1</page></content></settings>"#,
        r#"<trees><add name="oak"/></trees>"#,
        r#"<applications><add name="a" path="/a"/></applications>"#,
    ] {
        assert_eq!(component(other.as_bytes()), None, "{other}");
    }
    let Some(releases) = releases() else {
        return;
    };
    let mut sites = 0;
    for product in fs::read_dir(releases).unwrap() {
        let product = product.unwrap().path();
        // The test site of Merchello is a site of Umbraco with that package.
        let name = product.file_name().unwrap().to_string_lossy().into_owned();
        let is_site = name == "Umbraco" || name == "Merchello-test-site";
        for file in fs::read_dir(&product).unwrap() {
            let file = file.unwrap().path();
            let found = component(&fs::read(&file).unwrap());
            let is_ours = found.is_some_and(|id| id.as_str().starts_with("umbraco"));
            assert!(!is_ours || is_site, "{}", file.display());
            assert!(is_ours || name != "Umbraco", "{}", file.display());
            sites += usize::from(is_ours);
        }
    }
    assert!(sites > 40, "{sites}");
}

#[test]
fn a_snapshot_takes_the_site_and_misses_no_other_product() {
    let web_config = SITES[2].as_bytes();
    let folder = folder(&[
        ("c/inetpub/wwwroot/www/web.config", web_config),
        (
            "c/inetpub/wwwroot/www/config/umbracoSettings.config",
            b"<settings/>",
        ),
        (
            "c/inetpub/wwwroot/www/config/imageprocessor/cache.config",
            b"<caching/>",
        ),
        ("c/inetpub/wwwroot/www/App_Data/www.sdf", b"data"),
        ("c/inetpub/wwwroot/www/App_Data/TEMP/x.js", b"again"),
        (
            "c/inetpub/wwwroot/www/umbraco/config/lang/en.xml",
            b"<language/>",
        ),
        ("c/inetpub/wwwroot/www/umbraco/js/app.js", b"shipped"),
        ("c/inetpub/wwwroot/www/bin/Shop.dll", b"code"),
        ("c/inetpub/wwwroot/other/web.config", b"<configuration/>"),
    ]);
    let args = [
        "snapshot",
        "create",
        "--root",
        "c",
        "-o",
        "snap",
        "--dry-run",
    ];
    let done = run(folder.path(), &args);
    assert_eq!(done.code, 0, "{}", done.stderr);
    let taken = |file: &str| {
        done.stdout
            .contains(&format!(r"take C:\inetpub\wwwroot\{file} "))
    };
    for file in [
        r"www\web.config",
        r"www\config\umbracoSettings.config",
        r"www\config\imageprocessor\cache.config",
        r"www\App_Data\www.sdf",
        r"www\umbraco\config\lang\en.xml",
    ] {
        assert!(taken(file), "{file}:\n{}", done.stdout);
    }
    assert_eq!(done.stdout.matches("\ntake ").count(), 5, "{}", done.stdout);
    // Other products are not missed where one is found, nor files of a product that have no place of their own.
    let missing = |text: &str| -> Vec<String> {
        let lines = text.lines().filter(|line| line.starts_with("Not found: "));
        lines.map(str::to_owned).collect()
    };
    assert_eq!(
        missing(&done.stdout),
        ["Not found: applicationHost.config (windows)"]
    );
    let asked = run(
        folder.path(),
        &[&args[..], &["--component", "user-portal"]].concat(),
    );
    assert!(
        asked.stdout.contains("Not found: User Portal"),
        "{}",
        asked.stdout
    );
    fs::remove_dir_all(folder.path().join("c/inetpub")).unwrap();
    fs::create_dir_all(folder.path().join("c/inetpub")).unwrap();
    let none = run(folder.path(), &args);
    for title in ["User Portal", "Umbraco site"] {
        assert!(
            missing(&none.stdout)
                .iter()
                .any(|line| line.contains(title)),
            "{}{}",
            none.stdout,
            none.stderr
        );
    }
    assert!(!none.stdout.contains("Umbraco trees"), "{}", none.stdout);
}
