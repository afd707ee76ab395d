//! From the paths that the user named to the root, the folders to walk and the files that were asked about.

use std::io;
use std::path::{Path, PathBuf};

use super::{LoadError, relative};
use crate::source::SourceFile;

/// What was named.
pub(super) struct Named {
    /// Canonical; every scope is in it.
    pub(super) root: PathBuf,
    /// The folders to walk, none within another.
    pub(super) scopes: Vec<PathBuf>,
    /// The files that were named.
    pub(super) files: Vec<PathBuf>,
    /// The folders that were named.
    folders: Vec<PathBuf>,
    /// The first path in the user's words.
    pub(super) display: PathBuf,
}

impl Named {
    /// The programs that were asked about; `None` if that is all of them.
    pub(super) fn focus(&self, programs: &[SourceFile]) -> Option<Vec<String>> {
        if self.files.is_empty() {
            return None;
        }
        let is_asked = |path: &Path| {
            self.files.iter().any(|it| it == path)
                || self.folders.iter().any(|it| path.starts_with(it))
        };
        let asked = programs
            .iter()
            .filter(|it| is_asked(&self.root.join(&it.path)));
        Some(asked.map(|it| it.path.clone()).collect())
    }
}

/// Looks the paths up; each must exist.
pub(super) fn resolve(paths: &[PathBuf]) -> Result<Named, LoadError> {
    let here = [PathBuf::from(".")];
    let paths = if paths.is_empty() { &here[..] } else { paths };
    let mut folders = Vec::new();
    let mut files = Vec::new();
    for path in paths {
        let absolute = path.canonicalize().map_err(|cause| refused(path, cause))?;
        if absolute.is_dir() {
            folders.push(absolute);
        } else if absolute.is_file() {
            files.push(absolute);
        } else {
            return Err(LoadError::Special { path: path.clone() });
        }
    }
    let mut scopes = folders.clone();
    scopes.extend(files.iter().map(|it| project_around(it)));
    scopes.sort();
    // Sorted, a folder comes right before what is in it.
    scopes.dedup_by(|inner, outer| inner.starts_with(outer));
    let root = scopes
        .iter()
        .skip(1)
        .fold(scopes[0].clone(), |root, it| common(&root, it));
    Ok(Named {
        root,
        scopes,
        files,
        folders,
        display: paths[0].clone(),
    })
}

/// The error for a named path that the system refused.
pub(super) fn refused(path: &Path, cause: io::Error) -> LoadError {
    let path = path.to_path_buf();
    // `a.js/b` where `a.js` is a file is as missing as any other.
    match cause.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => LoadError::Missing { path },
        _ => LoadError::Unreadable { path, cause },
    }
}

/// The nearest folder upward with a `package.json`; without one, the repository, or else the file's own folder.
fn project_around(file: &Path) -> PathBuf {
    let own = file.parent().unwrap_or(file);
    for folder in own.ancestors() {
        if folder.join("package.json").is_file() || folder.join(".git").exists() {
            return folder.to_path_buf();
        }
    }
    own.to_path_buf()
}

fn common(a: &Path, b: &Path) -> PathBuf {
    let both = a.components().zip(b.components());
    both.take_while(|(a, b)| a == b).map(|(a, _)| a).collect()
}

/// The path of `file` for a reader, whatever its name is made of.
pub(super) fn shown(file: &Path, root: &Path) -> String {
    relative(file, root).unwrap_or_else(|| {
        file.strip_prefix(root)
            .unwrap_or(file)
            .to_string_lossy()
            .into_owned()
    })
}
