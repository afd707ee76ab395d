//! Asks git whether it could give a file back.

use std::io;
use std::path::Path;
use std::process::{Command, Output};

use super::WriteError;

/// So many paths are asked about at a time: a command line has a limit.
const CHUNK: usize = 200;

/// Refuses if one of `paths`, relative to `root`, is modified or untracked. Without git, or outside a repository,
/// there is nothing to refuse: the journal serves there.
pub(super) fn refuse_dirty(root: &Path, paths: &[&str]) -> Result<(), WriteError> {
    let Some(prefix) = prefix(root)? else {
        return Ok(());
    };
    let mut dirty = Vec::new();
    for chunk in paths.chunks(CHUNK) {
        dirty.extend(dirty_among(root, &prefix, chunk)?);
    }
    dirty.sort();
    if dirty.is_empty() {
        Ok(())
    } else {
        Err(WriteError::Dirty { paths: dirty })
    }
}

/// Where `root` is in its repository: nothing or `api/`. `None` without git or repository.
fn prefix(root: &Path) -> Result<Option<String>, WriteError> {
    let output = match run(root, &["rev-parse", "--show-prefix"], &[]) {
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(cause) => {
            return Err(WriteError::Git {
                message: cause.to_string(),
            });
        }
        Ok(output) => output,
    };
    if output.status.success() {
        let prefix = String::from_utf8_lossy(&output.stdout);
        return Ok(Some(
            prefix.strip_suffix('\n').unwrap_or(&prefix).to_owned(),
        ));
    }
    match complaint(&output) {
        it if it.contains("not a git repository") => Ok(None),
        message => Err(WriteError::Git { message }),
    }
}

fn dirty_among(root: &Path, prefix: &str, paths: &[&str]) -> Result<Vec<String>, WriteError> {
    let arguments = [
        "status",
        "--porcelain=v1",
        "-z",
        "--no-renames",
        "--untracked-files=all",
        "--ignored=no",
        "--",
    ];
    let output = run(root, &arguments, paths).map_err(|cause| WriteError::Git {
        message: cause.to_string(),
    })?;
    if !output.status.success() {
        return Err(WriteError::Git {
            message: complaint(&output),
        });
    }
    let entries = output.stdout.split(|it| *it == 0).filter(|it| it.len() > 3);
    let paths = entries.map(|it| String::from_utf8_lossy(&it[3..]).into_owned());
    Ok(paths
        .map(|it| it.strip_prefix(prefix).map(ToOwned::to_owned).unwrap_or(it))
        .collect())
}

fn run(root: &Path, arguments: &[&str], paths: &[&str]) -> io::Result<Output> {
    Command::new("git")
        // A route file may well be called `[id].js`.
        .arg("--literal-pathspecs")
        // Looking at a project may not run a program that the project names.
        .args(["-c", "core.fsmonitor=false"])
        .args(arguments)
        .args(paths)
        .current_dir(root)
        // Git may not refresh its index for us, and its words are compared.
        .env("GIT_OPTIONAL_LOCKS", "0")
        .env("LC_ALL", "C")
        .output()
}

fn complaint(output: &Output) -> String {
    let text = String::from_utf8_lossy(&output.stderr);
    let first = text.lines().next().unwrap_or("no reason given");
    first.strip_prefix("fatal: ").unwrap_or(first).to_owned()
}
