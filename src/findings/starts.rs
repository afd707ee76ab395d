//! Functions of the project that make the server, the calls that start them, and code for clients that is written in
//! another file than the one that registers it.

use crate::project::value::{Place, SiteKind, Value};
use crate::project::{Project, Step};
use crate::scope::BindingKind;
use crate::syntax::{Kind, NodeId};

use super::uses::contains_site;

/// Whether a call starts the set-up in another file without getting the server back: `require('./socket').init(server)`,
/// `new SocketService(server)`. In the same file, only one that hands the HTTP server over.
pub(super) fn starts_set_up(project: &Project, call: Place) -> bool {
    if project.part(call).is_some() {
        return false;
    }
    let (Kind::Call { arguments, .. } | Kind::New { arguments, .. }) =
        project.facts(call.file).tree.kind(call.node)
    else {
        return false;
    };
    let gets_http_server = arguments.iter().any(|it| {
        let place = Place {
            file: call.file,
            node: *it,
        };
        project
            .values(place)
            .any(|it| matches!(it, Value::HttpServer(_)))
    });
    project
        .run_by(call)
        .into_iter()
        .any(|it| (it.file != call.file || gets_http_server) && contains_site(project, it))
}

/// Where the server comes to be that a call starts.
pub(super) fn started(project: &Project, call: Place) -> Option<Step> {
    let mut functions = project.run_by(call).into_iter();
    let function = functions.find(|it| contains_site(project, *it))?;
    let tree = &project.facts(function.file).tree;
    let made = project.sites().iter().map(|it| it.place).find(|it| {
        it.file == function.file && tree.ancestors(it.node).any(|node| node == function.node)
    })?;
    Some(Step {
        file: made.file,
        span: tree.span(made.node),
        label: "server created".to_owned(),
    })
}

/// Whether a function makes the server on what it is given: `function initSocket(httpServer) { … new Server(httpServer) }`.
/// One that starts the whole application makes its HTTP server itself.
pub(super) fn makes_server_for(project: &Project, function: Place) -> bool {
    let facts = project.facts(function.file);
    let tree = &facts.tree;
    let makes = |site: Place| {
        let innermost = tree.enclosing_function(site.node) == Some(function.node);
        let (Kind::Call { arguments, .. } | Kind::New { arguments, .. }) = tree.kind(site.node)
        else {
            return false;
        };
        innermost
            && arguments
                .iter()
                .any(|it| is_parameter_of(project, function, *it))
    };
    project.sites().iter().any(|it| {
        matches!(it.kind, SiteKind::Constructed | SiteKind::Dead)
            && it.place.file == function.file
            && makes(it.place)
    })
}

fn is_parameter_of(project: &Project, function: Place, argument: NodeId) -> bool {
    let facts = project.facts(function.file);
    let binding = facts.binding_of(facts.tree.bare(argument));
    binding.map(|it| facts.binding(it)).is_some_and(|it| {
        it.kind == BindingKind::Parameter
            && it
                .declarations
                .iter()
                .any(|node| facts.tree.enclosing_function(*node) == Some(function.node))
    })
}

/// Whether a name is brought in from another file of the project only to be registered on the server.
pub(super) fn brings_handler(project: &Project, name: Place) -> bool {
    let facts = project.facts(name.file);
    let Some(binding) = facts.binding_of(name.node).map(|it| facts.binding(it)) else {
        return false;
    };
    let comes_from_elsewhere = || {
        project
            .values(name)
            .any(|it| matches!(it, Value::Function(function) if function.file != name.file))
    };
    binding.declarations == [name.node]
        && !binding.references.is_empty()
        && binding.references.iter().all(|it| {
            is_registered(
                project,
                Place {
                    file: name.file,
                    node: *it,
                },
            )
        })
        && comes_from_elsewhere()
}

/// Whether an expression is an argument of `io.use(…)` or `io.on(…)`.
fn is_registered(project: &Project, place: Place) -> bool {
    let tree = &project.facts(place.file).tree;
    let Some(call) = tree.parent(tree.wrapped(place.node)) else {
        return false;
    };
    let Some(registration) = tree.method_call(call) else {
        return false;
    };
    let object = Place {
        file: place.file,
        node: registration.object,
    };
    matches!(registration.name, "use" | "on" | "once")
        && registration.arguments.contains(&tree.wrapped(place.node))
        && project
            .part(object)
            .is_some_and(|it| matches!(it, Value::Server(_) | Value::Namespace { .. }))
}
