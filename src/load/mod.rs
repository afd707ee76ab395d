//! Finds and reads the files of a project: its programs, the files around them that say how it is run, and its
//! configuration. The only reader of source files. What it can't read is a problem in the result, never dropped.

mod formatters;
mod mentions;
mod named;
mod read;
mod walk;

use std::io;
use std::path::{Path, PathBuf};

use ignore::gitignore::Gitignore;
use rayon::prelude::*;
use thiserror::Error;

use crate::config::{Config, ConfigError, FILE_NAME, ProjectPath, Settings};
use crate::source::SourceFile;
pub use mentions::mentions_socketio;

/// Programs larger than this are reported, not analysed: they are bundles.
pub const MAX_BYTES: u64 = 2 * 1024 * 1024;

/// What is left out, and what the project says about itself.
#[derive(Clone, Debug)]
pub struct Options {
    /// The configuration that holds.
    pub config: FoundConfig,
    /// Larger files become a problem.
    pub max_bytes: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            config: FoundConfig::default(),
            max_bytes: MAX_BYTES,
        }
    }
}

/// A project as it was read. All lists are sorted by path.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// Canonical. Every path below is relative to it.
    pub root: PathBuf,
    /// The programs.
    pub files: Vec<SourceFile>,
    /// `package.json`, `tsconfig.json`, PM2, Docker, nginx files and the like. A PM2 file in JavaScript is in `files` too.
    pub manifests: Vec<TextFile>,
    /// What could not be read, or was not on purpose.
    pub problems: Vec<Skipped>,
    /// How many programs there are, skipped ones included.
    pub files_seen: usize,
    /// The programs that were asked about, if files were named: the whole project is loaded around them.
    pub focus: Option<Vec<String>>,
    /// What the configuration says to the stages that follow.
    pub settings: Settings,
}

impl Loaded {
    /// Whether `path` was asked about: by its name, by its folder's, or because nothing was named.
    pub fn is_asked(&self, path: &str) -> bool {
        let focus = self.focus.as_ref();
        focus.is_none_or(|it| it.iter().any(|asked| asked == path))
    }
}

/// A file that is no program, as it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextFile {
    /// Relative to the root, with `/`; above it, as a formatter's configuration may be, it begins with `../`.
    pub path: String,
    /// The whole text, byte order mark and line endings included.
    pub text: String,
}

/// A file or folder that was not analysed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skipped {
    /// Relative to the root, with `/`.
    pub path: String,
    /// Why.
    pub reason: SkipReason,
    /// Where the reason shows, 1-based.
    pub line: Option<usize>,
    /// It may concern Socket.IO: its bytes say so, or nobody could look.
    pub mentions_socketio: bool,
}

/// Why a file was not analysed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SkipReason {
    /// Its bytes, or its name, are not UTF-8.
    NotUtf8,
    /// The system refused; its words.
    Unreadable(String),
    /// It has this many bytes.
    TooLarge(u64),
    /// Named `*.min.js`: made from another file.
    Minified,
    /// The parser could not make sense of it. `parse`'s verdict, not `load`'s.
    SyntaxError,
    /// A symbolic link that leads out of the root.
    SymlinkOutside,
}

impl SkipReason {
    /// The word of the contract.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::NotUtf8 => "not-utf8",
            Self::Unreadable(_) => "unreadable",
            Self::TooLarge(_) => "too-large",
            Self::Minified => "minified",
            Self::SyntaxError => "syntax-error",
            Self::SymlinkOutside => "symlink-outside",
        }
    }
}

/// Why nothing was loaded. All of these end with exit code 2.
#[derive(Debug, Error)]
pub enum LoadError {
    /// A named path does not exist.
    #[error("`{}` does not exist; check its spelling and the folder you are in", path.display())]
    Missing {
        /// As it was named.
        path: PathBuf,
    },
    /// A named path, or the configuration, can't be read.
    #[error("`{}` can't be read: {cause}", path.display())]
    Unreadable {
        /// As it was named.
        path: PathBuf,
        /// The system's words.
        cause: io::Error,
    },
    /// A named path is a device, a pipe or the like.
    #[error("`{}` is neither a file nor a folder; name the backend's folder or its files", path.display())]
    Special {
        /// As it was named.
        path: PathBuf,
    },
    /// No program at all.
    #[error(
        "no JavaScript or TypeScript file in `{}`; name the backend's folder, or look into `.gitignore` and `exclude`",
        path.display()
    )]
    NothingToScan {
        /// As it was named.
        path: PathBuf,
    },
    /// The entry file that the configuration names is not there.
    #[error("`{entry}`, the `entry` of {}, is no program of `{}`; write its path relative to the configuration file", config.display(), root.display())]
    NoEntry {
        /// As it was written.
        entry: String,
        /// The configuration file.
        config: PathBuf,
        /// The root.
        root: PathBuf,
    },
    /// The broadcaster that the configuration names is outside the root.
    #[error("`{broadcaster}`, the `path` of `[broadcaster]` in {}, is not in `{}`; nothing outside that folder is written", config.display(), root.display())]
    BroadcasterOutside {
        /// As it was written.
        broadcaster: String,
        /// The configuration file.
        config: PathBuf,
        /// The root.
        root: PathBuf,
    },
    /// The configuration is wrong.
    #[error(transparent)]
    Config(#[from] ConfigError),
}

/// Reads the project that `paths` name: a folder is a root itself; around a file, the nearest folder with a
/// `package.json` is. No path means the working folder.
pub fn load(paths: &[PathBuf], options: &Options) -> Result<Loaded, LoadError> {
    let named = named::resolve(paths)?;
    let found = walk::find(&named, options);
    let read: Vec<read::Read> = found
        .files
        .par_iter()
        .map(|it| read::read(it, &named.root, options.max_bytes))
        .collect();

    let mut loaded = Loaded {
        root: named.root.clone(),
        files: Vec::new(),
        manifests: Vec::new(),
        problems: found.problems,
        files_seen: 0,
        focus: None,
        settings: Settings::default(),
    };
    for read in read {
        loaded.files_seen += usize::from(read.is_program);
        loaded.files.extend(read.program);
        loaded.manifests.extend(read.manifest);
        loaded.problems.extend(read.problem);
    }
    if loaded.files_seen == 0 && loaded.problems.is_empty() {
        return Err(LoadError::NothingToScan {
            path: named.display,
        });
    }
    loaded.manifests.extend(formatters::above(&loaded.root));
    loaded.files.sort_by(|a, b| a.path.cmp(&b.path));
    loaded.manifests.sort_by(|a, b| a.path.cmp(&b.path));
    loaded.problems.sort_by(|a, b| a.path.cmp(&b.path));
    loaded.focus = named.focus(&loaded.files);
    loaded.settings = options.config.settings(&loaded)?;
    Ok(loaded)
}

/// The root that [`load`] would give for `paths`, without reading the files: an undo finds its journal by it.
pub fn root(paths: &[PathBuf]) -> Result<PathBuf, LoadError> {
    Ok(named::resolve(paths)?.root)
}

/// The configuration that holds for a run, and where it was found.
#[derive(Clone, Debug, Default)]
pub struct FoundConfig {
    /// Canonical; `None` if there is no file and every default holds.
    pub path: Option<PathBuf>,
    /// Its settings.
    pub config: Config,
}

impl FoundConfig {
    /// What it says, with paths relative to the root of `loaded`; refused if they lead nowhere.
    fn settings(&self, loaded: &Loaded) -> Result<Settings, LoadError> {
        let (root, file) = (&loaded.root, || self.path.clone().unwrap_or_default());
        let is_program = |path: &String| loaded.files.iter().any(|it| it.path == *path);
        // A file that is there and can't be read is reported as such; naming it is no mistake.
        let is_problem = |path: &String| loaded.problems.iter().any(|it| it.path == *path);
        let entry = self.config.entry.as_ref().map(|entry| {
            let path = self.in_root(entry, root);
            path.filter(|it| is_program(it) || is_problem(it))
                .ok_or_else(|| LoadError::NoEntry {
                    entry: entry.as_str().to_owned(),
                    config: file(),
                    root: root.clone(),
                })
        });
        let broadcaster = self.config.broadcaster.path.as_ref().map(|module| {
            self.in_root(module.path(), root)
                .ok_or_else(|| LoadError::BroadcasterOutside {
                    broadcaster: module.path().as_str().to_owned(),
                    config: file(),
                    root: root.clone(),
                })
        });
        Ok(Settings {
            entry: entry.transpose()?,
            broadcaster: broadcaster.transpose()?,
            access: self.config.broadcaster.access,
            carriers: self.config.carrier.clone(),
            adapter: self.config.broadcaster.adapter,
            port: self.config.server.port,
            methods: self.config.broadcaster.method.clone(),
            off: self.config.off(),
            ..Settings::default()
        })
    }

    /// The files that it excludes.
    fn excluded(&self) -> Gitignore {
        self.folder()
            .map_or_else(Gitignore::empty, |it| self.config.excluded(it))
    }

    /// `path`, which is relative to the configuration file, relative to `root`; `None` if it is not under it.
    pub fn in_root(&self, path: &ProjectPath, root: &Path) -> Option<String> {
        let absolute = self.folder()?.join(path.as_str());
        relative(&absolute, root)
    }

    fn folder(&self) -> Option<&Path> {
        self.path.as_deref()?.parent()
    }
}

/// Reads the configuration: the file `named`, or else the first `iomigrate.toml` in the folder of `from` and those
/// above it, up to one with a `.git`. `rules` are the ids that it may name.
pub fn read_config(
    named: Option<&Path>,
    from: &Path,
    rules: &[&str],
) -> Result<FoundConfig, LoadError> {
    let Some(path) = named.map(Path::to_path_buf).or_else(|| find_config(from)) else {
        return Ok(FoundConfig::default());
    };
    let absolute = path
        .canonicalize()
        .map_err(|cause| named::refused(&path, cause))?;
    let text = read::text(&absolute).map_err(|cause| LoadError::Unreadable {
        path: path.clone(),
        cause,
    })?;
    let config = Config::parse(&text, &path.display().to_string(), rules)?;
    Ok(FoundConfig {
        path: Some(absolute),
        config,
    })
}

fn find_config(from: &Path) -> Option<PathBuf> {
    let start = from.canonicalize().ok()?;
    for folder in start.ancestors().filter(|it| it.is_dir()) {
        let candidate = folder.join(FILE_NAME);
        if candidate.is_file() {
            return Some(candidate);
        }
        if folder.join(".git").exists() {
            return None;
        }
    }
    None
}

/// `path` relative to `root` with `/`; `None` if it is not under it or its name is not UTF-8.
fn relative(path: &Path, root: &Path) -> Option<String> {
    let names: Option<Vec<&str>> = path
        .strip_prefix(root)
        .ok()?
        .components()
        .map(|it| it.as_os_str().to_str())
        .collect();
    Some(names?.join("/"))
}

#[cfg(test)]
mod tests;
