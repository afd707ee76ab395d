//! What a write refuses, keeps and leaves when it fails.
#![expect(
    clippy::disallowed_methods,
    reason = "the tests set trees up on the disk"
)]

use std::cell::Cell;
use std::fs;
use std::io;

use tempfile::TempDir;

use super::{World, changed, sample};
use crate::apply::disk::Disk;
use crate::apply::{WriteError, WriteOptions, preview, write};
use crate::plan::edits::EditList;
use crate::plan::{FileEdits, Plan, WrittenFile};
use crate::source::{FileId, Language, SourceFile, Span};

fn source(path: &str, text: &str) -> SourceFile {
    SourceFile {
        path: path.to_owned(),
        text: text.to_owned(),
        language: Language::JavaScript,
    }
}

#[test]
fn a_preview_is_sorted_and_leaves_out_what_stays() {
    let files = [source("b.js", "io.emit(1)"), source("c.js", "1")];
    let mut edits = EditList::default();
    edits.replace(Span::new(0, 2), "broadcaster").unwrap();
    let plan = Plan {
        edited: vec![
            FileEdits {
                file: FileId(0),
                edits,
            },
            FileEdits {
                file: FileId(1),
                edits: EditList::default(),
            },
        ],
        written: vec![WrittenFile {
            path: "a.conf".to_owned(),
            before: None,
            after: "x".to_owned(),
        }],
        ..Plan::default()
    };
    let expected = [
        changed("a.conf", None, Some("x")),
        changed("b.js", Some("io.emit(1)"), Some("broadcaster.emit(1)")),
    ];
    assert_eq!(preview(&files, &plan), expected);
}

#[test]
fn a_write_and_its_undo_are_exact() {
    let (world, all) = sample();
    let before = world.tree();
    let paths = world.write(&all).unwrap();
    assert_eq!(
        paths,
        [
            "a.js",
            "nginx/deep/api.conf",
            "src/b.js",
            "src/gone.js",
            "src/utils/new.js"
        ]
    );
    for it in &all {
        let now = fs::read_to_string(world.root().join(&it.path)).ok();
        assert_eq!(now, it.after, "{}", it.path);
    }
    assert_eq!(world.undo().unwrap(), paths);
    assert_eq!(world.tree(), before);
    assert!(matches!(
        world.undo(),
        Err(WriteError::NothingToUndo { .. })
    ));
}

#[test]
fn a_file_that_changed_since_it_was_read_is_refused() {
    let (world, all) = sample();
    world.put("src/b.js", "edited");
    let before = world.tree();
    let error = world.write(&all).unwrap_err();
    assert!(
        matches!(&error, WriteError::ChangedSince { paths } if *paths == ["src/b.js"]),
        "{error}"
    );
    assert_eq!(world.tree(), before);
}

#[test]
fn a_file_that_changes_during_the_write_is_refused() {
    let (world, all) = sample();
    let file = world.root().join("src/b.js");
    let edit = |step: &str| {
        if step == "create a file" {
            fs::write(&file, "edited")
        } else {
            Ok(())
        }
    };
    let error = write::write(
        &Disk::new(&edit),
        &world.root(),
        &all,
        &world.write_options(),
    );
    let error = error.unwrap_err();
    assert!(
        matches!(&error, WriteError::RolledBack { path, .. } if path == "src/b.js"),
        "{error}"
    );
    assert_eq!(world.text("src/b.js"), "edited");
    assert_eq!(world.text("a.js"), "\u{feff}one\r\ntwo");
}

#[test]
fn an_existing_file_is_not_created_over() {
    let world = World::new(&[("a.js", "1"), ("new.js", "mine")]);
    let all = [
        changed("a.js", Some("1"), Some("2")),
        changed("new.js", None, Some("x")),
    ];
    let error = world.write(&all).unwrap_err();
    assert!(
        matches!(&error, WriteError::Exists { paths } if *paths == ["new.js"]),
        "{error}"
    );
    assert_eq!(
        (world.text("a.js"), world.text("new.js")),
        ("1".to_owned(), "mine".to_owned())
    );
}

#[test]
fn nothing_outside_the_root_is_written() {
    let world = World::new(&[("a.js", "1")]);
    for path in ["../b.js", "/tmp/b.js", "", "a/../../b.js", "./b.js"] {
        let error = world.write(&[changed(path, None, Some("x"))]).unwrap_err();
        assert!(
            matches!(error, WriteError::Outside { .. }),
            "{path}: {error}"
        );
    }
}

#[test]
#[cfg(unix)]
fn links_are_refused() {
    use std::os::unix::fs::symlink;
    let world = World::new(&[("a.js", "1"), ("real/c.js", "1")]);
    let outside = TempDir::new().unwrap();
    symlink(world.root().join("a.js"), world.root().join("link.js")).unwrap();
    symlink(outside.path(), world.root().join("utils")).unwrap();
    symlink(
        world.root().join("nowhere"),
        world.root().join("dangling.js"),
    )
    .unwrap();

    let error = world
        .write(&[changed("link.js", Some("1"), Some("2"))])
        .unwrap_err();
    assert!(matches!(error, WriteError::Symlink { .. }), "{error}");
    let error = world
        .write(&[changed("dangling.js", None, Some("2"))])
        .unwrap_err();
    assert!(matches!(error, WriteError::Symlink { .. }), "{error}");
    let error = world
        .write(&[changed("utils/deep/b.js", None, Some("2"))])
        .unwrap_err();
    assert!(matches!(error, WriteError::Outside { .. }), "{error}");
    assert!(fs::read_dir(outside.path()).unwrap().next().is_none());
}

#[test]
fn a_folder_that_takes_no_file_leaves_everything_as_it_was() {
    // Permissions do not stop root, under which these tests may run; a file in the place of the folder does.
    let world = World::new(&[("a.js", "1"), ("utils", "I am a file")]);
    let before = world.tree();
    let all = [
        changed("a.js", Some("1"), Some("2")),
        changed("utils/new.js", None, Some("x")),
    ];
    let error = world.write(&all).unwrap_err();
    assert!(error.to_string().contains("`utils/new.js`"), "{error}");
    assert_eq!(world.tree(), before);
}

#[test]
#[cfg(unix)]
fn a_read_only_folder_leaves_everything_as_it_was() {
    use std::os::unix::fs::PermissionsExt;
    let world = World::new(&[("a.js", "1"), ("locked/b.js", "1")]);
    let locked = world.root().join("locked");
    fs::set_permissions(&locked, fs::Permissions::from_mode(0o555)).unwrap();
    let is_root = fs::write(locked.join("probe"), "").is_ok();
    if !is_root {
        let all = [
            changed("a.js", Some("1"), Some("2")),
            changed("locked/b.js", Some("1"), Some("2")),
        ];
        let error = world.write(&all).unwrap_err();
        let message = error.to_string();
        assert_eq!(
            message,
            "`locked/b.js` can't be written: permission denied; nothing was changed"
        );
        assert_eq!(world.text("a.js"), "1");
    }
    fs::set_permissions(&locked, fs::Permissions::from_mode(0o755)).unwrap();
}

#[test]
fn git_must_have_what_would_be_written() {
    let (world, all) = sample();
    if !world.commit() {
        return;
    }
    world.put("src/other.js", "edited, but not written");
    world.put("src/untracked.js", "1");
    world.put("src/b.js", "edited");
    let mut all = all;
    all[2] = changed("src/b.js", Some("edited"), Some("B\n"));
    all.push(changed("src/untracked.js", Some("1"), Some("2")));
    let before = world.tree();
    let error = world.write(&all).unwrap_err();
    let expected = ["src/b.js", "src/untracked.js"];
    assert!(
        matches!(&error, WriteError::Dirty { paths } if *paths == expected),
        "{error}"
    );
    assert_eq!(world.tree(), before);

    let options = WriteOptions {
        allow_dirty: true,
        state: world.state(),
    };
    write(&world.root(), &all, &options).unwrap();
    world.undo().unwrap();
    assert_eq!(world.tree(), before);
}

#[test]
fn git_is_asked_about_the_files_alone_and_by_their_names() {
    let world = World::new(&[("api/[id].js", "1"), ("api/i.js", "1"), ("née.js", "1")]);
    if !world.commit() {
        return;
    }
    world.put("api/i.js", "edited; a pattern `[id].js` would match it");
    let api = world.root().join("api");
    write(
        &api,
        &[changed("[id].js", Some("1"), Some("2"))],
        &world.write_options(),
    )
    .unwrap();
    let error = write(
        &api,
        &[changed("[id].js", Some("2"), Some("3"))],
        &world.write_options(),
    );
    let error = error.unwrap_err();
    assert!(
        matches!(&error, WriteError::Dirty { paths } if *paths == ["[id].js"]),
        "{error}"
    );

    world.put("née.js", "2");
    let error = world
        .write(&[changed("née.js", Some("2"), Some("3"))])
        .unwrap_err();
    assert!(
        matches!(&error, WriteError::Dirty { paths } if *paths == ["née.js"]),
        "{error}"
    );
}

#[test]
fn two_writes_at_a_time_are_refused() {
    let (world, all) = sample();
    let second = Cell::new("not tried");
    let intrude = |step: &str| {
        if step == "create a file" {
            let is_busy = matches!(world.write(&all), Err(WriteError::Busy { .. }));
            second.set(if is_busy { "refused" } else { "let in" });
        }
        Ok::<(), io::Error>(())
    };
    write::write(
        &Disk::new(&intrude),
        &world.root(),
        &all,
        &world.write_options(),
    )
    .unwrap();
    assert_eq!(second.get(), "refused");
}

#[test]
fn a_journal_that_cannot_be_kept_stops_the_write() {
    let (world, all) = sample();
    fs::write(world.state(), "a file in the place of the folder").unwrap();
    let before = world.tree();
    let error = world.write(&all).unwrap_err();
    assert!(
        error.to_string().contains("set `IOMIGRATE_STATE_DIR`"),
        "{error}"
    );
    assert_eq!(world.tree(), before);
}
