//! Comments that spoke of nothing but a statement that is gone: the one behind it on its line, and the one right above it
//! where what follows is another matter. What a program logs of Socket.IO is only pointed at.

use crate::plan::draft::Draft;
use crate::plan::layout::Layout;
use crate::plan::toplevel::purity;
use crate::source::{FileId, LineIndex};
use crate::syntax::{Kind, NodeId, Tree};

/// Removes the comments of the statements that were removed.
pub(in crate::plan) fn remove(draft: &mut Draft<'_>) {
    for (file, statement) in draft.removed() {
        let layout = draft.layout(file);
        let own = layout.tree.span(statement);
        let mut whole = layout.with_comments(statement);
        let above = layout.text[whole.start as usize..own.start as usize].trim();
        let behind = &layout.text[own.end as usize..whole.end as usize];
        let is_import = is_import(&layout, statement);
        let is_about_server = !above.contains('\n') && speaks_of_server(above);
        if is_import || !is_about_server && !ends_matter(draft, file, statement) {
            whole.start = own.start;
        }
        if is_import && !speaks_of_server(behind) {
            whole.end = own.end;
        }
        if whole != own && !draft.is_gone(file, whole) && layout.starts_line(own.start as usize) {
            draft.drop_comments(file, whole);
            draft.remove_range(file, whole);
        }
    }
}

/// Whether a comment names the server: `// Make io available to the routes`.
pub(in crate::plan) fn speaks_of_server(comment: &str) -> bool {
    let text = comment.to_lowercase();
    let mut words = text.split(|it: char| !it.is_alphanumeric());
    let phrases = [
        "socket.io",
        "socket io",
        "socket server",
        "socket instance",
        "websocket",
    ];
    words.any(|it| matches!(it, "io" | "socketio")) || phrases.iter().any(|it| text.contains(it))
}

/// What stands above an import may be about the file.
fn is_import(layout: &Layout<'_>, statement: NodeId) -> bool {
    let is_first = match layout.tree.kind(layout.tree.root()) {
        Kind::Program { body } => body.first() == Some(&statement),
        _ => false,
    };
    let requires = || {
        let text = &layout.text[layout.tree.span(statement).range()];
        text.contains("require(") || text.contains("import(")
    };
    is_first || matches!(layout.tree.kind(statement), Kind::Import { .. }) || requires()
}

/// Whether nothing that stays goes on with what a comment above a statement begins: another comment, another paragraph or
/// the end of the block comes next.
fn ends_matter(draft: &Draft<'_>, file: FileId, statement: NodeId) -> bool {
    let layout = draft.layout(file);
    let all = layout.tree.statement_list(statement).unwrap_or_default();
    let mut later = all.iter().skip_while(|it| **it != statement).skip(1);
    let Some(next) = later.find(|it| !draft.is_gone(file, layout.tree.span(**it))) else {
        return true;
    };
    let next_span = layout.tree.span(*next);
    let start = layout.tree.span(statement).end as usize;
    let between = &layout.text[start..next_span.start as usize];
    let lines: Vec<&str> = between.split('\n').collect();
    // Between the rest of the statement's line and the start of the next one.
    let has_blank_line = lines.len() > 2
        && lines[1..lines.len() - 1]
            .iter()
            .any(|it| it.trim().is_empty());
    let has_comment = layout.with_comments(*next).start < next_span.start;
    // Above a declaration, the comment may announce what is rewritten next.
    let declares = !matches!(
        layout.tree.kind(statement),
        Kind::ExpressionStatement { .. }
    );
    has_comment || has_blank_line && !(declares && draft.is_touched(file, next_span))
}

/// Notes what changed files go on saying of Socket.IO, now that it is not in their process any more.
pub(in crate::plan) fn note_logs(draft: &mut Draft<'_>) {
    let input = draft.input;
    for (file, facts) in input.project.files() {
        let tree = &facts.tree;
        if !draft.is_touched(file, tree.span(tree.root())) {
            continue;
        }
        let source = &input.sources[file.index()];
        let lines = LineIndex::new(&source.text);
        let logs = tree
            .ids()
            .filter(|it| is_log_of_server(tree, *it) && !draft.is_gone(file, tree.span(*it)));
        let notes: Vec<String> = logs
            .map(|it| {
                let position = lines.position(&source.text, tree.span(it).start);
                format!(
                    "{}:{position}: this logs something about Socket.IO; see whether the API should still say so",
                    source.path
                )
            })
            .collect();
        draft.notes.extend(notes);
    }
}

/// `console.log('Socket.io listening')`, `logger.info(…)`.
fn is_log_of_server(tree: &Tree, call: NodeId) -> bool {
    let Kind::Call { arguments, .. } = tree.kind(call) else {
        return false;
    };
    let speaks_of_server = |it: &NodeId| {
        let texts = match tree.kind(*it) {
            Kind::String { value } => value.clone(),
            Kind::Template { texts, .. } => texts.join(" "),
            _ => return false,
        };
        let text = texts.to_lowercase();
        ["socket.io", "socketio", "websocket"]
            .iter()
            .any(|it| text.contains(it))
    };
    purity::is_log(tree, call) && arguments.iter().any(speaks_of_server)
}
