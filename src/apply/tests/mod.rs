//! Writing and undoing on small trees in a temporary folder: the trees. The cases are in the modules.
#![expect(
    clippy::disallowed_methods,
    reason = "the tests set trees up on the disk"
)]

mod crashes;
mod undoing;
mod writing;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use super::{Changed, UndoOptions, WriteError, WriteOptions, undo, write};

/// A tree and a place for journals.
struct World {
    folder: TempDir,
}

/// Every file with its bytes, every folder with `None`.
type Tree = BTreeMap<String, Option<Vec<u8>>>;

impl World {
    fn new(files: &[(&str, &str)]) -> Self {
        let world = Self {
            folder: TempDir::new().unwrap(),
        };
        fs::create_dir_all(world.root()).unwrap();
        for (path, text) in files {
            world.put(path, text);
        }
        world
    }

    fn root(&self) -> PathBuf {
        self.folder.path().canonicalize().unwrap().join("tree")
    }

    fn state(&self) -> PathBuf {
        self.folder.path().join("state")
    }

    fn put(&self, path: &str, text: &str) {
        let file = self.root().join(path);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    }

    fn text(&self, path: &str) -> String {
        fs::read_to_string(self.root().join(path)).unwrap()
    }

    fn tree(&self) -> Tree {
        let mut tree = Tree::new();
        collect(&self.root(), "", &mut tree);
        tree
    }

    fn write_options(&self) -> WriteOptions {
        WriteOptions {
            allow_dirty: false,
            state: self.state(),
        }
    }

    fn write(&self, changed: &[Changed]) -> Result<Vec<String>, WriteError> {
        write(&self.root(), changed, &self.write_options()).map(|it| it.paths)
    }

    fn undo(&self) -> Result<Vec<String>, WriteError> {
        let options = UndoOptions {
            force: false,
            state: self.state(),
        };
        undo(&self.root(), &options).map(|it| it.paths)
    }

    fn undo_by_force(&self) -> Result<Vec<String>, WriteError> {
        let options = UndoOptions {
            force: true,
            state: self.state(),
        };
        undo(&self.root(), &options).map(|it| it.paths)
    }

    /// Commits everything; `false` without git.
    fn commit(&self) -> bool {
        let git = |arguments: &[&str]| {
            let mut command = Command::new("git");
            command
                .args(["-c", "user.name=a", "-c", "user.email=a@b.c"])
                .args(arguments);
            command
                .current_dir(self.root())
                .output()
                .is_ok_and(|it| it.status.success())
        };
        git(&["init", "-q"]) && git(&["add", "."]) && git(&["commit", "-qm", "1"])
    }
}

fn collect(folder: &Path, at: &str, tree: &mut Tree) {
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let name = entry.file_name().into_string().unwrap();
        let path = if at.is_empty() {
            name.clone()
        } else {
            format!("{at}/{name}")
        };
        if name == ".git" {
            continue;
        }
        if entry.file_type().unwrap().is_dir() {
            collect(&entry.path(), &path, tree);
            tree.insert(path, None);
        } else {
            tree.insert(path, Some(fs::read(entry.path()).unwrap()));
        }
    }
}

fn changed(path: &str, before: Option<&str>, after: Option<&str>) -> Changed {
    let owned = |it: Option<&str>| it.map(ToOwned::to_owned);
    Changed {
        path: path.to_owned(),
        before: owned(before),
        after: owned(after),
    }
}

/// One of each: two edited, one deleted, two created in folders that are not there.
fn sample() -> (World, Vec<Changed>) {
    let world = World::new(&[
        ("a.js", "\u{feff}one\r\ntwo"),
        ("src/b.js", "b"),
        ("src/gone.js", "gone"),
        ("src/other.js", "other"),
    ]);
    let all = vec![
        changed("a.js", Some("\u{feff}one\r\ntwo"), Some("\u{feff}1\r\ntwo")),
        changed("nginx/deep/api.conf", None, Some("listen")),
        changed("src/b.js", Some("b"), Some("B\n")),
        changed("src/gone.js", Some("gone"), None),
        changed("src/utils/new.js", None, Some("new\n")),
    ];
    (world, all)
}
