//! In TypeScript, what was declared as the server is declared as the broadcaster once the server has left. Types are no
//! part of the tree, so their names are looked for in the text.

use super::draft::Draft;
use super::layout::lists;
use crate::project::value::{Place, SiteKind, Value};
use crate::source::{FileId, Language, Span};
use crate::syntax::{Kind, NodeId, Tree};

/// The type that the broadcaster's file exports.
pub(in crate::plan) const BROADCASTER_TYPE: &str = "SocketBroadcaster";

/// Declares as the broadcaster what is declared as `Server` of `socket.io`, in the files that the API goes on loading, and
/// takes the import that nothing names any more. `moves`: whether a place goes to the dedicated server as it is.
pub(in crate::plan) fn retype(draft: &mut Draft<'_>, moves: &dyn Fn(Place, Span) -> bool) {
    let input = draft.input;
    for (file, facts) in input.project.files() {
        let source = &input.sources[file.index()];
        let root = facts.tree.root();
        let role = input.project.role(file);
        let stays = role.is_of_api()
            && !role.is_dead
            && !moves(Place { file, node: root }, facts.tree.span(root));
        if source.language == Language::JavaScript || !stays {
            continue;
        }
        // Where nothing but the type says that it is the server, it may be another one.
        let is_guessed = input.uses.iter().any(|it| {
            let part = input.project.part(it.chain.root).and_then(Value::site);
            it.chain.root.file == file
                && part.is_some_and(|it| input.project.site(it).kind == SiteKind::Guessed)
        });
        if is_guessed {
            continue;
        }
        for node in facts.tree.ids() {
            let Kind::Import { source, names, .. } = facts.tree.kind(node) else {
                continue;
            };
            let is_server = |it: &Option<String>| it.as_deref() == Some("Server");
            let server = names.iter().position(|it| is_server(&it.imported));
            if let Some(server) = server.filter(|_| source == "socket.io") {
                retype_import(draft, Place { file, node }, server, moves);
            }
        }
    }
}

fn retype_import(
    draft: &mut Draft<'_>,
    import: Place,
    at: usize,
    moves: &dyn Fn(Place, Span) -> bool,
) {
    let Place { file, node } = import;
    let facts = draft.input.project.facts(file);
    let Kind::Import { names, .. } = facts.tree.kind(node) else {
        return;
    };
    let local = names[at].local;
    let references = facts
        .binding_of(local)
        .map(|it| &facts.binding(it).references);
    let found = mentions(draft, file, facts.tree.name(local).unwrap_or_default());
    // Where one is still made, or asked for, it is the server that is declared.
    let is_made = references.into_iter().flatten().any(|it| {
        let span = facts.tree.span(*it);
        !draft.is_replaced(file, span) && !moves(import, span)
    });
    if is_made {
        return;
    }
    let mut is_needed = false;
    for span in found
        .into_iter()
        .filter(|it| !facts.tree.span(node).contains(*it))
    {
        if draft.is_replaced(file, span) {
            continue;
        }
        if moves(import, span) {
            is_needed = true;
            continue;
        }
        let whole = with_arguments(draft.layout(file).text, span);
        draft.replace(file, whole, BROADCASTER_TYPE);
        draft.wants_type.insert(file);
    }
    if !is_needed && draft.wants_type.contains(&file) && !draft.is_gone(file, facts.tree.span(node))
    {
        remove_name(draft, import, at);
    }
}

fn remove_name(draft: &mut Draft<'_>, import: Place, at: usize) {
    let Place { file, node } = import;
    let layout = draft.layout(file);
    let Kind::Import { names, .. } = layout.tree.kind(node) else {
        return;
    };
    if names.len() == 1 {
        draft.remove_statement(file, node);
        return;
    }
    let gone: Vec<bool> = (0..names.len()).map(|it| it == at).collect();
    for span in lists::import_names(layout, node, &gone) {
        draft.delete(file, span);
    }
}

/// Where a word stands in the code of a file, but for strings, comments, imports and names of properties.
fn mentions(draft: &Draft<'_>, file: FileId, word: &str) -> Vec<Span> {
    let layout = draft.layout(file);
    let is_no_code = |it: &NodeId| {
        matches!(
            layout.tree.kind(*it),
            Kind::String { .. } | Kind::Import { .. } | Kind::ExportNames { .. }
        )
    };
    let others = layout
        .tree
        .ids()
        .filter(is_no_code)
        .map(|it| layout.tree.span(it));
    let comments = layout.tree.comments.iter().map(|it| it.span);
    let skipped: Vec<Span> = others
        .chain(comments)
        .chain(template_texts(layout.tree))
        .collect();
    let is_property = |it: Span| {
        let (before, after) = (
            &layout.text[..it.start as usize],
            &layout.text[it.end as usize..],
        );
        before.ends_with('.') || after.trim_start().starts_with(':')
    };
    let mut found = layout.words(word);
    found.retain(|it| !is_property(*it) && !skipped.iter().any(|skipped| skipped.contains(*it)));
    found
}

/// What stands between the expressions of templates.
fn template_texts(tree: &Tree) -> Vec<Span> {
    let mut texts = Vec::new();
    for node in tree.ids() {
        if let Kind::Template { expressions, .. } = tree.kind(node) {
            let whole = tree.span(node);
            let mut from = whole.start;
            for expression in expressions.iter().map(|it| tree.span(*it)) {
                texts.push(Span {
                    start: from,
                    end: expression.start,
                });
                from = expression.end;
            }
            texts.push(Span {
                start: from,
                end: whole.end,
            });
        }
    }
    texts
}

/// A type with its arguments: `Server<A, B>`.
pub(in crate::plan) fn with_arguments(text: &str, name: Span) -> Span {
    let rest = &text[name.end as usize..];
    if !rest.starts_with('<') {
        return name;
    }
    let mut depth = 0;
    for (at, it) in rest.char_indices() {
        match it {
            '<' => depth += 1,
            '>' if !rest[..at].ends_with('=') => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Span::new(name.start as usize, name.end as usize + at + 1);
        }
    }
    name
}

#[cfg(test)]
mod tests {
    use super::with_arguments;
    use crate::source::Span;

    #[test]
    fn the_arguments_of_a_type_go_with_it() {
        for (text, whole) in [
            ("Server | null", "Server"),
            (
                "Server<A, Map<B, () => C>> | null",
                "Server<A, Map<B, () => C>>",
            ),
            ("Server<A", "Server"),
        ] {
            assert_eq!(&text[with_arguments(text, Span::new(0, 6)).range()], whole);
        }
    }
}
