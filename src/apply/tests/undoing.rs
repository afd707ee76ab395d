//! What an undo restores, refuses and leaves.
#![expect(
    clippy::disallowed_methods,
    reason = "the tests set trees up on the disk"
)]

use std::fs;
use std::io;

use super::{World, changed, sample};
use crate::apply::disk::Disk;
use crate::apply::{UndoOptions, WriteError, recover, takeback};

#[test]
fn without_a_write_there_is_nothing_to_undo() {
    let world = World::new(&[("a.js", "1")]);
    assert!(matches!(
        world.undo(),
        Err(WriteError::NothingToUndo { .. })
    ));
    assert_eq!(recover(&world.root(), &world.state()).unwrap(), None);
    assert!(!world.state().exists());
}

#[test]
fn a_write_without_effect_does_not_take_the_place_of_the_last() {
    let world = World::new(&[("a.js", "1")]);
    world
        .write(&[changed("a.js", Some("1"), Some("2"))])
        .unwrap();
    assert!(world.write(&[]).unwrap().is_empty());
    world.undo().unwrap();
    assert_eq!(world.text("a.js"), "1");
}

#[test]
fn only_the_last_write_is_taken_back() {
    let world = World::new(&[("a.js", "1")]);
    world
        .write(&[changed("a.js", Some("1"), Some("2"))])
        .unwrap();
    world
        .write(&[changed("a.js", Some("2"), Some("3"))])
        .unwrap();
    world.undo().unwrap();
    assert_eq!(world.text("a.js"), "2");
    assert!(matches!(
        world.undo(),
        Err(WriteError::NothingToUndo { .. })
    ));
}

#[test]
#[cfg(unix)]
fn permissions_stay_and_come_back() {
    use std::os::unix::fs::PermissionsExt;
    let (world, all) = sample();
    let mode = |path: &str| {
        fs::metadata(world.root().join(path))
            .unwrap()
            .permissions()
            .mode()
            & 0o7777
    };
    let file = |path: &str| world.root().join(path);
    fs::set_permissions(file("a.js"), fs::Permissions::from_mode(0o755)).unwrap();
    fs::set_permissions(file("src/gone.js"), fs::Permissions::from_mode(0o640)).unwrap();
    // What any program creates here shows the user's mask.
    let usual = mode("src/other.js");
    world.write(&all).unwrap();
    assert_eq!((mode("a.js"), mode("src/utils/new.js")), (0o755, usual));
    fs::set_permissions(file("a.js"), fs::Permissions::from_mode(0o600)).unwrap();
    world.undo().unwrap();
    assert_eq!((mode("a.js"), mode("src/gone.js")), (0o755, 0o640));
}

#[test]
fn undo_keeps_what_was_edited_since_unless_forced() {
    let (world, all) = sample();
    let before = world.tree();
    world.write(&all).unwrap();
    world.put("src/b.js", "edited");
    world.put("src/utils/new.js", "edited");
    let written = world.tree();
    let error = world.undo().unwrap_err();
    let expected = ["src/b.js", "src/utils/new.js"];
    assert!(
        matches!(&error, WriteError::Edited { paths } if *paths == expected),
        "{error}"
    );
    assert_eq!(world.tree(), written);

    world.undo_by_force().unwrap();
    assert_eq!(world.tree(), before);
}

#[test]
fn undo_leaves_a_folder_in_which_something_else_is() {
    let (world, all) = sample();
    world.write(&all).unwrap();
    world.put("src/utils/mine.js", "mine");
    world.undo().unwrap();
    assert_eq!(world.text("src/utils/mine.js"), "mine");
    assert!(!world.root().join("nginx").exists());
}

#[test]
fn undo_restores_a_file_whose_folder_was_removed() {
    let world = World::new(&[("src/a.js", "1")]);
    world
        .write(&[changed("src/a.js", Some("1"), None)])
        .unwrap();
    fs::remove_dir(world.root().join("src")).unwrap();
    world.undo().unwrap();
    assert_eq!(world.text("src/a.js"), "1");
}

#[test]
fn a_damaged_copy_is_not_restored() {
    let world = World::new(&[("a.js", "1")]);
    world
        .write(&[changed("a.js", Some("1"), Some("2"))])
        .unwrap();
    let store = fs::read_dir(world.state())
        .unwrap()
        .next()
        .unwrap()
        .unwrap()
        .path();
    fs::write(store.join("1/0.original"), "other").unwrap();
    let error = world.undo().unwrap_err();
    assert!(matches!(error, WriteError::Damaged { .. }), "{error}");
    assert_eq!(world.text("a.js"), "2");
}

#[test]
fn undo_that_cannot_begin_stays_possible() {
    let (world, all) = sample();
    let before = world.tree();
    world.write(&all).unwrap();
    let written = world.tree();
    let fail = |step: &str| {
        let fails = step == "write a temporary file";
        if fails {
            Err(io::Error::other("the disk is full"))
        } else {
            Ok(())
        }
    };
    let options = UndoOptions {
        force: false,
        state: world.state(),
    };
    let error = takeback::undo(&Disk::new(&fail), &world.root(), &options).unwrap_err();
    assert!(matches!(error, WriteError::NotRestored { .. }), "{error}");
    assert_eq!(recover(&world.root(), &world.state()).unwrap(), None);
    assert_eq!(world.tree(), written);
    world.undo().unwrap();
    assert_eq!(world.tree(), before);
}
