//! The front end in the same repository: where it connects to the API's port, past every proxy, a person is told so. It is
//! never changed: its addresses are a matter of where it is deployed.

use std::collections::BTreeSet;

use super::Input;
use crate::project::resolve::Target;
use crate::source::{FileId, LineIndex};
use crate::syntax::{Key, Kind, NodeId};

/// How far names are followed (`const URL = API_URL`).
const DEPTH: usize = 6;

/// How many places are named.
const SHOWN: usize = 3;

/// What to say of the places that connect to `api_port`, if there are any.
pub(super) fn note(input: &Input<'_>, api_port: Option<u32>, socket_port: u32) -> Option<String> {
    let api_port = api_port?;
    let mut places = BTreeSet::new();
    let mut variables = BTreeSet::new();
    for (file, facts) in input.project.files() {
        let connections = facts.tree.ids().filter_map(|it| address(input, file, it));
        for address in connections {
            let mut found = Address::default();
            found.read(input, file, address, DEPTH);
            if !found.leads_to(input, api_port) {
                continue;
            }
            let text = &input.sources[file.index()].text;
            let start = facts.tree.span(address).start;
            let line = LineIndex::new(text).position(text, start).line;
            places.insert((input.project.path(file), line));
            variables.extend(found.variables);
        }
    }
    let more = match places.len().saturating_sub(SHOWN) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let shown = places
        .iter()
        .take(SHOWN)
        .map(|it| format!("{}:{}", it.0, it.1));
    let shown: Vec<String> = shown.collect();
    let set = match variables.first() {
        Some(variable) if variables.len() == 1 => {
            format!(" (`{variable}`; the API needs its own if it shares it)")
        }
        _ => String::new(),
    };
    (!places.is_empty()).then(|| {
        format!(
            "the front end connects to port {api_port}, the API's, at {}{more}: let it connect to port {socket_port}{set}, or \
             to a proxy in front of both",
            shown.join(", ")
        )
    })
}

/// The address in a call that connects a client: `io(url)`, `io.connect(url)`, `new Manager(url)`; or where the proxy of a
/// development server leads: `'/socket.io': { target: url }`.
fn address(input: &Input<'_>, file: FileId, node: NodeId) -> Option<NodeId> {
    let facts = input.project.facts(file);
    if let Kind::Property { key, value, .. } = facts.tree.kind(node) {
        let is_path = key.name().is_some_and(|it| it.starts_with("/socket.io"));
        return is_path.then_some(*value);
    }
    let (callee, arguments) = match facts.tree.kind(node) {
        Kind::Call {
            callee, arguments, ..
        }
        | Kind::New { callee, arguments } => (*callee, arguments),
        _ => return None,
    };
    let root = match facts.tree.kind(callee) {
        Kind::Member {
            object,
            property: Key::Static(name),
            ..
        } if name == "connect" => *object,
        _ => callee,
    };
    let is_client = match facts.binding_of(root) {
        // A page loads it with a `script`.
        None => facts.tree.name(root) == Some("io") && input.project.role(file).is_browser,
        Some(binding) => {
            let mut declarations = facts.binding(binding).declarations.iter();
            declarations.any(|it| is_client_import(input, file, *it))
        }
    };
    arguments.first().copied().filter(|_| is_client)
}

/// Whether a name is declared by `import … from 'socket.io-client'` or `= require('socket.io-client')`.
fn is_client_import(input: &Input<'_>, file: FileId, declaration: NodeId) -> bool {
    let tree = &input.project.facts(file).tree;
    tree.ancestors(declaration)
        .take(3)
        .any(|it| match tree.kind(it) {
            Kind::Import { source, .. } => source == "socket.io-client",
            Kind::Declarator {
                init: Some(init), ..
            } => {
                let text = &input.sources[file.index()].text[tree.span(*init).range()];
                text.starts_with("require(") && text.contains("socket.io-client")
            }
            _ => false,
        })
}

/// What an address is made of.
#[derive(Default)]
struct Address {
    texts: Vec<String>,
    /// Variables of the environment.
    variables: BTreeSet<String>,
}

impl Address {
    /// Reads an expression, and what its names are declared as.
    fn read(&mut self, input: &Input<'_>, file: FileId, node: NodeId, depth: usize) {
        let facts = input.project.facts(file);
        let Some(depth) = depth.checked_sub(1) else {
            return;
        };
        let parts: Vec<NodeId> = std::iter::once(node)
            .chain(facts.tree.descendants(node))
            .collect();
        for part in parts {
            match facts.tree.kind(part) {
                Kind::String { .. } | Kind::Template { .. } => {
                    let text = &input.sources[file.index()].text[facts.tree.span(part).range()];
                    self.texts.push(text.to_owned());
                }
                Kind::Member {
                    object,
                    property: Key::Static(name),
                    ..
                } => {
                    let text = &input.sources[file.index()].text[facts.tree.span(*object).range()];
                    if matches!(text, "process.env" | "import.meta.env") {
                        self.variables.insert(name.clone());
                    }
                }
                Kind::Name { .. } => self.follow(input, file, part, depth),
                _ => {}
            }
        }
    }

    /// Reads what a name is declared as, here or in the file that it is imported from.
    fn follow(&mut self, input: &Input<'_>, file: FileId, name: NodeId, depth: usize) {
        let facts = input.project.facts(file);
        let binding = facts.binding_of(name).map(|it| facts.binding(it));
        let declaration = binding.and_then(|it| it.declarations.first().copied());
        let Some((declaration, parent)) =
            declaration.and_then(|it| Some((it, facts.tree.parent(it)?)))
        else {
            return;
        };
        match facts.tree.kind(parent) {
            Kind::Declarator {
                init: Some(init), ..
            } => self.read(input, file, *init, depth),
            Kind::Import { source, names, .. } => {
                let imported = names.iter().find(|it| it.local == declaration);
                let imported = imported.and_then(|it| it.imported.as_deref());
                if let (Some(name), Target::File(module)) =
                    (imported, input.project.resolve(file, source))
                {
                    self.exported(input, module, name, depth);
                }
            }
            _ => {}
        }
    }

    /// Reads what a file declares under a name that it exports.
    fn exported(&mut self, input: &Input<'_>, file: FileId, name: &str, depth: usize) {
        let facts = input.project.facts(file);
        let is_it = |it: &NodeId| facts.tree.name(*it) == Some(name);
        for id in facts.tree.ids() {
            match facts.tree.kind(id) {
                Kind::Declarator {
                    target,
                    init: Some(init),
                } if is_it(target) => self.read(input, file, *init, depth),
                Kind::ExportDefault { value, .. } if name == "default" => {
                    self.read(input, file, *value, depth);
                }
                _ => {}
            }
        }
    }

    /// Whether it is, or may be, the API's: its texts name the port, or its variables do in an example of the environment.
    fn leads_to(&self, input: &Input<'_>, port: u32) -> bool {
        let names_port = |text: &str| {
            let mut places = text.match_indices(':');
            places.any(|(at, _)| {
                let digits: String = text[at + 1..]
                    .chars()
                    .take_while(char::is_ascii_digit)
                    .collect();
                digits.parse() == Ok(port)
            })
        };
        let is_set = |line: &str| {
            let (name, value) = line.split_once('=').unwrap_or((line, ""));
            self.variables.contains(name.trim()) && names_port(value)
        };
        let examples = input.manifests.iter().filter(|it| it.path.contains("env"));
        self.texts.iter().any(|it| names_port(it))
            || examples.flat_map(|it| it.text.lines()).any(is_set)
    }
}
