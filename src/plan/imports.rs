//! Brings the broadcaster into the files that call it: one `require` or `import` each, in the file's own style, after
//! its other imports.

use super::Input;
use super::draft::Draft;
use super::edits::Edit;
use super::layout::Layout;
use crate::project::resolve::Target;
use crate::project::value::{Place, Value};
use crate::rules::Meaning;
use crate::source::{FileId, Span};
use crate::syntax::{Keyword, Kind, NodeId};

/// The broadcaster's usual name.
pub(in crate::plan) const BROADCASTER: &str = "socketBroadcaster";

/// Adds an import of the module at `target` (relative to the root) under `name`.
pub(in crate::plan) fn add(draft: &mut Draft<'_>, file: FileId, target: &str, name: &str) {
    let layout = draft.layout(file);
    let is_module = draft.input.project.role(file).is_module;
    let from = draft.input.project.path(file);
    let shown = match is_typescript(target) {
        true => without_extension(target, is_module && names_extensions(draft.input, file)),
        false => target.to_owned(),
    };
    let specifier = specifier(from, &shown, is_module);
    let style = Style::of(&layout);
    let mut line = style.line(name, &specifier, is_module);
    if !is_module && is_typescript(target) {
        // What `export default` of TypeScript becomes in CommonJS.
        line.insert_str(line.len() - style.semicolon.len(), ".default");
    }
    let (at, is_alone) = place(&layout, is_module, draft, file);
    let next = layout.line_break();
    let text = match is_alone {
        true => format!("{line}{next}{next}"),
        false => format!("{next}{line}"),
    };
    draft.add(
        file,
        Edit {
            span: Span::new(at, at),
            text,
        },
    );
}

fn is_typescript(path: &str) -> bool {
    [".ts", ".mts", ".cts"].iter().any(|it| path.ends_with(it))
}

/// The name by which TypeScript is imported: that of its output, or none of its extensions.
fn without_extension(path: &str, names_extensions: bool) -> String {
    let (stem, extension) = path.rsplit_once('.').unwrap_or((path, ""));
    match extension {
        "mts" => format!("{stem}.mjs"),
        "cts" => format!("{stem}.cjs"),
        _ if names_extensions => format!("{stem}.js"),
        _ => stem.to_owned(),
    }
}

/// Whether a file names other files of the project with their extension, as `./a.js`.
pub(in crate::plan) fn names_extensions(input: &Input<'_>, file: FileId) -> bool {
    let tree = &input.project.facts(file).tree;
    let sources = tree.ids().filter_map(|it| match tree.kind(it) {
        Kind::Import { source, .. } if source.starts_with('.') => Some(source),
        _ => None,
    });
    let (with, without): (Vec<&String>, Vec<&String>) =
        sources.partition(|it| [".js", ".mjs", ".cjs"].iter().any(|end| it.ends_with(end)));
    with.len() > without.len()
}

/// How a file writes its imports.
struct Style {
    quote: char,
    semicolon: &'static str,
    keyword: &'static str,
}

impl Style {
    fn of(layout: &Layout<'_>) -> Self {
        let imports: Vec<NodeId> = import_statements(layout);
        let texts = imports
            .iter()
            .map(|it| &layout.text[layout.tree.span(*it).range()]);
        let whole = || layout.text;
        let single = texts.clone().filter(|it| it.contains('\'')).count();
        let double = texts.clone().filter(|it| it.contains('"')).count();
        let quote = match single.cmp(&double) {
            std::cmp::Ordering::Less => '"',
            std::cmp::Ordering::Greater => '\'',
            std::cmp::Ordering::Equal
                if whole().matches('"').count() > whole().matches('\'').count() =>
            {
                '"'
            }
            std::cmp::Ordering::Equal => '\'',
        };
        let statements = match layout.tree.kind(layout.tree.root()) {
            Kind::Program { body } => body.clone(),
            _ => Vec::new(),
        };
        let ends_bare = |it: &NodeId| match layout.tree.kind(*it) {
            Kind::Import { .. } | Kind::Variables { .. } | Kind::ExpressionStatement { .. } => {
                !layout.text[layout.tree.span(*it).range()].ends_with(';')
            }
            _ => false,
        };
        let semicolon =
            if statements.iter().any(ends_bare) && !imports.iter().any(|it| !ends_bare(it)) {
                ""
            } else {
                ";"
            };
        let uses_var = imports.iter().any(|it| {
            matches!(
                layout.tree.kind(*it),
                Kind::Variables {
                    keyword: Keyword::Var,
                    ..
                }
            )
        });
        Self {
            quote,
            semicolon,
            keyword: if uses_var { "var" } else { "const" },
        }
    }

    fn line(&self, name: &str, specifier: &str, is_module: bool) -> String {
        let Self {
            quote,
            semicolon,
            keyword,
        } = self;
        match is_module {
            true => format!("import {name} from {quote}{specifier}{quote}{semicolon}"),
            false => format!("{keyword} {name} = require({quote}{specifier}{quote}){semicolon}"),
        }
    }
}

/// The statements at the top of a file that import: `import …`, `const x = require(…)`.
fn import_statements(layout: &Layout<'_>) -> Vec<NodeId> {
    let Kind::Program { body } = layout.tree.kind(layout.tree.root()) else {
        return Vec::new();
    };
    body.iter()
        .copied()
        .filter(|it| is_import(layout, *it))
        .collect()
}

fn is_import(layout: &Layout<'_>, statement: NodeId) -> bool {
    match layout.tree.kind(statement) {
        Kind::Import { .. } => true,
        Kind::Variables { declarators, .. } => {
            declarators.iter().all(|it| match layout.tree.kind(*it) {
                Kind::Declarator {
                    init: Some(init), ..
                } => is_require(layout, *init),
                _ => false,
            })
        }
        _ => false,
    }
}

/// `require('x')`, `require('x').y`, `require('x')(y)`.
fn is_require(layout: &Layout<'_>, node: NodeId) -> bool {
    match layout.tree.kind(node) {
        Kind::Call { callee, .. } => {
            layout.tree.name(*callee) == Some("require") || is_require(layout, *callee)
        }
        Kind::Member { object, .. } => is_require(layout, *object),
        _ => false,
    }
}

/// Where the line goes, and whether it stands alone there: at the end of the first run of imports that stays, else
/// before the first statement that is no directive.
fn place(layout: &Layout<'_>, is_module: bool, draft: &Draft<'_>, file: FileId) -> (usize, bool) {
    let Kind::Program { body } = layout.tree.kind(layout.tree.root()) else {
        return (0, true);
    };
    let stays = |it: &NodeId| !draft.is_gone(file, layout.tree.span(*it));
    let mut imports = body
        .iter()
        .filter(|it| is_import(layout, **it) && stays(it));
    let last = match is_module {
        true => imports.rfind(|it| matches!(layout.tree.kind(**it), Kind::Import { .. })),
        false => last_of_first_run(layout, before_use(draft, file, body), &stays),
    };
    if let Some(last) = last {
        let end = layout.tree.span(*last).end as usize;
        let line_end = layout.line_end(end);
        let line = layout.text[end..line_end]
            .trim_end_matches(['\n', '\r'])
            .len();
        return (end + line, false);
    }
    let is_directive = |it: &NodeId| match layout.tree.kind(*it) {
        Kind::ExpressionStatement { expression } => {
            matches!(layout.tree.kind(*expression), Kind::String { .. })
        }
        _ => false,
    };
    match body.iter().take_while(|it| is_directive(it)).last() {
        Some(last) => (layout.tree.span(*last).end as usize, false),
        None => (
            body.first().map_or(layout.text.len(), |it| {
                layout.with_comments(*it).start as usize
            }),
            true,
        ),
    }
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

/// The last import before the first statement that does something else than import or set the environment up.
fn last_of_first_run<'b>(
    layout: &Layout<'_>,
    body: &'b [NodeId],
    stays: &impl Fn(&NodeId) -> bool,
) -> Option<&'b NodeId> {
    let mut last = None;
    for statement in body {
        match layout.tree.kind(*statement) {
            _ if is_import(layout, *statement) => {
                last = if stays(statement) {
                    Some(statement)
                } else {
                    last
                }
            }
            Kind::ExpressionStatement { .. } if last.is_none() => {}
            _ if last.is_some() => break,
            _ => {}
        }
    }
    last
}

/// The specifier by which `from` imports `target`, both relative to the root.
fn specifier(from: &str, target: &str, is_module: bool) -> String {
    let from: Vec<&str> = from.split('/').collect();
    let to: Vec<&str> = target.split('/').collect();
    let shared = from[..from.len() - 1]
        .iter()
        .zip(&to[..to.len() - 1])
        .take_while(|it| it.0 == it.1)
        .count();
    let up = from.len() - 1 - shared;
    let start = if up == 0 {
        "./".to_owned()
    } else {
        "../".repeat(up)
    };
    let path = format!("{start}{}", to[shared..].join("/"));
    // ES modules name the whole file; `require` finds the extension (Node.js, "ECMAScript modules", mandatory extensions).
    match is_module {
        true => path,
        false => path.strip_suffix(".js").map_or(path.clone(), str::to_owned),
    }
}

/// The name by which a file calls the imported broadcaster: its usual one unless something else is called so there.
pub(in crate::plan) fn imported_name(input: &Input<'_>, file: FileId) -> String {
    let facts = input.project.facts(file);
    let is_taken = |name: &str| {
        let is_other = |declaration: Option<&NodeId>| !is_broadcaster(input, file, declaration);
        let is_declared = facts
            .bindings()
            .any(|(_, it)| it.name == name && is_other(it.declarations.first()));
        is_declared || facts.free_names().contains_key(name)
    };
    let names = [
        BROADCASTER,
        "ioBroadcaster",
        "socketIoBroadcaster",
        "dedicatedSocketBroadcaster",
    ];
    names
        .into_iter()
        .find(|it| !is_taken(it))
        .unwrap_or("iomigrateSocketBroadcaster")
        .to_owned()
}

/// Whether a declaration imports the generated broadcaster.
pub(in crate::plan) fn is_broadcaster(
    input: &Input<'_>,
    file: FileId,
    declaration: Option<&NodeId>,
) -> bool {
    let Some(declaration) = declaration else {
        return false;
    };
    let values = input.project.values(Place {
        file,
        node: *declaration,
    });
    let mut files = values.filter_map(|it| match it {
        Value::Exports(file) | Value::Module(file) => Some(*file),
        Value::Object(place) | Value::Instance(place) => Some(place.file),
        _ => None,
    });
    files.any(|it| input.project.role(it).is_broadcaster)
        || imports_broadcaster(input, file, *declaration)
}

fn imports_broadcaster(input: &Input<'_>, file: FileId, declaration: NodeId) -> bool {
    let tree = &input.project.facts(file).tree;
    let source = match tree.parent(declaration).map(|it| tree.kind(it)) {
        Some(Kind::Import { source, .. }) => Some(source.as_str()),
        Some(Kind::Declarator {
            init: Some(init), ..
        }) => match tree.kind(*init) {
            Kind::Call { arguments, .. } => arguments.first().and_then(|it| tree.string_value(*it)),
            _ => None,
        },
        _ => None,
    };
    let target = source.map(|it| input.project.resolve(file, it));
    matches!(target, Some(Target::File(it)) if input.project.role(it).is_broadcaster)
}

#[cfg(test)]
mod tests {
    use super::specifier;

    #[test]
    fn specifiers_are_relative_to_the_importing_file() {
        assert_eq!(
            specifier("src/routes/a.js", "src/utils/b.js", false),
            "../utils/b"
        );
        assert_eq!(
            specifier("src/utils/a.js", "src/utils/b.js", true),
            "./b.js"
        );
        assert_eq!(specifier("a.js", "utils/b.js", false), "./utils/b");
    }
}
