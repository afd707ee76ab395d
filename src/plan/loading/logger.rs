//! The project's logger, so that what runs the dedicated server writes where its handlers write.

use super::{Reach, imports};
use crate::plan::setup::Parts;
use crate::plan::toplevel::Statements;
use crate::project::resolve::Target;
use crate::project::value::Value;
use crate::scope::BindingId;
use crate::syntax::NodeId;

/// A name of the file with a logger that the dedicated server has: one that it reads anyway, else one of a module that is
/// loaded there anyway. And where the file reads it.
pub(in crate::plan) fn logger(
    statements: &Statements<'_>,
    parts: &Parts,
    loaded: &Reach,
) -> Option<(BindingId, NodeId)> {
    let names = statements.facts.bindings().map(|it| it.0);
    let loggers: Vec<BindingId> = names
        .filter(|it| !statements.definers(*it).is_empty())
        .filter(|it| statements.holds(*it, |it| *it == Value::Logger))
        .collect();
    let read = |binding: &BindingId| {
        let mut reads = statements.facts.binding(*binding).references.iter();
        let read = reads.find(|it| statements.index_of(**it).is_some())?;
        Some((*binding, *read))
    };
    let mut needed = loggers.iter().filter(|it| parts.names.contains(it));
    let mut brought = loggers
        .iter()
        .filter(|it| is_brought(statements, **it, loaded));
    needed.find_map(read).or_else(|| brought.find_map(read))
}

/// Whether a name comes from a module that is loaded anyway.
fn is_brought(statements: &Statements<'_>, binding: BindingId, loaded: &Reach) -> bool {
    let project = statements.input.project;
    imports(project, statements.file)
        .into_iter()
        .filter(|(node, _)| {
            let index = statements.index_of(*node);
            index.is_some_and(|it| statements.definers(binding).contains(&it))
        })
        .any(
            |(_, source)| match project.resolve(statements.file, source) {
                Target::File(file) => loaded.files.contains(&file),
                _ => false,
            },
        )
}
