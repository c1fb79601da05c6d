//! Two files that are compared, and what was found.

use super::hidden::{Hides, Said};
use super::sides::{Loaded, Side, sidecars};
use crate::diff::effective::{Layer, Reading, diff_effective};
use crate::diff::risk::{Linted, Risks, risks};
use crate::diff::{Configuration, Difference, diff};
use crate::error::{Failure, Failures};
use crate::pack::Rules;
use crate::present::differences::Compared;

/// What is compared, and with which rules.
pub(super) struct Inputs<'s> {
    pub(super) rules: &'s Rules,
    pub(super) sides: &'s [Side],
    pub(super) parents: &'s [Loaded<'s>],
    pub(super) is_effective: bool,
}

impl Inputs<'_> {
    /// Both files as they are to be compared.
    pub(super) fn view<'p>(&'p self, pair: &'p Pair<'_>) -> Result<View<'p>, Failure> {
        match self.is_effective {
            true => View::effective(pair, self.parents, self.rules),
            false => Ok(View::written(pair)),
        }
    }
}

/// Two files that are compared, with those that they point at.
pub(super) struct Pair<'s> {
    pub(super) sides: [(&'s Side, usize); 2],
    pub(super) files: [Loaded<'s>; 2],
}

impl<'s> Pair<'s> {
    pub(super) fn load(sides: [(&'s Side, usize); 2], rules: &Rules) -> Result<Self, Failures> {
        let mut failures = Failures::new();
        let files =
            sides.map(|(side, at)| failures.keep(sidecars(&side.estate.subjects[at], rules)));
        match files {
            [Some(one), Some(other)] => Ok(Self {
                sides,
                files: [one, other],
            }),
            _ => Err(failures),
        }
    }

    fn names(&self) -> [String; 2] {
        self.files.each_ref().map(|file| file.label.clone())
    }
}

/// Both files as they are compared.
pub(super) enum View<'p> {
    /// As they are written.
    Written([Configuration<'p>; 2]),
    /// As .NET reads them.
    Effective(Box<[Reading<'p>; 2]>),
}

impl<'p> View<'p> {
    pub(super) fn written(pair: &'p Pair<'_>) -> Self {
        let [one, other] = &pair.files;
        let configuration =
            |file: &'p Loaded<'_>| Configuration::new(file.document, file.attached());
        let (one, other) = rayon::join(|| configuration(one), || configuration(other));
        Self::Written([one, other])
    }

    /// What .NET reads of both, with the files above; as they are written if it reads them in another way.
    pub(super) fn effective(
        pair: &'p Pair<'_>,
        parents: &'p [Loaded<'_>],
        rules: &Rules,
    ) -> Result<Self, Failure> {
        let read = |file: &'p Loaded<'_>| {
            let above = parents
                .iter()
                .map(|parent| parent.layer(Some(&parent.label)));
            let chain: Vec<Layer<'p>> = above.chain([file.layer(None)]).collect();
            Reading::of(&chain, rules)
        };
        let [one, other] = pair.files.each_ref().map(read);
        match (one, other) {
            (Some(Ok(one)), Some(Ok(other))) => Ok(Self::Effective(Box::new([one, other]))),
            (Some(Err(error)), _) | (_, Some(Err(error))) => Err(Failure::new(format!(
                "what is in effect cannot be put together: {}",
                error.kind
            ))
            .in_file(pair.names().join(" and "))
            .help("Compare without --effective.")),
            _ => Ok(Self::written(pair)),
        }
    }
}

/// What differs between two files, and what is known about it.
pub(super) struct Found<'c> {
    pub(super) names: [String; 2],
    pub(super) difference: Difference<'c>,
    pub(super) risks: Risks,
    pub(super) said: Said,
    pub(super) not_compared: Vec<String>,
    effective_with: Option<Vec<String>>,
}

impl<'c> Found<'c> {
    pub(super) fn of(
        inputs: &Inputs<'_>,
        hides: &mut Hides,
        pair: &Pair<'_>,
        view: &'c View<'c>,
    ) -> Result<Self, Failure> {
        let (rules, parents) = (inputs.rules, inputs.parents);
        let names = pair.names();
        let difference = match view {
            View::Written([one, other]) => diff(one, other, rules),
            View::Effective(both) => diff_effective(both.each_ref(), rules),
        };
        let difference = difference.map_err(|[one, other]| {
            Failure::new(format!(
                "they are about different things: the root elements are `{one}` and `{other}`"
            ))
            .in_file(format!("{} and {}", names[0], names[1]))
            .help("Compare two files of one kind.")
        })?;
        let said = hides.apply(&difference.changes, rules);
        let risks = match difference.changes.is_empty() {
            true => Risks::default(),
            false => {
                let [(one, _), (other, _)] = pair.sides;
                rayon::join(|| one.report(rules), || other.report(rules));
                let [before, after] = pair.sides.map(|(side, subject)| Linted {
                    estate: &side.estate,
                    report: side.report(rules),
                    subject,
                });
                risks(&difference.changes, before, after)
            }
        };
        let (mut not_compared, mut effective_with) = (Vec::new(), None);
        for (file, name) in pair.files.iter().zip(&names) {
            not_compared.extend(file.missing.iter().map(|what| format!("{what} ({name})")));
        }
        if let View::Effective(readings) = view {
            let mut read = Vec::new();
            for (reading, name) in readings.iter().zip(&names) {
                let refused = reading.refused.iter();
                not_compared.extend(refused.map(|what| format!("{what} ({name})")));
            }
            for parent in parents {
                read.push(format!("{} (inherited)", parent.label));
                let missing = parent.missing.iter();
                not_compared.extend(missing.map(|what| format!("{what} ({})", parent.label)));
            }
            for file in parents.iter().chain(&pair.files) {
                let sidecars = file.attached();
                read.extend(sidecars.map(|sidecar| format!("{} ({})", sidecar.path, file.label)));
            }
            effective_with = Some(read);
        }
        Ok(Self {
            names,
            difference,
            risks,
            said,
            not_compared,
            effective_with,
        })
    }

    pub(super) fn compared(&self) -> Compared<'_, 'c> {
        let [before, after] = self.names.clone();
        Compared {
            before,
            after,
            difference: &self.difference,
            risks: &self.risks,
            shows: &self.said.shows,
            not_compared: self.not_compared.clone(),
            effective_with: self.effective_with.clone(),
            explained: self.said.explained.clone(),
        }
    }
}
