//! `io.close()`: the API has no server to close any more, but a connection to Redis, and the HTTP server that
//! `io.close()` closed as well (Socket.IO, "server.close").

use crate::findings::matching::rule_for;
use crate::findings::uses::Use;
use crate::plan::Input;
use crate::plan::draft::Draft;
use crate::plan::edits::Edit;
use crate::plan::toplevel::purity;
use crate::project::value::{Place, Value};
use crate::source::{FileId, Span};
use crate::syntax::{Kind, NodeId, Tree};

/// Closing the server has to wait until the server goes; the other controls only speak to clients.
pub(super) fn closes_nothing(input: &Input<'_>, it: &Use) -> bool {
    rule_for(input.project, it, it.meaning, input.rules).is_some_and(|it| it.rewrite.is_some())
}

/// Why closing the server can't be rewritten, if it can't.
pub(super) fn obstacle(input: &Input<'_>, it: &Use) -> Option<String> {
    if let Some(reason) = unfit_shape(input, it) {
        return Some(reason.to_owned());
    }
    match closing(input, it) {
        Closing::Unknown => {
            Some("it also closes the HTTP server, and no name of that is in sight here".to_owned())
        }
        Closing::Alone | Closing::WithServer(_) => None,
    }
}

/// Shapes in which closing something else in the server's place would come too early, or twice.
fn unfit_shape(input: &Input<'_>, it: &Use) -> Option<&'static str> {
    let tree = &input.project.facts(it.chain.root.file).tree;
    let mut parent = tree.parent(it.chain.end);
    if let Some(outer) = parent.filter(|it| is_void(tree, *it)) {
        parent = tree.parent(outer);
    }
    if !matches!(
        parent.map(|it| tree.kind(it)),
        Some(Kind::ExpressionStatement { .. } | Kind::Function(_))
    ) {
        return Some(
            "its end is waited for, and what has to be waited for instead is yours to say",
        );
    }
    let is_asked = |condition: &NodeId| match tree.kind(*condition) {
        Kind::If { test, .. } => tree.descendants(*test).any(|node| {
            let place = Place {
                file: it.chain.root.file,
                node,
            };
            input.project.part(place).is_some()
        }),
        _ => false,
    };
    let is_guarded = tree
        .ancestors(it.chain.end)
        .take_while(|it| tree.function(*it).is_none())
        .any(|it| is_asked(&it));
    let is_waited_for = callback(it).is_some() && !matches!(closing(input, it), Closing::Alone);
    (is_guarded && is_waited_for).then_some("what follows it is different where there is no server")
}

/// `void io.close()`, which says that nobody waits for its promise.
fn is_void(tree: &Tree, node: NodeId) -> bool {
    matches!(tree.kind(node), Kind::Unary { operator, .. } if operator == "void")
}

/// What is called when the server is closed.
fn callback(it: &Use) -> Option<NodeId> {
    let arguments = it.chain.last()?.arguments.as_ref()?;
    arguments.first().copied()
}

/// What has to be closed in the place of the server.
enum Closing {
    /// Nothing but the broadcaster.
    Alone,
    /// The HTTP server as well, by this name.
    WithServer(String),
    /// The HTTP server as well, but it has no name here.
    Unknown,
}

fn closing(input: &Input<'_>, it: &Use) -> Closing {
    let tree = &input.project.facts(it.chain.root.file).tree;
    let is_waited_for = callback(it).is_some_and(|it| !purity::only_logs(tree, it));
    if is_in_hook(input, it) || !is_waited_for && closes_http_server_itself(input, it) {
        return Closing::Alone;
    }
    http_server_name(input, it).map_or(Closing::Unknown, Closing::WithServer)
}

/// Whether Fastify calls the code while it closes its HTTP server: `app.addHook('onClose', async () => io.close())`.
/// <https://fastify.dev/docs/latest/Reference/Hooks/#onclose>
fn is_in_hook(input: &Input<'_>, it: &Use) -> bool {
    let file = it.chain.root.file;
    let tree = &input.project.facts(file).tree;
    let function = tree.enclosing_function(it.chain.end);
    let call = function.and_then(|it| tree.parent(tree.wrapped(it)));
    let hook = call.and_then(|it| tree.method_call(it));
    hook.filter(|it| it.name == "addHook").is_some_and(|it| {
        let name = it.arguments.first().and_then(|it| tree.string_value(*it));
        matches!(name, Some("onClose" | "preClose")) && is_fastify(input, file, it.object)
    })
}

fn is_fastify(input: &Input<'_>, file: FileId, node: NodeId) -> bool {
    let mut values = input.project.values(Place { file, node });
    values.any(|it| *it == Value::Fastify)
}

fn is_http_server(input: &Input<'_>, place: Place) -> bool {
    input
        .project
        .values(place)
        .any(|it| matches!(it, Value::HttpServer(_)))
}

/// Whether the code around closes the HTTP server anyway.
fn closes_http_server_itself(input: &Input<'_>, it: &Use) -> bool {
    let file = it.chain.root.file;
    let tree = &input.project.facts(file).tree;
    let around = tree
        .enclosing_function(it.chain.end)
        .unwrap_or_else(|| tree.root());
    http_close(input, file, around).is_some()
}

/// The call in `around` that closes the HTTP server, or the application that has it.
fn http_close(input: &Input<'_>, file: FileId, around: NodeId) -> Option<NodeId> {
    let tree = &input.project.facts(file).tree;
    tree.descendants(around).find(|node| {
        let closed = tree.method_call(*node).filter(|it| it.name == "close");
        closed.is_some_and(|it| {
            let node = it.object;
            is_http_server(input, Place { file, node }) || is_fastify(input, file, node)
        })
    })
}

/// The name of the HTTP server where the server is closed.
fn http_server_name(input: &Input<'_>, it: &Use) -> Option<String> {
    let file = it.chain.root.file;
    let facts = input.project.facts(file);
    let scope = facts.scope_of(it.chain.root.node);
    facts.bindings().find_map(|(id, binding)| {
        let declaration = *binding.declarations.first()?;
        let is_server = is_http_server(
            input,
            Place {
                file,
                node: declaration,
            },
        );
        (is_server && facts.lookup(scope, &binding.name) == Some(id)).then(|| binding.name.clone())
    })
}

/// Closes the broadcaster, and the HTTP server if `io.close()` was what closed it. Requests that are still answered may
/// send events, so the broadcaster is closed after the HTTP server where that can be told from the code.
pub(super) fn close(draft: &mut Draft<'_>, it: &Use, name: &str) {
    match closing(draft.input, it) {
        Closing::Unknown => {}
        Closing::Alone => {
            let waits = callback(it).is_none() && close_after_requests(draft, it, name);
            if !waits {
                close_in_place(draft, it, name);
            }
        }
        Closing::WithServer(server) => close_both(draft, it, name, &server),
    }
}

fn close_in_place(draft: &mut Draft<'_>, it: &Use, name: &str) {
    let file = it.chain.root.file;
    let layout = draft.layout(file);
    let root = layout.tree.span(layout.tree.wrapped(it.chain.root.node));
    let and_then = callback(it).map_or("", |_| "().then");
    draft.replace(
        file,
        Span {
            start: root.start,
            end: method_end(draft, it),
        },
        format!("{name}.close{and_then}"),
    );
}

/// The byte after `io.close`.
fn method_end(draft: &Draft<'_>, it: &Use) -> u32 {
    let tree = draft.layout(it.chain.root.file).tree;
    let chain = tree.span(tree.bare(it.chain.end));
    it.chain
        .last()
        .map_or(chain.end, |it| tree.span(it.member).end)
}

fn close_both(draft: &mut Draft<'_>, it: &Use, name: &str, server: &str) {
    let file = it.chain.root.file;
    let layout = draft.layout(file);
    let statement = layout
        .tree
        .span(layout.tree.enclosing_statement(it.chain.end))
        .start as usize;
    let next = format!("{}{}", layout.line_break(), layout.indentation(statement));
    let start = layout.tree.span(layout.tree.bare(it.chain.end)).start;
    draft.replace(
        file,
        Span::new(statement, statement),
        format!("{name}.close();{next}"),
    );
    draft.replace(
        file,
        Span {
            start,
            end: method_end(draft, it),
        },
        format!("{server}.close"),
    );
}

/// `io.close(); await new Promise((resolve) => server.close(resolve));` closes the broadcaster after that, and
/// `io.close(); server.close(() => …)` in the callback. False if the code is neither.
fn close_after_requests(draft: &mut Draft<'_>, it: &Use, name: &str) -> bool {
    let file = it.chain.root.file;
    let layout = draft.layout(file);
    let statement = layout.tree.enclosing_statement(it.chain.end);
    let Kind::ExpressionStatement { .. } = layout.tree.kind(statement) else {
        return false;
    };
    let Some(list) = layout.tree.statement_list(statement) else {
        return false;
    };
    let later = list.iter().skip_while(|it| **it != statement).skip(1);
    let input = draft.input;
    let Some((other, call)) = later
        .filter_map(|it| http_close(input, file, *it).map(|call| (*it, call)))
        .next()
    else {
        return false;
    };
    let Kind::ExpressionStatement { expression } = layout.tree.kind(other) else {
        return false;
    };
    let end = if layout.text[layout.tree.span(other).range()].ends_with(';') {
        ";"
    } else {
        ""
    };
    let is_done = match layout.tree.kind(*expression) {
        Kind::Await { .. } => {
            let at = layout.tree.span(other);
            let line = format!(
                "{}{}",
                layout.line_break(),
                layout.indentation(at.start as usize)
            );
            insert(
                draft,
                file,
                at.end,
                format!("{line}await {name}.close(){end}"),
            );
            true
        }
        _ if *expression == call => {
            close_in_callback(draft, file, call, &format!("await {name}.close(){end}"))
        }
        _ => false,
    };
    if is_done {
        draft.remove_statement(file, statement);
    }
    is_done
}

/// Puts `line` at the start of the callback of `server.close(() => { … })`, which becomes `async` for it.
fn close_in_callback(draft: &mut Draft<'_>, file: FileId, call: NodeId, line: &str) -> bool {
    let layout = draft.layout(file);
    let Kind::Call { arguments, .. } = layout.tree.kind(call) else {
        return false;
    };
    let Some(callback) = arguments.first().copied() else {
        return false;
    };
    let Some(function) = layout.tree.function(callback) else {
        return false;
    };
    let Some(body) = function.body else {
        return false;
    };
    let Kind::Block { body: statements } = layout.tree.kind(body) else {
        // `() => process.exit(0)`: the expression becomes the block's only other statement.
        let own = layout.tree.span(body);
        insert(draft, file, own.start, format!("{{ {line} "));
        insert(draft, file, own.end, "; }".to_owned());
        if !function.is_async {
            draft.make_async(file, callback);
        }
        return true;
    };
    let Some(first) = statements.first().map(|it| layout.tree.span(*it).start) else {
        return false;
    };
    let next = match layout.starts_line(first as usize) {
        true => format!(
            "{}{}",
            layout.line_break(),
            layout.indentation(first as usize)
        ),
        false => " ".to_owned(),
    };
    if !function.is_async {
        draft.make_async(file, callback);
    }
    insert(draft, file, first, format!("{line}{next}"));
    true
}

fn insert(draft: &mut Draft<'_>, file: FileId, at: u32, text: String) {
    draft.add(
        file,
        Edit {
            span: Span { start: at, end: at },
            text,
        },
    );
}
