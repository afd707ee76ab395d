//! What stands around the edits stays byte for byte: the examples of the rules are migrated with other line endings, with
//! a byte order mark, tabs, trailing spaces or without a line break at their end, and must come out as usual but for that.

#![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use std::path::Path;

use iomigrate::load::{Loaded, Options};
use iomigrate::plan::Level;
use iomigrate::rules::Rule;
use iomigrate::source::SourceFile;
use iomigrate::{analyze, analyze_loaded, apply, migrate};

/// Another way to write a text, and back.
struct Writing {
    name: &'static str,
    there: fn(&str) -> String,
    back: fn(&str) -> String,
}

const WRITINGS: [Writing; 6] = [
    Writing {
        name: "CRLF",
        there: |text| text.replace('\n', "\r\n"),
        back: |text| {
            assert_eq!(text.matches('\n').count(), text.matches("\r\n").count());
            text.replace("\r\n", "\n")
        },
    },
    Writing {
        name: "a byte order mark",
        there: |text| format!("\u{feff}{text}"),
        back: |text| text.strip_prefix('\u{feff}').unwrap().to_owned(),
    },
    Writing {
        name: "tabs",
        there: |text| indented(text, "  ", "\t"),
        back: |text| {
            assert!(
                !text
                    .lines()
                    .any(|it| it.starts_with(' ') && !it.trim_start().starts_with('*')),
                "{text}"
            );
            indented(text, "\t", "  ")
        },
    },
    Writing {
        name: "no line break at the end",
        there: |text| text.trim_end_matches('\n').to_owned(),
        back: |text| {
            assert!(!text.ends_with('\n'), "{text}");
            format!("{text}\n")
        },
    },
    Writing {
        name: "spaces at the ends of lines",
        // Of the lines that no edit begins or ends on.
        there: |text| {
            text.replace("res.end();\n", "res.end();  \n")
                .replace("Router();\n", "Router(); \t\n")
        },
        back: |text| {
            text.replace("res.end();  \n", "res.end();\n")
                .replace("Router(); \t\n", "Router();\n")
        },
    },
    Writing {
        name: "line breaks of both kinds",
        there: |text| text.replacen("\n\n", "\n\r\n", 2),
        back: |text| text.replace("\r\n", "\n"),
    },
];

/// `text` with another unit of indentation.
fn indented(text: &str, from: &str, to: &str) -> String {
    let line = |line: &str| {
        let mut rest = line;
        let mut depth = 0;
        while let Some(inner) = rest.strip_prefix(from) {
            rest = inner;
            depth += 1;
        }
        format!("{}{rest}", to.repeat(depth))
    };
    text.split_inclusive('\n').map(line).collect()
}

#[test]
fn what_is_not_edited_stays_as_it_is_written() {
    for rule in Rule::all() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("rules")
            .join(&rule.id)
            .join("before");
        let before = usually_written(analyze(&[folder], &Options::default()).unwrap().loaded);
        let usual = programs(before.clone());
        for writing in &WRITINGS {
            let mut written = before.clone();
            for it in &mut written.files {
                it.text = (writing.there)(&it.text);
            }
            for (usual, found) in usual.iter().zip(programs(written)) {
                let name = format!("{}: {} with {}", rule.id, usual.path, writing.name);
                assert_eq!((writing.back)(&found.text), usual.text, "{name}");
            }
        }
    }
}

/// Some examples are written in one of the other ways on purpose.
fn usually_written(mut loaded: Loaded) -> Loaded {
    for it in &mut loaded.files {
        let text = it.text.trim_start_matches('\u{feff}').replace("\r\n", "\n");
        it.text = indented(text.trim_end(), "\t", "  ") + "\n";
    }
    loaded
}

/// The programs of a project after its migration, without those that it brings.
fn programs(loaded: Loaded) -> Vec<SourceFile> {
    let analysis = analyze_loaded(loaded);
    let plan = migrate(&analysis, Level::Unsafe);
    let changed = apply::preview(&analysis.loaded.files, &plan);
    let is_written = |path: &str| plan.written.iter().any(|it| it.path == path);
    let mut files = analysis.loaded.files;
    files.retain(|it| !is_written(&it.path));
    for file in &mut files {
        let after = changed.iter().find(|it| it.path == file.path);
        if let Some(text) = after.and_then(|it| it.after.clone()) {
            file.text = text;
        }
    }
    files
}
