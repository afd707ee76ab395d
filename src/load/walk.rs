//! Walks the folders and picks the files: what `.gitignore` and the configuration leave.

use std::path::{Path, PathBuf};

use ignore::gitignore::Gitignore;
use ignore::{DirEntry, WalkBuilder};

use super::formatters::is_configuration;
use super::mentions::mentions_socketio;
use super::named::{Named, shown};
use super::read::{bytes, is_environment_example, is_program};
use super::{Options, SkipReason, Skipped};

/// A folder behind a link is searched no further than this many files; then it is taken to concern Socket.IO.
const MAX_LINKED: usize = 5_000;

/// What the walk met.
pub(super) struct Found {
    /// Regular files, each once, in no order. Many are of no interest.
    pub(super) files: Vec<PathBuf>,
    /// Folders that could not be listed, links that lead out.
    pub(super) problems: Vec<Skipped>,
}

/// Every file under the scopes, and the named ones even if something ignores them.
pub(super) fn find(named: &Named, options: &Options) -> Found {
    let mut found = Found {
        files: Vec::new(),
        problems: Vec::new(),
    };
    let excluded = options.config.excluded();
    for scope in &named.scopes {
        for entry in walker(scope, &excluded).build() {
            match entry {
                Ok(entry) => found.add(&entry, &named.root),
                Err(error) => found.problems.push(unlisted(&error, scope, &named.root)),
            }
        }
    }
    found.files.extend(named.files.iter().cloned());
    found.files.sort();
    found.files.dedup();
    found
}

impl Found {
    fn add(&mut self, entry: &DirEntry, root: &Path) {
        let kind = entry.file_type();
        if kind.is_some_and(|it| it.is_symlink()) {
            self.problems.extend(link_problem(entry.path(), root));
        } else if kind.is_some_and(|it| it.is_file()) {
            self.files.push(entry.path().to_path_buf());
        }
    }
}

/// The same on every machine: neither the user's global ignore file nor links are followed.
fn walker(scope: &Path, excluded: &Gitignore) -> WalkBuilder {
    let excluded = excluded.clone();
    let mut builder = WalkBuilder::new(scope);
    builder
        .follow_links(false)
        .hidden(false)
        .git_global(false)
        .require_git(false)
        .filter_entry(move |it| it.depth() == 0 || is_wanted(it, &excluded));
    builder
}

fn is_wanted(entry: &DirEntry, excluded: &Gitignore) -> bool {
    let name = entry.file_name().to_string_lossy();
    let is_shown = is_environment_example(&name) || is_configuration(&name);
    let is_hidden = name.starts_with('.') && !is_shown;
    let is_folder = entry.file_type().is_some_and(|it| it.is_dir());
    !is_hidden && name != "node_modules" && !excluded.matched(entry.path(), is_folder).is_ignore()
}

fn unlisted(error: &ignore::Error, scope: &Path, root: &Path) -> Skipped {
    let path = path_of(error).unwrap_or(scope);
    let cause = error
        .io_error()
        .map_or_else(|| error.to_string(), ToString::to_string);
    Skipped {
        path: shown(path, root),
        reason: SkipReason::Unreadable(cause),
        line: None,
        // Nobody could look.
        mentions_socketio: true,
    }
}

fn path_of(error: &ignore::Error) -> Option<&Path> {
    match error {
        ignore::Error::WithPath { path, .. } => Some(path),
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => {
            path_of(err)
        }
        _ => None,
    }
}

/// A link inside the root is met under its own name; one that leads nowhere holds nothing.
fn link_problem(link: &Path, root: &Path) -> Option<Skipped> {
    let target = link.canonicalize().ok()?;
    if target.starts_with(root) {
        return None;
    }
    let concerns = if target.is_dir() {
        folder_mentions(&target)
    } else {
        (is_program(link) || is_program(&target)) && file_mentions(&target)
    };
    concerns.then(|| Skipped {
        path: shown(link, root),
        reason: SkipReason::SymlinkOutside,
        line: None,
        mentions_socketio: true,
    })
}

fn folder_mentions(folder: &Path) -> bool {
    let entries = walker(folder, &Gitignore::empty()).build().flatten();
    let mut files = entries.filter(|it| it.file_type().is_some_and(|it| it.is_file()));
    let is_found = files
        .by_ref()
        .take(MAX_LINKED)
        .any(|it| is_program(it.path()) && file_mentions(it.path()));
    is_found || files.next().is_some()
}

fn file_mentions(file: &Path) -> bool {
    bytes(file).map_or(true, |it| mentions_socketio(&it))
}
