//! Members of TypeScript's types that were declared for the server: `interface Request { io?: Server }`. Where nothing of
//! that name is left in any program, they go, and an augmentation (`declare global`) of which nothing else is left. Types
//! are no part of the tree, so their members are looked for in the text.

use std::collections::BTreeMap;

use crate::plan::draft::Draft;
use crate::plan::retyping::with_arguments;
use crate::project::value::Place;
use crate::scope::FileFacts;
use crate::source::{FileId, Language, Span};
use crate::syntax::{Key, Kind, NodeId};

/// `io?: Server;` in a type.
struct Member {
    file: FileId,
    /// The outermost type or declaration that it is in.
    holder: NodeId,
    span: Span,
}

/// Removes the members that served nothing but the server. `moves`: whether a place goes to the dedicated server as it is.
pub(in crate::plan) fn remove(draft: &mut Draft<'_>, moves: &dyn Fn(Place, Span) -> bool) {
    for (name, members) in members(draft, moves) {
        let is_used = is_mentioned(draft, &name, moves) || is_typed(draft, &name, &members);
        for member in members.iter().filter(|_| !is_used) {
            remove_member(draft, member);
        }
    }
}

/// The members of types that are declared as the server, by their names.
fn members(
    draft: &Draft<'_>,
    moves: &dyn Fn(Place, Span) -> bool,
) -> BTreeMap<String, Vec<Member>> {
    let input = draft.input;
    let mut found: BTreeMap<String, Vec<Member>> = BTreeMap::new();
    for (file, facts) in input.project.files() {
        let is_typescript = input.sources[file.index()].language != Language::JavaScript;
        if !is_typescript || !input.project.role(file).is_of_api() {
            continue;
        }
        for (holder, span) in types(draft, file) {
            let place = Place { file, node: holder };
            if draft.is_gone(file, span) || moves(place, span) {
                continue;
            }
            for word in imported(facts) {
                let layout = draft.layout(file);
                let words = layout.words(word).into_iter();
                for named in words.filter(|it| span.contains(*it)) {
                    let Some((name, span)) = member(layout.text, span, named) else {
                        continue;
                    };
                    let member = Member { file, holder, span };
                    found.entry(name).or_default().push(member);
                }
            }
        }
    }
    found
}

/// What a file calls the type of the server.
fn imported(facts: &FileFacts) -> Vec<&str> {
    let imports = facts.tree.ids().filter_map(|it| match facts.tree.kind(it) {
        Kind::Import { source, names, .. } if source == "socket.io" => Some(names),
        _ => None,
    });
    imports
        .flatten()
        .filter(|it| it.imported.as_deref() == Some("Server"))
        .filter_map(|it| facts.tree.name(it.local))
        .collect()
}

fn types(draft: &Draft<'_>, file: FileId) -> Vec<(NodeId, Span)> {
    let tree = draft.layout(file).tree;
    let is_type = |it: &NodeId| matches!(tree.kind(*it), Kind::Type);
    tree.ids()
        .filter(is_type)
        .map(|it| (it, tree.span(it)))
        .collect()
}

/// The member of `holder` that is declared as what is `named` there, and its range with the semicolon.
fn member(text: &str, holder: Span, named: Span) -> Option<(String, Span)> {
    let start = holder.start as usize;
    let before = text[start..named.start as usize]
        .trim_end()
        .strip_suffix(':')?;
    let before = before.strip_suffix('?').unwrap_or(before);
    let is_of_name = |it: char| it.is_alphanumeric() || it == '_' || it == '$';
    let head = before.trim_end_matches(is_of_name);
    let name = &before[head.len()..];
    let head = head.strip_suffix("readonly ").unwrap_or(head);
    let mut rest = &text[with_arguments(text, named).end as usize..holder.end as usize];
    while let Some(more) = rest.trim_start().strip_prefix('|') {
        let more = more.trim_start();
        rest = more
            .strip_prefix("null")
            .or_else(|| more.strip_prefix("undefined"))?;
    }
    let end = match rest.strip_prefix([';', ',']) {
        Some(rest) => holder.end as usize - rest.len(),
        None if rest.starts_with(['\n', '\r', ' ', '}']) => holder.end as usize - rest.len(),
        None => return None,
    };
    let is_member = !name.is_empty() && innermost_bracket(head) == Some('{');
    is_member.then(|| (name.to_owned(), Span::new(start + head.len(), end)))
}

/// The last bracket that is open at the end of a text.
fn innermost_bracket(text: &str) -> Option<char> {
    let mut closed = 0;
    for it in text.chars().rev() {
        match it {
            ')' | '}' | ']' => closed += 1,
            '(' | '{' | '[' if closed == 0 => return Some(it),
            '(' | '{' | '[' => closed -= 1,
            _ => {}
        }
    }
    None
}

/// Whether a program still names something so: a property, a key, a string.
fn is_mentioned(draft: &Draft<'_>, name: &str, moves: &dyn Fn(Place, Span) -> bool) -> bool {
    let is_named = |key: &Key| key.name() == Some(name);
    draft.input.project.files().any(|(file, facts)| {
        facts.tree.ids().any(|node| {
            let is_mention = match facts.tree.kind(node) {
                Kind::Member { property, .. } => is_named(property),
                Kind::PatternProperty { key, .. } | Kind::Property { key, .. } => is_named(key),
                Kind::String { value } => value == name,
                _ => false,
            };
            let span = facts.tree.span(node);
            is_mention && !draft.is_replaced(file, span) && !moves(Place { file, node }, span)
        })
    })
}

/// Whether another type names something so: `Pick<Request, 'io'>`. The names of parameters mean nothing.
fn is_typed(draft: &Draft<'_>, name: &str, members: &[Member]) -> bool {
    draft.input.project.files().any(|(file, _)| {
        let layout = draft.layout(file);
        let types = types(draft, file);
        let comments = &layout.tree.comments;
        layout.words(name).into_iter().any(|word| {
            let Some((_, holder)) = types.iter().find(|it| it.1.contains(word)) else {
                return false;
            };
            let before = &layout.text[holder.start as usize..word.start as usize];
            let after = layout.text[word.end as usize..].trim_start_matches('?');
            let is_parameter = after.starts_with(':') && innermost_bracket(before) == Some('(');
            let is_member = |it: &Member| it.file == file && it.span.contains(word);
            let is_silent = is_parameter
                || before.ends_with("socket.")
                || members.iter().any(is_member)
                || comments.iter().any(|it| it.span.contains(word));
            !is_silent
        })
    })
}

fn remove_member(draft: &mut Draft<'_>, member: &Member) {
    let Member { file, holder, span } = *member;
    let layout = draft.layout(file);
    let whole = layout.tree.span(holder);
    let own = with_comment_above(draft, file, span);
    draft.drop_comments(file, own);
    let is_augmentation = layout.text[whole.range()].starts_with("declare ");
    let around = match is_augmentation {
        true => emptied(layout.text, whole, own),
        false => own,
    };
    let between = inside_braces(layout.text, own).filter(|_| !is_augmentation);
    match between {
        Some(between) => draft.delete(file, between),
        None if around == whole => draft.remove_statement(file, holder),
        None => draft.remove_range(file, around),
    }
}

/// What stands between two braces, if that is `gone` alone.
fn inside_braces(text: &str, gone: Span) -> Option<Span> {
    let before = text[..gone.start as usize].trim_end();
    let after = &text[gone.end as usize..];
    let end = text.len() - after.trim_start().len();
    let is_alone = before.ends_with('{') && text[end..].starts_with('}');
    is_alone.then(|| Span::new(before.len(), end))
}

/// A comment on lines of its own right above a member speaks of that alone.
fn with_comment_above(draft: &Draft<'_>, file: FileId, span: Span) -> Span {
    let layout = draft.layout(file);
    let is_above = |it: &Span| {
        let between = layout.text.get(it.end as usize..span.start as usize);
        let between = between.unwrap_or("no comment above");
        between.trim().is_empty() && between.matches('\n').count() == 1
    };
    let comments = layout.tree.comments.iter().map(|it| it.span);
    let above = comments
        .filter(is_above)
        .find(|it| layout.starts_line(it.start as usize));
    Span {
        start: above.map_or(span.start, |it| it.start),
        end: span.end,
    }
}

/// `gone` with the declarations around it in which nothing else stands.
fn emptied(text: &str, whole: Span, gone: Span) -> Span {
    let mut gone = gone;
    loop {
        let Some(between) = inside_braces(text, gone).filter(|it| whole.contains(*it)) else {
            return gone;
        };
        let head = &text[whole.start as usize..between.start as usize - 1];
        let outer = head.rfind(['{', '}', ';']).map_or(0, |it| it + 1);
        let outer = outer + (head[outer..].len() - head[outer..].trim_start().len());
        gone = Span::new(whole.start as usize + outer, between.end as usize + 1);
    }
}
