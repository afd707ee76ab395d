//! `.env.example`: the variables that the two processes read, beside those that are there.

use std::collections::BTreeMap;

use super::Around;
use crate::plan::project_files::{Written, render, text_at};

/// The names that an example of the environment goes by.
const NAMES: &[&str] = &[
    ".env.example",
    ".env.sample",
    ".env.template",
    ".env.dist",
    "env.example",
];

/// Adds the variables to each example of the API's environment.
pub(super) fn write(around: &Around<'_>, redis_key: &str, written: &mut Written) {
    let port = around.socket_port.to_string();
    let variables = BTreeMap::from([("redis_key", redis_key), ("socket_port", &port)]);
    let template = render(include_str!("../runtime/env.example"), &variables);
    for name in NAMES {
        let path = format!("{}{name}", around.root);
        if let Some(text) = text_at(around.input, &path) {
            written.add(around.input, path, with_variables(text, &template));
        }
    }
}

/// `text` with the variables of `template` that it does not mention, and their comments.
fn with_variables(text: &str, template: &str) -> String {
    let has = |line: &str| {
        let name = line.split('=').next().unwrap_or(line);
        text.lines().any(|it| {
            it.trim_start_matches(['#', ' '])
                .split('=')
                .next()
                .map(str::trim)
                == Some(name)
        })
    };
    let mut paragraphs: Vec<String> = Vec::new();
    for paragraph in template.split("\n\n") {
        let mut kept: Vec<&str> = Vec::new();
        let mut comments: Vec<&str> = Vec::new();
        for line in paragraph.lines() {
            if line.starts_with('#') {
                comments.push(line);
            } else if has(line) || line.starts_with("REDIS_URL=") && has("REDIS_HOST=") {
                comments.clear();
            } else {
                kept.append(&mut comments);
                kept.push(line);
            }
        }
        if !kept.is_empty() {
            kept.append(&mut comments);
            paragraphs.push(kept.join("\n"));
        }
    }
    if paragraphs.is_empty() {
        return text.to_owned();
    }
    let line_break = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let added = paragraphs.join("\n\n").replace('\n', line_break);
    format!(
        "{}{line_break}{line_break}{added}{line_break}",
        text.trim_end()
    )
    .trim_start()
    .to_owned()
}

#[cfg(test)]
mod tests {
    use super::with_variables;

    #[test]
    fn only_missing_variables_are_added() {
        let template = "# Both\nA=1\n# or B\n\n# Where\nC=2\nD=3\n";
        assert_eq!(
            with_variables("A=9\nD=8", template),
            "A=9\nD=8\n\n# Where\nC=2\n"
        );
        let redis = "# Both\nREDIS_URL=redis://127.0.0.1\n# or REDIS_HOST\n\nB=1\n";
        assert_eq!(
            with_variables("REDIS_HOST=cache\n", redis),
            "REDIS_HOST=cache\n\nB=1\n"
        );
        assert_eq!(with_variables("A=9\nC=1\nD=8", template), "A=9\nC=1\nD=8");
    }
}
