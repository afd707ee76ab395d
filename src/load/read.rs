//! Reads one file and says what it is: a program, a file that says how the project is run, or a problem.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::Path;

use super::formatters::is_configuration;
use super::mentions::{bundle_mentions, mentions_socketio};
use super::named::shown;
use super::{SkipReason, Skipped, TextFile, relative};
use crate::source::{Language, SourceFile};

/// What came of a file. One that is of no interest leaves everything empty.
#[derive(Default)]
pub(super) struct Read {
    /// Whether it is a program, readable or not.
    pub(super) is_program: bool,
    /// Its text, to be parsed.
    pub(super) program: Option<SourceFile>,
    /// Its text, if it says how the project is run.
    pub(super) manifest: Option<TextFile>,
    /// Why its text is missing.
    pub(super) problem: Option<Skipped>,
}

/// Reads `file` if it is of interest.
pub(super) fn read(file: &Path, root: &Path, max_bytes: u64) -> Read {
    let path = shown(file, root);
    let language = language(file, &path);
    let is_manifest = is_manifest(&path);
    let mut read = Read {
        is_program: language.is_some(),
        ..Read::default()
    };
    if language.is_none() && !is_manifest {
        return read;
    }
    match checked_text(file, &path, root, max_bytes) {
        Err(problem) => read.problem = Some(problem),
        Ok(text) => {
            read.manifest = is_manifest.then(|| TextFile {
                path: path.clone(),
                text: text.clone(),
            });
            read.program = language.map(|language| SourceFile {
                path,
                text,
                language,
            });
        }
    }
    read
}

/// The bytes of a file.
#[expect(
    clippy::disallowed_methods,
    reason = "load is the reader of source files"
)]
pub(super) fn bytes(file: &Path) -> io::Result<Vec<u8>> {
    fs::read(file)
}

/// The text of a file.
#[expect(
    clippy::disallowed_methods,
    reason = "load is the reader of source files"
)]
pub(super) fn text(file: &Path) -> io::Result<String> {
    fs::read_to_string(file)
}

/// Whether the name is that of a program.
pub(super) fn is_program(file: &Path) -> bool {
    Language::of_path(&file.to_string_lossy()).is_some()
}

fn checked_text(file: &Path, path: &str, root: &Path, max_bytes: u64) -> Result<String, Skipped> {
    let skipped = |reason, line, mentions_socketio| Skipped {
        path: path.to_owned(),
        reason,
        line,
        mentions_socketio,
    };
    // Nobody could look, so nobody can say that it is of no concern.
    let unreadable =
        |cause: io::Error| skipped(SkipReason::Unreadable(cause.to_string()), None, true);

    let size = fs::metadata(file).map_err(unreadable)?.len();
    if is_minified(path) || size > max_bytes {
        let reason = if is_minified(path) {
            SkipReason::Minified
        } else {
            SkipReason::TooLarge(size)
        };
        let mentions = bundle_mentions(file).map_err(unreadable)?;
        return Err(skipped(reason, None, mentions));
    }
    let bytes = bytes(file).map_err(unreadable)?;
    if has_minified_lines(&bytes) {
        let mentions = bundle_mentions(file).map_err(unreadable)?;
        return Err(skipped(SkipReason::Minified, None, mentions));
    }
    if relative(file, root).is_none() {
        // Its path can't be written down, so nothing could be written back to it either.
        return Err(skipped(
            SkipReason::NotUtf8,
            None,
            mentions_socketio(&bytes),
        ));
    }
    String::from_utf8(bytes).map_err(|error| {
        let bad = error.utf8_error().valid_up_to();
        let line = error.as_bytes()[..bad]
            .iter()
            .filter(|it| **it == b'\n')
            .count()
            + 1;
        skipped(
            SkipReason::NotUtf8,
            Some(line),
            mentions_socketio(error.as_bytes()),
        )
    })
}

fn is_minified(path: &str) -> bool {
    [".min.js", ".min.mjs", ".min.cjs"]
        .iter()
        .any(|it| path.ends_with(it))
}

/// Nobody writes lines like these: a bundle without `.min` in its name.
fn has_minified_lines(bytes: &[u8]) -> bool {
    const SMALLEST: usize = 16 * 1024;
    const LINE: usize = 500;
    let lines = bytes.iter().filter(|it| **it == b'\n').count() + 1;
    bytes.len() >= SMALLEST && bytes.len() / lines >= LINE
}

/// By the extension, or by the first line: `bin/www`, where many an Express server starts, has no extension.
fn language(file: &Path, path: &str) -> Option<Language> {
    let has_extension = name_of(path).contains('.');
    if has_extension {
        Language::of_path(path)
    } else {
        shebang_language(file).or_else(|| bare_program(file, path))
    }
}

/// A program in a folder `bin` without extension and first line: `npm start` runs `node ./bin/www`.
fn bare_program(file: &Path, path: &str) -> Option<Language> {
    const START: u64 = 4096;
    let folder = path.rsplit('/').nth(1)?;
    let mut start = Vec::new();
    if folder == "bin" {
        File::open(file)
            .ok()?
            .take(START)
            .read_to_end(&mut start)
            .ok()?;
    }
    let text = String::from_utf8_lossy(&start);
    let loads = text.contains("require(") || text.contains("import ");
    (loads && !text.starts_with("#!")).then_some(Language::JavaScript)
}

fn shebang_language(file: &Path) -> Option<Language> {
    let mut start = Vec::new();
    File::open(file)
        .ok()?
        .take(80)
        .read_to_end(&mut start)
        .ok()?;
    let line = start.strip_prefix(b"#!")?.split(|it| *it == b'\n').next()?;
    let line = String::from_utf8_lossy(line);
    let mut words = line.split(['/', ' ', '\t', '\r']);
    words
        .any(|it| matches!(it, "node" | "nodejs" | "bun"))
        .then_some(Language::JavaScript)
}

fn name_of(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// Whether a path says how the project is built, run or reached.
fn is_manifest(path: &str) -> bool {
    let name = name_of(path);
    let starts = |words: &[&str]| words.iter().any(|it| name.starts_with(it));
    let ends = |words: &[&str]| words.iter().any(|it| name.ends_with(it));
    matches!(
        name,
        "package.json" | "Procfile" | "Caddyfile" | "env.example"
    ) || is_environment_example(name)
        || is_configuration(name)
        || matches!(name, "biome.json" | "biome.jsonc")
        || starts(&["tsconfig", "jsconfig"]) && ends(&[".json"])
        || starts(&["ecosystem", "pm2"]) && ends(&[".js", ".cjs", ".mjs", ".json"])
        || starts(&["Dockerfile"])
        || ends(&[".Dockerfile"])
        || starts(&["haproxy"]) && ends(&[".cfg"])
        || starts(&["traefik"]) && ends(&[".yml", ".yaml", ".toml"])
        || starts(&["docker-compose", "compose"]) && ends(&[".yml", ".yaml"])
        || ends(&[".conf"]) && path.split('/').any(|it| it.starts_with("nginx"))
        || is_of_with(path)
}

/// Whether a path is one at which `apply --with` writes.
fn is_of_with(path: &str) -> bool {
    let mut parts = path.rsplit('/');
    let (name, folder) = (parts.next().unwrap_or_default(), parts.next());
    let extension = name.rsplit('.').next();
    matches!(
        (folder, extension),
        (Some("caddy"), Some("Caddyfile"))
            | (Some("haproxy"), Some("cfg"))
            | (Some("kubernetes"), Some("yaml"))
            | (Some("systemd"), Some("service"))
            | (Some("traefik"), Some("yml"))
    )
}

/// Whether a hidden file shows what the environment has to hold, without its secrets.
pub(super) fn is_environment_example(name: &str) -> bool {
    matches!(
        name,
        ".env.example" | ".env.sample" | ".env.template" | ".env.dist"
    )
}
