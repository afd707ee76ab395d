//! Every rule's own example: `before` has the findings of `findings.json` and is migrated into `after`.
//!
//! What a migration creates, and the files around the programs, are left out of `after`, but have to make sense.
//! `UPDATE=1 cargo test --test rules` rewrites `after` and `findings.json`; read the difference before you commit it.

#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "a test reads and writes examples and may stop at the first surprise"
)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use iomigrate::apply::{self, Changed};
use iomigrate::config::FILE_NAME;
use iomigrate::load::{FoundConfig, Loaded, Options, TextFile, read_config};
use iomigrate::plan::{Level, Plan};
use iomigrate::rules::{FindingKind, Fix, Rule};
use iomigrate::source::{Language, LineIndex, SourceFile};
use iomigrate::{Analysis, analyze, analyze_loaded, migrate};
use similar::TextDiff;
use walkdir::WalkDir;

/// Texts by path.
type Files = BTreeMap<String, String>;

#[test]
fn every_example() {
    let update = std::env::var("UPDATE").is_ok_and(|it| it == "1");
    let mut failures = Vec::new();
    for rule in Rule::all() {
        let example = Example::read(rule);
        if update {
            example.update();
        }
        failures.extend(
            example
                .failures()
                .into_iter()
                .map(|it| format!("{}: {it}", rule.id)),
        );
    }
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
}

/// One rule's folder, and what the program makes of it.
struct Example {
    rule: &'static Rule,
    folder: PathBuf,
    before: Analysis,
    level: Level,
    plan: Plan,
    changed: Vec<Changed>,
}

impl Example {
    fn read(rule: &'static Rule) -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("rules")
            .join(&rule.id);
        let before = folder.join("before");
        let named = Some(before.join(FILE_NAME)).filter(|it| it.exists());
        let config = match named {
            Some(named) => read_config(Some(&named), &before, &[]).unwrap(),
            None => FoundConfig::default(),
        };
        let options = Options {
            config,
            ..Options::default()
        };
        let before = analyze(&[before], &options).unwrap_or_else(|it| panic!("{}: {it}", rule.id));
        let level = if rule.fix == Fix::Unsafe {
            Level::Unsafe
        } else {
            Level::Safe
        };
        let plan = migrate(&before, level);
        let changed = apply::preview(&before.loaded.files, &plan);
        Self {
            rule,
            folder,
            before,
            level,
            plan,
            changed,
        }
    }

    fn failures(&self) -> Vec<String> {
        let after = analyze_loaded(result(&self.before.loaded, &self.changed));
        let mut failures = Vec::new();
        failures.extend(self.wrong_findings());
        failures.extend(self.wrong_programs());
        failures.extend(self.wrong_surroundings());
        failures.extend(
            after
                .skipped
                .iter()
                .map(|it| format!("{} can't be read afterwards", it.path)),
        );
        failures.extend(self.wrong_rest(&after));
        failures.extend(self.wrong_second_plan(&after));
        failures
    }

    /// The findings are the expected ones, and one of them is the rule's own.
    fn wrong_findings(&self) -> Option<String> {
        if self.own_findings(&self.before) == 0 {
            return Some("its example has no finding of the rule".to_owned());
        }
        let expected = fs::read_to_string(self.folder.join("findings.json")).unwrap_or_default();
        difference("findings.json", &expected, &snapshot(&self.before))
    }

    fn own_findings(&self, analysis: &Analysis) -> usize {
        analysis
            .findings
            .iter()
            .filter(|it| it.rule == self.rule.id)
            .count()
    }

    /// Every program of `before` is as in `after` once it is migrated, the untouched ones byte for byte.
    fn wrong_programs(&self) -> Vec<String> {
        let (expected, found) = (read_folder(&self.folder.join("after")), self.programs());
        let paths = expected
            .keys()
            .chain(found.keys().filter(|it| !expected.contains_key(*it)));
        let text = |files: &Files, path: &String| files.get(path).cloned().unwrap_or_default();
        paths
            .filter_map(|it| {
                difference(
                    &format!("after/{it}"),
                    &text(&expected, it),
                    &text(&found, it),
                )
            })
            .collect()
    }

    /// The programs of `before` after the migration, without those that it writes as a whole.
    fn programs(&self) -> Files {
        let result = result(&self.before.loaded, &self.changed);
        let is_written = |path: &str| self.plan.written.iter().any(|it| it.path == path);
        let is_old = |it: &SourceFile| {
            let mut old = self.before.loaded.files.iter();
            old.any(|old| old.path == it.path) && !is_written(&it.path)
        };
        result
            .files
            .into_iter()
            .filter(is_old)
            .map(|it| (it.path, it.text))
            .collect()
    }

    /// Each file is changed, and what is no program still is what its name says.
    fn wrong_surroundings(&self) -> Vec<String> {
        let mut wrong = Vec::new();
        for it in &self.changed {
            let after = it.after.as_deref().unwrap_or_default();
            if it.before == it.after {
                wrong.push(format!("{} is written as it was", it.path));
            }
            if it.path.ends_with(".json")
                && serde_json::from_str::<serde_json::Value>(after).is_err()
            {
                wrong.push(format!("{} is no JSON any more", it.path));
            }
        }
        wrong
    }

    /// Nothing is left, or what a person has to decide and nothing that could have been rewritten.
    fn wrong_rest(&self, after: &Analysis) -> Option<String> {
        let rest = snapshot(after);
        if self.rule.fix != Fix::Manual {
            let is_done = after.findings.is_empty() && !self.plan.is_partial;
            let reasons: Vec<&str> = self.plan.left.iter().map(|it| it.help.as_str()).collect();
            return (!is_done).then(|| format!("something is left: {rest}{}", reasons.join("\n")));
        }
        let is_there = self.own_findings(after) == self.own_findings(&self.before);
        let is_rewritten = after
            .findings
            .iter()
            .all(|it| it.kind != FindingKind::Emit || it.fix != Fix::Safe);
        let is_right = self.plan.is_partial && is_there && is_rewritten;
        (!is_right).then(|| format!("it should be the only one left besides the set-up: {rest}"))
    }

    /// A second migration has nothing to do.
    fn wrong_second_plan(&self, after: &Analysis) -> Option<String> {
        let again = apply::preview(&after.loaded.files, &migrate(after, self.level));
        let text = |it: &Option<String>| it.clone().unwrap_or_default();
        let changes: Vec<String> = again
            .iter()
            .filter_map(|it| difference(&it.path, &text(&it.before), &text(&it.after)))
            .collect();
        (!changes.is_empty()).then(|| format!("a second migration changes\n{}", changes.join("\n")))
    }

    fn update(&self) {
        let after = self.folder.join("after");
        let _absent_at_first = fs::remove_dir_all(&after);
        for (path, text) in self.programs() {
            let path = after.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        fs::write(self.folder.join("findings.json"), snapshot(&self.before)).unwrap();
    }
}

/// The project after its migration, as `load` would give it.
fn result(before: &Loaded, changed: &[Changed]) -> Loaded {
    let mut after = before.clone();
    for it in changed {
        after.files.retain(|file| file.path != it.path);
        after.manifests.retain(|file| file.path != it.path);
        let (path, Some(text)) = (it.path.clone(), it.after.clone()) else {
            continue;
        };
        match Language::of_path(&path) {
            Some(language) => after.files.push(SourceFile {
                path,
                text,
                language,
            }),
            None => after.manifests.push(TextFile { path, text }),
        }
    }
    after.files.sort_by(|a, b| a.path.cmp(&b.path));
    after.manifests.sort_by(|a, b| a.path.cmp(&b.path));
    after
}

fn read_folder(folder: &Path) -> Files {
    let entries = WalkDir::new(folder).into_iter().filter_map(Result::ok);
    let files = entries.filter(|it| it.file_type().is_file());
    files
        .map(|it| {
            let path = it.path().strip_prefix(folder).unwrap();
            (
                path.to_str().unwrap().to_owned(),
                fs::read_to_string(it.path()).unwrap(),
            )
        })
        .collect()
}

/// The findings as JSON, one a line.
fn snapshot(analysis: &Analysis) -> String {
    let lines: Vec<String> = analysis
        .findings
        .iter()
        .map(|it| {
            let source = &analysis.loaded.files[it.file.index()];
            let position = LineIndex::new(&source.text).position(&source.text, it.span.start);
            format!(
                r#"  {{ "path": "{}", "line": {}, "column": {}, "kind": "{}", "rule": "{}", "fix": "{}", "confidence": "{}" }}"#,
                source.path,
                position.line,
                position.column,
                it.kind.as_str(),
                it.rule,
                it.fix.as_str(),
                it.confidence.as_str(),
            )
        })
        .collect();
    format!("[\n{}\n]\n", lines.join(",\n"))
}

/// What differs between two texts, for a reader; line endings show.
fn difference(name: &str, expected: &str, found: &str) -> Option<String> {
    let visible = |it: &str| it.replace("\r\n", "␍\n");
    let (old, new) = (visible(expected), visible(found));
    let diff = TextDiff::from_lines(&old, &new);
    let shown = diff.unified_diff().header("expected", "found").to_string();
    (expected != found).then(|| format!("{name} differs\n{shown}"))
}
