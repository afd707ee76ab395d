//! What stands against a move of statements: names that both sides need and can't have twice.

use std::collections::BTreeMap;

use super::Form;
use super::clients;
use super::closure::{Parts, Search};
use super::purity::{self, Shared};
use crate::plan::loading;
use crate::plan::loading::sessions::{GIVE_A_STORE, IN_MEMORY};
use crate::plan::setup::Blocker;
use crate::project::value::{Place, Value};
use crate::scope::BindingId;
use crate::syntax::NodeId;

impl Search<'_> {
    pub(super) fn blockers(&self, parts: &Parts) -> Vec<Blocker> {
        let mut blockers = Vec::new();
        for index in &parts.copied {
            let names = self.statements.all[*index]
                .defines
                .iter()
                .filter(|it| parts.names.contains(it));
            blockers.extend(names.filter_map(|it| self.obstacle(*it, parts)));
        }
        blockers.extend(self.unlisted_names(parts));
        blockers.extend(
            parts
                .moved
                .iter()
                .flat_map(|it| self.left_readers(*it, parts)),
        );
        blockers.extend(self.same_names(parts));
        for index in parts.moved.iter().chain(&parts.copied) {
            let names: &[&str] = match self.module {
                // The other file is a module, too.
                Some(_) => &["__filename"],
                None => &["module", "exports", "__filename"],
            };
            if let Some(name) = self.free_name(*index, names) {
                blockers.push(Blocker {
                    file: self.statements.file,
                    span: self.statements.span(*index),
                    message: format!(
                        "the socket code uses `{name}`, which is another thing in another file"
                    ),
                    help: format!("write it without `{name}`, or move it out of the socket code"),
                });
            }
        }
        blockers
    }

    /// Names that go with a statement and that code which stays reads for something else than the server.
    fn left_readers(&self, index: usize, parts: &Parts) -> Vec<Blocker> {
        let statements = self.statements;
        let is_left = |it: &(usize, NodeId)| {
            let place = Place {
                file: statements.file,
                node: it.1,
            };
            !parts.moved.contains(&it.0)
                && !parts.copied.contains(&it.0)
                && !statements.facts.is_write(it.1)
                && statements.input.project.part(place).is_none()
                && !loading::is_taken_out(statements.input, place)
        };
        let defines = statements.all[index].defines.iter();
        defines
            .filter_map(|binding| {
                let readers = self.live_readers(*binding);
                let reader = readers.iter().find(|it| is_left(it))?;
                let name = statements.name(*binding);
                let at = statements.place(statements.tree().span(reader.1));
                Some(Blocker {
                    file: statements.file,
                    span: statements.span(index),
                    message: format!(
                        "`{name}` goes to the dedicated server, and the API uses it, too"
                    ),
                    help: format!(
                        "{at} reads it; put what the API needs of it into a module of its own"
                    ),
                })
            })
            .collect()
    }

    /// Moved code in a function that reads what only exists there: its parameters.
    fn unlisted_names(&self, parts: &Parts) -> Vec<Blocker> {
        let shells = |binding: &BindingId| {
            let definers = self.statements.definers(*binding);
            definers
                .iter()
                .any(|it| self.statements.all[*it].form == Form::Shell)
        };
        let found = parts.names.iter().filter(|it| shells(it));
        let tree = self.statements.tree();
        found
            .filter_map(|it| {
                let declaration = *self.statements.facts.binding(*it).declarations.first()?;
                let name = self.statements.name(*it);
                Some(Blocker {
                    file: self.statements.file,
                    span: tree.span(declaration),
                    message: format!("the socket code uses `{name}`, which only exists in a function of the API"),
                    help: format!(
                        "{}; let it get that in another way: import it, or make it where it is needed",
                        self.sides(*it, parts)
                    ),
                })
            })
            .collect()
    }

    /// Two names that are one in the new file, because their blocks are not there.
    fn same_names(&self, parts: &Parts) -> Vec<Blocker> {
        let names = parts
            .declared(self.statements)
            .into_iter()
            .chain(self.server);
        let mut seen: BTreeMap<&str, BindingId> = BTreeMap::new();
        let mut blockers = Vec::new();
        for binding in names {
            let name = self.statements.name(binding);
            let is_other = *seen.entry(name).or_insert(binding) != binding;
            let declaration = self.statements.facts.binding(binding).declarations.first();
            if let Some(declaration) = declaration.filter(|_| is_other) {
                blockers.push(Blocker {
                    file: self.statements.file,
                    span: self.statements.tree().span(*declaration),
                    message: format!("the socket code uses two variables of the name `{name}`"),
                    help:
                        "they would be in one block of the dedicated server: give one another name"
                            .to_owned(),
                });
            }
        }
        blockers
    }

    fn obstacle(&self, binding: BindingId, parts: &Parts) -> Option<Blocker> {
        let name = self.statements.name(binding);
        let is_redis = self
            .statements
            .holds(binding, |it| matches!(it, Value::RedisClient(_)));
        let (message, help) = if self.is_of_api(binding) {
            let message = format!(
                "the socket code uses the Express application `{name}`, which stays in the API"
            );
            (
                message,
                "take out of it what the socket code needs: a constant, a function, a module of its own",
            )
        } else if is_redis && !clients::is_client(self.statements, binding) {
            let message = format!("the socket code and the API share the Redis client `{name}`");
            (
                message,
                "give the socket code a client of its own, or make the client in a module that both import",
            )
        } else if self.statements.keeps_sessions(binding) {
            let message = format!("`{name}` {IN_MEMORY}, and the socket code and the API share it");
            (message, GIVE_A_STORE)
        } else if clients::is_client(self.statements, binding) {
            return None;
        } else {
            match purity::obstacle(self.statements, binding)? {
                Shared::Changes => (
                    format!("`{name}` is shared by the socket code and the API, and it changes"),
                    "two processes would have two of it: keep it in Redis or the database, or ask the dedicated server \
                     with `socketBroadcaster.query(…)`",
                ),
                Shared::Acts => (
                    format!(
                        "`{name}` is shared by the socket code and the API, and making it is more than a constant"
                    ),
                    "two processes would have two of it: if that is right, make it in a module that both import",
                ),
            }
        };
        let declaration = self
            .statements
            .facts
            .binding(binding)
            .declarations
            .first()?;
        Some(Blocker {
            file: self.statements.file,
            span: self.statements.tree().span(*declaration),
            message,
            help: format!("{}; {help}", self.sides(binding, parts)),
        })
    }

    /// "the socket code reads it at a.js:4, the API at a.js:9".
    fn sides(&self, binding: BindingId, parts: &Parts) -> String {
        let goes = |it: usize| parts.moved.contains(&it);
        let is_copied = |it: usize| parts.copied.contains(&it);
        let readers = self.live_readers(binding);
        let place = |found: Option<&(usize, NodeId)>| {
            found.map(|it| self.statements.place(self.statements.tree().span(it.1)))
        };
        let socket = readers
            .iter()
            .find(|it| goes(it.0))
            .or_else(|| readers.iter().find(|it| is_copied(it.0)));
        let api = readers.iter().find(|it| !goes(it.0) && !is_copied(it.0));
        match (place(socket), place(api)) {
            (Some(socket), Some(api)) => {
                format!("the socket code reads it at {socket}, the API at {api}")
            }
            (Some(socket), None) => format!("the socket code reads it at {socket}"),
            (None, _) => "the socket code needs it".to_owned(),
        }
    }
}
