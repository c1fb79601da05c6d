//! Tables in Markdown.

/// Rows under a header, the columns as wide as they need to be.
pub(crate) fn table(header: &[&str], rows: Vec<Vec<String>>) -> String {
    let mut lines = vec![header.iter().map(|cell| (*cell).to_owned()).collect()];
    lines.extend(rows);
    let widths: Vec<usize> = (0..header.len())
        .map(|column| {
            let cells = lines.iter().filter_map(|line| line.get(column));
            cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
        })
        .collect();
    let mut text = String::new();
    for (at, line) in lines.iter().enumerate() {
        for (cell, width) in line.iter().zip(&widths) {
            text.push_str(&format!("| {cell:<width$} "));
        }
        text.push_str("|\n");
        if at == 0 {
            for width in &widths {
                text.push_str(&format!("|{}", "-".repeat(width + 2)));
            }
            text.push_str("|\n");
        }
    }
    text
}

/// A count with its share of `all`.
pub(crate) fn share(count: usize, all: usize) -> String {
    format!("{count} ({:.1} %)", percent(count, all))
}

fn percent(count: usize, all: usize) -> f64 {
    match all {
        0 => 0.0,
        _ => 100.0 * count as f64 / all as f64,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_their_cells() {
        let rows = vec![vec!["é".to_owned(), share(1, 8)]];
        let wanted = "| a | count      |\n|---|------------|\n| é | 1 (12.5 %) |\n";
        assert_eq!(table(&["a", "count"], rows), wanted);
        assert_eq!(share(0, 0), "0 (0.0 %)");
    }
}
