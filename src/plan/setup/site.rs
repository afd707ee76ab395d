//! Finds the one place where the server is made, and the file and the statements with which the API starts that.

use super::Blocker;
use super::attached::{self, Attached};
use super::handle::{self, Handle};
use crate::plan::Input;
use crate::plan::toplevel::starts::{blocks_around, starts};
use crate::plan::toplevel::{Statements, place};
use crate::project::value::{Place, SiteKind};
use crate::rules::Meaning;
use crate::scope::{BindingId, ScopeId};
use crate::source::FileId;
use crate::syntax::{Kind, NodeId};

/// Where the API starts the set-up.
#[derive(Clone, Debug)]
pub(super) struct Home {
    /// `new Server(…)`.
    pub(super) construction: Place,
    /// The file in which it is started; the API's HTTP server has a name there.
    pub(super) file: FileId,
    /// The construction, or the call that leads to it: `initSocket(server)`.
    pub(super) start: NodeId,
    /// What it is attached to.
    pub(super) server: Attached,
    /// The blocks around the start, outermost first, whose statements are sorted one by one; and what it is attached to,
    /// which stays where the statement around it goes.
    pub(super) opened: Vec<NodeId>,
}

impl Home {
    pub(super) fn start_place(&self) -> Place {
        Place {
            file: self.file,
            node: self.start,
        }
    }
}

/// The server and the names that it goes by in its home.
pub(super) struct Setup {
    /// `new Server(…)`.
    pub(super) construction: Place,
    /// The statement that starts the set-up.
    pub(super) statement: usize,
    /// How the dedicated server's file gets at the server.
    pub(super) io: Handle,
    /// What it is attached to.
    pub(super) server: Attached,
}

/// The place in which the project's only server is made; `None` if it makes none.
pub(super) fn construction(input: &Input<'_>) -> Result<Option<Place>, Blocker> {
    let mut sites = input
        .project
        .sites()
        .iter()
        .filter(|it| it.kind == SiteKind::Constructed);
    let Some(first) = sites.next() else {
        return Ok(None);
    };
    if let Some(second) = sites.next() {
        let other = input
            .project
            .facts(second.place.file)
            .tree
            .span(second.place.node);
        return Err(refuse(
            input,
            first.place,
            "the project makes more than one Socket.IO server",
            &format!(
                "another is made at {}; decide which of them clients connect to, and remove the others",
                place(input, second.place.file, other)
            ),
        ));
    }
    Ok(Some(first.place))
}

/// Where the set-up that makes the server at `construction` is started: as a call of a function that does nothing else,
/// where that is possible, else as statements among others of a function. In the order in which they are to be tried.
pub(super) fn homes(input: &Input<'_>, construction: Place) -> Result<Vec<Home>, Blocker> {
    let attached::Attachment { start, to: server } = attached::attachment(input, construction)?;
    let facts = input.project.facts(start.file);
    if !facts.errors.is_empty() {
        return Err(refuse(
            input,
            start,
            "the file of the set-up has a syntax error",
            &format!("mend `{}` first", input.project.path(start.file)),
        ));
    }
    let opened = blocks_around(input, start).ok_or_else(|| {
        refuse(
            input,
            start,
            "the Socket.IO server is made in a condition, a loop or a class",
            "start it in a statement of its own, whenever the API starts",
        )
    })?;
    if returns_before(input, start, &opened) {
        return Err(refuse(
            input,
            start,
            "the function that makes the Socket.IO server may return before it does",
            "start it in a statement of its own, whenever the API starts",
        ));
    }
    let at = |start: Place, opened: Vec<NodeId>| Home {
        construction,
        file: start.file,
        start: start.node,
        server,
        opened: opened.into_iter().chain(server.expression()).collect(),
    };
    let is_of_file = match server {
        Attached::Variable(it) => facts.binding(it).scope == ScopeId::MODULE,
        Attached::Reading(_) | Attached::Port(_) => true,
        Attached::Listening(_) => false,
    };
    let outer =
        starts(input, start, start.file, &|_| false).filter(|_| is_of_file && !opened.is_empty());
    let whole = outer.and_then(|it| {
        let only = it.first().copied().filter(|_| it.len() == 1)?;
        let is_plain = only.file == start.file && blocks_around(input, only) == Some(Vec::new());
        is_plain.then(|| at(only, Vec::new()))
    });
    let around = blocks_of_registrations(input, start.file);
    let with_them = around.filter(|it| it.starts_with(&opened) && *it != opened);
    let others = with_them.map(|it| at(start, it));
    let own = at(start, opened);
    Ok(whole.into_iter().chain([own]).chain(others).collect())
}

/// The blocks around handlers that are registered in a function with other work.
fn blocks_of_registrations(input: &Input<'_>, file: FileId) -> Option<Vec<NodeId>> {
    let mut registered = input.uses.iter().filter(|it| {
        it.meaning == Meaning::Registration && it.inside.is_none() && it.chain.root.file == file
    });
    registered.find_map(|it| {
        let place = Place {
            file,
            node: it.chain.end,
        };
        blocks_around(input, place).filter(|it| !it.is_empty())
    })
}

/// The variable whose value an expression becomes: `const io = new Server(server)`, `io = await init(server)`.
pub(super) fn kept_in(input: &Input<'_>, expression: Place) -> Option<BindingId> {
    let facts = input.project.facts(expression.file);
    let tree = &facts.tree;
    let mut outer = tree.wrapped(expression.node);
    let mut parent = tree.parent(outer)?;
    if let Kind::Await { .. } = tree.kind(parent) {
        outer = tree.wrapped(parent);
        parent = tree.parent(outer)?;
    }
    match tree.kind(parent) {
        Kind::Declarator { target, .. } => facts.binding_of(*target),
        Kind::Assign {
            target, operator, ..
        } if operator == "=" => facts.binding_of(*target),
        _ => None,
    }
}

/// Whether a function whose statements are sorted one by one may return before the set-up starts.
fn returns_before(input: &Input<'_>, start: Place, opened: &[NodeId]) -> bool {
    let tree = &input.project.facts(start.file).tree;
    let functions: Vec<Option<NodeId>> = opened
        .iter()
        .map(|it| tree.enclosing_function(*it))
        .collect();
    tree.ids().any(|it| {
        matches!(tree.kind(it), Kind::Return { .. })
            && tree.span(it).end <= tree.span(start.node).start
            && functions.contains(&tree.enclosing_function(it))
            && opened
                .iter()
                .any(|block| tree.span(*block).contains(tree.span(it)))
    })
}

/// The server's names, if the set-up has a shape that can be moved.
pub(super) fn setup(statements: &Statements<'_>, home: &Home) -> Result<Setup, Blocker> {
    let input = statements.input;
    let start = home.start_place();
    let statement = statements.index_of(home.start).ok_or_else(|| {
        refuse(
            input,
            start,
            "the Socket.IO server is made in a place that can't be moved",
            "make it at the top level of the entry file",
        )
    })?;
    let io = handle::handle(statements, home).ok_or_else(|| {
        let (message, help) = match home.construction.file == home.file {
            true => (
                "the Socket.IO server is not kept in a variable of its own",
                "write `const io = new Server(server, …);` as a statement of its own",
            ),
            false => (
                "the file that starts the Socket.IO server can't get at it",
                "let the function that makes it return it: `const io = initSocket(server);`",
            ),
        };
        refuse(input, start, message, help)
    })?;
    Ok(Setup {
        construction: home.construction,
        statement,
        io,
        server: home.server,
    })
}

pub(super) fn refuse(input: &Input<'_>, at: Place, message: &str, help: &str) -> Blocker {
    Blocker {
        file: at.file,
        span: input.project.facts(at.file).tree.span(at.node),
        message: message.to_owned(),
        help: help.to_owned(),
    }
}
