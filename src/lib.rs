//! `iomigrate` takes Socket.IO out of a Node API.
//!
//! ```text
//!    paths                         rules/*/rule.toml
//!      │ load      reads the disk        │ rules      read once, checked
//!      ▼                                 │
//!  Vec<SourceFile>                       │
//!      │ parse     per file, in parallel; never fails: typed tree + list of syntax errors
//!      ▼                                 │
//!  Vec<Parsed>                           │
//!      │ scope     per file, in parallel: what each name refers to
//!      ▼                                 │
//!  Vec<FileFacts>                        │
//!      │ project   one step over all files: specifier → file, then which expressions hold io
//!      ▼                                 │
//!   Project  ────────────────────────────┤
//!      │ findings  uses of io × rules    │
//!      ▼                                 ▼
//!  Vec<Finding>  (rule, span, certainty, and the steps that led here)
//!      ├──────────────┐
//!      │ plan         │ readiness  counts, blockers, pass/fail of the gate
//!      ▼              │
//!   Plan  (edits per file + files to create; no disk)
//!      │ apply        │
//!      ▼ (in memory)  │
//!  Vec<Changed> ── diff, proof  what would be written is analysed like any backend
//!      │              │
//!      └──────┬───────┘
//!             ▼
//!          report → human │ json │ github │ markdown
//!             ▼
//!     cli prints; unless --dry-run, apply::write saves. Nothing else touches the world.
//! ```
//!
//! Each stage uses earlier ones, never later ones; `tests/tidy.rs` holds that.

pub mod source;
pub mod config;
pub mod rules;
pub mod load;
pub mod syntax;
pub mod parse;
pub mod scope;
pub mod project;
pub mod findings;
pub mod plan;
pub mod apply;
pub mod diff;
pub mod proof;
pub mod readiness;
pub mod report;
pub mod cli;

use std::path::PathBuf;

use rayon::prelude::*;

use apply::Changed;
use config::choice::{Choice, UsePlace};
use findings::Finding;
use findings::uses::Use;
use load::{LoadError, Loaded, SkipReason, Skipped, TextFile};
use plan::queries::Queries;
use plan::{Level, Plan};
use project::Project;
use proof::{Failure, Side};
use rules::Rule;
use scope::FileFacts;
use source::{LineIndex, SourceFile};

/// What is known of a backend.
pub struct Analysis {
    /// The files.
    pub loaded: Loaded,
    /// Which expressions hold the server.
    pub project: Project,
    /// Every use of it.
    pub uses: Vec<Use>,
    /// The uses that are reported, sorted.
    pub findings: Vec<Finding>,
    /// Those that are not: the rule is off, or other files were named.
    pub unreported: Vec<Finding>,
    /// The rules, those of the project's own methods included.
    pub rules: Vec<Rule>,
    /// What could not be analysed: unreadable files, and those with syntax errors.
    pub skipped: Vec<Skipped>,
}

/// Reads and analyses a backend. Fails only if there is nothing to read.
pub fn analyze(paths: &[PathBuf], options: &load::Options) -> Result<Analysis, LoadError> {
    Ok(analyze_loaded(load::load(paths, options)?))
}

/// Analyses what was read, or what would be written.
pub fn analyze_loaded(loaded: Loaded) -> Analysis {
    let facts: Vec<FileFacts> = loaded
        .files
        .par_iter()
        .map(|it| scope::facts(it, parse::parse(it)))
        .collect();
    let mut skipped = loaded.problems.clone();
    skipped.extend(
        loaded
            .files
            .iter()
            .zip(&facts)
            .filter_map(|(file, facts)| syntax_problem(file, facts)),
    );
    skipped.sort_by(|a, b| a.path.cmp(&b.path));
    let manifests: Vec<(String, String)> = loaded
        .manifests
        .iter()
        .map(|it| (it.path.clone(), it.text.clone()))
        .collect();
    let project = project::link(&loaded.files, facts, &manifests, &loaded.settings);
    let uses = findings::uses::uses(&project);
    let rules = Rule::with_methods(&loaded.settings.methods);
    let all = findings::find(&project, &loaded.files, &uses, &rules);
    let (findings, unreported) = all.into_iter().partition(|it| {
        loaded.is_asked(project.path(it.file)) && !loaded.settings.is_off(&it.rule)
    });
    Analysis {
        loaded,
        project,
        uses,
        findings,
        unreported,
        rules,
        skipped,
    }
}

fn syntax_problem(file: &SourceFile, facts: &FileFacts) -> Option<Skipped> {
    let error = facts.errors.first()?;
    let position = LineIndex::new(&file.text).position(&file.text, error.span.start);
    Some(Skipped {
        path: file.path.clone(),
        reason: SkipReason::SyntaxError,
        line: Some(position.line),
        mentions_socketio: load::mentions_socketio(file.text.as_bytes()),
    })
}

/// Plans the migration. Pure.
pub fn migrate(analysis: &Analysis, level: Level) -> Plan {
    let mut plan = planned(analysis, level);
    // A server that was made by hand is known for what it is only in the outcome.
    if let Some(adopted) = plan.adopted.take() {
        let first = Plan {
            edited: vec![adopted.edits.clone()],
            ..Plan::default()
        };
        let changed = apply::preview(&analysis.loaded.files, &first);
        let mut loaded = outcome(&analysis.loaded, &changed);
        loaded.settings.choice.adopts = true;
        let rest = planned(&analyze_loaded(loaded), level);
        plan = plan.finished(adopted, rest);
    }
    plan
}

fn planned(analysis: &Analysis, level: Level) -> Plan {
    // A server that is never made is reported, but neither rewritten nor a reason to keep the server.
    let live: Vec<Use> = analysis
        .uses
        .iter()
        .filter(|it| !findings::is_dead(&analysis.project, it))
        .cloned()
        .collect();
    let input = plan::Input {
        sources: &analysis.loaded.files,
        manifests: &analysis.loaded.manifests,
        project: &analysis.project,
        uses: &live,
        findings: &analysis.findings,
        rules: &analysis.rules,
        settings: &analysis.loaded.settings,
        focus: analysis.loaded.focus.as_deref(),
        skipped: &analysis.skipped,
        queries: &Queries::default(),
    };
    plan::plan(&input, level)
}

/// Proves `plan`, whose outcome is `changed`, by analysing what it would leave. Returns what is wrong with it: each is
/// a bug of this program.
pub fn prove(analysis: &Analysis, plan: &Plan, changed: &[Changed], level: Level) -> Vec<Failure> {
    let mut after = analyze_loaded(outcome(&analysis.loaded, changed));
    follow_declined(&mut after.loaded.settings.choice, plan, &analysis.loaded);
    let again = apply::preview(&after.loaded.files, &migrate(&after, level));
    proof::prove(plan, changed, &side(analysis), &side(&after), &again)
}

fn side(analysis: &Analysis) -> Side<'_> {
    Side {
        files: &analysis.loaded.files,
        facts: analysis.project.files().map(|it| it.1).collect(),
        findings: &analysis.findings,
        unreported: &analysis.unreported,
    }
}

/// Moves the places that were declined to where they are after `plan`.
fn follow_declined(choice: &mut Choice, plan: &Plan, before: &Loaded) {
    let moved = |(path, offset): UsePlace| {
        let mut edited = plan.edited.iter();
        let edits = edited.find(|it| before.files[it.file.index()].path == path);
        let offset = edits.map_or(offset, |it| it.edits.moved(offset));
        (path, offset)
    };
    choice.declined = std::mem::take(&mut choice.declined)
        .into_iter()
        .map(moved)
        .collect();
}

/// The project as it would be afterwards, in memory.
fn outcome(loaded: &Loaded, changed: &[Changed]) -> Loaded {
    let mut after = loaded.clone();
    for file in changed {
        let Some(text) = file.after.clone() else {
            continue;
        };
        let is_it = |path: &str| path == file.path;
        let path = file.path.clone();
        let mut is_new = true;
        for known in after.manifests.iter_mut().filter(|it| is_it(&it.path)) {
            known.text.clone_from(&text);
            is_new = false;
        }
        for known in after.files.iter_mut().filter(|it| is_it(&it.path)) {
            known.text.clone_from(&text);
            is_new = false;
        }
        match source::Language::of_path(&path) {
            _ if !is_new => {}
            Some(language) => after.files.push(SourceFile {
                path,
                text,
                language,
            }),
            None => after.manifests.push(TextFile { path, text }),
        }
    }
    after.files.sort_by(|a, b| a.path.cmp(&b.path));
    after
}
