//! The program killed, or refused by the system, at each single call that changes the disk: with `strace`, on Linux.
#![cfg(target_os = "linux")]

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, Output};

use crate::world::{Run, Tree, World};

/// The calls by which `apply` and `undo` change the disk.
const CALLS: &str = "write,fsync,rename,renameat,renameat2,link,linkat,unlink,unlinkat,mkdir,mkdirat,rmdir,chmod,\
                     fchmod,fchmodat,chown,fchown,ftruncate,flock";

/// The program as `strace` runs it.
fn traced(world: &World, options: &[&str], command: &str) -> Output {
    let plain = world.command(&[command, "--quiet"]);
    let mut strace = Command::new("strace");
    strace.args(options).arg(plain.get_program());
    strace.args(plain.get_args()).current_dir(world.root());
    strace.env_clear();
    strace.envs(plain.get_envs().filter_map(|it| Some((it.0, it.1?))));
    strace
        .output()
        .expect("`strace` starts; tests/run.sh installs it")
}

/// Each call of a run: its name, and the how many-th of this name it is.
fn calls(world: &World, command: &str) -> Vec<(String, usize)> {
    let log = world.state.path().join("log");
    let trace = format!("trace={CALLS}");
    let output = traced(world, &["-o", log.to_str().unwrap(), "-e", &trace], command);
    let refusal = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        !refusal.contains("Operation not permitted"),
        "no process may be traced here, and this test has to: allow `ptrace` (in Docker `--cap-add=SYS_PTRACE`; \
         `sysctl kernel.yama.ptrace_scope=1`), then run it again\n{refusal}"
    );
    assert!(output.status.success(), "{refusal}");
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    let log = fs::read_to_string(log).unwrap();
    let names = log.lines().filter_map(|it| Some(it.split_once('(')?.0));
    names
        .map(|name| {
            let count = counts.entry(name.to_owned()).or_default();
            *count += 1;
            (name.to_owned(), *count)
        })
        .collect()
}

/// Runs `command` and does `what` to it at the `nth` call of `name`.
fn strike(world: &World, command: &str, what: &str, (name, nth): &(String, usize)) -> Output {
    let inject = format!("inject={name}:{what}:when={nth}");
    let options = [
        "-o",
        "/dev/null",
        "-e",
        &format!("trace={name}"),
        "-e",
        &inject,
    ];
    traced(world, &options, command)
}

/// The tree without what a crash may leave beside the files.
fn whole(world: &World) -> Tree {
    let is_temporary = |it: &str| it.rsplit('/').next().unwrap().starts_with(".iomigrate-");
    let mut tree = world.tree();
    tree.retain(|path, _| !is_temporary(path));
    tree
}

/// Whether each file is as before or as afterwards.
fn assert_whole(world: &World, before: &Tree, after: &Tree, at: &str) {
    for (path, bytes) in whole(world) {
        let is_known = [before, after]
            .iter()
            .any(|it| it.get(&path) == Some(&bytes));
        assert!(is_known, "{path} is torn after {at}");
    }
}

/// Runs `command` again and again: it is either done or has nothing to do.
fn finish(world: &World, command: &str, at: &str) {
    let run = world.run(&[command, "--quiet"]);
    let is_done = run.code == Some(0) || run.err.contains("nothing to undo");
    assert!(is_done, "after {at}: {}", run.said());
}

fn applied() -> (World, Tree) {
    let world = World::app();
    let before = world.tree();
    let run = world.run(&["apply", "--quiet"]);
    assert_eq!(run.code, Some(0), "{}", run.said());
    (world, before)
}

#[test]
fn an_apply_killed_at_any_call_is_taken_back_or_finished() {
    let (reference, before) = applied();
    let after = reference.tree();
    for call in calls(&World::app(), "apply") {
        for next in ["undo", "apply"] {
            let world = World::app();
            let at = format!("{call:?}");
            let output = strike(&world, "apply", "signal=KILL", &call);
            assert_eq!(output.status.signal(), Some(9), "{at}");
            assert_whole(&world, &before, &after, &at);
            finish(&world, next, &at);
            let expected = if next == "undo" { &before } else { &after };
            assert_eq!(&world.tree(), expected, "{next} after {at}");
        }
    }
}

#[test]
fn an_undo_killed_at_any_call_is_finished() {
    let (world, before) = applied();
    let after = world.tree();
    for call in calls(&world, "undo") {
        let (world, _) = applied();
        let at = format!("{call:?}");
        let output = strike(&world, "undo", "signal=KILL", &call);
        assert_eq!(output.status.signal(), Some(9), "{at}");
        assert_whole(&world, &before, &after, &at);
        finish(&world, "undo", &at);
        assert_eq!(world.tree(), before, "{at}");
    }
}

#[test]
fn an_apply_that_the_system_refuses_any_call_changes_nothing() {
    let (reference, before) = applied();
    let after = reference.tree();
    for call in calls(&World::app(), "apply") {
        let world = World::app();
        let output = strike(&world, "apply", "error=ENOSPC", &call);
        let run = Run::of(&output);
        let expected = match run.code {
            // Not everything that is refused matters: a lock, an owner.
            Some(0) => &after,
            Some(4) => &before,
            _ => panic!("{call:?}: {}", run.said()),
        };
        assert_eq!(&world.tree(), expected, "{call:?}: {}", run.said());
    }
}
