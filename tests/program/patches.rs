//! The diff of a dry run, given to git where it was made.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::world::{Run, World};

/// Runs `git` in `folder` with `patch` as its input.
fn git(folder: &Path, arguments: &[&str], patch: &str) -> Run {
    let mut git = Command::new("git");
    git.args(arguments).current_dir(folder);
    git.stdin(Stdio::piped()).stderr(Stdio::piped());
    let mut child = git.spawn().unwrap();
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), patch.as_bytes()).unwrap();
    Run::of(&child.wait_with_output().unwrap())
}

/// The application in the folder `desk` of an empty one, a folder `other` beside it, and what an apply makes of it.
fn nested() -> (World, World) {
    let world = World::new(&[("other/a.txt", "")]);
    for (path, text) in crate::world::APP {
        world.put(&format!("desk/{path}"), text);
    }
    let applied = World::app();
    assert_eq!(applied.run(&["apply"]).code, Some(0));
    (world, applied)
}

#[track_caller]
fn same(world: &World, applied: &World) {
    for (path, bytes) in applied.tree() {
        let made = fs::read(world.root().join("desk").join(&path)).unwrap();
        assert!(made == bytes, "{path}");
    }
}

/// The dry run of `path` in `folder`, and what `git` with `arguments` makes of its diff there.
fn check(world: &World, folder: &str, path: &str, arguments: &[&str]) -> Run {
    let here = world.root().join(folder);
    let mut command = world.command(&["apply", path, "--dry-run"]);
    let run = Run::of(&command.current_dir(&here).output().unwrap());
    let patched = git(&here, arguments, &run.out);
    assert_eq!(patched.code, Some(0), "{}", patched.said());
    run
}

#[test]
fn the_diff_applies_in_the_folder_where_it_was_made() {
    let (world, applied) = nested();
    let run = check(&world, "", "desk", &["apply"]);
    let header = "diff --git a/desk/package.json b/desk/package.json\n";
    assert!(run.out.contains(header), "{}", run.said());
    assert!(!run.err.contains("git -C"), "{}", run.said());
    assert!(
        run.err.contains("\n  changed desk/server.js "),
        "{}",
        run.said()
    );
    same(&world, &applied);
}

#[test]
fn in_a_folder_of_a_repository_too() {
    for (folder, path) in [("desk", "."), ("", "desk")] {
        let (world, applied) = nested();
        if world.commit() {
            check(&world, folder, path, &["apply"]);
            same(&world, &applied);
        }
    }
}

#[test]
fn a_diff_of_a_folder_elsewhere_says_where_it_applies() {
    for is_in_repository in [false, true] {
        let (world, applied) = nested();
        if is_in_repository && !world.commit() {
            return;
        }
        let run = check(&world, "other", "../desk", &["-C", "../desk", "apply"]);
        let note = "note: `git -C ../desk apply` takes this diff\n";
        assert!(run.err.contains(note), "{}", run.said());
        same(&world, &applied);
    }
}
