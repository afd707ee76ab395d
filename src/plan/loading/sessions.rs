//! Sessions in the memory of the process. With two processes, who logs in over HTTP would be unknown to the socket code.

use super::{Reach, Sides, shared_imports};
use crate::plan::Input;
use crate::plan::setup::{Blocker, Parts};
use crate::plan::toplevel::{Statements, place};
use crate::project::resolve::Target;
use crate::project::value::Place;

/// Says what is wrong with them.
pub(in crate::plan) const IN_MEMORY: &str = "keeps sessions in the memory of its process";
/// Says what to do about it.
pub(in crate::plan) const GIVE_A_STORE: &str = "the dedicated server would know none of the API's sessions: give them a \
    `store` that both processes reach, such as `connect-redis`";

/// Blocks moved code that gets at sessions of the API which have no store.
pub(in crate::plan) fn in_memory(
    statements: &Statements<'_>,
    parts: &Parts,
    sides: &Sides,
) -> Option<Blocker> {
    let input = statements.input;
    let imported = shared_imports(statements, parts, sides)
        .into_iter()
        .find_map(|import| {
            let mut reach = Reach::default();
            reach.enter(input, Target::File(import.imported));
            let made = reach
                .files
                .iter()
                .find_map(|it| made_in(&Statements::new(input, *it)))?;
            Some(Blocker {
                file: import.file,
                span: import.span,
                message: format!(
                    "`{}` {IN_MEMORY}, and the socket code and the API both import it",
                    import.source
                ),
                help: format!("{GIVE_A_STORE} ({})", at(input, made)),
            })
        });
    imported.or_else(|| sides.owned.iter().find_map(|it| read_by(input, *it)))
}

/// Where a module makes sessions when it is loaded.
fn made_in(statements: &Statements<'_>) -> Option<Place> {
    let tree = statements.tree();
    let mut made = tree.ids().filter(|it| statements.makes_sessions(*it));
    made.find(|it| tree.enclosing_function(*it).is_none())
        .map(|node| Place {
            file: statements.file,
            node,
        })
}

/// Blocks a function that only the moved code runs, in a file that the API loads as well, if it reads that file's sessions.
fn read_by(input: &Input<'_>, function: Place) -> Option<Blocker> {
    let statements = Statements::new(input, function.file);
    let tree = statements.tree();
    let own = tree.span(function.node);
    let mut bindings = statements.facts.bindings();
    let (_, binding) = bindings.find(|(id, binding)| {
        let mut references = binding.references.iter();
        references.any(|it| own.contains(tree.span(*it))) && statements.keeps_sessions(*id)
    })?;
    Some(Blocker {
        file: function.file,
        span: tree.span(*binding.declarations.first()?),
        message: format!(
            "`{}` {IN_MEMORY}, and the socket code and the API share it",
            binding.name
        ),
        help: format!("{GIVE_A_STORE} ({})", at(input, function)),
    })
}

fn at(input: &Input<'_>, it: Place) -> String {
    place(
        input,
        it.file,
        input.project.facts(it.file).tree.span(it.node),
    )
}
