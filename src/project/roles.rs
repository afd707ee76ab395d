//! What each file is to the project: code of the API, of a browser, of a test, or of nothing that is started.

use std::collections::BTreeSet;

use super::api;
use super::graph::Graph;
use crate::scope::FileFacts;
use crate::source::{FileId, SourceFile};
use crate::syntax::Kind;

/// What a file is to the project.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FileRole {
    /// It has `import` or `export` statements.
    pub is_module: bool,
    /// The dedicated Socket.IO server that a migration left: its server is not in the API's process.
    pub is_dedicated_server: bool,
    /// Only that server loads it: what it does happens in that process.
    pub is_of_dedicated: bool,
    /// The generated broadcaster, its parser, or what runs the dedicated server.
    pub is_broadcaster: bool,
    /// It runs in browsers.
    pub is_browser: bool,
    /// Only a test runner loads it.
    pub is_test: bool,
    /// TypeScript's compiler wrote it, and its source is part of the project.
    pub is_built: bool,
    /// Nothing that the project starts loads it, though it starts something else.
    pub is_dead: bool,
}

impl FileRole {
    /// Whether what it does happens elsewhere, or is written down elsewhere: nothing in it is followed.
    pub(super) fn is_left_out(self) -> bool {
        self.is_browser || self.is_test || self.is_built
    }

    /// Whether it runs in the dedicated server's process, and in no other.
    pub fn is_in_dedicated(self) -> bool {
        self.is_dedicated_server || self.is_of_dedicated
    }

    /// Whether it can be part of the API's process.
    pub fn is_of_api(self) -> bool {
        !(self.is_in_dedicated() || self.is_broadcaster || self.is_left_out())
    }
}

/// The role of every file. `entries` are the files that the project starts, as far as that is known.
pub(super) fn roles(
    sources: &[SourceFile],
    files: &[FileFacts],
    graph: &Graph,
    (entries, manifests): (&BTreeSet<FileId>, &[(String, String)]),
) -> Vec<FileRole> {
    let mut roles: Vec<FileRole> = sources
        .iter()
        .zip(files)
        .map(|(source, facts)| own_role(source, facts))
        .collect();
    for file in browser_files(files, graph) {
        roles[file].is_browser = true;
    }
    for file in test_files(sources, graph, entries) {
        roles[file].is_test = true;
    }
    for file in built_files(sources, manifests) {
        roles[file].is_built = true;
    }
    for file in dedicated_files(graph, &roles, entries) {
        roles[file].is_of_dedicated = true;
    }
    // Entries that lead to no server at all are not the ones that matter.
    let makes_server = |it: &FileId| {
        graph.packages[it.index()]
            .iter()
            .any(|it| api::is_server_package(it))
    };
    let live = graph.reachable(entries);
    if let Some(live) = live.filter(|it| it.iter().any(makes_server)) {
        for (index, role) in roles.iter_mut().enumerate() {
            role.is_dead = role.is_of_api() && !live.contains(&id(index));
        }
    }
    roles
}

fn id(index: usize) -> FileId {
    FileId(u32::try_from(index).expect("load refuses 2^32 files"))
}

fn own_role(source: &SourceFile, facts: &FileFacts) -> FileRole {
    let is_marked = |marker: &str| {
        facts
            .tree
            .comments
            .iter()
            .take(3)
            .any(|it| source.text[it.span.range()].contains(marker))
    };
    let is_module = facts.tree.ids().any(|it| {
        matches!(
            facts.tree.kind(it),
            Kind::Import { .. }
                | Kind::ExportNames { .. }
                | Kind::ExportAll { .. }
                | Kind::ExportDeclaration { .. }
                | Kind::ExportDefault { .. }
        )
    });
    FileRole {
        is_module,
        is_dedicated_server: is_marked("@iomigrate dedicated-server"),
        is_broadcaster: ["broadcaster", "redis", "runtime", "stand-in", "wire"]
            .iter()
            .any(|it| is_marked(&format!("@iomigrate {it}"))),
        ..FileRole::default()
    }
}

/// The files that dedicated servers load, and nothing else does that may be of the API.
fn dedicated_files(
    graph: &Graph,
    roles: &[FileRole],
    entries: &BTreeSet<FileId>,
) -> BTreeSet<usize> {
    let servers = (0..roles.len()).filter(|it| roles[*it].is_dedicated_server);
    let servers: BTreeSet<FileId> = servers.map(id).collect();
    let reached = graph.leads(servers.iter().copied());
    let mut found: BTreeSet<usize> = reached.difference(&servers).map(|it| it.index()).collect();
    found.retain(|it| !roles[*it].is_broadcaster && !entries.contains(&id(*it)));
    let may_be_api = of_serving_programs(graph, entries);
    let is_other = |it: &usize| !found.contains(it) && !roles[*it].is_dedicated_server;
    let mut others = (0..roles.len()).filter(is_other);
    if others.any(|it| graph.loads_unknown[it] && may_be_api(it)) {
        return BTreeSet::new();
    }
    loop {
        let is_of_others = |file: &usize| {
            let mut loaders = (0..roles.len()).filter(|it| graph.files[*it].contains(&id(*file)));
            loaders.any(|it| {
                !found.contains(&it) && !roles[it].is_dedicated_server && !roles[it].is_left_out()
            })
        };
        let others: BTreeSet<usize> = found.iter().copied().filter(is_of_others).collect();
        if others.is_empty() {
            return found;
        }
        found.retain(|it| !others.contains(it));
    }
}

/// Whether a file may be loaded by a program that answers HTTP requests. What a script of its own loads, such as
/// `import(path.join(models, file))` of a seed, the API does not.
fn of_serving_programs(graph: &Graph, entries: &BTreeSet<FileId>) -> impl Fn(usize) -> bool {
    let serves = |it: &FileId| {
        let reached = graph.leads(std::iter::once(*it));
        let mut packages = reached.iter().flat_map(|it| &graph.packages[it.index()]);
        packages.any(|it| api::is_of_http(it))
    };
    let serving: BTreeSet<FileId> = entries.iter().copied().filter(serves).collect();
    let loaded = graph.leads(serving.into_iter());
    move |it| loaded.is_empty() || loaded.contains(&id(it))
}

/// The files of every group of files that load each other in which something is a browser's and nothing a server's.
fn browser_files(files: &[FileFacts], graph: &Graph) -> Vec<usize> {
    let groups = groups(graph);
    let is_any = |group: usize, has: &dyn Fn(usize) -> bool| {
        (0..files.len()).any(|it| groups[it] == group && has(it))
    };
    let is_server = |it: usize| graph.packages[it].iter().any(|it| api::is_of_servers(it));
    let is_browser = |it: usize| {
        graph.packages[it].iter().any(|it| api::is_of_browsers(it)) || uses_page(&files[it])
    };
    let ids: BTreeSet<usize> = groups.iter().copied().collect();
    let of_browsers: BTreeSet<usize> = ids
        .into_iter()
        .filter(|group| is_any(*group, &is_browser) && !is_any(*group, &is_server))
        .collect();
    (0..files.len())
        .filter(|it| of_browsers.contains(&groups[*it]))
        .collect()
}

/// Whether the page is used: the names `document` and `window` are nobody else's, and not only asked for by `typeof`.
fn uses_page(facts: &FileFacts) -> bool {
    let is_used = |name: &str| {
        facts.free_names().get(name).is_some_and(|nodes| {
            nodes.iter().any(|node| {
                facts.tree.parent(*node).is_some_and(
                    |it| matches!(facts.tree.kind(it), Kind::Member { object, .. } if object == node),
                )
            })
        })
    };
    is_used("document") || is_used("window")
}

/// By file: the number of its group. Files are in one group if one loads the other.
fn groups(graph: &Graph) -> Vec<usize> {
    fn root(group: &mut [usize], mut it: usize) -> usize {
        while group[it] != it {
            group[it] = group[group[it]];
            it = group[it];
        }
        it
    }
    let mut group: Vec<usize> = (0..graph.files.len()).collect();
    for (from, loaded) in graph.files.iter().enumerate() {
        for to in loaded {
            let (a, b) = (root(&mut group, from), root(&mut group, to.index()));
            group[a.max(b)] = a.min(b);
        }
    }
    (0..group.len()).map(|it| root(&mut group, it)).collect()
}

/// JavaScript in the folder into which a `tsconfig.json` has its output written, where the source is there, too.
/// <https://www.typescriptlang.org/tsconfig/#outDir>
fn built_files(sources: &[SourceFile], manifests: &[(String, String)]) -> Vec<usize> {
    let folders: Vec<String> = manifests
        .iter()
        .filter(|it| {
            it.0.rsplit('/')
                .next()
                .is_some_and(|it| it.starts_with("tsconfig"))
        })
        .filter_map(|(path, text)| output_folder(path, text))
        .collect();
    let has_source = |rest: &str| {
        let stem = rest.rsplit_once('.').map_or(rest, |it| it.0);
        let tails = [format!("{stem}.ts"), format!("{stem}.tsx")];
        let tail = stem.strip_prefix("src/").map(|it| format!("{it}.ts"));
        sources.iter().any(|it| {
            tails
                .iter()
                .chain(&tail)
                .any(|tail| it.path == *tail || it.path.ends_with(&format!("/{tail}")))
        })
    };
    let is_built = |source: &SourceFile| {
        folders.iter().any(|folder| {
            source
                .path
                .strip_prefix(folder.as_str())
                .is_some_and(has_source)
        })
    };
    let files = sources.iter().enumerate();
    files.filter(|it| is_built(it.1)).map(|it| it.0).collect()
}

/// The folder of `outDir`, relative to the root, with a slash at its end.
fn output_folder(path: &str, text: &str) -> Option<String> {
    let value = text[text.find("\"outDir\"")? + 8..].trim_start();
    let value = value.strip_prefix(':')?.trim_start().strip_prefix('"')?;
    let named = value
        .split('"')
        .next()?
        .trim_start_matches("./")
        .trim_end_matches('/');
    let folder = path.rfind('/').map_or("", |it| &path[..=it]);
    let is_inside = !named.is_empty() && named != "." && !named.starts_with("..");
    is_inside.then(|| format!("{folder}{named}/"))
}

/// Files that test runners look for, unless the API loads them.
fn test_files(sources: &[SourceFile], graph: &Graph, entries: &BTreeSet<FileId>) -> Vec<usize> {
    let named: BTreeSet<FileId> = sources
        .iter()
        .enumerate()
        .filter(|it| is_test_path(&it.1.path))
        .map(|it| id(it.0))
        .filter(|it| !entries.contains(it))
        .collect();
    let loaded_by_others: BTreeSet<FileId> = graph
        .files
        .iter()
        .enumerate()
        .filter(|it| !named.contains(&id(it.0)))
        .flat_map(|it| it.1.iter().copied())
        .collect();
    let tests = named
        .into_iter()
        .filter(|it| !loaded_by_others.contains(it));
    tests.map(FileId::index).collect()
}

/// The patterns of Jest, Vitest, Mocha and Cypress.
/// <https://jestjs.io/docs/configuration#testmatch-arraystring>, <https://mochajs.org/#the-test-directory>
fn is_test_path(path: &str) -> bool {
    let mut folders = path.split('/');
    let name = folders.next_back().unwrap_or_default();
    let is_test_folder = |it: &str| {
        matches!(
            it,
            "__tests__" | "__mocks__" | "test" | "tests" | "spec" | "specs" | "e2e" | "cypress"
        )
    };
    folders.any(is_test_folder) || name.contains(".test.") || name.contains(".spec.")
}
