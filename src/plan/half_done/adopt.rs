//! Makes a dedicated server that was made by hand one of the runtime's: its file stays where it is and keeps its handlers,
//! its adapter goes, and the runtime lets it listen. What the API does is planned afterwards, when the file is known for what
//! it is.

use crate::plan::draft::Draft;
use crate::plan::edits::EditList;
use crate::plan::setup::Cut;
use crate::plan::toplevel::{Form, Statements, purity};
use crate::plan::{Input, adapter, imports, project_files};
use crate::project::value::Value;
use crate::rules::Meaning;
use crate::scope::{BindingId, ScopeId};
use crate::source::{FileId, Span};
use crate::syntax::{Kind, LogicalOperator, NodeId};

/// What marks the dedicated server's file.
const MARK: &str = "// @iomigrate dedicated-server: what runs it is socketRuntime";

/// What the runtime has to know of the file.
struct Parts {
    io: BindingId,
    http_server: BindingId,
    /// `server.listen(3002);`
    listen: NodeId,
}

/// The edits of the file, or why it can't be done.
pub(super) fn adopt(input: &Input<'_>, server: FileId) -> Result<EditList, String> {
    let statements = Statements::new(input, server);
    let parts = parts(&statements)?;
    let setters: Vec<NodeId> = setters(input, server).collect();
    let (drops, _) = adapter::drops(&statements, &setters);
    if let Some(setter) = setters.iter().find(|it| !drops.covers(&statements, **it)) {
        let at = statements.place(statements.tree().span(*setter));
        return Err(format!(
            "the adapter that is set at {at} can't be taken out"
        ));
    }
    let mut draft = Draft::new(input);
    let cut = Cut::of_drops(server, drops);
    cut.carry_out(&mut draft, "");
    start(&mut draft, &statements, &parts);
    cut.sweep(&mut draft, "");
    let mut edits = draft.into_edits();
    edits
        .remove(&server)
        .ok_or_else(|| "nothing of it can be changed".to_owned())
}

/// `io.adapter(…)`.
fn setters(input: &Input<'_>, file: FileId) -> impl Iterator<Item = NodeId> {
    let own = input
        .uses
        .iter()
        .filter(move |it| it.chain.root.file == file);
    let setters = own.filter(|it| {
        let last = it.chain.last().and_then(|it| it.name.as_deref());
        it.meaning == Meaning::Configuration && last == Some("adapter")
    });
    setters.map(|it| it.chain.end)
}

fn parts(statements: &Statements<'_>) -> Result<Parts, String> {
    let tree = statements.tree();
    let mut sites = statements.input.project.sites().iter();
    let site = sites.find(|it| it.place.file == statements.file);
    let site = site
        .ok_or_else(|| "no server is made in it".to_owned())?
        .place
        .node;
    let io = match tree.parent(site).map(|it| tree.kind(it)) {
        Some(Kind::Declarator { target, .. }) => statements.facts.binding_of(*target),
        _ => None,
    };
    let is_of_file = |it: &BindingId| statements.facts.binding(*it).scope == ScopeId::MODULE;
    let io = io.filter(is_of_file);
    let io = io.ok_or_else(|| "the server has no variable of the file".to_owned())?;
    let (Kind::New { arguments, .. } | Kind::Call { arguments, .. }) = tree.kind(site) else {
        return Err("the server is made in a way that is not known".to_owned());
    };
    let http_server = arguments.iter().find_map(|it| {
        let is_server = statements
            .values(tree.bare(*it))
            .any(|it| matches!(it, Value::HttpServer(_)));
        statements
            .facts
            .binding_of(tree.bare(*it))
            .filter(|it| is_server && is_of_file(it))
    });
    let http_server = http_server.ok_or_else(|| "its HTTP server has no name".to_owned())?;
    let listen = listen(statements, http_server)?;
    Ok(Parts {
        io,
        http_server,
        listen,
    })
}

/// The statement with which the HTTP server starts to listen, where the runtime lets it listen as well.
fn listen(statements: &Statements<'_>, server: BindingId) -> Result<NodeId, String> {
    let tree = statements.tree();
    let calls = statements.facts.binding(server).references.iter();
    let mut calls = calls.filter_map(|it| {
        let member = tree.parent(*it)?;
        let call = tree.parent(member)?;
        match (tree.kind(member), tree.kind(call)) {
            (
                Kind::Member { property, .. },
                Kind::Call {
                    callee, arguments, ..
                },
            ) if property.name() == Some("listen") && *callee == member => Some((call, arguments)),
            _ => None,
        }
    });
    let (Some((call, arguments)), None) = (calls.next(), calls.next()) else {
        return Err("it does not start to listen in one place".to_owned());
    };
    let statement = tree.enclosing_statement(call);
    let is_alone = matches!(tree.kind(statement), Kind::ExpressionStatement { expression } if *expression == call);
    let is_quiet = arguments.iter().skip(1).all(|it| match tree.function(*it) {
        Some(_) => only_logs(statements, *it),
        None => tree.string_value(*it).is_some(),
    });
    if !is_alone || !is_quiet || statements.index_of(call).is_none() {
        return Err("something is done when it listens, or with what `listen` gives".to_owned());
    }
    let expected = statements.input.settings.socket_port();
    match arguments.first().and_then(|it| port(statements, *it)) {
        Some(port) if port == expected => Ok(statement),
        Some(port) => Err(format!(
            "it listens on {port}, and the runtime on {expected}: write `port = {port}` under `[server]` in `iomigrate.toml`"
        )),
        None => Err("it can't be told on which port it listens".to_owned()),
    }
}

fn only_logs(statements: &Statements<'_>, function: NodeId) -> bool {
    let tree = statements.tree();
    let body = tree.function(function).and_then(|it| it.body);
    body.is_some_and(|it| match tree.kind(it) {
        Kind::Block { body } => body.iter().all(|it| match tree.kind(*it) {
            Kind::ExpressionStatement { expression } => purity::is_log(tree, *expression),
            _ => false,
        }),
        _ => purity::is_log(tree, it),
    })
}

/// The number that an expression is if nothing of the environment says otherwise: `3002`, `process.env.PORT || 3002`.
fn port(statements: &Statements<'_>, node: NodeId) -> Option<u32> {
    let tree = statements.tree();
    let text = |it: NodeId| &statements.text()[tree.span(it).range()];
    match tree.kind(tree.bare(node)) {
        Kind::Logical {
            operator: LogicalOperator::Or | LogicalOperator::Coalesce,
            right,
            ..
        } => port(statements, *right),
        Kind::Call { arguments, .. } => port(statements, *arguments.first()?),
        Kind::Name { .. } => {
            let binding = statements.facts.binding_of(tree.bare(node))?;
            let declaration = *statements.facts.binding(binding).declarations.first()?;
            match tree.kind(tree.parent(declaration)?) {
                Kind::Declarator {
                    init: Some(init), ..
                } => port(statements, *init),
                _ => None,
            }
        }
        _ => text(node).trim_matches(['\'', '"']).parse().ok(),
    }
}

/// Lets the runtime start the server, and says so at the top of the file.
fn start(draft: &mut Draft<'_>, statements: &Statements<'_>, parts: &Parts) {
    let (input, file) = (statements.input, statements.file);
    let layout = statements.layout();
    let tree = statements.tree();
    let span = tree.span(parts.listen);
    let end = if statements.text()[span.range()].ends_with(';') {
        ";"
    } else {
        ""
    };
    let (io, server) = (
        statements.name(parts.io),
        statements.name(parts.http_server),
    );
    draft.drop_comments(file, span);
    draft.replace_whole(
        file,
        span,
        &format!("startSocketServer({io}, {server}){end}"),
    );
    let runtime = project_files::runtime_path(&project_files::broadcaster_path(input));
    let line = imports::line(input, file, &runtime, "{ startSocketServer }");
    let mut all = 0..statements.all.len();
    let last = all.rfind(|it| statements.all[*it].form == Form::Import);
    let next = layout.line_break();
    let at = last.map_or(0, |it| statements.span(it).end);
    let text = match last {
        Some(_) => format!("{next}{line}"),
        None => format!("{line}{next}"),
    };
    draft.replace(file, Span { start: at, end: at }, text);
    let top = match statements.text().starts_with("#!") {
        true => layout.line_end(0),
        false => 0,
    };
    draft.replace(file, Span::new(top, top), format!("{MARK}{next}"));
}
