//! Specifier → file, the way Node and TypeScript do it. The algorithm is `oxc_resolver`'s; this file shows it the
//! project as `load` read it, so that resolving never touches the disk.

use std::collections::BTreeMap;
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};

use oxc_resolver::{
    AliasValue, FileMetadata, FileSystem, ResolveError, ResolveOptions, ResolverGeneric,
    TsconfigDiscovery,
};

use crate::source::{FileId, SourceFile};

/// Where the project lies for the resolver; no real path.
const ROOT: &str = "/project";

/// What a specifier leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// A program file of the project.
    File(FileId),
    /// A package or a built-in module, by the name in the specifier without a `node:` prefix.
    Package(String),
    /// A relative path, or an alias, that leads nowhere.
    Missing,
}

/// Resolves the specifiers of one project.
pub struct Modules {
    files: BTreeMap<PathBuf, FileId>,
    resolver: ResolverGeneric<ProjectFiles>,
}

impl Modules {
    /// Knows `files`, by their position in the list, and the text of `manifests` (`package.json`, `tsconfig.json`),
    /// as pairs of path and text.
    pub fn new(files: &[SourceFile], manifests: &[(String, String)]) -> Self {
        let mut disk = ProjectFiles::new();
        let mut ids = BTreeMap::new();
        for (index, file) in files.iter().enumerate() {
            let path = absolute(&file.path);
            disk.add(path.clone(), None);
            ids.insert(
                path,
                FileId(u32::try_from(index).expect("load refuses 2^32 files")),
            );
        }
        for (path, text) in manifests {
            let exists = |other: &str| manifests.iter().any(|it| it.0 == other);
            disk.add(
                absolute(path),
                Some(without_foreign_configurations(path, text, exists)),
            );
        }
        let options = options(manifests);
        Self {
            files: ids,
            resolver: ResolverGeneric::new_with_file_system(disk, options),
        }
    }

    /// What `specifier`, written in the file at `from` (relative to the root), leads to.
    pub fn resolve(&self, from: &str, specifier: &str) -> Target {
        let found = self.resolver.resolve_file(absolute(from), specifier).ok();
        let file = found.and_then(|it| self.files.get(it.path()).copied());
        match file {
            Some(file) => Target::File(file),
            None if specifier.starts_with('.')
                || specifier.starts_with('/')
                || specifier.starts_with('#') =>
            {
                Target::Missing
            }
            None => Target::Package(specifier.trim_start_matches("node:").to_owned()),
        }
    }
}

/// A `tsconfig.json` without the bases and the other projects that it names outside of this one (`@tsconfig/node20`). The
/// resolver refuses everything under a configuration that names one that it can't read, and path aliases are the
/// project's own.
fn without_foreign_configurations(path: &str, text: &str, exists: impl Fn(&str) -> bool) -> String {
    let folder = path.rfind('/').map_or("", |it| &path[..it]);
    let is_ours = |named: &str| {
        let found = named.starts_with('.').then(|| joined(folder, named));
        found.flatten().is_some_and(|it| {
            let inside = format!("{it}/tsconfig.json");
            let files = [&format!("{it}.json"), inside.trim_start_matches('/')];
            exists(&it) || files.iter().any(|file| exists(file))
        })
    };
    let mut text = text.to_owned();
    for key in ["extends", "references"] {
        let Some(member) = member(&text, key) else {
            continue;
        };
        let strings = text[member.clone()].split('"').skip(3).step_by(2);
        let mut named = strings.filter(|it| *it != "path");
        if !named.all(is_ours) {
            text.replace_range(member, "");
        }
    }
    text
}

/// A relative path, from a folder; `None` where it leads out of the project.
fn joined(folder: &str, relative: &str) -> Option<String> {
    let mut parts: Vec<&str> = folder.split('/').filter(|it| !it.is_empty()).collect();
    for part in relative.split('/') {
        match part {
            "." | "" => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// Where a member whose value is a string or a list stands in JSON with comments: its key, its value, and the comma behind.
fn member(text: &str, key: &str) -> Option<Range<usize>> {
    let start = text.find(&format!("\"{key}\""))?;
    let after_key = text[start + key.len() + 2..]
        .trim_start()
        .strip_prefix(':')?;
    let value = after_key.trim_start();
    let length = match value.starts_with('[') {
        true => value.find(']')? + 1,
        false => value.get(1..)?.find('"')? + 2,
    };
    let rest = value[length..].trim_start();
    let rest = rest.strip_prefix(',').unwrap_or(rest);
    Some(start..text.len() - rest.len())
}

fn absolute(path: &str) -> PathBuf {
    Path::new(ROOT).join(path)
}

fn options(manifests: &[(String, String)]) -> ResolveOptions {
    let strings = |list: &[&str]| list.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>();
    // TypeScript sources import each other under the names that their output will have. The source is what counts where
    // the output lies beside it.
    let written_as = |output: &str, sources: &[&str]| (output.to_owned(), strings(sources));
    ResolveOptions {
        tsconfig: Some(TsconfigDiscovery::Auto),
        alias: workspaces(manifests),
        condition_names: strings(&["node", "import", "require", "default"]),
        extensions: strings(&[
            ".ts", ".tsx", ".mts", ".cts", ".js", ".mjs", ".cjs", ".jsx", ".json",
        ]),
        extension_alias: vec![
            written_as(".js", &[".ts", ".tsx", ".js", ".jsx"]),
            written_as(".jsx", &[".tsx", ".jsx"]),
            written_as(".mjs", &[".mts", ".mjs"]),
            written_as(".cjs", &[".cts", ".cjs"]),
        ],
        main_fields: strings(&["main"]),
        symlinks: false,
        ..ResolveOptions::default()
    }
}

/// The packages of a monorepo import each other by name; their links in `node_modules` are not there before an install.
fn workspaces(manifests: &[(String, String)]) -> Vec<(String, Vec<AliasValue>)> {
    let mut aliases = Vec::new();
    for (path, text) in manifests {
        let Some(folder) = path.strip_suffix("package.json") else {
            continue;
        };
        let manifest: serde_json::Value = serde_json::from_str(text).unwrap_or_default();
        if let Some(name) = manifest.get("name").and_then(serde_json::Value::as_str)
            && !folder.is_empty()
        {
            let target = absolute(folder.trim_end_matches('/'));
            aliases.push((
                name.to_owned(),
                vec![AliasValue::Path(target.to_string_lossy().into_owned())],
            ));
        }
    }
    aliases
}

/// The project as a file system: what `load` listed exists, nothing else does.
struct ProjectFiles {
    /// `None` is a folder; a file has its text, empty for programs, which the resolver doesn't read.
    entries: BTreeMap<PathBuf, Option<String>>,
}

impl ProjectFiles {
    fn add(&mut self, path: PathBuf, text: Option<String>) {
        for folder in path.ancestors().skip(1) {
            self.entries.entry(folder.to_owned()).or_insert(None);
        }
        self.entries.insert(path, Some(text.unwrap_or_default()));
    }

    fn entry(&self, path: &Path) -> io::Result<&Option<String>> {
        self.entries
            .get(path)
            .ok_or_else(|| io::Error::from(io::ErrorKind::NotFound))
    }
}

impl FileSystem for ProjectFiles {
    fn new() -> Self {
        Self {
            entries: BTreeMap::new(),
        }
    }

    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        self.read_to_string(path).map(String::into_bytes)
    }

    fn read_to_string(&self, path: &Path) -> io::Result<String> {
        self.entry(path)?
            .clone()
            .ok_or_else(|| io::Error::from(io::ErrorKind::IsADirectory))
    }

    fn metadata(&self, path: &Path) -> io::Result<FileMetadata> {
        let is_file = self.entry(path)?.is_some();
        Ok(FileMetadata::new(is_file, !is_file, false))
    }

    fn symlink_metadata(&self, path: &Path) -> io::Result<FileMetadata> {
        self.metadata(path)
    }

    fn read_link(&self, path: &Path) -> Result<PathBuf, ResolveError> {
        Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            format!("no link: {}", path.display()),
        )
        .into())
    }

    fn canonicalize(&self, path: &Path) -> io::Result<PathBuf> {
        self.entry(path).map(|_| path.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::{Modules, Target};
    use crate::source::{FileId, Language, SourceFile};

    fn modules(paths: &[&str], manifests: &[(&str, &str)]) -> Modules {
        let file = |path: &&str| SourceFile {
            path: (*path).to_owned(),
            text: String::new(),
            language: Language::JavaScript,
        };
        let files: Vec<SourceFile> = paths.iter().map(file).collect();
        let manifests: Vec<(String, String)> = manifests
            .iter()
            .map(|it| (it.0.to_owned(), it.1.to_owned()))
            .collect();
        Modules::new(&files, &manifests)
    }

    #[test]
    fn extensions_and_index_files_are_found() {
        let modules = modules(&["src/app.js", "src/socket/index.js", "src/db.ts"], &[]);
        assert_eq!(
            modules.resolve("src/app.js", "./socket"),
            Target::File(FileId(1))
        );
        assert_eq!(
            modules.resolve("src/app.js", "./db.js"),
            Target::File(FileId(2))
        );
        assert_eq!(
            modules.resolve("src/socket/index.js", "../app"),
            Target::File(FileId(0))
        );
    }

    #[test]
    fn a_base_outside_of_the_project_takes_nothing_away() {
        for extends in [
            r#""@tsconfig/node20/tsconfig.json""#,
            r#"["./gone.json", "@tsconfig/strictest"]"#,
        ] {
            let text = format!(
                r#"{{ "compilerOptions": {{ "paths": {{ "@/*": ["./src/*"] }} }}, "extends": {extends} }}"#
            );
            let modules = modules(&["src/b.ts", "src/io.ts"], &[("tsconfig.json", &text)]);
            assert_eq!(modules.resolve("src/b.ts", "./io"), Target::File(FileId(1)));
            assert_eq!(modules.resolve("src/b.ts", "@/io"), Target::File(FileId(1)));
        }
    }

    #[test]
    fn a_project_beside_this_one_takes_nothing_away() {
        let text = r#"{
            "compilerOptions": { "paths": { "@/*": ["./src/*"] } },
            "references": [{ "path": "../common" }]
        }"#;
        let modules = modules(&["src/b.ts", "src/io.ts"], &[("tsconfig.json", text)]);
        assert_eq!(modules.resolve("src/b.ts", "./io"), Target::File(FileId(1)));
        assert_eq!(modules.resolve("src/b.ts", "@/io"), Target::File(FileId(1)));
    }

    #[test]
    fn parts_of_the_project_are_kept() {
        let aliases = r#"{ "compilerOptions": { "composite": true, "paths": { "@/*": ["./src/*"] } }, "include": ["src"] }"#;
        for path in ["./tsconfig.app.json", "./api"] {
            let own = match path {
                "./api" => "api/tsconfig.json",
                _ => "tsconfig.app.json",
            };
            let folder = own.strip_suffix("tsconfig.json").unwrap_or_default();
            let files = [format!("{folder}src/b.ts"), format!("{folder}src/io.ts")];
            let root = format!(r#"{{ "files": [], "references": [{{ "path": "{path}" }}] }}"#);
            let modules = modules(
                &[&files[0], &files[1]],
                &[("tsconfig.json", &root), (own, aliases)],
            );
            assert_eq!(
                modules.resolve(&files[0], "@/io"),
                Target::File(FileId(1)),
                "{path}"
            );
        }
    }

    #[test]
    fn a_base_of_the_project_is_kept() {
        let modules = modules(
            &["src/b.ts", "src/io.ts"],
            &[
                (
                    "base.json",
                    r#"{ "compilerOptions": { "baseUrl": ".", "paths": { "@/*": ["./src/*"] } } }"#,
                ),
                ("tsconfig.json", r#"{ "extends": "./base.json" }"#),
            ],
        );
        assert_eq!(modules.resolve("src/b.ts", "@/io"), Target::File(FileId(1)));
    }

    #[test]
    fn packages_and_dead_ends_are_told_apart() {
        let modules = modules(&["src/app.js"], &[]);
        assert_eq!(
            modules.resolve("src/app.js", "socket.io"),
            Target::Package("socket.io".to_owned())
        );
        assert_eq!(
            modules.resolve("src/app.js", "node:http"),
            Target::Package("http".to_owned())
        );
        assert_eq!(modules.resolve("src/app.js", "./gone"), Target::Missing);
    }

    #[test]
    fn tsconfig_paths_and_workspace_names_lead_to_files() {
        let modules = modules(
            &["api/src/app.ts", "api/src/lib/io.ts", "shared/index.js"],
            &[
                (
                    "api/tsconfig.json",
                    r#"{"compilerOptions": {"baseUrl": ".", "paths": {"@/*": ["src/*"]}}}"#,
                ),
                (
                    "shared/package.json",
                    r#"{"name": "@desk/shared", "main": "index.js"}"#,
                ),
            ],
        );
        assert_eq!(
            modules.resolve("api/src/app.ts", "@/lib/io"),
            Target::File(FileId(1))
        );
        assert_eq!(
            modules.resolve("api/src/app.ts", "@desk/shared"),
            Target::File(FileId(2))
        );
    }
}
