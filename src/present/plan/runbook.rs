//! The runbook.

use askama::Template;

use super::{count_of, how, is_over, parts, title, verdict};
use crate::plan::Plan;
use crate::plan::model::Step;
use crate::plan::state::Progress;
use crate::present::page::{STYLE, Unmade, policy_of};

#[derive(Template)]
#[template(path = "runbook.md")]
struct InMarkdown<'a> {
    of: Shared<'a>,
}

#[derive(Template)]
#[template(path = "runbook.html")]
struct InHtml<'a> {
    of: Shared<'a>,
    policy: String,
    style: &'static str,
}

/// What both templates are filled with.
struct Shared<'a> {
    plan: &'a Plan,
    title: String,
    verdict: String,
    count: String,
    parts: Vec<Part<'a>>,
}

struct Part<'a> {
    title: &'static str,
    steps: Vec<Boxed<'a>>,
}

/// A step with its box.
struct Boxed<'a> {
    step: &'a Step,
    is_over: bool,
    how: String,
}

impl<'a> Shared<'a> {
    fn of(progress: &Progress<'a>) -> Self {
        let boxed = |step: &'a Step| {
            let standing = progress.of(step);
            Boxed {
                step,
                is_over: is_over(&standing),
                how: how(&standing),
            }
        };
        let parts = parts(progress.plan).into_iter().map(|(title, steps)| Part {
            title,
            steps: steps.into_iter().map(boxed).collect(),
        });
        Self {
            parts: parts.collect(),
            title: title(progress.plan),
            verdict: verdict(progress.plan),
            count: count_of(progress),
            plan: progress.plan,
        }
    }
}

/// The runbook as Markdown.
///
/// # Errors
/// None that could happen: a text takes whatever is written into it.
pub fn markdown(progress: &Progress<'_>) -> Result<String, Unmade> {
    let of = Shared::of(progress);
    InMarkdown { of }.render().map_err(|_| Unmade)
}

/// The runbook as one HTML page.
///
/// # Errors
/// None that could happen: a text takes whatever is written into it.
pub fn html(progress: &Progress<'_>) -> Result<String, Unmade> {
    let page = InHtml {
        of: Shared::of(progress),
        policy: policy_of(&[STYLE], &[]),
        style: STYLE,
    };
    page.render().map_err(|_| Unmade)
}
