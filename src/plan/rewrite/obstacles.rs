//! Which uses can't be rewritten, and why; and which objects keep the server.

use std::collections::BTreeSet;

use super::emits::{self, Unfit};
use super::{Left, closing};
use crate::findings::chains::Chain;
use crate::findings::matching::{fix_of, rule_for};
use crate::findings::state::copies;
use crate::findings::uses::{Use, Variable, receiving_parameters};
use crate::findings::{Confidence, confidence, is_of_framework, part_place};
use crate::plan::awaiting::{Awaiting, awaiting, needs_parentheses};
use crate::plan::draft::Draft;
use crate::plan::{Input, Level, getters};
use crate::project::value::{Place, Value};
use crate::rules::{Fix, Meaning, Rule};
use crate::scope::{BindingKind, FileFacts};
use crate::source::FileId;
use crate::syntax::{Kind, NodeId, Tree};

/// Which uses can't be rewritten at `level`, whatever happens to the set-up.
pub(in crate::plan) fn unfixable(input: &Input<'_>, level: Level) -> Vec<Left> {
    let all = input
        .uses
        .iter()
        .enumerate()
        .filter(|it| it.1.inside.is_none());
    all.filter_map(|(index, it)| obstacle(input, it, level).map(|reason| Left { index, reason }))
        .collect()
}

const UNDECIDED: &str = "a person has to decide";

fn obstacle(input: &Input<'_>, it: &Use, level: Level) -> Option<String> {
    let file = it.chain.root.file;
    if !input.project.facts(file).errors.is_empty() {
        return Some("the file has a syntax error, so nothing in it is rewritten".to_owned());
    }
    if input.project.has_unknown_key(it.chain.root) || set_under_unknown_key(input, it) {
        return Some("the key is not known, so the other side can't be found".to_owned());
    }
    if is_of_framework(input.project, it.chain.root) {
        return Some("a framework makes this server, and only it can make another".to_owned());
    }
    if let Some(reason) = input.unwanted(it) {
        return Some(reason);
    }
    if is_likely(input, it) && !input.settings.choice.adopts {
        return Some(
            "only a name or a type says that it is the server, and nothing in sight puts one there; delete the code if \
             nothing runs it, or say in a `[[carrier]]` of `iomigrate.toml` what gives it the server"
                .to_owned(),
        );
    }
    let rule = rule_for(input.project, it, it.meaning, input.rules)?;
    match fix_of(input.project, it, rule) {
        Fix::Manual => Some(UNDECIDED.to_owned()),
        Fix::Unsafe if level == Level::Safe => Some("only with `--unsafe-fixes`".to_owned()),
        Fix::Unsafe if needs_await(rule) && !reads_copy(input, it, rule) => match awaiting(input, it.end()) {
            Awaiting::Nowhere => {
                Some("its answer can't be awaited in a function that is not `async`".to_owned())
            }
            Awaiting::Uncaught => Some(
                "before Express 5 nobody catches what an `async` handler throws; put it into a `try`"
                    .to_owned(),
            ),
            Awaiting::Here | Awaiting::InAsync(_) => None,
        },
        Fix::Safe | Fix::Unsafe => unsupported(input, it, rule),
    }
}

/// A reason as it is told without the help of its finding, which says what is to be decided.
pub(in crate::plan) fn told(reason: &str, help: &str) -> String {
    if reason != UNDECIDED {
        return reason.to_owned();
    }
    let mut rest = help.trim_end_matches('.').chars();
    let first = rest.next().map(|it| it.to_ascii_lowercase());
    let words: String = first.into_iter().chain(rest).collect();
    format!("no rewrite is safe: {words}")
}

/// Whether nothing but a name or a type says that a use is one of the server. Who calls such code unseen may hand it
/// something else: a test's stand-in, another server.
fn is_likely(input: &Input<'_>, it: &Use) -> bool {
    confidence(input.project, part_place(input.project, it)) == Confidence::Likely
}

/// Whether all uses that are left may stay as they are while the server leaves the process: none is certain to be one, and
/// no program that makes the server loads them.
pub(in crate::plan) fn are_apart(input: &Input<'_>, left: &[Left]) -> bool {
    if left.is_empty() {
        return true;
    }
    let beside = input.project.beside_server();
    left.iter().all(|it| {
        let it = &input.uses[it.index];
        is_likely(input, it) && !beside.contains(&it.chain.root.file)
    })
}

/// Shapes that no rewrite is known for.
fn unsupported(input: &Input<'_>, it: &Use, rule: &Rule) -> Option<String> {
    let facts = input.project.facts(it.chain.root.file);
    let binding = facts.binding_of(it.chain.root.node);
    if let Some(binding) = binding.filter(|it| facts.binding(*it).kind == BindingKind::Parameter)
        && is_mixed(input, (it.chain.root.file, binding))
    {
        return Some("something else than the server reaches this parameter, too".to_owned());
    }
    if is_parameter_taken_apart(input, it.chain.root) {
        return Some(
            "the parameter is taken apart where it stands, and the server with it".to_owned(),
        );
    }
    if holds_something_else(input, it.chain.root) {
        return Some("something else than the server is kept there, too".to_owned());
    }
    if matches!(facts.tree.kind(it.chain.root.node), Kind::This) {
        return Some("`this` is the server itself here, of a class that extends it".to_owned());
    }
    if it.access == Some(Meaning::GetterCall) && !getters::is_quiet(input, it.chain.root) {
        return Some("the function that gives the server out does something else, too".to_owned());
    }
    let is_chain = rule.rewrite.is_some();
    let holds_server = getters::holds_server(input, it.chain.root);
    match it.meaning {
        Meaning::Control if !is_chain => closing::obstacle(input, it),
        Meaning::Emission if gives_server_back(&facts.tree, it) => {
            Some("it gives the server back, and something is done with that".to_owned())
        }
        Meaning::Argument
        | Meaning::PropertyWrite
        | Meaning::PropertyValue
        | Meaning::Return
        | Meaning::Export
            if (!holds_server || !it.chain.links.is_empty())
                && !goes_to_registration(input, it) =>
        {
            Some("a namespace or an operator that is handed on can't be followed yet".to_owned())
        }
        _ => None,
    }
}

/// `chat(io.of('/chat'))`, where `chat` registers handlers: only the set-up can call that, so it moves as it is, or the
/// server stays.
fn goes_to_registration(input: &Input<'_>, argument: &Use) -> bool {
    let receivers = |it: &Use| {
        let is_argument = it.meaning == Meaning::Argument;
        let received = is_argument.then(|| receiving_parameters(input.project, &it.chain));
        let received = received.flatten().into_iter().flatten().flatten();
        received.filter_map(|it| function_of(input, it))
    };
    let mut seen: BTreeSet<Place> = receivers(argument).collect();
    let mut pending: Vec<Place> = seen.iter().copied().collect();
    while let Some(function) = pending.pop() {
        let tree = &input.project.facts(function.file).tree;
        let body = tree.span(function.node);
        let is_in_it = |it: &&Use| {
            let root = it.chain.root;
            root.file == function.file && body.contains(tree.span(root.node))
        };
        for it in input.uses.iter().filter(is_in_it) {
            if it.meaning == Meaning::Registration {
                return true;
            }
            pending.extend(receivers(it).filter(|it| seen.insert(*it)));
        }
    }
    false
}

/// The function that a parameter is one of.
fn function_of(input: &Input<'_>, (file, binding): Variable) -> Option<Place> {
    let facts = input.project.facts(file);
    let declaration = *facts.binding(binding).declarations.first()?;
    let node = facts.tree.enclosing_function(declaration)?;
    Some(Place { file, node })
}

/// `const all = io.send(x)`: nobody could tell afterwards that this is the server.
fn gives_server_back(tree: &Tree, it: &Use) -> bool {
    let is_send = it
        .chain
        .last()
        .is_some_and(|it| matches!(it.name.as_deref(), Some("send" | "write")));
    let passes_on = |it: &NodeId| {
        matches!(
            tree.kind(*it),
            Kind::Parenthesized { .. }
                | Kind::Logical { .. }
                | Kind::Conditional { .. }
                | Kind::Sequence { .. }
        )
    };
    let outer = tree.ancestors(it.chain.end).find(|it| !passes_on(it));
    let is_dropped = outer.is_none_or(|it| {
        matches!(
            tree.kind(it),
            Kind::ExpressionStatement { .. } | Kind::Function(_)
        )
    });
    is_send && !is_dropped
}

/// Whether a call hands something else than the server to a parameter that the server reaches.
fn is_mixed(input: &Input<'_>, (file, binding): Variable) -> bool {
    let facts = input.project.facts(file);
    // A destructured parameter gets what a property holds; the server is followed there by itself.
    let declaration = facts
        .binding(binding)
        .declarations
        .first()
        .copied()
        .filter(|it| !is_destructured(facts, *it));
    let Some(function) = declaration.and_then(|it| facts.tree.enclosing_function(it)) else {
        return false;
    };
    let parameters = &facts
        .tree
        .function(function)
        .expect("it is a function")
        .parameters;
    let position = parameters.iter().position(|it| {
        declaration
            .is_some_and(|declaration| facts.tree.span(*it).contains(facts.tree.span(declaration)))
    });
    let Some(position) = position else {
        return false;
    };
    let function = Place {
        file,
        node: function,
    };
    input.project.calls_of(function).iter().any(|call| {
        let arguments = match input.project.facts(call.file).tree.kind(call.node) {
            Kind::Call { arguments, .. } | Kind::New { arguments, .. } => arguments.as_slice(),
            _ => &[],
        };
        let argument = arguments.get(position).map(|node| Place {
            file: call.file,
            node: *node,
        });
        argument.is_some_and(|it| is_something_else(input, it))
    })
}

fn is_destructured(facts: &FileFacts, declaration: NodeId) -> bool {
    facts
        .tree
        .ancestors(declaration)
        .take_while(|it| facts.tree.function(*it).is_none())
        .any(|it| {
            matches!(
                facts.tree.kind(it),
                Kind::ObjectPattern { .. } | Kind::ArrayPattern { .. }
            )
        })
}

/// Whether an expression is neither a part of the server nor nothing.
fn is_something_else(input: &Input<'_>, place: Place) -> bool {
    let tree = &input.project.facts(place.file).tree;
    let is_nothing =
        matches!(tree.kind(place.node), Kind::Null) || tree.name(place.node) == Some("undefined");
    let is_server = input.project.values(place).any(|it| it.site().is_some());
    !is_nothing && !is_server
}

/// `({ io, body }, res) => …`
fn is_parameter_taken_apart(input: &Input<'_>, root: Place) -> bool {
    let tree = &input.project.facts(root.file).tree;
    matches!(tree.kind(root.node), Kind::PatternProperty { .. })
        && !tree
            .ancestors(root.node)
            .take_while(|it| tree.function(*it).is_none())
            .any(|it| {
                matches!(
                    tree.kind(it),
                    Kind::Declarator { .. } | Kind::Assign { .. } | Kind::ForEach { .. }
                )
            })
}

/// Whether a field is read into which something else is put as well: a stub without a server, an emitter.
fn holds_something_else(input: &Input<'_>, root: Place) -> bool {
    let tree = &input.project.facts(root.file).tree;
    matches!(tree.kind(root.node), Kind::Member { .. })
        && input.project.values(root).any(|it| {
            matches!(
                it,
                Value::Object(_)
                    | Value::Instance(_)
                    | Value::Class(_)
                    | Value::Function(_)
                    | Value::Emitter(_)
                    | Value::App
                    | Value::HttpServer(_)
            )
        })
}

/// What goes where the server goes, or stays where it stays.
pub(super) fn is_setup(meaning: Meaning) -> bool {
    matches!(
        meaning,
        Meaning::Import
            | Meaning::Construction
            | Meaning::Configuration
            | Meaning::Registration
            | Meaning::SetupCall
            | Meaning::AdapterClient
            | Meaning::Adapter
            | Meaning::ServerClass
            | Meaning::SetupFunction
            | Meaning::HandlerImport
            | Meaning::Framework
            | Meaning::Escape
    )
}

/// Whether a use puts the server somewhere under a key that the text doesn't tell: `app.set(key, io)`, `req[key] = io`.
fn set_under_unknown_key(input: &Input<'_>, it: &Use) -> bool {
    let Place { file, node } = it.chain.root;
    let tree = &input.project.facts(file).tree;
    let sets = matches!(it.meaning, Meaning::SettingWrite | Meaning::PropertyWrite);
    sets && tree.ancestors(node).any(|outer| {
        let setter = match tree.kind(outer) {
            Kind::Assign { target, .. } => *target,
            _ => outer,
        };
        input.project.has_unknown_key(Place { file, node: setter })
    })
}

fn needs_await(rule: &Rule) -> bool {
    rule.rewrite
        .as_ref()
        .is_some_and(|it| it.template.starts_with("await "))
}

/// Whether a use reads a copy that another one asks for.
pub(super) fn reads_copy(input: &Input<'_>, it: &Use, rule: &Rule) -> bool {
    let is_copied = rule.find.conditions.as_ref().is_some_and(|it| it.copied);
    is_copied && !copies::asks_server(input.project, &it.chain)
}

/// Writes a question on the broadcaster.
pub(super) fn rewrite(
    draft: &mut Draft<'_>,
    chain: &Chain,
    template: &str,
    root: &str,
) -> Result<(), Unfit> {
    let place = Place {
        file: chain.root.file,
        node: chain.end,
    };
    let Some(call) = template.strip_prefix("await ") else {
        return emits::rewrite(draft, chain, template, root);
    };
    let tree = draft.layout(place.file).tree;
    match awaiting(draft.input, place) {
        Awaiting::Nowhere | Awaiting::Uncaught => return Err(Unfit),
        Awaiting::InAsync(function) => draft.make_async(place.file, function),
        Awaiting::Here => {}
    }
    match needs_parentheses(tree, chain.end) {
        true => emits::rewrite(draft, chain, &format!("(await {call})"), root),
        false => emits::rewrite(draft, chain, template, root),
    }
}

/// Whether `object` keeps the server in a field of its own: `this.io`, `manager.io`. Requests, settings and modules
/// only carry it.
pub(super) fn is_field(input: &Input<'_>, file: FileId, object: NodeId) -> bool {
    let tree = &input.project.facts(file).tree;
    let is_this = matches!(tree.kind(tree.bare(object)), Kind::This);
    is_this
        || input
            .project
            .values(Place { file, node: object })
            .any(|it| match it {
                Value::Instance(_) | Value::Class(_) => true,
                Value::Object(place) => !is_exported(input, *place),
                _ => false,
            })
}

/// Whether an object is what a file exports, and the server is taken out of it: `module.exports = { io, users }`.
fn is_exported(input: &Input<'_>, object: Place) -> bool {
    let tree = &input.project.facts(object.file).tree;
    let mut exports = input
        .uses
        .iter()
        .filter(|it| it.meaning == Meaning::Export && it.chain.root.file == object.file);
    exports.any(|it| tree.ancestors(it.chain.end).any(|it| it == object.node))
}
