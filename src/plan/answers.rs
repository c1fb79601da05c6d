//! The answers of `--answers`: what no snapshot says.
//!
//! ```toml
//! from-version = "5.2"
//!
//! [answers]
//! adfs-farm = "no"
//! ```

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::pack::plan::{Question, QuestionId, is_version};
use crate::pack::problem::nearest;

/// What somebody answered.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Answers {
    /// The version that is installed now.
    pub from_version: Option<String>,
    /// Answers by the ids of their questions.
    #[serde(default)]
    answers: BTreeMap<String, String>,
}

impl Answers {
    /// Reads the TOML and holds it against the questions.
    ///
    /// # Errors
    /// Everything that is wrong with it, in words.
    pub fn read(text: &str, questions: &[Question]) -> Result<Self, Vec<String>> {
        let answers: Self =
            toml::from_str(text).map_err(|error| vec![error.message().to_owned()])?;
        let mut wrong = Vec::new();
        if let Some(version) = &answers.from_version
            && !is_version(version)
        {
            wrong.push(format!("`{version}` is no version: write it like `5.2`"));
        }
        for (id, answer) in &answers.answers {
            let Some(question) =
                (questions.iter()).find(|known| known.provenance.id == id.as_str())
            else {
                let known = questions.iter().map(|known| known.provenance.id.as_str());
                let meant = nearest(id, known).map(|id| format!(" Did you mean `{id}`?"));
                wrong.push(format!(
                    "there is no question `{id}`.{}",
                    meant.unwrap_or_default()
                ));
                continue;
            };
            if !question.answers.contains(answer) {
                wrong.push(format!(
                    "`{answer}` is no answer to `{id}`; known are {}",
                    question.answers.join(", ")
                ));
            }
        }
        match wrong.is_empty() {
            true => Ok(answers),
            false => Err(wrong),
        }
    }

    /// What was answered to a question.
    #[must_use]
    pub fn to(&self, question: &QuestionId) -> Option<&str> {
        self.answers.get(question.as_str()).map(String::as_str)
    }

    /// What counts as the answer: the first one that there is, unless somebody gave another.
    #[must_use]
    pub fn counted<'a>(&'a self, question: &'a Question) -> &'a str {
        let given = self.to(&question.provenance.id);
        given.unwrap_or_else(|| question.answers.first().map_or("", String::as_str))
    }
}
