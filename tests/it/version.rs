//! Which of two versions is the higher one, as .NET and NuGet have it.

use std::cmp::Ordering::{self, Equal, Less};

use conferry::config::version::{NoOrder, compare};
use proptest::prelude::*;

#[track_caller]
fn is(one: &str, other: &str, order: Ordering) {
    assert_eq!(compare(one, other), Ok(order), "{one} and {other}");
    assert_eq!(compare(other, one), Ok(order.reverse()), "{other}, {one}");
}

#[track_caller]
fn has_none(one: &str, other: &str, why: NoOrder) {
    assert_eq!(compare(one, other), Err(why), "{one} and {other}");
    assert_eq!(compare(other, one), Err(why), "{other} and {one}");
}

/// Each text is lower than all those after it.
#[track_caller]
fn rise(versions: &[&str]) {
    for (at, one) in versions.iter().enumerate() {
        is(one, one, Equal);
        for other in &versions[at + 1..] {
            is(one, other, Less);
        }
    }
}

#[test]
fn versions_of_assemblies() {
    rise(&[
        "0.0.0.0", "1.9.0.0", "1.10.0.0", "4.0.0.0", "4.0.0.1", "12.0",
    ]);
    is("4.0.0.0", "4.0", Equal);
    is("4", "4.0.0.0", Equal);
    is(" 4.0.0.0\n", "4.0.0.0", Equal);
    is("20240131235959", "20240201000000", Less);
}

#[test]
fn ranges_count_by_their_upper_end() {
    rise(&["0.0.0.0-5.0.0.0", "0.0.0.0-6.0.0.0", "0.0.0.0-10.0.0.0"]);
    is("5.0.0.0", "0.0.0.0-6.0.0.0", Less);
    is("6.0.0.0-6.0.0.0", "6.0.0.0", Equal);
    // Neither covers what the other one does.
    has_none("0.0.0.0-6.0.0.0", "1.0.0.0-6.0.0.0", NoOrder::Incomparable);
    has_none("6.0.0.0", "1.0.0.0-6.0.0.0", NoOrder::Incomparable);
}

#[test]
fn versions_of_packages() {
    // The example of SemVer 2.0.0, section 11.
    rise(&[
        "1.0.0-alpha",
        "1.0.0-alpha.1",
        "1.0.0-alpha.beta",
        "1.0.0-beta",
        "1.0.0-beta.2",
        "1.0.0-beta.11",
        "1.0.0-rc.1",
        "1.0.0",
    ]);
    rise(&["1.0.0-1", "1.5.0-3", "1.5.0", "2.0.0-1", "2.0.0"]);
    rise(&["1.0.0.0-rc", "1.0.0.0", "1.0.0.1-rc", "1.0.0.1"]);
    // Without numbers of their own, labels are words.
    rise(&["1.0.0-beta10", "1.0.0-beta2"]);
    is("1.0.0-Beta.2", "1.0.0-beta.10", Less);
    is("1.0.0-BETA", "1.0.0-beta", Equal);
    is("1.0", "1.0.0", Equal);
    is("1.0-rc", "1.0.0.0-RC", Equal);
    is("1.0.0+build.5", "1.0.0+build.6", Equal);
    is("1.0.0-rc+5", "1.0.0", Less);
    is("1.0.0-rc-1", "1.0.0-rc-2", Less);
}

#[test]
fn target_frameworks() {
    rise(&[
        "net20", "net35", "net40", "net403", "net45", "net451", "net46", "net472", "net48",
        "net481",
    ]);
    rise(&["netstandard1.6", "netstandard2.0", "netstandard2.1"]);
    rise(&[
        "netcoreapp2.1",
        "netcoreapp3.1",
        "net5.0",
        "net6.0",
        "net10.0",
    ]);
    rise(&["net6.0-windows", "net8.0-Windows"]);
    rise(&[
        ".NETFramework,Version=v4.5",
        ".NETFramework,Version=v4.6.2",
        ".NETFramework,Version=v4.7",
        ".NETFramework,Version=v4.7.2",
    ]);
    rise(&[
        ".NETFramework,Version=v3.5,Profile=Client",
        ".NETFramework,Version=v4.0,Profile=Client",
    ]);
    is("net4.8", "net48", Equal);
    is("net472", ".NETFramework, Version=v4.7.2", Equal);
    is("NET45", ".netframework,version=4.5", Equal);
    is("net60", ".NETCoreApp,Version=v6.0", Equal);
    is("netstandard20", ".NETStandard,Version=v2.0", Equal);
    is(
        "net40-client",
        ".NETFramework,Version=v4.0,Profile=Client",
        Equal,
    );
}

#[test]
fn versions_of_runtimes_and_bare_target_frameworks() {
    rise(&["v1.1.4322", "v2.0.50727", "v4.0", "v4.0.30319"]);
    rise(&["4.0", "4.5", "4.5.2", "4.6.1", "4.7.2", "4.8"]);
    is("v4.0", "V4.0.0", Equal);
}

#[test]
fn versions_of_different_things_have_no_order() {
    for (one, other) in [
        ("net48", "net6.0"),
        ("net48", "netstandard2.0"),
        ("net6.0", "net8.0-windows"),
        ("net8.0-windows10.0.19041", "net8.0-windows10.0.22621"),
        ("4.7.2", "net48"),
        (
            ".NETFramework,Version=v4.0",
            ".NETFramework,Version=v4.0,Profile=Client",
        ),
        (".NETPortable,Version=v4.5", ".NETFramework,Version=v4.5"),
    ] {
        has_none(one, other, NoOrder::Incomparable);
    }
}

#[test]
fn what_is_no_version_is_unreadable() {
    for text in [
        "",
        " ",
        "latest",
        "$(Version)",
        "#{Version}#",
        "1.0.*",
        "[1.0,2.0)",
        "1..0",
        "1.0.",
        ".5",
        "-1",
        "+1.0",
        "1.+2",
        "1.2.3.4.5",
        "1.0.0-",
        "0.0.0.0 - 6.0.0.0",
        "1.0.0-a..b",
        "1.0.0-a_b",
        "1.0.0+",
        "99999999999999999999",
        "net",
        "net4x",
        "net4.8.1.2.3",
        "sl5",
        ".NETFramework",
        ".NETFramework,v4.0",
        ".NETFramework,Version=",
        ".NETFramework,Version=v4.0,Version=v4.5",
        ".NETFramework,Version=v4.0,Culture=neutral",
        ",Version=v4.0",
        "४.०",
    ] {
        has_none(text, "1.0", NoOrder::Unreadable);
        has_none(text, text, NoOrder::Unreadable);
    }
}

fn number() -> impl Strategy<Value = String> {
    prop_oneof![Just("0".into()), (0..12u32).prop_map(|n| n.to_string())]
}

fn numbers(places: std::ops::RangeInclusive<usize>) -> impl Strategy<Value = String> {
    prop::collection::vec(number(), places).prop_map(|parts| parts.join("."))
}

fn package() -> impl Strategy<Value = String> {
    let label = prop_oneof![
        number(),
        Just("4294967296".to_owned()),
        "[a-bA-B]{1,2}",
        "[a-bA-B0-1-]{1,3}",
    ];
    let labels = prop::collection::vec(label, 0..4).prop_map(|labels| match labels.len() {
        0 => String::new(),
        _ => format!("-{}", labels.join(".")),
    });
    (numbers(1..=4), labels, prop_oneof!["", r"\+[a-b]"])
        .prop_map(|(numbers, labels, metadata)| format!("{numbers}{labels}{metadata}"))
}

fn any_version() -> impl Strategy<Value = String> {
    let framework = prop_oneof![
        "net(45|472|48|[4-9]\\.[0-1])(-(client|windows))?",
        "(netstandard|netcoreapp)[1-3]\\.[0-1]",
        "\\.NET(Framework|CoreApp),Version=v[4-6](\\.[0-2])?(,Profile=Client)?",
    ];
    prop_oneof![
        package(),
        numbers(1..=4).prop_map(|numbers| format!("v{numbers}")),
        (numbers(4..=4), numbers(4..=4)).prop_map(|(lower, upper)| format!("{lower}-{upper}")),
        framework,
        "[a-z0-9.,+=-]{0,12}",
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    /// Any two versions of packages have an order, and it is one.
    #[test]
    fn packages_are_in_a_total_order(one in package(), other in package(), third in package()) {
        // Four numbers on each side of a hyphen are a range.
        let is_range = |text: &String| {
            let sides = text.split_once('-');
            sides.is_some_and(|(lower, upper)| {
                lower.split('.').count() == 4 && upper.split('.').count() == 4
            })
        };
        prop_assume!(![&one, &other, &third].into_iter().any(is_range));
        let at_most = |one, other| compare(one, other).map(Ordering::is_le).unwrap();
        prop_assert!(at_most(&one, &other) || at_most(&other, &one));
        let is_chain = at_most(&one, &other) && at_most(&other, &third);
        prop_assert!(!is_chain || at_most(&one, &third));
    }

    /// Antisymmetric and transitive, whatever the texts: frameworks, ranges and no versions at all.
    #[test]
    fn what_has_an_order_is_ordered(one in any_version(), other in any_version(), third in any_version()) {
        prop_assert_eq!(compare(&one, &other), compare(&other, &one).map(Ordering::reverse));
        if let (Ok(a), Ok(b)) = (compare(&one, &other), compare(&other, &third))
            && (a == b || a == Equal || b == Equal)
        {
            let expected = if a == Equal { b } else { a };
            prop_assert_eq!(compare(&one, &third), Ok(expected), "{} {} {}", one, other, third);
        }
    }

    /// Zeros at the end, case, and white space around it are spelling.
    #[test]
    fn spelling_does_not_count(numbers in numbers(1..=3), labels in "(-[a-c]{1,3}){0,1}") {
        let one = format!("{numbers}{labels}");
        let other = format!(" {numbers}.0{} ", labels.to_uppercase());
        prop_assert_eq!(compare(&one, &other), Ok(Equal));
    }
}
