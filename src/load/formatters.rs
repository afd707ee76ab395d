//! The configurations of formatters: files whose names begin with a dot. Those above the root count, too, as they do for
//! the formatters. What they say is for `plan`.

use std::path::Path;

use super::TextFile;
use super::read::text;

const NAMES: [&str; 6] = [
    ".prettierrc",
    ".prettierrc.json",
    ".prettierrc.yaml",
    ".prettierrc.yml",
    ".prettierrc.toml",
    ".editorconfig",
];

/// Whether a file of this name configures a formatter.
pub(super) fn is_configuration(name: &str) -> bool {
    NAMES.contains(&name)
}

/// Those in the folders above `root`, up to one with a `.git`, by paths that begin with `../`.
pub(super) fn above(root: &Path) -> Vec<TextFile> {
    let mut found = Vec::new();
    let mut up = String::new();
    for folder in root.ancestors() {
        if !up.is_empty() {
            let files = NAMES.iter().filter_map(|name| {
                let text = text(&folder.join(name)).ok()?;
                let path = format!("{up}{name}");
                Some(TextFile { path, text })
            });
            found.extend(files);
        }
        if folder.join(".git").exists() {
            break;
        }
        up.push_str("../");
    }
    found
}
