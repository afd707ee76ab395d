//! Which statements the set-up consists of: those that register handlers on the server, or configure it.

use std::collections::BTreeSet;

use super::Blocker;
use super::handle::Handle;
use super::site::{Setup, refuse};
use crate::findings::uses::{Use, is_server_import};
use crate::plan::toplevel::starts::{function_around, starts};
use crate::plan::toplevel::{Form, Statements};
use crate::plan::{Input, adapter};
use crate::project::value::{Place, SiteId, SiteKind, Value};
use crate::rules::Meaning;
use crate::source::{FileId, Span};
use crate::syntax::{Kind, NodeId};

/// What the set-up consists of.
#[derive(Default)]
pub(super) struct Seeds<'a> {
    /// Statements of its home.
    pub(super) statements: BTreeSet<usize>,
    /// What sets an adapter, in whatever file: `io.adapter(…)`, or the call of a function that does nothing else.
    pub(super) setters: Vec<(Place, &'a Use)>,
    /// Uses in other files: the dedicated server has to be the only one that runs these.
    pub(super) abroad: Vec<&'a Use>,
}

/// Finds what the set-up consists of.
pub(super) fn seeds<'a>(
    statements: &Statements<'a>,
    setup: &Setup,
) -> Result<Seeds<'a>, Vec<Blocker>> {
    let mut seeds = Seeds {
        statements: BTreeSet::from([setup.statement]),
        ..Seeds::default()
    };
    if let Handle::Variable(io) = setup.io {
        seeds.statements.extend(statements.definers(io));
    }
    let queried = statements.input.queries.variables(statements.file);
    seeds
        .statements
        .extend(queried.flat_map(|it| statements.definers(it)));
    let mut blockers = Vec::new();
    match made_at(statements, setup) {
        Some(made) => seeds.statements.extend(made),
        None => blockers.push(refuse(
            statements.input,
            setup.construction,
            "the Socket.IO server is made inside a function with other work, and attached elsewhere",
            "make it and attach it in one place",
        )),
    }
    let uses = statements
        .input
        .uses
        .iter()
        .filter(|it| is_in_process(statements.input, it));
    for site_use in uses {
        let is_here = site_use.chain.root.file == statements.file;
        let end = Place {
            file: site_use.chain.root.file,
            node: site_use.chain.end,
        };
        match part(statements.input, site_use) {
            Part::Adapter if is_here => seeds.setters.push((end, site_use)),
            Part::Adapter if let Some(call) = adapter::spent_call(statements.input, end) => {
                seeds.setters.extend([(end, site_use), (call, site_use)]);
            }
            // A name for the server in a function is that function's own matter.
            Part::Moves if site_use.meaning == Meaning::Alias => {
                let found = Some(site_use).filter(|it| is_here && is_at_home(statements, it));
                seeds
                    .statements
                    .extend(found.and_then(|it| movable(statements, it.chain.end)));
            }
            Part::Moves | Part::Adapter => match started_at(statements, site_use) {
                Some(found) => {
                    seeds.statements.extend(found);
                    let sets = part(statements.input, site_use) == Part::Adapter;
                    seeds.setters.extend(sets.then_some((end, site_use)));
                    seeds.abroad.extend(Some(site_use).filter(|_| !is_here));
                }
                None => blockers.push(misplaced(statements.input, site_use, statements.file)),
            },
            Part::Inside | Part::Elsewhere => {}
        }
    }
    if blockers.is_empty() {
        Ok(seeds)
    } else {
        Err(blockers)
    }
}

/// The statements that run the construction, if the set-up starts with another one: with `io.attach(server)`, or with the
/// making of the object that does the rest. `None` if one of them can't be moved.
fn made_at(statements: &Statements<'_>, setup: &Setup) -> Option<BTreeSet<usize>> {
    let made = started_from(statements, setup.construction);
    let is_abroad = setup.construction.file != statements.file;
    let made = made.or(is_abroad.then(BTreeSet::new))?;
    let others = made
        .into_iter()
        .filter(|it| statements.index_of(*it) != Some(setup.statement));
    others.map(|it| movable(statements, it)).collect()
}

/// Whether no function is around a use of the home's but those whose statements are listed.
fn is_at_home(statements: &Statements<'_>, site_use: &Use) -> bool {
    let place = Place {
        file: statements.file,
        node: site_use.chain.end,
    };
    function_around(statements.input, place).is_none_or(|it| statements.is_opened(it))
}

/// The statements of the set-up's home from which a use is run; `None` if one of them can't be moved, or it is not known
/// what runs it.
fn started_at(statements: &Statements<'_>, site_use: &Use) -> Option<BTreeSet<usize>> {
    let place = Place {
        file: site_use.chain.root.file,
        node: site_use.chain.end,
    };
    let here = started_from(statements, place)?.into_iter();
    here.map(|it| movable(statements, it)).collect()
}

/// The places of the set-up's home from which another one is run; `None` if it is not known what runs it.
fn started_from(statements: &Statements<'_>, place: Place) -> Option<BTreeSet<NodeId>> {
    let starts = starts(statements.input, place, statements.file, &|it| {
        statements.is_opened(it)
    })?;
    let here = starts.into_iter().filter(|it| it.file == statements.file);
    Some(here.map(|it| it.node).collect())
}

/// Whether a use is of a server in the API's process: not of the dedicated one.
fn is_in_process(input: &Input<'_>, site_use: &Use) -> bool {
    let site = input
        .project
        .part(site_use.chain.root)
        .and_then(Value::site);
    site.is_some_and(|it| input.project.site(it).kind == SiteKind::Constructed)
}

/// The statement that consists of what starts a part of the set-up: no class or condition is around it, and it has no
/// other work.
fn movable(statements: &Statements<'_>, start: NodeId) -> Option<usize> {
    let tree = statements.tree();
    let index = statements.index_of(start)?;
    let own = tree.span(statements.all[index].node);
    let is_nested = tree
        .ancestors(start)
        .take_while(|it| own.contains(tree.span(*it)))
        .any(|it| matches!(tree.kind(it), Kind::Function(_) | Kind::Class(_)));
    let statement = &statements.all[index];
    let is_plain = matches!(
        statement.form,
        Form::Variables | Form::Other | Form::Exported
    );
    let has_other_work = statements.input.uses.iter().any(|it| {
        it.chain.root.file == statements.file
            && statements.index_of(it.chain.root.node) == Some(index)
            && part(statements.input, it) == Part::Elsewhere
            && !matches!(
                it.meaning,
                Meaning::Import
                    | Meaning::Alias
                    | Meaning::Construction
                    | Meaning::SetupCall
                    | Meaning::Argument
            )
    });
    let is_alone = statements.declarators(index).len() < 2;
    (!is_nested && is_plain && is_alone && !has_other_work).then_some(index)
}

/// What the statements of a use do with the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    /// Moves: `io.on(…)`, `const admin = io.of('/admin')`.
    Moves,
    /// Is dropped, as the dedicated server makes its own: `io.adapter(…)`.
    Adapter,
    /// Moves with a registration that it is in.
    Inside,
    /// Is not the set-up's.
    Elsewhere,
}

/// Whether a use belongs to the set-up.
fn part(input: &Input<'_>, site_use: &Use) -> Part {
    let last = site_use.chain.last();
    let sets_adapter =
        last.is_some_and(|it| it.name.as_deref() == Some("adapter") && it.arguments.is_some());
    match site_use.meaning {
        _ if site_use.inside.is_some() => Part::Inside,
        Meaning::Configuration if sets_adapter => Part::Adapter,
        Meaning::Registration | Meaning::Configuration => Part::Moves,
        Meaning::Alias if is_declaration(input, site_use) => Part::Moves,
        Meaning::Escape if is_for_server_package(input, site_use) => Part::Moves,
        _ => Part::Elsewhere,
    }
}

/// `const admin = io.of('/admin')`; not `x = io`.
fn is_declaration(input: &Input<'_>, site_use: &Use) -> bool {
    let tree = &input.project.facts(site_use.chain.root.file).tree;
    let parent = tree.parent(site_use.chain.end);
    let is_part = |site: SiteId| input.project.site(site).kind == SiteKind::Constructed;
    parent.is_some_and(|it| matches!(tree.kind(it), Kind::Declarator { .. }))
        && input
            .project
            .part(site_use.chain.root)
            .and_then(Value::site)
            .is_some_and(is_part)
}

/// `instrument(io, …)` of `@socket.io/admin-ui`.
fn is_for_server_package(input: &Input<'_>, site_use: &Use) -> bool {
    let file = site_use.chain.root.file;
    let tree = &input.project.facts(file).tree;
    let Some(call) = tree.parent(site_use.chain.end) else {
        return false;
    };
    let Kind::Call { callee, .. } = tree.kind(call) else {
        return false;
    };
    let callee = Place {
        file,
        node: tree.bare(*callee),
    };
    input
        .project
        .values(callee)
        .any(|it| matches!(it, Value::PackageMember(package, _) if is_server_import(package)))
}

/// The blocker of a part of the set-up that stands where it can't be moved from.
pub(super) fn misplaced(input: &Input<'_>, site_use: &Use, home: FileId) -> Blocker {
    let file = site_use.chain.root.file;
    let tree = &input.project.facts(file).tree;
    let span: Span = tree.span(site_use.chain.end);
    let what = match site_use.meaning {
        Meaning::Registration => "handlers are registered",
        _ => "the server is configured",
    };
    let entry = &input.sources[home.index()].path;
    let is_elsewhere = file != home;
    Blocker {
        file,
        span,
        message: format!(
            "{what} {}, which can't be moved yet",
            if is_elsewhere {
                "in another file than the server is made in"
            } else {
                "inside a function"
            }
        ),
        help: format!("do it at the top level of `{entry}`, after `new Server(…)`"),
    }
}
