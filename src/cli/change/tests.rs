//! When a plan is refused, and what the letters of the questions do.

use super::questions::{Asked, AskedFile, Questions, Reply, UseLines};
use super::refused;
use crate::apply::Changed;
use crate::cli::ExitCode;
use crate::diff;
use crate::proof::Failure;
use crate::report::Style;

#[test]
fn a_plan_that_fails_its_proof_is_refused() {
    let failure = |path: &str| Failure {
        path: path.to_owned(),
        problem: "`io` would refer to nothing".to_owned(),
    };
    assert!(refused(&[]).is_none());
    let refusal = refused(&[failure("a.js"), failure("b.js")]).unwrap();
    assert_eq!(refusal.code, ExitCode::Refused);
    let text = refusal.render(Style::plain());
    assert!(
        text.contains("why: a.js: `io` would refer to nothing, and 1 more"),
        "{text}"
    );
}

/// Two files of 40 lines. In the first, lines 5, 20 and 35 change, in the second, lines 5 and 7 do: one hunk that
/// can be split.
fn changed() -> Vec<Changed> {
    let file = |path: &str, lines: &[usize]| {
        let text = |word: &str| {
            let line = |it: usize| match lines.contains(&it) {
                true => format!("{word} {it}\n"),
                false => format!("line {it}\n"),
            };
            (1..=40).map(line).collect::<String>()
        };
        Changed {
            path: path.to_owned(),
            before: Some(text("io")),
            after: Some(text("broadcaster")),
        }
    };
    vec![file("a.js", &[5, 20, 35]), file("b.js", &[5, 7])]
}

/// The questions about them; a use stands on each line that changes.
fn questions(changed: &[Changed]) -> Questions<'_> {
    let files = diff::files(changed).into_iter().map(|file| {
        let uses: Vec<UseLines> = [5, 7, 20, 35]
            .map(|it| UseLines {
                first: it,
                last: it,
                place: (file.path.to_owned(), u32::try_from(it).unwrap()),
                is_guard: false,
            })
            .into();
        AskedFile {
            path: file.path.to_owned(),
            header: file.header(),
            hunks: file
                .hunks
                .into_iter()
                .filter_map(|it| Asked::of(it, &uses))
                .collect(),
        }
    });
    Questions::new(files.collect())
}

/// Answers with each word of `script`. Returns the hunks that were asked about, and the lines that are declined.
fn play(script: &str) -> (String, String) {
    let changed = changed();
    let mut questions = questions(&changed);
    let place = |it: &Questions<'_>| {
        let prompt = it.prompt();
        let (number, rest) = prompt.split_once(") Apply this hunk to ")?;
        let path = rest.split(' ').next()?;
        Some(format!("{path}:{}", &number[1..]))
    };
    let mut asked = Vec::from_iter(place(&questions));
    for answer in script.split(' ') {
        if questions.answer(answer) == Reply::Moved {
            asked.extend(place(&questions));
        }
    }
    let declined = questions.declined().into_iter();
    let declined: Vec<String> = declined.map(|it| format!("{}:{}", it.0, it.1)).collect();
    (asked.join(" "), declined.join(" "))
}

#[track_caller]
fn check(script: &str, asked: &str, declined: &str) {
    assert_eq!(play(script), (asked.to_owned(), declined.to_owned()));
}

#[test]
fn each_hunk_is_asked_about_once() {
    check("y y y y", "a.js:1/3 a.js:2/3 a.js:3/3 b.js:1/1", "");
    check("y n Y y", "a.js:1/3 a.js:2/3 a.js:3/3 b.js:1/1", "a.js:20");
}

#[test]
fn the_rest_of_a_file_is_decided_at_once() {
    check(
        "n a n",
        "a.js:1/3 a.js:2/3 b.js:1/1",
        "a.js:5 b.js:5 b.js:7",
    );
    check("y d y", "a.js:1/3 a.js:2/3 b.js:1/1", "a.js:20 a.js:35");
}

#[test]
fn who_quits_declines_what_is_undecided() {
    check("y q", "a.js:1/3 a.js:2/3", "a.js:20 a.js:35 b.js:5 b.js:7");
    check("q", "a.js:1/3", "a.js:5 a.js:20 a.js:35 b.js:5 b.js:7");
}

#[test]
fn what_is_left_undecided_is_asked_again() {
    check(
        "j y y y y",
        "a.js:1/3 a.js:2/3 a.js:3/3 a.js:1/3 b.js:1/1",
        "",
    );
    check(
        "y J k",
        "a.js:1/3 a.js:2/3 a.js:3/3 a.js:2/3",
        ALL_BUT_FIRST,
    );
}

const ALL_BUT_FIRST: &str = "a.js:20 a.js:35 b.js:5 b.js:7";

#[test]
fn a_decision_can_be_changed() {
    let asked = "a.js:1/3 a.js:2/3 a.js:1/3 a.js:2/3 a.js:3/3 b.js:1/1";
    check("y K n y y y", asked, "a.js:5");
}

#[test]
fn a_hunk_is_found_by_number_and_by_pattern() {
    check(
        "g3 y",
        "a.js:1/3 a.js:3/3 a.js:2/3",
        "a.js:5 a.js:20 b.js:5 b.js:7",
    );
    check(
        "/^.io.20",
        "a.js:1/3 a.js:2/3",
        "a.js:5 a.js:20 a.js:35 b.js:5 b.js:7",
    );
}

#[test]
fn a_split_hunk_is_decided_in_parts() {
    let asked = "a.js:1/3 b.js:1/1 b.js:1/2 b.js:2/2";
    check("a s n y", asked, "b.js:5");
}

#[test]
fn what_leads_nowhere_is_not_offered() {
    let changed = changed();
    let mut questions = questions(&changed);
    let prompt = "(1/3) Apply this hunk to a.js [y,n,q,a,d,j,J,g,/,?]? ";
    assert_eq!(questions.prompt(), prompt);
    let no_answer = Reply::Said("`k` is no answer here; `?` lists those that are\n".to_owned());
    assert_eq!(questions.answer("k"), no_answer);
    assert_eq!(
        questions.answer("s"),
        Reply::Said("`s` is no answer here; `?` lists those that are\n".to_owned())
    );
    questions.answer("a");
    let prompt = "(1/1) Apply this hunk to b.js [y,n,q,a,d,s,?]? ";
    assert_eq!(questions.prompt(), prompt);
}

#[test]
fn what_is_no_answer_is_asked_again() {
    let changed = changed();
    let mut questions = questions(&changed);
    let said = |text: &str| Reply::Said(text.to_owned());
    assert_eq!(questions.answer("\n"), said(""));
    assert_eq!(
        questions.answer("yes"),
        said("one letter is an answer, not `yes`\n")
    );
    assert_eq!(
        questions.answer("g 4"),
        said("there is no hunk `4`, only 1 to 3\n")
    );
    assert_eq!(
        questions.answer("/nowhere"),
        said("no hunk matches the pattern\n")
    );
    assert!(matches!(questions.answer("/("), Reply::Said(_)));
    assert!(
        matches!(questions.answer("?"), Reply::Said(text) if text.ends_with("? - print help\n"))
    );
    assert_eq!(
        questions.prompt(),
        "(1/3) Apply this hunk to a.js [y,n,q,a,d,j,J,g,/,?]? "
    );
}

#[test]
fn a_number_or_a_pattern_may_follow_its_letter() {
    let changed = changed();
    let mut questions = questions(&changed);
    questions.answer("n");
    let list = "\
- 1: -2,7 +2,7            io 5
  2: -17,7 +17,7          io 20
  3: -32,7 +32,7          io 35
";
    let wanted = Reply::Wanted(list.to_owned(), "go to which hunk? ");
    assert_eq!(questions.answer("g"), wanted);
    let wanted = Reply::Wanted(String::new(), "search for regex? ");
    assert_eq!(questions.answer("/"), wanted);
}

#[test]
fn a_hunk_without_a_use_or_with_guards_alone_is_not_asked_about() {
    let changed = changed();
    let hunk = diff::files(&changed)[0].hunks[0].clone();
    let with = |line: usize, is_guard: bool| {
        let uses = UseLines {
            first: line,
            last: line,
            place: ("a.js".to_owned(), 0),
            is_guard,
        };
        Asked::of(hunk.clone(), &[uses]).is_some()
    };
    assert_eq!(
        (with(5, false), with(5, true), with(6, false)),
        (true, false, false)
    );
}
