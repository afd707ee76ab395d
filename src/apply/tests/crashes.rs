//! Failure and death at every single step of a write and of an undo: each file is whole at any time, and what comes
//! next makes the tree what it was.

use std::cell::Cell;
use std::env;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{self, Command};

use super::{Tree, World, sample};
use crate::apply::disk::Disk;
use crate::apply::{
    Changed, UndoOptions, WriteError, WriteOptions, recover, takeback, undo, write,
};

/// What a child process is to do: `write`, `recover` or `undo`, the step at which it dies, the root, the state.
const ORDER: &str = "IOMIGRATE_TEST_CRASH";

/// Lets `count` steps pass.
struct Fuse(Cell<usize>);

impl Fuse {
    fn new(count: usize) -> Self {
        Self(Cell::new(count))
    }

    /// Whether this step is the one, or a later one.
    fn is_burnt(&self) -> bool {
        let left = self.0.get();
        self.0.set(left.saturating_sub(1));
        left == 0
    }
}

fn full_disk() -> io::Error {
    io::Error::other("the disk is full")
}

/// How many steps `run` takes.
fn steps(run: impl FnOnce(&Disk<'_>)) -> usize {
    let count = Cell::new(0);
    let observe = |_: &str| {
        count.set(count.get() + 1);
        Ok(())
    };
    run(&Disk::new(&observe));
    count.get()
}

fn write_steps() -> usize {
    let (world, all) = sample();
    steps(|disk| {
        write::write(disk, &world.root(), &all, &world.write_options()).unwrap();
    })
}

fn undo_steps() -> usize {
    let (world, all) = sample();
    write(&world.root(), &all, &world.write_options()).unwrap();
    steps(|disk| {
        takeback::undo(disk, &world.root(), &undo_options(world.state())).unwrap();
    })
}

fn undo_options(state: PathBuf) -> UndoOptions {
    UndoOptions {
        force: false,
        state,
    }
}

/// No file is torn: each is as before or as afterwards, and beside them are only temporary files.
fn assert_whole(world: &World, before: &Tree, after: &Tree) {
    for (path, bytes) in world.tree() {
        let is_temporary = path
            .rsplit('/')
            .next()
            .is_some_and(|it| it.starts_with(".iomigrate-"));
        let is_known = [before, after]
            .iter()
            .any(|it| it.get(&path) == Some(&bytes));
        assert!(is_temporary || is_known, "{path} is torn");
    }
}

#[test]
fn a_failure_at_any_step_of_a_write_changes_nothing() {
    for step in 0..write_steps() {
        let (world, all) = sample();
        let before = world.tree();
        let fuse = Fuse::new(step);
        let fired = Cell::new(false);
        let fail_once = |_: &str| {
            let fires = fuse.is_burnt() && !fired.replace(true);
            if fires { Err(full_disk()) } else { Ok(()) }
        };
        let result = write::write(
            &Disk::new(&fail_once),
            &world.root(),
            &all,
            &world.write_options(),
        );
        if result.is_ok() {
            // Only what follows the write itself, the removal of older journals, may fail unseen.
            assert_ne!(world.tree(), before, "step {step}");
            continue;
        }
        assert_eq!(world.tree(), before, "step {step}");
        assert_eq!(
            recover(&world.root(), &world.state())
                .unwrap()
                .unwrap_or_default()
                .paths,
            [""; 0]
        );
        // And the next attempt goes through.
        write(&world.root(), &all, &world.write_options()).unwrap();
        undo(&world.root(), &undo_options(world.state())).unwrap();
        assert_eq!(world.tree(), before, "step {step}");
    }
}

#[test]
fn a_lasting_failure_at_any_step_is_taken_back_later() {
    for step in 0..write_steps() {
        let (world, all) = sample();
        let before = world.tree();
        let fuse = Fuse::new(step);
        let fail = |_: &str| {
            if fuse.is_burnt() {
                Err(full_disk())
            } else {
                Ok(())
            }
        };
        let result = write::write(
            &Disk::new(&fail),
            &world.root(),
            &all,
            &world.write_options(),
        );
        if let Err(error) = result {
            if !matches!(error, WriteError::HalfDone { .. }) {
                assert_eq!(world.tree(), before, "step {step}: {error}");
            }
            recover(&world.root(), &world.state()).unwrap();
            assert_eq!(world.tree(), before, "step {step}: {error}");
        }
    }
}

#[test]
fn a_crash_at_any_step_of_a_write_is_taken_back() {
    let count = write_steps();
    // One more: there, the child lives and has written everything.
    for step in 0..=count {
        let (world, all) = sample();
        let before = world.tree();
        let lives = die("write", step, &world);
        assert_eq!(lives, step == count);
        assert_whole(&world, &before, &after(&all));
        match undo(&world.root(), &undo_options(world.state())) {
            Ok(_) | Err(WriteError::NothingToUndo { .. }) => {}
            Err(error) => panic!("step {step}: {error}"),
        }
        assert_eq!(world.tree(), before, "step {step}");
    }
}

#[test]
fn after_a_crash_at_any_step_the_next_write_goes_through() {
    for step in 0..write_steps() {
        let (world, all) = sample();
        die("write", step, &world);
        recover(&world.root(), &world.state()).unwrap();
        match write(&world.root(), &all, &world.write_options()) {
            Ok(_) => {}
            // The crash came after the write was done: the files are as it left them.
            Err(WriteError::ChangedSince { .. } | WriteError::Exists { .. }) => {
                undo(&world.root(), &undo_options(world.state())).unwrap();
                write(&world.root(), &all, &world.write_options()).unwrap();
            }
            Err(error) => panic!("step {step}: {error}"),
        }
        assert!(
            world.tree().keys().all(|it| !it.contains(".iomigrate-")),
            "step {step}"
        );
    }
}

#[test]
fn a_crash_at_any_step_of_an_undo_is_finished() {
    for step in 0..undo_steps() {
        let (world, all) = sample();
        let before = world.tree();
        write(&world.root(), &all, &world.write_options()).unwrap();
        let written = world.tree();
        die("undo", step, &world);
        assert_whole(&world, &before, &written);
        recover(&world.root(), &world.state()).unwrap();
        let now = world.tree();
        // Before it was noted down, the undo did not happen; afterwards, it is finished.
        assert!(now == before || now == written, "step {step}");
        let again = undo(&world.root(), &undo_options(world.state()));
        assert!(
            matches!(again, Ok(_) | Err(WriteError::NothingToUndo { .. })),
            "step {step}"
        );
        assert_eq!(world.tree(), before, "step {step}");
    }
}

#[test]
fn a_crash_while_a_crash_is_taken_back_is_harmless() {
    let halfway = write_steps() - 8;
    for step in 0.. {
        let (world, _) = sample();
        let before = world.tree();
        die("write", halfway, &world);
        let lives = die("recover", step, &world);
        recover(&world.root(), &world.state()).unwrap();
        assert_eq!(world.tree(), before, "step {step}");
        if lives {
            break;
        }
    }
}

fn after(changed: &[Changed]) -> Tree {
    let mut tree = Tree::new();
    for it in changed {
        if let Some(text) = &it.after {
            tree.insert(it.path.clone(), Some(text.clone().into_bytes()));
            let folders = Path::new(&it.path).ancestors().skip(1);
            tree.extend(folders.map(|it| (it.display().to_string(), None)));
        }
    }
    tree
}

/// Has another process do it and die, as by a power cut, before step `step`. Whether it lived.
fn die(what: &str, step: usize, world: &World) -> bool {
    let order = format!(
        "{what}\n{step}\n{}\n{}",
        world.root().display(),
        world.state().display()
    );
    let status = Command::new(env::current_exe().unwrap())
        .args([
            "--exact",
            "apply::tests::crashes::child",
            "--test-threads=1",
        ])
        .env(ORDER, order)
        .output()
        .unwrap()
        .status;
    status.success()
}

/// No test by itself: what [`die`] runs.
#[test]
fn child() {
    let Some(order) = env::var_os(ORDER) else {
        return;
    };
    let order = order.into_string().unwrap();
    let [what, step, root, state] = order.split('\n').collect::<Vec<_>>()[..] else {
        panic!("an order has four lines")
    };
    let fuse = Fuse::new(step.parse().unwrap());
    let die = |_: &str| {
        if fuse.is_burnt() {
            process::abort();
        }
        Ok(())
    };
    let disk = Disk::new(&die);
    let (root, state) = (Path::new(root), PathBuf::from(state));
    match what {
        "write" => {
            let options = WriteOptions {
                allow_dirty: false,
                state,
            };
            write::write(&disk, root, &sample().1, &options).unwrap();
        }
        "undo" => {
            takeback::undo(&disk, root, &undo_options(state)).unwrap();
        }
        "recover" => {
            takeback::recover(&disk, root, &state).unwrap();
        }
        _ => panic!("{what} is no order"),
    }
}
