//! Finds the one place where the server is made, and says why a set-up of another shape can't be moved yet.

use super::Blocker;
use crate::plan::Input;
use crate::plan::toplevel::{Statements, place};
use crate::project::value::{SiteKind, Value};
use crate::scope::BindingId;
use crate::source::{FileId, Language};
use crate::syntax::{Kind, NodeId};

/// The server and the names that it goes by in its file.
pub(super) struct Setup {
    /// `new Server(…)`.
    pub(super) construction: NodeId,
    /// The statement that it is part of.
    pub(super) statement: usize,
    /// The variable that holds it.
    pub(super) io: BindingId,
    /// The variable of the HTTP server that it is attached to.
    pub(super) server: BindingId,
}

/// The file in which the project's only server is made; `None` if it makes none.
pub(super) fn file(input: &Input<'_>) -> Result<Option<(FileId, NodeId)>, Blocker> {
    let mut sites = input
        .project
        .sites()
        .iter()
        .filter(|it| it.kind == SiteKind::Constructed);
    let Some(first) = sites.next() else {
        return Ok(None);
    };
    let file = first.place.file;
    let span = input.project.facts(file).tree.span(first.place.node);
    if let Some(second) = sites.next() {
        let other = input
            .project
            .facts(second.place.file)
            .tree
            .span(second.place.node);
        return Err(Blocker {
            file,
            span,
            message: "the project makes more than one Socket.IO server".to_owned(),
            help: format!(
                "another is made at {}; decide which of them clients connect to, and remove the others",
                place(input, second.place.file, other)
            ),
        });
    }
    let source = &input.sources[file.index()];
    if source.language != Language::JavaScript {
        return Err(Blocker {
            file,
            span,
            message: "a set-up in TypeScript can't be moved yet".to_owned(),
            help: "move it by hand into `socketio-server.ts`".to_owned(),
        });
    }
    if !input.project.facts(file).errors.is_empty() {
        return Err(Blocker {
            file,
            span,
            message: "the file of the set-up has a syntax error".to_owned(),
            help: format!("mend `{}` first", source.path),
        });
    }
    Ok(Some((file, first.place.node)))
}

/// The server's names, if the set-up has a shape that can be moved.
pub(super) fn setup(statements: &Statements<'_>, construction: NodeId) -> Result<Setup, Blocker> {
    let tree = statements.tree();
    let refuse = |message: &str, help: &str| Blocker {
        file: statements.file,
        span: tree.span(construction),
        message: message.to_owned(),
        help: help.to_owned(),
    };
    let statement = statements.index_of(construction).ok_or_else(|| {
        refuse(
            "the Socket.IO server is made in a place that can't be moved",
            "make it at the top level of the entry file",
        )
    })?;
    let io = holder(statements, construction).ok_or_else(|| {
        let is_in_block = tree
            .ancestors(construction)
            .any(|it| matches!(tree.kind(it), Kind::Block { .. }));
        let place = match tree.enclosing_function(construction) {
            Some(_) => Some("a function"),
            None if is_in_block => Some("a block"),
            None => None,
        };
        match place {
            Some(place) => refuse(
                &format!("the Socket.IO server is made inside {place}, which can't be moved yet"),
                "make it at the top level of the entry file: `const io = new Server(server, …);`",
            ),
            None => refuse(
                "the Socket.IO server is not kept in a variable of its own",
                "write `const io = new Server(server, …);` as a statement of its own",
            ),
        }
    })?;
    let server = attached_to(statements, construction, io).ok_or_else(|| {
        refuse(
            "the HTTP server that Socket.IO is attached to has no name here",
            "give it one: `const server = http.createServer(app);` and `new Server(server, …)`",
        )
    })?;
    let made_here =
        |it: &Value| matches!(it, Value::HttpServer(place) if place.file == statements.file);
    if !statements.holds(server, made_here) {
        return Err(refuse(
            "the Socket.IO server is made in a module of its own, which can't be moved yet",
            "make it where the HTTP server is made, in the entry file",
        ));
    }
    Ok(Setup {
        construction,
        statement,
        io,
        server,
    })
}

/// The top-level variable whose value the construction is.
fn holder(statements: &Statements<'_>, construction: NodeId) -> Option<BindingId> {
    let tree = statements.tree();
    let outer = tree.wrapped(construction);
    let parent = tree.parent(outer)?;
    let (target, statement) = match tree.kind(parent) {
        Kind::Declarator { target, .. } => (*target, tree.parent(parent)?),
        Kind::Assign {
            target, operator, ..
        } if operator == "=" => (*target, tree.parent(parent)?),
        _ => return None,
    };
    let is_top = statements.all.iter().any(|it| {
        it.node == statement
            || matches!(tree.kind(it.node), Kind::ExportDeclaration { declaration } if *declaration == statement)
    });
    let binding = statements.facts.binding_of(target)?;
    let facts = statements.facts.binding(binding);
    let writes = facts
        .references
        .iter()
        .filter(|it| statements.facts.is_write(**it))
        .count();
    let is_assignment = matches!(tree.kind(parent), Kind::Assign { .. });
    let is_alone = statements
        .declarators(statements.index_of(construction)?)
        .len()
        < 2;
    let holds_server = statements.holds(binding, |it| matches!(it, Value::Server(_)));
    (is_top && is_alone && holds_server && writes == usize::from(is_assignment)).then_some(binding)
}

/// The variable of the HTTP server: the first argument, or that of a later `io.attach(server)`.
fn attached_to(
    statements: &Statements<'_>,
    construction: NodeId,
    io: BindingId,
) -> Option<BindingId> {
    let tree = statements.tree();
    let (Kind::New { arguments, .. } | Kind::Call { arguments, .. }) = tree.kind(construction)
    else {
        return None;
    };
    let direct = arguments
        .first()
        .and_then(|it| http_server(statements, *it));
    direct.or_else(|| {
        let references = &statements.facts.binding(io).references;
        references.iter().find_map(|it| {
            let member = tree.parent(*it)?;
            let call = tree.parent(member)?;
            let is_attach = matches!(tree.kind(member), Kind::Member { property, .. }
                if matches!(property.name(), Some("attach" | "listen")));
            match tree.kind(call) {
                Kind::Call { arguments, .. } if is_attach => {
                    http_server(statements, *arguments.first()?)
                }
                _ => None,
            }
        })
    })
}

fn http_server(statements: &Statements<'_>, node: NodeId) -> Option<BindingId> {
    let bare = statements.tree().bare(node);
    let binding = statements.facts.binding_of(bare)?;
    statements
        .values(bare)
        .any(|it| matches!(it, Value::HttpServer(_)))
        .then_some(binding)
}
