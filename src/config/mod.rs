//! `iomigrate.toml`: what a project may say about itself. Pure: text in, settings out.
//! Finding and reading the file is `load`'s work.

pub mod adapter;
pub mod choice;
pub mod manifest;
pub mod names;
pub mod teaching;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use ignore::gitignore::{Gitignore, GitignoreBuilder};
use serde::Deserialize;
use thiserror::Error;

use crate::source::LineIndex;
use adapter::Adapter;
use choice::Choice;
use names::nearest;
use teaching::{Carrier, Method};

/// The name of the file that is looked for.
pub const FILE_NAME: &str = "iomigrate.toml";

/// The settings of a project. Every key is optional; a plain Express backend needs none.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Config {
    /// `entry = "src/server.js"`: the file that creates the HTTP server, relative to the configuration file.
    /// Default: detected from `package.json` and the code.
    pub entry: Option<ProjectPath>,
    /// `exclude = ["public/**"]`: files that are not analysed, in the syntax of `.gitignore` and relative to the
    /// configuration file. They are not counted and not reported as skipped.
    pub exclude: Vec<Glob>,
    /// `[broadcaster]`: the module that rewritten code calls.
    pub broadcaster: Broadcaster,
    /// `[server]`: the dedicated server.
    pub server: Server,
    /// `[[carrier]]`: ways by which the server is handed on that can't be seen in the code.
    pub carrier: Vec<Carrier>,
    /// `[rules]`: rules by their id, as in `emit-to-room = "off"`.
    pub rules: BTreeMap<String, RuleSetting>,
}

/// The table `[broadcaster]`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Broadcaster {
    /// `path = "src/utils/socketBroadcaster.js"`, relative to the configuration file.
    /// Default: `utils/socketBroadcaster` under the folder of the entry file.
    pub path: Option<ModulePath>,
    /// `access = "global"`: how rewritten code comes by it. Default: each file imports it.
    pub access: Access,
    /// `adapter = "streams"`. Default: what an earlier run wrote, else `classic`.
    pub adapter: Option<Adapter>,
    /// `[[broadcaster.method]]`: methods of the project's own.
    pub method: Vec<Method>,
}

/// The table `[server]`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Server {
    /// `port = 3003`: where it listens, unless `SOCKET_IO_PORT` says otherwise. Default: 3002.
    pub port: Option<u16>,
}

/// How files come by the broadcaster.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Access {
    /// Each imports it.
    #[default]
    Import,
    /// The entry file puts it on the global object; files that it loads call it there.
    Global,
}

/// What is done about the findings of one rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RuleSetting {
    /// As the rule says; the default.
    On,
    /// Neither reported nor rewritten.
    Off,
}

/// A path inside the project, with `/`. Never absolute, never with `..`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct ProjectPath(String);

impl ProjectPath {
    /// The path as it is written in reports: without a leading `./`.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for ProjectPath {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let path = text.strip_prefix("./").unwrap_or(&text);
        let is_inside = path.split('/').all(|it| !matches!(it, "" | "." | ".."));
        if !is_inside || path.contains(['\\', ':']) {
            return Err(format!(
                "`{text}` is no path inside the project; write it relative to this file, with `/`"
            ));
        }
        Ok(Self(path.to_owned()))
    }
}

/// The path of a JavaScript module inside the project.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct ModulePath(ProjectPath);

impl ModulePath {
    /// The path that the module has.
    pub fn path(&self) -> &ProjectPath {
        &self.0
    }
}

impl TryFrom<String> for ModulePath {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let path = ProjectPath::try_from(text)?;
        let name = path.0.rsplit('/').next().unwrap_or_default();
        match name.rsplit_once('.') {
            Some(("redisStandIn" | "socketRedis" | "socketRuntime" | "socketWire", _)) => {
                Err(format!(
                    "`{}` is where another file of the broadcaster's goes; give the broadcaster another name",
                    path.0
                ))
            }
            Some((stem, "js" | "mjs" | "cjs" | "ts" | "mts" | "cts")) if !stem.is_empty() => {
                Ok(Self(path))
            }
            _ => Err(format!(
                "`{}` is no module; its name has to end with `.js`, `.mjs`, `.cjs` or the like of TypeScript",
                path.0
            )),
        }
    }
}

/// A pattern in the syntax of `.gitignore`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Glob(String);

impl Glob {
    /// The pattern as it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Glob {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        match strict_builder(Path::new("")).add_line(None, &text) {
            Ok(_) => Ok(Self(text)),
            Err(cause) => Err(format!(
                "`{text}` is no pattern ({cause}); write it as in a `.gitignore`"
            )),
        }
    }
}

/// What the stages after `load` go by: the configuration, its paths relative to the root, and what was chosen for a run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// The file that creates the HTTP server.
    pub entry: Option<String>,
    /// Where the broadcaster is, or will be.
    pub broadcaster: Option<String>,
    /// How files come by it.
    pub access: Access,
    /// Ways by which the server is handed on.
    pub carriers: Vec<Carrier>,
    /// What carries the events, if the project says so.
    pub adapter: Option<Adapter>,
    /// Where the dedicated server listens, if the project says so.
    pub port: Option<u16>,
    /// The broadcaster's methods of the project's own.
    pub methods: Vec<Method>,
    /// Ids of the rules that are off.
    pub off: BTreeSet<String>,
    /// What was chosen for this run, beside the configuration.
    pub choice: Choice,
}

impl Settings {
    /// Whether the rule `id` is neither reported nor rewritten.
    pub fn is_off(&self, id: &str) -> bool {
        self.off.contains(id)
    }

    /// Where the dedicated server listens, unless its environment says otherwise.
    pub fn socket_port(&self) -> u32 {
        self.port.unwrap_or(3002).into()
    }
}

/// Why a configuration is refused.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ConfigError {
    /// A key, a rule id or a value that does not exist.
    #[error(
        "{path}:{line}: unknown {what} `{found}`; the nearest known {what} is `{nearest}`, the others are {others}"
    )]
    Unknown {
        /// The configuration file.
        path: String,
        /// 1-based.
        line: usize,
        /// `key`, `value` or `rule`.
        what: &'static str,
        /// What stands there.
        found: String,
        /// The known one that is spelled most like it.
        nearest: String,
        /// The known ones apart from the nearest, or a way to list them.
        others: String,
    },
    /// Not TOML, or a value of the wrong sort.
    #[error("{path}:{line}: {message}")]
    Invalid {
        /// The configuration file.
        path: String,
        /// 1-based.
        line: usize,
        /// What is wrong and what to write.
        message: String,
    },
}

impl Config {
    /// Reads `text`. `path` is only used in messages; `rules` are the ids that `[rules]` may name.
    pub fn parse(text: &str, path: &str, rules: &[&str]) -> Result<Self, ConfigError> {
        let config: Self = toml::from_str(text).map_err(|it| refused(&it, text, path))?;
        let unknown = config.rules.keys().find(|it| !rules.contains(&it.as_str()));
        match unknown.and_then(|found| Some((found, nearest(found, rules)?))) {
            None => Ok(config),
            Some((found, nearest)) => Err(ConfigError::Unknown {
                path: path.to_owned(),
                line: line_of_key(text, found),
                what: "rule",
                found: found.clone(),
                nearest: nearest.to_owned(),
                others: "listed by `iomigrate rules`".to_owned(),
            }),
        }
    }

    /// The rules that are off.
    pub fn off(&self) -> BTreeSet<String> {
        let off = self.rules.iter().filter(|it| *it.1 == RuleSetting::Off);
        off.map(|it| it.0.clone()).collect()
    }

    /// The patterns of `exclude`, ready to match paths under `folder`, that of the configuration file.
    pub fn excluded(&self, folder: &Path) -> Gitignore {
        let mut builder = strict_builder(folder);
        for glob in &self.exclude {
            builder
                .add_line(None, glob.as_str())
                .expect("a glob was checked when it was read");
        }
        builder
            .build()
            .expect("each glob was checked when it was read")
    }
}

// By default an unclosed `[` stands for itself, which hides a typing error.
fn strict_builder(folder: &Path) -> GitignoreBuilder {
    let mut builder = GitignoreBuilder::new(folder);
    builder.allow_unclosed_class(false);
    builder
}

fn refused(error: &toml::de::Error, text: &str, path: &str) -> ConfigError {
    let path = path.to_owned();
    let offset = error.span().map_or(0, |it| it.start);
    let line = line_at(text, offset);
    unknown_word(error.message()).map_or_else(
        || ConfigError::Invalid {
            path: path.clone(),
            line,
            message: message_of(error),
        },
        |(what, found, known)| {
            let nearest = nearest(found, &known).unwrap_or_default();
            let others: Vec<_> = known
                .iter()
                .filter(|it| **it != nearest)
                .map(|it| format!("`{it}`"))
                .collect();
            ConfigError::Unknown {
                path: path.clone(),
                line,
                what,
                found: found.to_owned(),
                nearest: nearest.to_owned(),
                others: others.join(", "),
            }
        },
    )
}

/// Takes serde's sentence "unknown field `a`, expected one of `b`, `c`" apart. Serde offers no other way to the names.
fn unknown_word(message: &str) -> Option<(&'static str, &str, Vec<&str>)> {
    let (what, rest) = if let Some(rest) = message.strip_prefix("unknown field `") {
        ("key", rest)
    } else {
        ("value", message.strip_prefix("unknown variant `")?)
    };
    let (found, expected) = rest.split_once("`, expected ")?;
    let known: Vec<_> = expected.split('`').skip(1).step_by(2).collect();
    (!known.is_empty()).then_some((what, found, known))
}

fn message_of(error: &toml::de::Error) -> String {
    error.message().trim().replace('\n', "; ")
}

fn line_at(text: &str, offset: usize) -> usize {
    let offset = u32::try_from(offset).unwrap_or(u32::MAX);
    LineIndex::new(text).position(text, offset).line
}

// A map keeps no positions, and a rule id occurs in no other table.
fn line_of_key(text: &str, key: &str) -> usize {
    let is_key = |line: &str| {
        let (name, value) = line.split_once('=').unwrap_or((line, ""));
        let name = name.trim().trim_matches(['"', '\'']);
        name == key && !value.is_empty()
    };
    text.lines().position(is_key).map_or(1, |it| it + 1)
}
