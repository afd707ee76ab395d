//! Brings the broadcaster into the files that call it: one `require` or `import` each, under a name that is free there.
//! How the line is written is decided in `style`, and where it goes in `place`.

mod access;
mod place;
pub(in crate::plan) mod prologue;
mod style;

use super::Input;
use super::draft::Draft;
use super::layout::Layout;
use super::project_files::{self, relative};
use super::retyping::BROADCASTER_TYPE;
use crate::project::resolve::Target;
use crate::project::value::{Place, Value};
use crate::scope::{FileFacts, ScopeId};
use crate::source::FileId;
use crate::syntax::{Kind, NodeId};
use access::GLOBAL;
use place::Spot;
pub(in crate::plan) use style::{Style, names_extensions};

/// The broadcaster's usual name.
pub(in crate::plan) const BROADCASTER: &str = "socketBroadcaster";

/// Makes the module at `target` (relative to the root) known wherever it is called.
pub(in crate::plan) fn add(draft: &mut Draft<'_>, target: &str) {
    let input = draft.input;
    let mut wanted = draft.wants_broadcaster.clone();
    wanted.retain(|file, name| draft.writes(*file, name));
    let is_called = wanted.values().any(|it| it == GLOBAL);
    let entry =
        access::entry_of_global(input).filter(|it| is_called && !access::sets_global(input, *it));
    if let Some(entry) = entry {
        wanted
            .entry(entry)
            .or_insert_with(|| imported_name(input, entry));
    }
    for file in draft.wants_type.clone() {
        let names = wanted.get(&file).filter(|it| *it != GLOBAL);
        let names = match names {
            Some(name) => format!("{name}, {{ type {BROADCASTER_TYPE} }}"),
            None => format!("type {{ {BROADCASTER_TYPE} }}"),
        };
        wanted.insert(file, names);
    }
    for (file, name) in wanted.into_iter().filter(|it| it.1 != GLOBAL) {
        let existing = existing_import(draft, file);
        let assignment = Some(format!("{GLOBAL} = {name}")).filter(|_| entry == Some(file));
        match (existing, assignment) {
            (None, assignment) => import(draft, file, target, (&name, assignment.as_deref())),
            (Some(import), Some(assignment)) => {
                place::put(draft, file, Spot::Behind(import), &assignment);
            }
            (Some(_), None) => {}
        }
    }
}

/// Adds the import of the broadcaster under `name`, and the `assignment` to the global object: in front of everything
/// that may call it.
fn import(
    draft: &mut Draft<'_>,
    file: FileId,
    target: &str,
    (name, assignment): (&str, Option<&str>),
) {
    let layout = draft.layout(file);
    let is_module = draft.input.project.role(file).is_module;
    let specifier = specifier_in(draft.input, file, target);
    let early = place::early(draft, file, is_module, assignment.is_some());
    let spot = place::spot(draft, file, is_module, early);
    let style = Style::of(&layout, &place::import_statements(&layout), spot.beside());
    let mut line = style.line(name, &specifier, is_module);
    if !is_module && is_typescript(target) {
        // What `export default` of TypeScript becomes in CommonJS.
        line.insert_str(line.len() - style.semicolon.len(), ".default");
    }
    let assignment = assignment.map(|it| format!("{it}{}", style.semicolon));
    match assignment {
        None => place::put(draft, file, spot, &line),
        Some(assignment) if is_module => {
            place::put(draft, file, spot, &line);
            place::put_behind_imports(draft, file, spot, &assignment);
        }
        Some(assignment) => {
            let next = layout.line_break();
            place::put(draft, file, spot, &format!("{line}{next}{assignment}"));
        }
    }
}

/// The line by which a file would import `names` of the module at `target`.
pub(in crate::plan) fn line(input: &Input<'_>, file: FileId, target: &str, names: &str) -> String {
    let layout = Layout {
        text: &input.sources[file.index()].text,
        tree: &input.project.facts(file).tree,
    };
    let is_module = input.project.role(file).is_module;
    let style = Style::of(&layout, &place::import_statements(&layout), None);
    style.line(names, &specifier_in(input, file, target), is_module)
}

/// The specifier by which a file imports the module at `target`.
fn specifier_in(input: &Input<'_>, file: FileId, target: &str) -> String {
    let is_module = input.project.role(file).is_module;
    // Node.js wants them of ES modules; TypeScript may be compiled into anything.
    // https://nodejs.org/api/esm.html#mandatory-file-extensions
    let names_extensions =
        names_extensions(input, file).unwrap_or_else(|| is_module && !is_typescript(target));
    let from = input.project.path(file);
    specifier(from, &imported_as(target, names_extensions))
}

/// The specifier by which a file, and a generated one beside it, load a generated module.
pub(in crate::plan) fn specifier_beside(input: &Input<'_>, file: FileId, target: &str) -> String {
    let style = project_files::Style::beside(input, file);
    let relative = specifier(input.project.path(file), target);
    match relative.rsplit_once('.') {
        Some((stem, _)) if style.ts => format!("{stem}{}", style.suffix),
        // Node.js adds no other extension than this.
        Some((stem, "js")) if !style.esm && names_extensions(input, file) != Some(true) => {
            stem.to_owned()
        }
        _ => relative,
    }
}

/// The statement by which a file imports the broadcaster since an earlier apply.
fn existing_import(draft: &Draft<'_>, file: FileId) -> Option<NodeId> {
    let facts = draft.input.project.facts(file);
    let imports = facts.bindings().filter(|(_, it)| {
        it.scope == ScopeId::MODULE
            && is_broadcaster(draft.input, file, it.declarations.first())
            // The sweep takes an import that nothing read before; what is written now may read it.
            && !it.declarations.iter().any(|node| draft.is_gone(file, facts.tree.span(*node)))
    });
    let mut declarations = imports.filter_map(|it| it.1.declarations.first());
    declarations
        .next()
        .map(|it| facts.tree.enclosing_statement(*it))
}

fn is_typescript(path: &str) -> bool {
    [".ts", ".mts", ".cts"].iter().any(|it| path.ends_with(it))
}

/// The path by which a module is imported: that of its output, where TypeScript is compiled. `require` finds `.js`.
fn imported_as(path: &str, names_extensions: bool) -> String {
    let (stem, extension) = path.rsplit_once('.').unwrap_or((path, ""));
    match extension {
        "mts" | "mjs" => format!("{stem}.mjs"),
        "cts" | "cjs" => format!("{stem}.cjs"),
        _ if names_extensions => format!("{stem}.js"),
        _ => stem.to_owned(),
    }
}

/// The specifiers by which a file loads others.
fn specifiers(facts: &FileFacts) -> impl Iterator<Item = &str> {
    facts.tree.ids().filter_map(|it| match facts.tree.kind(it) {
        Kind::Import { source, .. } => Some(source.as_str()),
        Kind::Call { .. } => place::required(&facts.tree, it),
        _ => None,
    })
}

/// The specifier by which `from` imports `target`, both relative to the root.
fn specifier(from: &str, target: &str) -> String {
    let folder = &from[..from.rfind('/').map_or(0, |it| it + 1)];
    relative(folder, target)
}

/// What a file calls the broadcaster: the global one, or the name that it imports.
pub(in crate::plan) fn name(input: &Input<'_>, file: FileId) -> String {
    match access::is_global(input, file) {
        true => GLOBAL.to_owned(),
        false => imported_name(input, file),
    }
}

/// The name by which a file calls the imported broadcaster: its usual one unless something else is called so there.
fn imported_name(input: &Input<'_>, file: FileId) -> String {
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
        assert_eq!(specifier("src/routes/a.js", "src/utils/b"), "../utils/b");
        assert_eq!(specifier("src/utils/a.js", "src/utils/b.js"), "./b.js");
        assert_eq!(specifier("a.js", "utils/b"), "./utils/b");
    }
}
