//! What a file does that goes wrong with several workers, by import and call, never by text.
//! Leaves what it means to the checks.

use super::processes::{self, ProcessEntry};
use crate::project::Project;
use crate::project::resolve::Target;
use crate::project::value::Place;
use crate::scope::{FileFacts, ScopeId};
use crate::source::{FileId, SourceFile, Span};
use crate::syntax::{Kind, NodeId, Tree};

/// Something that a check may rest on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Observation {
    /// Where it is.
    pub file: FileId,
    /// Its range.
    pub span: Span,
    /// What it is.
    pub kind: ObservationKind,
    /// The first line of it.
    pub text: String,
}

/// What was observed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ObservationKind {
    /// The file is the dedicated Socket.IO server: it says so at its top.
    DedicatedServer,
    /// The file imports the broadcaster that a migration left.
    BroadcasterUse,
    /// `cluster.fork()`.
    Cluster,
    /// A PM2 app: an object with a `script`, in a file that PM2 reads.
    ProcessEntry(ProcessEntry),
    /// A cron job.
    ScheduledJob,
    /// `setInterval` outside of a request or a connection.
    Interval,
    /// A module's map, set, list or object that functions write to.
    ProcessState,
    /// `express-session` without a `store`.
    SessionMemory,
    /// A rate limiter without a `store`.
    RateLimitMemory,
    /// A session with the outside world of which there can be one.
    ExclusiveConnection,
}

/// A call of this package's export is this. An empty export is the package itself.
///
/// `bull`, `bullmq` and `agenda` are left out on purpose: their repeated jobs are kept once, in Redis or the database.
const CALLS: &[(&str, &str, ObservationKind)] = &[
    ("cluster", "fork", ObservationKind::Cluster),
    ("node-cron", "schedule", ObservationKind::ScheduledJob),
    ("cron", "CronJob", ObservationKind::ScheduledJob),
    ("cron", "CronJob.from", ObservationKind::ScheduledJob),
    ("cron", "job", ObservationKind::ScheduledJob),
    ("croner", "Cron", ObservationKind::ScheduledJob),
    ("croner", "", ObservationKind::ScheduledJob),
    (
        "node-schedule",
        "scheduleJob",
        ObservationKind::ScheduledJob,
    ),
    (
        "toad-scheduler",
        "ToadScheduler",
        ObservationKind::ScheduledJob,
    ),
    ("bree", "", ObservationKind::ScheduledJob),
    ("node-cache", "", ObservationKind::ProcessState),
    ("lru-cache", "", ObservationKind::ProcessState),
    ("lru-cache", "LRUCache", ObservationKind::ProcessState),
    ("memory-cache", "put", ObservationKind::ProcessState),
    ("express-session", "", ObservationKind::SessionMemory),
    ("express-rate-limit", "", ObservationKind::RateLimitMemory),
    (
        "express-rate-limit",
        "rateLimit",
        ObservationKind::RateLimitMemory,
    ),
    ("express-slow-down", "", ObservationKind::RateLimitMemory),
    (
        "express-slow-down",
        "slowDown",
        ObservationKind::RateLimitMemory,
    ),
    (
        "rate-limiter-flexible",
        "RateLimiterMemory",
        ObservationKind::RateLimitMemory,
    ),
    (
        "whatsapp-web.js",
        "Client",
        ObservationKind::ExclusiveConnection,
    ),
    (
        "@whiskeysockets/baileys",
        "",
        ObservationKind::ExclusiveConnection,
    ),
    (
        "@whiskeysockets/baileys",
        "makeWASocket",
        ObservationKind::ExclusiveConnection,
    ),
    ("venom-bot", "create", ObservationKind::ExclusiveConnection),
    (
        "serialport",
        "SerialPort",
        ObservationKind::ExclusiveConnection,
    ),
    ("serialport", "", ObservationKind::ExclusiveConnection),
    (
        "node-telegram-bot-api",
        "",
        ObservationKind::ExclusiveConnection,
    ),
    ("telegraf", "Telegraf", ObservationKind::ExclusiveConnection),
    ("discord.js", "Client", ObservationKind::ExclusiveConnection),
    ("mqtt", "connect", ObservationKind::ExclusiveConnection),
    ("imap", "", ObservationKind::ExclusiveConnection),
];

/// Parameters of a function that runs for a request or a connection.
const SERVED: [&str; 7] = ["req", "res", "request", "response", "socket", "ws", "ctx"];
/// Names that only a browser has.
const BROWSER: [&str; 3] = ["window", "document", "localStorage"];
/// Characters of a line that is shown as evidence.
const LINE: usize = 80;
/// Methods that change a map, a set or a list.
const WRITES: [&str; 8] = [
    "set", "add", "push", "unshift", "splice", "delete", "clear", "pop",
];

/// Everything of interest in the project, in the order of the files and of their texts.
pub fn observe(project: &Project, sources: &[SourceFile]) -> Vec<Observation> {
    project
        .files()
        .flat_map(|(id, facts)| in_file(project, id, &sources[id.index()], facts))
        .collect()
}

fn in_file(
    project: &Project,
    id: FileId,
    file: &SourceFile,
    facts: &FileFacts,
) -> Vec<Observation> {
    let looker = Looker {
        project,
        id,
        file,
        facts,
        tree: &facts.tree,
    };
    let role = project.role(id);
    if role.is_dedicated_server {
        // It is one process, so nothing else in its file is of interest.
        return vec![looker.seen(
            facts.tree.span(facts.tree.root()),
            ObservationKind::DedicatedServer,
        )];
    }
    if role.is_broadcaster || role.is_of_dedicated || looker.is_elsewhere() {
        return Vec::new();
    }
    let tree = &facts.tree;
    let mut seen: Vec<Observation> = tree
        .ids()
        .filter_map(|it| Some(looker.seen(tree.span(it), looker.kind_of(it)?)))
        .collect();
    seen.extend(
        looker
            .written_state()
            .into_iter()
            .map(|it| looker.seen(tree.span(it), ObservationKind::ProcessState)),
    );
    seen.sort_by_key(|it| it.span);
    seen
}

struct Looker<'a> {
    project: &'a Project,
    id: FileId,
    file: &'a SourceFile,
    facts: &'a FileFacts,
    tree: &'a Tree,
}

impl<'a> Looker<'a> {
    fn seen(&self, span: Span, kind: ObservationKind) -> Observation {
        let line = self.file.text[span.range()]
            .lines()
            .next()
            .unwrap_or_default()
            .trim_end();
        let mut text: String = line.chars().take(LINE).collect();
        if text.len() < line.len() {
            text.push('…');
        }
        Observation {
            file: self.id,
            span,
            kind,
            text,
        }
    }

    /// A test, or code for a browser: no worker runs it.
    fn is_elsewhere(&self) -> bool {
        let path = &self.file.path;
        let is_test = path
            .split('/')
            .any(|it| matches!(it, "test" | "tests" | "__tests__" | "__mocks__" | "e2e"))
            || path.contains(".test.")
            || path.contains(".spec.");
        is_test
            || BROWSER
                .iter()
                .any(|it| self.facts.free_names().contains_key(*it))
    }

    fn kind_of(&self, id: NodeId) -> Option<ObservationKind> {
        match self.tree.kind(id) {
            Kind::Import { source, .. } => self.broadcaster(source),
            Kind::Object { .. } => {
                processes::entry(self.file, self.tree, id).map(ObservationKind::ProcessEntry)
            }
            Kind::Call {
                callee, arguments, ..
            }
            | Kind::New { callee, arguments } => self.call(id, *callee, arguments),
            _ => None,
        }
    }

    fn call(&self, id: NodeId, callee: NodeId, arguments: &[NodeId]) -> Option<ObservationKind> {
        if let Some(specifier) = self.required(id) {
            return self.broadcaster(specifier);
        }
        if self.is_global(callee, "setInterval") {
            return (!self.is_served(id)).then_some(ObservationKind::Interval);
        }
        let (package, export) = self.origin(callee)?;
        let kind = CALLS
            .iter()
            .find(|it| it.0 == package && it.1 == export)?
            .2
            .clone();
        let place = |node| Place {
            file: self.id,
            node,
        };
        let is_so = match kind {
            ObservationKind::SessionMemory => self.project.keeps_sessions(place(id)),
            ObservationKind::RateLimitMemory => arguments
                .first()
                .is_none_or(|it| !self.project.may_set_store(place(*it))),
            _ => true,
        };
        is_so.then_some(kind)
    }

    fn broadcaster(&self, specifier: &str) -> Option<ObservationKind> {
        match self.project.resolve(self.id, specifier) {
            Target::File(file) if self.project.role(file).is_broadcaster => {
                Some(ObservationKind::BroadcasterUse)
            }
            _ => None,
        }
    }

    fn is_global(&self, id: NodeId, name: &str) -> bool {
        self.tree.name(id) == Some(name) && self.facts.binding_of(id).is_none()
    }

    /// The specifier that `require('specifier')` loads.
    fn required(&self, id: NodeId) -> Option<&'a str> {
        let Kind::Call {
            callee, arguments, ..
        } = self.tree.kind(id)
        else {
            return None;
        };
        let first = arguments
            .first()
            .filter(|_| self.is_global(*callee, "require"))?;
        self.tree.string_value(*first)
    }

    /// The package and the dotted export that an expression is, if an import says so.
    fn origin(&self, id: NodeId) -> Option<(String, String)> {
        let id = self.tree.bare(id);
        if let Some(specifier) = self.required(id) {
            return self.package(specifier);
        }
        match self.tree.kind(id) {
            Kind::Name { .. } => self.declared_origin(self.declaration(id)?),
            Kind::Member {
                object, property, ..
            } => {
                let (package, export) = self.origin(*object)?;
                Some((package, joined(&export, property.name()?)))
            }
            _ => None,
        }
    }

    /// The package and export that a declared name holds.
    fn declared_origin(&self, declared: NodeId) -> Option<(String, String)> {
        let parent = self.tree.parent(declared)?;
        match self.tree.kind(parent) {
            Kind::Import { source, names, .. } => {
                let name = names.iter().find(|it| it.local == declared)?;
                let (package, _) = self.package(source)?;
                Some((
                    package,
                    joined("", name.imported.as_deref().unwrap_or_default()),
                ))
            }
            Kind::Declarator {
                init: Some(init), ..
            } => self.origin(*init),
            // `const { schedule: plan } = require('node-cron')`
            Kind::PatternProperty { key, .. } => {
                let declarator = self.tree.parent(self.tree.parent(parent)?)?;
                let Kind::Declarator {
                    init: Some(init), ..
                } = self.tree.kind(declarator)
                else {
                    return None;
                };
                let (package, export) = self.origin(*init)?;
                Some((package, joined(&export, key.name()?)))
            }
            _ => None,
        }
    }

    fn package(&self, specifier: &str) -> Option<(String, String)> {
        match self.project.resolve(self.id, specifier) {
            Target::Package(package) => Some((package, String::new())),
            Target::File(_) | Target::Missing => None,
        }
    }

    /// Where the name `id` is declared.
    fn declaration(&self, id: NodeId) -> Option<NodeId> {
        let binding = self.facts.binding(self.facts.binding_of(id)?);
        binding.declarations.first().copied()
    }

    /// Inside a function that runs for a request or a connection.
    fn is_served(&self, id: NodeId) -> bool {
        self.tree
            .ancestors(id)
            .filter_map(|it| self.tree.function(it))
            .any(|function| {
                let mut names = function
                    .parameters
                    .iter()
                    .filter_map(|it| self.tree.name(*it));
                names.any(|it| SERVED.contains(&it.trim_start_matches('_')))
            })
    }

    /// Declarators of the module's own empty maps, sets, lists and objects that a function writes to.
    fn written_state(&self) -> Vec<NodeId> {
        let of_module = self
            .facts
            .bindings()
            .filter(|(_, it)| it.scope == ScopeId::MODULE);
        let declarators =
            of_module.filter(|(_, it)| it.references.iter().any(|it| self.is_written(*it)));
        declarators
            .filter_map(|(_, it)| self.tree.parent(*it.declarations.first()?))
            .filter(|it| self.is_collection(*it))
            .collect()
    }

    fn is_collection(&self, declarator: NodeId) -> bool {
        let Kind::Declarator {
            init: Some(init), ..
        } = self.tree.kind(declarator)
        else {
            return false;
        };
        match self.tree.kind(self.tree.bare(*init)) {
            Kind::New { callee, arguments } => {
                arguments.is_empty() && ["Map", "Set"].iter().any(|it| self.is_global(*callee, it))
            }
            Kind::Array { elements } => elements.is_empty(),
            Kind::Object { properties } => properties.is_empty(),
            _ => false,
        }
    }

    /// Whether the collection that the name `id` refers to changes there, inside a function.
    fn is_written(&self, id: NodeId) -> bool {
        let member = self
            .tree
            .parent(id)
            .filter(|_| self.tree.enclosing_function(id).is_some());
        let Some(member) = member else { return false };
        let Kind::Member {
            object, property, ..
        } = self.tree.kind(member)
        else {
            return false;
        };
        let user = self.tree.parent(member).filter(|_| *object == id);
        user.is_some_and(|it| match self.tree.kind(it) {
            Kind::Call { callee, .. } => {
                *callee == member && property.name().is_some_and(|it| WRITES.contains(&it))
            }
            Kind::Assign { target, .. } => *target == member,
            Kind::Unary { operator, .. } => operator == "delete",
            Kind::Update { .. } => true,
            _ => false,
        })
    }
}

fn joined(export: &str, property: &str) -> String {
    match (export, property) {
        (_, "default" | "") => export.to_owned(),
        ("", _) => property.to_owned(),
        _ => format!("{export}.{property}"),
    }
}
