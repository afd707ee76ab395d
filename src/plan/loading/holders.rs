//! Modules that keep the server which they are given (`setIO(io)`) and that both processes load.

use super::{Sides, is_taken_out, reach};
use crate::findings::uses::{Use, receiving_parameters};
use crate::plan::Input;
use crate::plan::setup::{Blocker, Parts};
use crate::plan::toplevel::Statements;
use crate::project::value::Place;
use crate::rules::Meaning;
use crate::scope::BindingId;
use crate::source::FileId;
use crate::syntax::{Kind, NodeId};

/// A call by which the API gives such a module the server.
struct Holding<'a> {
    given: &'a Use,
    call: NodeId,
    holder: FileId,
    need: Need,
}

/// What a module that keeps the server does with it. The more, the later in this list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Need {
    /// It gave it out, and nobody asks any more.
    Nothing,
    /// It sends, and so it does with the broadcaster, in either process.
    Broadcaster,
    /// More than that.
    Server,
}

/// The statements of the home by which the dedicated server gives the broadcaster to modules that keep it, as the API does
/// from now on; with what stands for the server there.
pub(in crate::plan) fn given(
    statements: &Statements<'_>,
    parts: &Parts,
    sides: &Sides,
) -> Vec<(usize, NodeId)> {
    let all = holdings(statements, parts, sides).into_iter();
    all.filter(|it| it.need == Need::Broadcaster)
        .filter_map(|it| plain(statements, &it))
        .collect()
}

/// Blocks a module that the API gives the server to and that the moved code needs it of: there nobody would give it one.
pub(in crate::plan) fn held_by_both(
    statements: &Statements<'_>,
    parts: &Parts,
    sides: &Sides,
) -> Option<Blocker> {
    let input = statements.input;
    let is_open = |it: &Holding<'_>| match it.need {
        Need::Nothing => false,
        Need::Broadcaster => plain(statements, it).is_none(),
        Need::Server => true,
    };
    let mut all = holdings(statements, parts, sides).into_iter();
    let found = all.find(is_open)?;
    let file = found.given.chain.root.file;
    Some(Blocker {
        file,
        span: input.project.facts(file).tree.span(found.call),
        message: format!(
            "`{}` gets the server here, and the socket code uses it, too",
            input.project.path(found.holder)
        ),
        help: "in the dedicated server nobody would give it one: let it import what it sends with"
            .to_owned(),
    })
}

/// The statement of the home that consists of the call, `setIO(io);`, and its argument.
fn plain(statements: &Statements<'_>, it: &Holding<'_>) -> Option<(usize, NodeId)> {
    let tree = statements.tree();
    let root = it.given.chain.root;
    let is_alone = match tree.kind(it.call) {
        Kind::Call { arguments, .. } => arguments[..] == [root.node],
        _ => false,
    };
    let index = statements.index_of(it.call)?;
    let is_statement = match tree.kind(statements.all[index].node) {
        Kind::ExpressionStatement { expression } => *expression == it.call,
        _ => false,
    };
    (root.file == statements.file && is_alone && is_statement).then_some((index, root.node))
}

/// The calls by which the API gives the server to modules that the moved code loads.
fn holdings<'a>(statements: &Statements<'a>, parts: &Parts, sides: &Sides) -> Vec<Holding<'a>> {
    let input = statements.input;
    let loaded = reach(statements, parts.running().into_iter()).files;
    let stays = |it: &&Use| {
        let file = it.chain.root.file;
        let is_given = it.meaning == Meaning::Argument && it.inside.is_none();
        is_given
            && !sides.moves(input, it.chain.root)
            && (file != statements.file
                || statements
                    .index_of(it.chain.end)
                    .is_some_and(|it| !parts.moved.contains(&it)))
    };
    let holding = |given: &'a Use| {
        let tree = &input.project.facts(given.chain.root.file).tree;
        let call = tree
            .ancestors(given.chain.end)
            .find(|it| matches!(tree.kind(*it), Kind::Call { .. } | Kind::New { .. }))?;
        let received = receiving_parameters(input.project, &given.chain)?;
        let (holder, _) = received
            .into_iter()
            .flatten()
            .find(|(file, binding)| loaded.contains(file) && keeps(input, *file, *binding))?;
        Some(Holding {
            given,
            call,
            holder,
            need: need(input, holder),
        })
    };
    let uses = input.uses.iter();
    uses.filter(stays).filter_map(holding).collect()
}

/// Whether what reaches a parameter is kept: `io = value`, `this.io = value`.
fn keeps(input: &Input<'_>, file: FileId, parameter: BindingId) -> bool {
    let facts = input.project.facts(file);
    let mut references = facts.binding(parameter).references.iter();
    references.any(|it| {
        let parent = facts.tree.parent(facts.tree.wrapped(*it));
        parent.is_some_and(|it| matches!(facts.tree.kind(it), Kind::Assign { .. }))
    })
}

/// What a module needs of the server that it keeps.
fn need(input: &Input<'_>, holder: FileId) -> Need {
    let uses = input.uses.iter().filter(|it| it.chain.root.file == holder);
    let needs = uses.map(|it| match it.meaning {
        Meaning::Emission | Meaning::Guard => Need::Broadcaster,
        // For its types.
        Meaning::Import => Need::Nothing,
        // The parameter is kept.
        Meaning::Alias | Meaning::PropertyWrite if it.inside.is_none() => Need::Nothing,
        Meaning::Return if it.inside.is_none() => need_of_getter(input, it.chain.root),
        _ => Need::Server,
    });
    needs.max().unwrap_or(Need::Nothing)
}

/// What those who call the function that returns the server need it for.
fn need_of_getter(input: &Input<'_>, returned: Place) -> Need {
    let tree = &input.project.facts(returned.file).tree;
    let function = tree
        .enclosing_function(returned.node)
        .map(|node| Place { node, ..returned });
    let calls = function.map_or(&[][..], |it| input.project.calls_of(it));
    match calls.iter().all(|it| is_taken_out(input, *it)) {
        true => Need::Nothing,
        false => Need::Server,
    }
}
