//! Keeps a partially migrated application whole: one line attaches the broadcaster to the server that stays in the
//! process, so that everything rewritten reaches the same clients as before.

use super::draft::Draft;
use super::edits::Edit;
use crate::project::Project;
use crate::project::value::{Place, SiteKind};
use crate::rules::Meaning;
use crate::source::Span;
use crate::syntax::{Kind, NodeId};

/// Why the broadcaster can't be attached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Obstacle {
    /// No server is created in sight.
    NoServer,
    /// Several are created.
    SeveralServers,
    /// It is created in the middle of an expression, without a name.
    NoName,
}

impl Obstacle {
    pub(super) fn reason(self) -> &'static str {
        match self {
            Self::NoServer => {
                "no server is created in sight, so nothing says where the broadcaster leads"
            }
            Self::SeveralServers => {
                "several servers are created, and it is not known which of them the clients use"
            }
            Self::NoName => {
                "the server is created without a name, so the broadcaster can't be attached to it"
            }
        }
    }
}

/// Attaches the broadcaster right after the server is created, unless an earlier apply did. `name` is the
/// broadcaster's name in that file.
pub(super) fn attach(
    draft: &mut Draft<'_>,
    name: impl Fn(&mut Draft<'_>, Place) -> String,
) -> Result<(), Obstacle> {
    if draft
        .input
        .uses
        .iter()
        .any(|it| it.meaning == Meaning::Attach)
    {
        return Ok(());
    }
    let site = the_site(draft.input.project)?;
    let (statement, target) = named_statement(draft.input.project, site).ok_or(Obstacle::NoName)?;
    let layout = draft.layout(site.file);
    let span = layout.tree.span(statement);
    let target = layout.text[layout.tree.span(target).range()].to_owned();
    let end = if layout.text[span.range()].ends_with(';') {
        ";"
    } else {
        ""
    };
    let line = format!(
        "{}{}",
        layout.line_break(),
        layout.indentation(span.start as usize)
    );
    let broadcaster = name(draft, site);
    let at = Span {
        start: span.end,
        end: span.end,
    };
    draft.add(
        site.file,
        Edit {
            span: at,
            text: format!("{line}{broadcaster}.attach({target}){end}"),
        },
    );
    Ok(())
}

fn the_site(project: &Project) -> Result<Place, Obstacle> {
    let mut sites = project
        .sites()
        .iter()
        .filter(|it| it.kind == SiteKind::Constructed);
    match (sites.next(), sites.next()) {
        (Some(site), None) => Ok(site.place),
        (None, _) => Err(Obstacle::NoServer),
        (Some(_), Some(_)) => Err(Obstacle::SeveralServers),
    }
}

/// The statement that gives the new server a name, and the name: `const io = new Server()`, `this.io = new Server()`.
fn named_statement(project: &Project, site: Place) -> Option<(NodeId, NodeId)> {
    let tree = &project.facts(site.file).tree;
    let outer = tree.wrapped(site.node);
    let parent = tree.parent(outer)?;
    let target = match tree.kind(parent) {
        Kind::Declarator { target, .. } => *target,
        Kind::Assign { target, value, .. } if *value == outer => *target,
        _ => return None,
    };
    let is_plain = matches!(
        tree.kind(target),
        Kind::BindingName {
            annotation: None,
            ..
        } | Kind::Name { .. }
            | Kind::Member { .. }
    );
    let declaration = tree.enclosing_statement(parent);
    // `export const io = new Server()`: the line goes after the whole statement.
    let exported = tree
        .parent(declaration)
        .filter(|it| matches!(tree.kind(*it), Kind::ExportDeclaration { .. }));
    let statement = exported.unwrap_or(declaration);
    (is_plain && tree.statement_list(statement).is_some()).then_some((statement, target))
}
