//! Tables about the way from one version to another, of which `plan` makes a runbook.

use toml::Spanned;

use super::row::Row;
use super::table::{About, Declaration, Field, Key, Kind, Table, Text, read_key, rows};
use crate::pack::rules::keys::keys;
use crate::pack::rules::plan::{Deed, Each, Naming, Phase, Sign};
use crate::word::Word;

rows! {
    /// A way from one version of the product to another. Of several the first one that fits is taken.
    [["procedure"]] "Procedure" ProcedureRow {
        required id,
        "title" = "What people call it.",
        /// Ids of components: it is for estates that have one of them.
        required component: Vec<Text>,
        /// Versions that it starts from: `<6.0`, or several comparisons with commas; all without it.
        optional from: Option<Text>,
        /// Versions that it leads to; all without it.
        optional to: Option<Text>,
        /// Where nobody says the old version: what has to be found for it; all of it.
        optional when: Vec<WhenRow>,
        /// The version that it leads to unless `--to-version` says another one.
        optional leads_to: Option<Text>,
        /// What the old version is called where nothing tells it exactly: `5.x or older`.
        optional starts_from: Option<Text>,
        /// What everybody has to know before the first step.
        optional notices: Vec<Text>,
        /// What no file tells, and so no plan can check.
        optional untold: Vec<Text>,
    }
}

rows! {
    /// Something that no file says and that steps depend on. `--answers` answers it.
    [["question"]] "Question" QuestionRow {
        required id,
        "title" = "The question.",
        /// Ids of components: it is asked where one of them is found; always without it.
        optional component: Vec<Text>,
        /// The answers that there are; the first one is assumed until somebody gives another.
        required answers: Vec<Text>,
    }
}

rows! {
    /// A step of a procedure. Texts have places: `{folder}`; in commands a place is quoted for PowerShell, and a command
    /// with a list in it is there once for each item.
    [["step"]] "Step" StepRow {
        required id,
        "title" = "The step in a few words, as an order.",
        /// Ids of the procedures that it belongs to; all of this pack without it.
        optional procedure: Vec<Text>,
        /// The part of the procedure.
        required phase: Option<Spanned<Phase>>,
        /// How often it is there.
        optional each: Option<Spanned<Each>>,
        /// Ids of the components that it is about; it is there if one of them was found.
        optional component: Vec<Text>,
        /// Old versions for which it is there: `<7.0`.
        optional from: Option<Text>,
        /// New versions for which it is there.
        optional to: Option<Text>,
        /// What has to hold; all of it.
        optional when: Vec<WhenRow>,
        /// Who does it, where that is not the administrator of the server.
        optional who: Option<Text>,
        /// What is to be done, in whole sentences.
        optional says: Vec<Text>,
        /// Commands for PowerShell.
        optional command: Vec<Text>,
        /// Where to click: `Programs and Features > Uninstall`.
        optional click: Option<Text>,
        /// What is seen when it worked.
        optional expect: Option<Text>,
        /// How to check it.
        optional check: Option<Text>,
        /// How to undo it.
        optional undo: Option<Text>,
        /// Ids of steps that come before it.
        optional after: Vec<Text>,
        /// Why the upgrade cannot begin before it is done; the step then counts as open until a new snapshot shows
        /// otherwise.
        optional blocks: Option<Text>,
        /// Codes of lint rules: what they find is taken care of where this step is there, and does not block besides.
        optional covers: Vec<Text>,
        /// Whether it destroys what only a snapshot brings back. It stays closed until the snapshot of its server is
        /// verified, putting it back is rehearsed, and nothing blocks.
        optional destroys: bool,
        /// What conferry itself has done where this step is done.
        optional done_by: Option<Spanned<Deed>>,
    }
}

/// An item of `when`: all that it says has to hold.
#[derive(Clone, Debug, Default)]
pub struct WhenRow {
    /// `server-has`.
    pub server_has: Vec<Text>,
    /// `server-lacks`.
    pub server_lacks: Vec<Text>,
    /// `estate-has`.
    pub estate_has: Vec<Text>,
    /// `estate-lacks`.
    pub estate_lacks: Vec<Text>,
    /// `names`.
    pub names: Option<Spanned<Naming>>,
    /// `sign`.
    pub sign: Option<Spanned<Sign>>,
    /// `no-sign`.
    pub no_sign: Option<Spanned<Sign>>,
    /// `in-iis`.
    pub in_iis: Option<Text>,
    /// `fact`.
    pub fact: Option<Text>,
    /// `answer`.
    pub answer: Option<Text>,
    /// `is`.
    pub is: Vec<Text>,
}

const WHEN: &[Key] = keys![
    /// The server has one of these components too.
    optional "server-has": Kind::Texts,
    /// The server has none of these components.
    optional "server-lacks": Kind::Texts,
    /// Some server has one of these components.
    optional "estate-has": Kind::Texts,
    /// No server has one of these components.
    optional "estate-lacks": Kind::Texts,
    /// What the virtual directory is called.
    optional "names": Kind::Word(Naming::explained),
    /// What is seen in the snapshot.
    optional "sign": Kind::Word(Sign::explained),
    /// What is not seen there.
    optional "no-sign": Kind::Word(Sign::explained),
    /// A selector that finds something in `applicationHost.config`.
    selector "in-iis": Kind::Text,
    /// Id of a fact of the component's configuration.
    optional "fact": Kind::Text,
    /// Id of a question.
    optional "answer": Kind::Text,
    /// Values of the fact, or answers, one of which it is.
    optional "is": Kind::Texts,
];

impl Field for Vec<WhenRow> {
    const KIND: Kind = Kind::Items(WHEN);

    fn read(row: &mut Row<'_>, key: &'static str) -> Self {
        let mut all = Vec::new();
        row.nested_each(key, "`when`", |mut row| {
            all.push(WhenRow {
                server_has: row.texts("server-has"),
                server_lacks: row.texts("server-lacks"),
                estate_has: row.texts("estate-has"),
                estate_lacks: row.texts("estate-lacks"),
                names: row.word("names"),
                sign: row.word("sign"),
                no_sign: row.word("no-sign"),
                in_iis: row.text("in-iis"),
                fact: row.text("fact"),
                answer: row.text("answer"),
                is: row.texts("is"),
            });
            row.finish();
        });
        all
    }
}
