//! Small configurations in every layout that people and tools give them, as triples: both sides add, change and remove
//! settings, and each may have been laid out anew. All of them are files that .NET reads.

use std::fmt::Write as _;

use conferry::xml::Document;

use crate::laws::Triple;

/// Random numbers that are the same in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, count: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 20) as usize % count
    }

    fn one_in(&mut self, count: usize) -> bool {
        self.below(count) == 0
    }

    fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())]
    }
}

/// A configuration as a value.
#[derive(Clone, PartialEq)]
struct Config {
    app: Vec<(&'static str, &'static str)>,
    settings: Vec<(&'static str, &'static str)>,
}

const NAMES: [&str; 8] = [
    "Alpha", "Beta", "Gamma", "Delta", "Epsilon", "Zeta", "Eta", "Theta",
];
const VALUES: [&str; 6] = [
    "1",
    "",
    "a &amp; b",
    "two words",
    "https://contoso.test/x",
    "ü",
];

/// How it is written.
#[derive(Clone)]
struct Layout {
    line_end: &'static str,
    indent: &'static str,
    /// Sections and settings each on one line.
    settings: SettingForm,
    entries_on_one_line: bool,
    add: &'static str,
    empty_value: &'static str,
    between: &'static str,
    final_line_end: bool,
}

#[derive(Clone, Copy, PartialEq)]
enum SettingForm {
    Pretty,
    /// A blank behind each value, all else on one line.
    OneLine,
    /// A comment behind each value.
    Comment,
    /// The last one has nothing behind its value, which .NET forgives.
    TightAtEnd,
}

impl Layout {
    fn any(dice: &mut Dice) -> Self {
        let minified = dice.one_in(5);
        Self {
            line_end: match minified {
                true => "",
                false => dice.pick(&["\n", "\n", "\r\n"]),
            },
            indent: match minified {
                true => "",
                false => dice.pick(&["  ", "    ", "\t"]),
            },
            settings: dice.pick(&[
                SettingForm::Pretty,
                SettingForm::OneLine,
                SettingForm::Comment,
                SettingForm::TightAtEnd,
                SettingForm::TightAtEnd,
            ]),
            entries_on_one_line: minified || dice.one_in(4),
            add: dice.pick(&[" />", "/>", "></add>"]),
            empty_value: dice.pick(&["<value />", "<value></value>"]),
            between: dice.pick(&["", "", "blank", "comment"]),
            final_line_end: !dice.one_in(3),
        }
    }

    fn write(&self, config: &Config) -> String {
        const CLIENT: &str = "System.Configuration.ClientSettingsSection, System, Version=4.0.0.0, Culture=neutral, \
                              PublicKeyToken=b77a5c561934e089";
        let mut text = String::from("<?xml version=\"1.0\" encoding=\"utf-8\"?>");
        let line = |text: &mut String, depth: usize, what: &str| {
            text.push_str(self.line_end);
            text.push_str(&self.indent.repeat(depth));
            text.push_str(what);
        };
        line(&mut text, 0, "<configuration>");
        line(&mut text, 1, "<configSections>");
        line(&mut text, 2, "<sectionGroup name=\"applicationSettings\">");
        let section = format!("<section name=\"Contoso.Portal\" type=\"{CLIENT}\" />");
        line(&mut text, 3, &section);
        line(&mut text, 2, "</sectionGroup>");
        line(&mut text, 1, "</configSections>");
        line(&mut text, 1, "<appSettings>");
        for (at, (key, value)) in config.app.iter().enumerate() {
            let entry = format!("<add key=\"{key}\" value=\"{value}\"{}", self.add);
            self.gap(&mut text, at, 2);
            text.push_str(&entry);
        }
        line(&mut text, 1, "</appSettings>");
        line(&mut text, 1, "<applicationSettings>");
        line(&mut text, 2, "<Contoso.Portal>");
        for (at, (name, value)) in config.settings.iter().enumerate() {
            self.gap(&mut text, at, 3);
            let is_last = at + 1 == config.settings.len();
            text.push_str(&self.setting(name, value, is_last));
        }
        line(&mut text, 2, "</Contoso.Portal>");
        line(&mut text, 1, "</applicationSettings>");
        line(&mut text, 0, "</configuration>");
        if self.final_line_end {
            text.push_str(self.line_end);
        }
        text
    }

    /// What is before an entry.
    fn gap(&self, text: &mut String, at: usize, depth: usize) {
        if self.entries_on_one_line && at > 0 {
            return;
        }
        let indent = self.indent.repeat(depth);
        match self.between {
            "blank" if at > 0 => text.push_str(self.line_end),
            "comment" if at > 0 => {
                let _ = write!(text, "{}{indent}<!-- no. {at} -->", self.line_end);
            }
            _ => {}
        }
        text.push_str(self.line_end);
        text.push_str(&indent);
    }

    fn setting(&self, name: &str, value: &str, is_last: bool) -> String {
        let value = match value {
            "" => self.empty_value.to_owned(),
            value => format!("<value>{value}</value>"),
        };
        let (before, behind) = match self.settings {
            SettingForm::Pretty if !self.line_end.is_empty() => {
                let line = |depth| format!("{}{}", self.line_end, self.indent.repeat(depth));
                (line(4), line(3))
            }
            SettingForm::Comment => (String::new(), "<!-- set -->".to_owned()),
            SettingForm::TightAtEnd if is_last => (String::new(), String::new()),
            _ => (String::new(), " ".to_owned()),
        };
        format!("<setting name=\"{name}\" serializeAs=\"String\">{before}{value}{behind}</setting>")
    }
}

/// Adds, changes and removes some of them.
fn change(of: &mut Vec<(&'static str, &'static str)>, names: &[&'static str], dice: &mut Dice) {
    for _ in 0..=dice.below(2) {
        let name = dice.pick(names);
        match of.iter().position(|(known, _)| *known == name) {
            Some(at) if dice.one_in(3) => {
                of.remove(at);
            }
            Some(at) => of[at].1 = dice.pick(&VALUES),
            None if dice.one_in(3) => {
                let at = dice.below(of.len() + 1);
                of.insert(at, (name, dice.pick(&VALUES)));
            }
            None => of.push((name, dice.pick(&VALUES))),
        }
    }
}

/// As many triples.
pub fn layouts(count: usize) -> Vec<Triple> {
    let mut dice = Dice(0x2013_0520);
    (0..count).map(|at| triple(at, &mut dice)).collect()
}

fn triple(at: usize, dice: &mut Dice) -> Triple {
    let some = |dice: &mut Dice| {
        let count = dice.below(4);
        NAMES[..count]
            .iter()
            .map(|name| (*name, dice.pick(&VALUES)))
            .collect()
    };
    let base = Config {
        app: some(dice),
        settings: some(dice),
    };
    let (mut old, mut new) = (base.clone(), base.clone());
    // The sides mostly speak of different names, so that few triples end in a conflict.
    for (side, names) in [(&mut old, &NAMES[..5]), (&mut new, &NAMES[3..])] {
        change(&mut side.app, names, dice);
        change(&mut side.settings, names, dice);
    }
    let shipped = Layout::any(dice);
    let layouts = [0; 2].map(|_| match dice.one_in(3) {
        true => Layout::any(dice),
        false => shipped.clone(),
    });
    let document =
        |layout: &Layout, config: &Config| Document::from_text(&layout.write(config)).unwrap();
    Triple {
        name: format!("layout {at}"),
        base: document(&shipped, &base),
        incoming: document(&layouts[0], &old),
        carrier: document(&layouts[1], &new),
    }
}
