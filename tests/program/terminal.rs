//! Colours, pipes and long lines.

use std::io::Read;
use std::process::Stdio;

use crate::world::{Run, World};

#[test]
fn colours_come_only_where_they_are_wanted() {
    let world = World::app();
    let has_color = |arguments: &[&str], variables: &[(&str, &str)]| {
        let mut command = world.command(arguments);
        let run = Run::of(&command.envs(variables.iter().copied()).output().unwrap());
        (run.out.contains('\u{1b}'), run.err.contains('\u{1b}'))
    };
    let always = ["scan", "--color", "always"];
    assert_eq!(has_color(&["scan"], &[]), (false, false));
    assert_eq!(has_color(&["scan"], &[("NO_COLOR", "1")]), (false, false));
    assert_eq!(has_color(&["scan"], &[("CI", "true")]), (false, false));
    assert_eq!(has_color(&["scan"], &[("FORCE_COLOR", "1")]), (true, true));
    assert_eq!(
        has_color(&["scan", "--color", "never"], &[("FORCE_COLOR", "1")]),
        (false, false)
    );
    assert_eq!(
        has_color(&always, &[("NO_COLOR", "1"), ("CI", "true")]),
        (true, true)
    );
    assert!(has_color(&["scna", "--color", "always"], &[]).1);
    let json = ["scan", "--format", "json", "--color", "always"];
    assert!(!has_color(&json, &[]).0, "JSON has no colours");
}

#[test]
fn a_reader_that_has_enough_ends_it_quietly() {
    let world = World::app();
    let emits = "req.app.get('io').emit('x');\n".repeat(2000);
    world.put(
        "many.js",
        format!("module.exports = (req) => {{\n{emits}}};\n"),
    );
    for (arguments, code) in [(&["scan"][..], 0), (&["check"], 1), (&["apply", "-n"], 0)] {
        let mut command = world.command(arguments);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut start = [0; 16];
        child.stdout.take().unwrap().read_exact(&mut start).unwrap();
        let run = Run::of(&child.wait_with_output().unwrap());
        assert_eq!(run.code, Some(code), "{}", run.said());
        let is_loud = ["error", "panicked", "pipe"]
            .iter()
            .any(|it| run.err.contains(it));
        assert!(!is_loud, "{}", run.said());
    }
}

#[test]
fn lines_stay_whole_where_no_terminal_cuts_them() {
    let world = World::app();
    world.put(
        "broken.js",
        "module.exports = (req) => { req.app.get('io').emit('x', 1);\n",
    );
    let run = world.run(&["apply", "--dry-run"]);
    let why = run
        .err
        .lines()
        .find(|it| it.starts_with("  why: broken.js"))
        .unwrap();
    assert!(why.len() > 120 && why.ends_with("part of the API"), "{why}");
    let run = world.run(&["scan", "--format", "human=report.txt"]);
    let help = run.out.lines().find(|it| it.len() > 120);
    assert!(help.is_some(), "{}", run.said());
    assert!(world.text("report.txt").contains(help.unwrap()));
}

#[test]
fn quiet_leaves_the_result_and_verbose_adds_the_way() {
    let world = World::app();
    let run = world.run(&["scan"]);
    let quiet = world.run(&["scan", "--quiet"]);
    assert_eq!((&quiet.out, quiet.err.as_str()), (&run.out, ""));
    let verbose = world.run(&["scan", "--verbose"]);
    assert!(verbose.out.lines().count() > run.out.lines().count());
    assert_eq!(world.run(&["scan", "--quiet", "--verbose"]).code, Some(2));
    let failing = world.run(&["scan", "nowhere", "--quiet"]);
    assert!(failing.err.starts_with("error: "), "{}", failing.said());
}
