//! Where the line that imports the broadcaster goes: in the place of the import that it replaces, else behind the last
//! import of the file's head, else in front of the first statement.

use crate::plan::draft::Draft;
use crate::plan::edits::Edit;
use crate::plan::layout::Layout;
use crate::project::resolve::Target;
use crate::project::value::Place;
use crate::rules::Meaning;
use crate::source::{FileId, Span};
use crate::syntax::{Kind, NodeId, Tree};

/// Where the line goes.
#[derive(Clone, Copy)]
pub(super) enum Spot {
    /// In the place of an import that goes, with the range that goes with it.
    Instead(NodeId, Span),
    /// On the line behind an import.
    Behind(NodeId),
    /// Behind the directives, as a paragraph of its own.
    BehindDirective(NodeId),
    /// In front of the first statement, as a paragraph of its own; by its byte.
    First(usize),
}

impl Spot {
    /// The import that the line stands next to, or replaces.
    pub(super) fn beside(self) -> Option<NodeId> {
        match self {
            Self::Instead(it, _) | Self::Behind(it) => Some(it),
            Self::BehindDirective(_) | Self::First(_) => None,
        }
    }
}

pub(super) fn put(draft: &mut Draft<'_>, file: FileId, spot: Spot, line: &str) {
    let layout = draft.layout(file);
    let next = layout.line_break();
    let (at, text) = match spot {
        Spot::Instead(node, gone) => {
            draft.replace_removed(Place { file, node }, gone, line);
            return;
        }
        Spot::Behind(statement) => (
            end_of_line(&layout, statement),
            format!(
                "{next}{}{line}",
                draft.final_indentation(file, layout.tree.span(statement).start as usize)
            ),
        ),
        Spot::BehindDirective(statement) => {
            let at = end_of_line(&layout, statement);
            let rest = &layout.text[layout.line_end(at)..];
            let has_gap = rest.lines().next().is_none_or(|it| it.trim().is_empty());
            let gap = if has_gap { "" } else { next };
            (at, format!("{next}{next}{line}{gap}"))
        }
        Spot::First(at) => (at, format!("{line}{next}{next}")),
    };
    let span = Span::new(at, at);
    draft.add(file, Edit { span, text });
}

/// Where the last line of a statement ends, a comment behind it included.
fn end_of_line(layout: &Layout<'_>, statement: NodeId) -> usize {
    let end = layout.tree.span(statement).end as usize;
    let rest = &layout.text[end..layout.line_end(end)];
    end + rest.trim_end_matches(['\n', '\r']).len()
}

/// Adds a paragraph behind the last import of an ES module, into which the line at `spot` was put.
pub(super) fn put_behind_imports(draft: &mut Draft<'_>, file: FileId, spot: Spot, line: &str) {
    let layout = draft.layout(file);
    let stays = |it: &NodeId| {
        let is_here = draft.still_loads(file, layout.tree.span(*it)) || spot.beside() == Some(*it);
        is_here && matches!(layout.tree.kind(*it), Kind::Import { .. })
    };
    let last = layout.tree.program().iter().rfind(|it| stays(it));
    match last {
        Some(last) => {
            let next = layout.line_break();
            put(draft, file, Spot::Behind(*last), &format!("{next}{line}"));
        }
        None => put(draft, file, spot, line),
    }
}

/// The statements of a file that the import may stand behind. `is_first`: other files of the project may be loaded only
/// after it.
pub(super) fn early<'d>(
    draft: &Draft<'d>,
    file: FileId,
    is_module: bool,
    is_first: bool,
) -> &'d [NodeId] {
    let tree = draft.layout(file).tree;
    let body = tree.program();
    if is_module {
        // Imports of ES modules run first wherever they stand.
        return body;
    }
    let body = before_use(draft, file, body);
    let loads = |it: NodeId| {
        let source = required(tree, it);
        source.is_some_and(|it| matches!(draft.input.project.resolve(file, it), Target::File(_)))
    };
    let first = body
        .iter()
        .position(|it| is_first && tree.descendants(*it).any(loads));
    &body[..first.unwrap_or(body.len())]
}

pub(super) fn spot(draft: &Draft<'_>, file: FileId, is_module: bool, early: &[NodeId]) -> Spot {
    let layout = draft.layout(file);
    let replaced = |it: &NodeId| Some(Spot::Instead(*it, replaced(draft, file, *it)?));
    if let Some(spot) = early.iter().find_map(replaced) {
        return spot;
    }
    let is_candidate = |it: &NodeId| {
        let is_right = match layout.tree.kind(*it) {
            Kind::Import { .. } => true,
            _ => !is_module && is_import(layout.tree, *it),
        };
        is_right && draft.still_loads(file, layout.tree.span(*it))
    };
    let head = match is_module {
        true => early,
        false => head(&layout, early),
    };
    let last = head.iter().rfind(|it| is_candidate(it));
    match last.or_else(|| early.iter().find(|it| is_candidate(it))) {
        Some(last) => Spot::Behind(*last),
        None => without_imports(&layout),
    }
}

/// The statements at the top of a file that import: `import …`, `const x = require(…)`.
pub(super) fn import_statements(layout: &Layout<'_>) -> Vec<NodeId> {
    let all = layout.tree.program().iter().copied();
    all.filter(|it| is_import(layout.tree, *it)).collect()
}

fn is_import(tree: &Tree, statement: NodeId) -> bool {
    match tree.kind(statement) {
        Kind::Import { .. } => true,
        Kind::Variables { declarators, .. } => declarators
            .iter()
            .all(|it| required_by(tree, *it).is_some()),
        _ => false,
    }
}

/// What the value of a declarator loads: `require('x')`, `require('x').y`, `require('x')(y)`.
fn required_by(tree: &Tree, declarator: NodeId) -> Option<&str> {
    let Kind::Declarator { init, .. } = tree.kind(declarator) else {
        return None;
    };
    let mut parts = std::iter::successors(*init, |it| match tree.kind(*it) {
        Kind::Call { callee, .. } => Some(*callee),
        Kind::Member { object, .. } => Some(*object),
        _ => None,
    });
    parts.find_map(|it| required(tree, it))
}

/// What a statement loads that declares one thing.
fn source(tree: &Tree, statement: NodeId) -> Option<&str> {
    match tree.kind(statement) {
        Kind::Import { source, .. } => Some(source),
        Kind::Variables { declarators, .. } => match declarators[..] {
            [only] => required_by(tree, only),
            _ => None,
        },
        _ => None,
    }
}

/// The specifier of `require('x')`.
pub(super) fn required(tree: &Tree, call: NodeId) -> Option<&str> {
    match tree.kind(call) {
        Kind::Call {
            callee, arguments, ..
        } if tree.name(*callee) == Some("require") => tree.string_value(*arguments.first()?),
        _ => None,
    }
}

/// The range that goes with a statement, and nothing else with it, that imported the server or what gave it out.
fn replaced(draft: &Draft<'_>, file: FileId, statement: NodeId) -> Option<Span> {
    let facts = draft.input.project.facts(file);
    let tree = &facts.tree;
    let is_ours = |it: &str| matches!(draft.input.project.resolve(file, it), Target::File(_));
    let gone = draft.removed_alone(file, statement)?;
    let is_only = || import_statements(&draft.layout(file)).len() == 1;
    if draft.wants_type.contains(&file) && is_only() {
        return Some(gone);
    }
    source(tree, statement).filter(|it| is_ours(it))?;
    let declared: Vec<NodeId> = tree
        .descendants(statement)
        .filter(|it| matches!(tree.kind(*it), Kind::BindingName { .. }))
        .collect();
    let bindings = declared.iter().filter_map(|it| facts.binding_of(*it));
    let references = bindings.flat_map(|it| facts.binding(it).references.iter());
    let names: Vec<NodeId> = declared.iter().chain(references).copied().collect();
    let uses = draft.input.uses.iter();
    let mut roots = uses
        .filter(|it| it.chain.root.file == file && it.meaning != Meaning::Import)
        .map(|it| tree.span(it.chain.root.node));
    let is_named = |root: Span| names.iter().any(|it| root.contains(tree.span(*it)));
    roots.any(is_named).then_some(gone)
}

/// The statements before the first one that does something with the server, and so names the broadcaster afterwards:
/// `const io = require('socket.io')(server);`, `const notify = require('./notify')(io);`.
fn before_use<'b>(draft: &Draft<'_>, file: FileId, body: &'b [NodeId]) -> &'b [NodeId] {
    let tree = draft.layout(file).tree;
    let brings = |it: Meaning| {
        matches!(
            it,
            Meaning::Import
                | Meaning::ImportedHandle
                | Meaning::AdapterClient
                | Meaning::Adapter
                | Meaning::HandlerImport
                | Meaning::Alias
        )
    };
    let uses = draft.input.uses.iter();
    let spans: Vec<Span> = uses
        .filter(|it| it.chain.root.file == file && !brings(it.meaning))
        .map(|it| tree.span(it.chain.root.node))
        .filter(|it| !draft.is_gone(file, *it))
        .collect();
    let names = |statement: &NodeId| spans.iter().any(|it| tree.span(*statement).contains(*it));
    let first = body.iter().position(names);
    &body[..first.unwrap_or(body.len())]
}

/// The head of a file: its imports and the plain statements between them (`const app = express();`,
/// `dotenv.config();`), up to the first function, class, condition or export.
fn head<'b>(layout: &Layout<'_>, body: &'b [NodeId]) -> &'b [NodeId] {
    let tree = layout.tree;
    let is_plain = |it: NodeId| !matches!(tree.kind(it), Kind::Function(_) | Kind::Class(_));
    let is_head = |statement: &NodeId| match tree.kind(*statement) {
        Kind::Import { .. } | Kind::Type => true,
        Kind::Variables { .. } => tree.descendants(*statement).all(is_plain),
        Kind::ExpressionStatement { expression } => {
            !matches!(tree.kind(*expression), Kind::Assign { .. })
                && tree.descendants(*statement).all(is_plain)
        }
        Kind::If { consequent, .. } => {
            // `if (isLocal) require('dotenv').config();`
            matches!(tree.kind(*consequent), Kind::ExpressionStatement { .. })
                && tree.descendants(*statement).all(is_plain)
        }
        _ => false,
    };
    let end = body.iter().position(|it| !is_head(it));
    &body[..end.unwrap_or(body.len())]
}

/// Behind the directives, else in front of the first statement and what is said about it; what is said about the file
/// stays on top.
fn without_imports(layout: &Layout<'_>) -> Spot {
    let tree = layout.tree;
    let body = tree.program();
    let is_directive = |it: &&NodeId| match tree.kind(**it) {
        Kind::ExpressionStatement { expression } => {
            matches!(tree.kind(*expression), Kind::String { .. })
        }
        _ => false,
    };
    if let Some(last) = body.iter().take_while(is_directive).last() {
        return Spot::BehindDirective(*last);
    }
    let Some(first) = body.first() else {
        return Spot::First(layout.text.len());
    };
    let own = layout.with_comments(*first);
    let above = layout.comments_in(own).into_iter();
    let mut above: Vec<Span> = above
        .filter(|it| it.end <= tree.span(*first).start)
        .collect();
    let about_file = above
        .iter()
        .rposition(|it| is_about_file(&layout.text[it.range()]));
    above.drain(..about_file.map_or(0, |it| it + 1));
    let start = above.first().map_or(tree.span(*first).start, |it| it.start);
    Spot::First(start as usize)
}

/// Licences, `@file`, and what tools are told about the whole file.
fn is_about_file(comment: &str) -> bool {
    let text = comment.to_lowercase();
    let words = [
        "licen",
        "copyright",
        "@file",
        "@overview",
        "@ts-check",
        "@ts-nocheck",
        "@flow",
        "jshint",
    ];
    comment.starts_with("/*!")
        || words.iter().any(|it| text.contains(it))
        || text.contains("eslint-") && !text.contains("-line")
}
