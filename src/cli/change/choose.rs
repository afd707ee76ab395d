//! `apply --interactive`: shows the hunks of a plan one by one and makes the plan anew without what was declined. What
//! is asked when, and what an answer does, is in `questions`.

use std::collections::BTreeSet;

use super::questions::{Asked, AskedFile, Questions, Reply, UseLines};
use super::summary::Summary;
use super::{Outcome, for_git};
use crate::Analysis;
use crate::apply::Changed;
use crate::cli::Run;
use crate::cli::arguments::Apply;
use crate::cli::complaint::Complaint;
use crate::cli::output::Output;
use crate::diff::{self, Hunk};
use crate::findings::uses::Use;
use crate::report::{Ink, Report, counted};
use crate::rules::Meaning;
use crate::source::LineIndex;

const CONFIRMATION: &str = "\
y - write all of this
n - write nothing
v - view all of it as one diff
? - print help
";

/// Asks about each hunk of `whole`, and then whether to write what the answers lead to. `None` if nothing is to be
/// written.
pub(super) fn choose(
    run: &mut Run<'_>,
    options: &Apply,
    whole: Outcome,
    output: &mut Output,
) -> Result<Option<Outcome>, Complaint> {
    let seen = for_git(run, &whole.changed);
    let mut questions = Questions::new(asked(run, &whole, &seen));
    let is_asked = questions.current().is_some();
    ask(&mut questions, output);
    let declined = questions.declined();
    if declined.is_empty() {
        return Ok(is_confirmed(run, options, &whole, &[], output).then_some(whole));
    }
    if is_asked && questions.wanted().is_empty() {
        return Ok(None);
    }
    // The plan is made anew rather than cut down: what one use leaves behind may keep what another one took away.
    run.analysis.loaded.settings.choice.declined = declined;
    let outcome = Outcome::of(run, options);
    outcome.stands()?;
    let different = different(&questions, &run.report(&[]), &outcome);
    Ok(is_confirmed(run, options, &outcome, &different, output).then_some(outcome))
}

/// The hunks in which uses of the server are rewritten. The others (imports, new files, `package.json`) follow. `seen`
/// is what changes, with the paths that git expects.
fn asked<'a>(run: &Run<'_>, whole: &Outcome, seen: &'a [Changed]) -> Vec<AskedFile<'a>> {
    let report = run.report(&[]);
    let files = diff::files(seen).into_iter().zip(&whole.changed);
    let asked = files.map(|(file, Changed { path, .. })| {
        let uses = uses_in(&run.analysis, whole, path);
        let header = file.header();
        let hunks = file.hunks.into_iter();
        AskedFile {
            path: report.shown_path(path),
            header,
            hunks: hunks.filter_map(|it| Asked::of(it, &uses)).collect(),
        }
    });
    asked.filter(|it| !it.hunks.is_empty()).collect()
}

/// The uses in the file at `path` that the plan does not leave anyway.
fn uses_in(analysis: &Analysis, whole: &Outcome, path: &str) -> Vec<UseLines> {
    let project = &analysis.project;
    let mut sources = analysis.loaded.files.iter();
    let Some(source) = sources.find(|it| it.path == path) else {
        return Vec::new();
    };
    let lines = LineIndex::new(&source.text);
    let line = |offset: u32| lines.position(&source.text, offset).line;
    let is_left = |it: &Use| {
        let mut left = whole.plan.left.iter();
        left.any(|finding| {
            let nodes = [it.chain.root.node, it.chain.end];
            finding.file == it.chain.root.file && nodes.contains(&finding.node)
        })
    };
    let uses = analysis.uses.iter().filter(|it| {
        it.inside.is_none() && project.path(it.chain.root.file) == path && !is_left(it)
    });
    let with_lines = |it: &Use| {
        let span = it.span(project);
        UseLines {
            first: line(span.start),
            last: line(span.end),
            place: it.place(project),
            is_guard: it.meaning == Meaning::Guard,
        }
    };
    uses.map(with_lines).collect()
}

/// Asks until everything is decided or the user has enough.
fn ask(questions: &mut Questions<'_>, output: &mut Output) {
    let style = output.errors;
    let mut shown = String::new();
    while let Some((file, asked)) = questions.current() {
        if file.path != shown {
            shown.clone_from(&file.path);
            output.error(&style.diff(&file.header));
        }
        output.error(&style.diff(&asked.hunk.to_string()));
        let mut behind = String::new();
        let mut prompt = questions.prompt();
        loop {
            // The end of the input is a user who has enough.
            let line = output.ask(&prompt).unwrap_or_else(|| "q".to_owned());
            match questions.answer(&(behind + &line)) {
                Reply::Moved => break,
                Reply::Said(text) => {
                    output.error(&style.paint(Ink::Bad, &text));
                    behind = String::new();
                    prompt = questions.prompt();
                }
                Reply::Wanted(text, more) => {
                    output.error(&text);
                    behind = line;
                    prompt = more.to_owned();
                }
            }
        }
    }
}

/// How many hunks of which files were wanted and come out differently, because of what was declined.
fn different(questions: &Questions<'_>, report: &Report<'_>, outcome: &Outcome) -> Vec<String> {
    let files = diff::files(&outcome.changed);
    let wanted = questions.wanted().into_iter();
    let different = wanted.filter_map(|(file, hunks)| {
        let now = files
            .iter()
            .find(|it| report.shown_path(it.path) == file.path);
        let now: BTreeSet<_> = now
            .iter()
            .flat_map(|it| it.hunks.iter().flat_map(Hunk::changes))
            .collect();
        let is_kept = |it: &&&Hunk<'_>| !it.changes().all(|change| now.contains(&change));
        match hunks.iter().filter(is_kept).count() {
            0 => None,
            count => Some(format!("{} of {}", counted(count, "hunk"), file.path)),
        }
    });
    different.collect()
}

/// Shows what would be written and asks whether to write it.
fn is_confirmed(
    run: &Run<'_>,
    options: &Apply,
    outcome: &Outcome,
    different: &[String],
    output: &mut Output,
) -> bool {
    let style = output.errors;
    let summary = Summary::of(run, options, outcome);
    output.note("\n");
    if !outcome.changed.is_empty() {
        let headline = summary.headline("would be ");
        output.conclude(Ink::Good, style.sign("✔", "ok:"), &headline);
    }
    summary.files(output);
    summary.notes(output);
    summary.left(output);
    if !different.is_empty() {
        let hunks = different.join(", ");
        let text = format!("because of that, {hunks} will differ from what was shown");
        output.conclude(Ink::Caution, style.sign("⚠", "!"), &text);
    }
    if outcome.changed.is_empty() {
        return false;
    }
    loop {
        match output
            .ask("Write this [y,n,v,?]? ")
            .as_deref()
            .map(str::trim)
        {
            Some("y" | "Y") => return true,
            None | Some("n" | "N" | "q" | "Q") => return false,
            Some("v" | "V") => {
                let diff = diff::unified(&for_git(run, &outcome.changed));
                output.error(&style.diff(&diff));
            }
            _ => output.error(CONFIRMATION),
        }
    }
}
