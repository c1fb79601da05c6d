//! Tables of inputs and expected answers: name, recipe, answer. `CONFERRY_BLESS=1` writes the answers anew.

use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// What a recipe stands for: `%XX` is a byte, `{N*text}` is the text N times.
pub fn bytes(recipe: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut rest = recipe;
    while let Some(next) = rest.chars().next() {
        let repeated = rest.strip_prefix('{').and_then(|rest| rest.split_once('}'));
        let repeated = repeated.and_then(|(inner, after)| Some((inner.split_once('*')?, after)));
        if let Some(((count, text), after)) = repeated
            && let Ok(count) = count.parse::<usize>()
        {
            bytes.extend(self::bytes(text).repeat(count));
            rest = after;
        } else if let Some(byte) = rest
            .get(1..3)
            .filter(|_| next == '%')
            .and_then(|hex| u8::from_str_radix(hex, 16).ok())
        {
            bytes.push(byte);
            rest = &rest[3..];
        } else {
            let (first, after) = rest.split_at(next.len_utf8());
            bytes.extend(first.as_bytes());
            rest = after;
        }
    }
    bytes
}

/// `text` in one line without control characters, and not longer than a reader wants.
pub fn visible(text: &str) -> String {
    let text: String = text
        .chars()
        .take(160)
        .flat_map(|c| {
            if c.is_control() {
                c.escape_default().collect()
            } else {
                vec![c]
            }
        })
        .collect();
    text.trim().replace('\\', "/")
}

/// Holds every row to its answer.
pub fn check(name: &str, at_least: usize, answer: fn(&str) -> String) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/hostile")
        .join(name);
    let text = fs::read_to_string(&path).unwrap();
    let (comments, rows): (Vec<&str>, Vec<&str>) =
        text.lines().partition(|line| line.starts_with('#'));
    assert!(rows.len() >= at_least, "{} rows", rows.len());
    let rows: Vec<Vec<&str>> = rows
        .iter()
        .map(|row| row.splitn(3, '\t').collect())
        .collect();
    let (next, answers) = (AtomicUsize::new(0), Mutex::new(vec![None; rows.len()]));
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                loop {
                    let at = next.fetch_add(1, Ordering::SeqCst);
                    let Some(row) = rows.get(at) else { break };
                    let answer = std::panic::catch_unwind(|| answer(row[1]));
                    let answer = answer.unwrap_or_else(|_| "the test failed, see above".to_owned());
                    answers.lock().unwrap()[at] = Some(answer);
                }
            });
        }
    });
    let answers: Vec<String> = answers
        .into_inner()
        .unwrap()
        .into_iter()
        .flatten()
        .collect();
    assert!(
        answers
            .iter()
            .all(|answer| !answer.starts_with("the test failed"))
    );
    if std::env::var_os("CONFERRY_BLESS").is_some() {
        let mut text = comments.join("\n") + "\n";
        for (row, answer) in rows.iter().zip(&answers) {
            writeln!(text, "{}\t{}\t{answer}", row[0], row[1]).unwrap();
        }
        fs::write(path, text).unwrap();
        return;
    }
    let wrong = rows
        .iter()
        .zip(&answers)
        .filter(|(row, answer)| row.get(2).copied().unwrap_or_default() != answer.as_str());
    let wrong: Vec<String> = wrong
        .map(|(row, answer)| format!("{}: {:?} is now {answer}", row[0], row.get(2)))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
