//! Which file loads which: `import`, `require`, `import()`, and whole folders that are loaded by computed names.
//! What a file is to the project is told from it in `roles`.

use std::collections::BTreeSet;

use super::resolve::{Modules, Target};
use crate::scope::FileFacts;
use crate::source::{FileId, SourceFile};
use crate::syntax::{Kind, NodeId, Tree};

/// What each file loads.
pub(super) struct Graph {
    /// By file: the files of the project.
    pub(super) files: Vec<BTreeSet<FileId>>,
    /// By file: packages and built-in modules.
    pub(super) packages: Vec<BTreeSet<String>>,
    /// By file: it loads something whose name the text doesn't tell at all.
    pub(super) loads_unknown: Vec<bool>,
}

impl Graph {
    pub(super) fn new(sources: &[SourceFile], facts: &[FileFacts], modules: &Modules) -> Self {
        let mut graph = Self {
            files: Vec::new(),
            packages: Vec::new(),
            loads_unknown: Vec::new(),
        };
        for (source, facts) in sources.iter().zip(facts) {
            graph.add(source, facts, (sources, modules));
        }
        graph
    }

    fn add(
        &mut self,
        source: &SourceFile,
        facts: &FileFacts,
        (sources, modules): (&[SourceFile], &Modules),
    ) {
        let (mut files, mut packages) = (BTreeSet::new(), BTreeSet::new());
        let mut loads_unknown = false;
        for node in facts.tree.ids() {
            match loaded(facts, node) {
                Some(Load::Named(specifier)) => match modules.resolve(&source.path, specifier) {
                    Target::File(file) => {
                        files.insert(file);
                    }
                    Target::Package(package) => {
                        packages.insert(package);
                    }
                    Target::Missing => {}
                },
                Some(Load::Folder(prefix)) => {
                    files.extend(files_under(sources, &source.path, &prefix));
                }
                Some(Load::Unknown) => loads_unknown = true,
                None => {}
            }
        }
        self.files.push(files);
        self.packages.push(packages);
        self.loads_unknown.push(loads_unknown);
    }

    /// Whether `to` is loaded when `from` is.
    pub(super) fn leads_to(&self, from: FileId, to: FileId) -> bool {
        self.leads(std::iter::once(from)).contains(&to)
    }

    /// The same; `None` if it can't be told, because one of
    /// them loads something unknown.
    pub(super) fn reachable(&self, entries: &BTreeSet<FileId>) -> Option<BTreeSet<FileId>> {
        let reached = self.leads(entries.iter().copied());
        let is_known = reached.iter().all(|it| !self.loads_unknown[it.index()]);
        is_known.then_some(reached)
    }

    /// The same as far as the text tells.
    pub(super) fn leads(&self, entries: impl Iterator<Item = FileId>) -> BTreeSet<FileId> {
        let mut pending: Vec<FileId> = entries.collect();
        let mut reached: BTreeSet<FileId> = pending.iter().copied().collect();
        while let Some(file) = pending.pop() {
            let next = self.files[file.index()].iter();
            pending.extend(next.filter(|it| reached.insert(**it)));
        }
        reached
    }
}

/// How a file loads others.
enum Load<'t> {
    Named(&'t str),
    /// Every file whose path begins so, relative to the loading file's folder: `./jobs/`.
    Folder(String),
    Unknown,
}

fn loaded(facts: &FileFacts, node: NodeId) -> Option<Load<'_>> {
    let tree = &facts.tree;
    match tree.kind(node) {
        Kind::Import {
            source,
            is_type: false,
            ..
        }
        | Kind::ExportAll { source, .. }
        | Kind::ExportNames {
            source: Some(source),
            is_type: false,
            ..
        } => Some(Load::Named(source)),
        Kind::Call {
            callee, arguments, ..
        } => {
            let is_import = matches!(tree.kind(*callee), Kind::ImportKeyword);
            let is_require =
                tree.name(*callee) == Some("require") && facts.binding_of(*callee).is_none();
            let specifier = *arguments.first().filter(|_| is_import || is_require)?;
            Some(match tree.string_value(specifier) {
                Some(text) => Load::Named(text),
                None => folder_prefix(tree, specifier).map_or(Load::Unknown, Load::Folder),
            })
        }
        _ => None,
    }
}

/// The files of the project that a computed specifier with this beginning may name.
pub(super) fn files_under(sources: &[SourceFile], from: &str, prefix: &str) -> Vec<FileId> {
    let folder = from.rfind('/').map_or("", |it| &from[..it]);
    let mut parts: Vec<&str> = folder.split('/').filter(|it| !it.is_empty()).collect();
    for part in prefix.split('/') {
        match part {
            "." | "" => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    let start = if prefix.ends_with('/') && !parts.is_empty() {
        format!("{}/", parts.join("/"))
    } else {
        parts.join("/")
    };
    let files = sources.iter().enumerate();
    files
        .filter(|it| it.1.path.starts_with(&start) && it.1.path != from)
        .map(|it| FileId(u32::try_from(it.0).expect("load refuses 2^32 files")))
        .collect()
}

/// What a computed specifier begins with, if that names a folder: `` `./jobs/${name}` ``, `'./jobs/' + name`,
/// `path.join(__dirname, 'jobs', name)`, `path.join(__dirname, name)`.
pub(super) fn folder_prefix(tree: &Tree, specifier: NodeId) -> Option<String> {
    let (text, _) = known_start(tree, specifier);
    let is_named = !text.trim_matches(['.', '/']).is_empty();
    (text.starts_with('.') && text.contains('/') && (is_named || text == "./")).then_some(text)
}

/// The text that an expression begins with for certain, and whether that is all of it.
fn known_start(tree: &Tree, node: NodeId) -> (String, bool) {
    let node = tree.bare(node);
    match tree.kind(node) {
        Kind::Name { name } if name == "__dirname" => (".".to_owned(), true),
        Kind::String { value } => (value.clone(), true),
        Kind::Template { texts, expressions } => {
            let mut start = texts.first().cloned().unwrap_or_default();
            for (expression, text) in expressions.iter().zip(texts.iter().skip(1)) {
                let (more, is_whole) = known_start(tree, *expression);
                start.push_str(&more);
                if !is_whole {
                    return (start, false);
                }
                start.push_str(text);
            }
            (start, true)
        }
        Kind::Binary {
            operator,
            left,
            right,
        } if operator == "+" => {
            let (mut start, is_whole) = known_start(tree, *left);
            if !is_whole {
                return (start, false);
            }
            let (more, is_whole) = known_start(tree, *right);
            start.push_str(&more);
            (start, is_whole)
        }
        Kind::Call {
            callee, arguments, ..
        } => match tree.kind(*callee) {
            Kind::Member { property, .. }
                if matches!(property.name(), Some("join" | "resolve")) =>
            {
                known_path(tree, arguments)
            }
            _ => (String::new(), false),
        },
        _ => (String::new(), false),
    }
}

/// `path.join(…)`.
fn known_path(tree: &Tree, parts: &[NodeId]) -> (String, bool) {
    let mut start = String::new();
    for part in parts {
        let (more, is_whole) = known_start(tree, *part);
        if !start.is_empty() {
            start.push('/');
        }
        start.push_str(&more);
        if !is_whole {
            return (start, false);
        }
    }
    (start, true)
}
