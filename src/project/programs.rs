//! Which files run together: the programs that make a server when they start, and those that never do, such as seeds and
//! workers that share modules with the API.

use std::collections::BTreeSet;

use super::Project;
use super::value::{Place, SiteKind, Value};
use crate::source::FileId;
use crate::syntax::Kind;

impl Project {
    /// The files that a program which makes a server loads as well, or may load in a way that the text doesn't tell.
    pub fn beside_server(&self) -> BTreeSet<FileId> {
        let makers = self.makers(|it| it == SiteKind::Constructed);
        let makes = |it: &FileId| makers.iter().any(|maker| self.loads(*it, *maker));
        let programs: BTreeSet<FileId> = self.of_api().filter(makes).collect();
        let loaded = self.graph.reachable(&programs);
        loaded.unwrap_or_else(|| self.of_api().collect())
    }

    /// The files that programs start with: those that are known to be started, and those that nothing loads.
    pub fn programs(&self) -> BTreeSet<FileId> {
        let loaded: BTreeSet<FileId> = self
            .of_api()
            .flat_map(|file| {
                let all = self.graph.files[file.index()].iter().copied();
                all.filter(move |it| *it != file)
            })
            .collect();
        let starts = |it: &FileId| self.entries.contains(it) || !loaded.contains(it);
        self.of_api().filter(starts).collect()
    }

    /// Those of them that are known to be started, or do something when they are.
    pub fn acting_programs(&self) -> BTreeSet<FileId> {
        let mut programs = self.programs();
        programs.retain(|it| self.entries.contains(it) || self.acts(*it));
        programs
    }

    /// The files that are loaded by a program in which no server is made: by one that the project starts, or by a file
    /// that nothing loads and that may be started by hand.
    pub fn run_without_server(&self) -> BTreeSet<FileId> {
        let makers = self.makers(|it| matches!(it, SiteKind::Constructed | SiteKind::Dead));
        let makes = |it: FileId| makers.iter().any(|maker| self.loads(it, *maker));
        // Where a folder is loaded by names that the text doesn't tell, a file that nothing loads proves nothing.
        let is_certain = self
            .of_api()
            .all(|it| !self.graph.loads_unknown[it.index()]);
        let mut programs = self.programs();
        let is_run = |it: &FileId| self.entries.contains(it) || is_certain && self.acts(*it);
        programs.retain(|it| is_run(it) && !makes(*it));
        self.graph.leads(programs.into_iter())
    }

    /// Whether a file does something when it is started, besides defining things for others: `seed().then(…);`.
    fn acts(&self, file: FileId) -> bool {
        let tree = &self.facts(file).tree;
        let Kind::Program { body } = tree.kind(tree.root()) else {
            return false;
        };
        body.iter().any(|it| match tree.kind(*it) {
            Kind::ExpressionStatement { expression } => match tree.kind(tree.bare(*expression)) {
                Kind::Call { callee, .. } => !self.is_route(Place {
                    file,
                    node: *callee,
                }),
                Kind::Await { .. } => true,
                _ => false,
            },
            Kind::If { .. } | Kind::Try { .. } | Kind::ForEach { .. } => true,
            _ => false,
        })
    }

    /// `router.get`, `app.use`.
    fn is_route(&self, callee: Place) -> bool {
        match self.facts(callee.file).tree.kind(callee.node) {
            Kind::Member { object, .. } => {
                let object = Place {
                    file: callee.file,
                    node: *object,
                };
                self.values(object)
                    .any(|it| matches!(it, Value::App | Value::Router))
            }
            _ => false,
        }
    }

    fn of_api(&self) -> impl Iterator<Item = FileId> {
        self.files()
            .map(|it| it.0)
            .filter(|it| self.role(*it).is_of_api())
    }

    /// The files that make a server when they are loaded: where one is made, or where the function is called that does.
    fn makers(&self, counts: impl Fn(SiteKind) -> bool) -> BTreeSet<FileId> {
        let sites = self.sites.iter().filter(|it| counts(it.kind));
        let mut pending: Vec<Place> = sites.map(|it| it.place).collect();
        let mut seen: BTreeSet<Place> = pending.iter().copied().collect();
        let mut makers = BTreeSet::new();
        while let Some(place) = pending.pop() {
            let callers = self.callers(place);
            if callers.is_empty() {
                makers.insert(place.file);
            }
            pending.extend(callers.into_iter().filter(|it| seen.insert(*it)));
        }
        makers
    }

    /// The calls by which a place is reached: those of the innermost function around it that has any. A callback is reached
    /// when the function around it is.
    fn callers(&self, place: Place) -> Vec<Place> {
        let tree = &self.facts(place.file).tree;
        let functions = tree
            .ancestors(place.node)
            .filter(|it| tree.function(*it).is_some());
        let calls = functions.map(|node| {
            self.calls_of(Place {
                file: place.file,
                node,
            })
        });
        calls
            .into_iter()
            .find(|it| !it.is_empty())
            .unwrap_or_default()
            .to_vec()
    }
}
