//! Whether a file calls the broadcaster that it imports or the one that the entry file put on the global object, as
//! `access` of `[broadcaster]` says.

use super::BROADCASTER;
use crate::config::Access;
use crate::plan::{Input, project_files};
use crate::source::FileId;
use crate::syntax::{Kind, NodeId};

/// The global broadcaster, as files call it.
pub(super) const GLOBAL: &str = "global.socketBroadcaster";

/// Whether the project has its broadcaster on the global object; its entry file then puts it there.
pub(super) fn entry_of_global(input: &Input<'_>) -> Option<FileId> {
    match input.settings.access {
        Access::Import => None,
        Access::Global => project_files::entry(input),
    }
}

/// Whether a file calls the global broadcaster: whoever loads it has loaded the entry before, and nothing in it asks
/// before that ran.
pub(super) fn is_global(input: &Input<'_>, file: FileId) -> bool {
    let Some(entry) = entry_of_global(input) else {
        return false;
    };
    let project = input.project;
    let is_loaded = |from: FileId| project.loads(from, file);
    // A worker, a script: the global is not there.
    let mut others = project.files().map(|it| it.0).filter(|it| {
        let role = project.role(*it);
        role.is_of_api() && !project.loads(entry, *it) && !project.loads(*it, entry)
    });
    file != entry && is_loaded(entry) && !others.any(is_loaded) && !runs_early(input, file)
}

/// Whether a file does something with the server while it is loaded: ES modules are before the entry's first line, and
/// the broadcaster is attached where the server is made.
fn runs_early(input: &Input<'_>, file: FileId) -> bool {
    let project = input.project;
    let tree = &project.facts(file).tree;
    let makes_server = project.sites().iter().any(|it| it.place.file == file);
    let is_outside = |it: NodeId| tree.enclosing_function(it).is_none();
    let mut uses = input.uses.iter().map(|it| it.chain.root);
    makes_server
        || project.role(file).is_module && uses.any(|it| it.file == file && is_outside(it.node))
}

/// Whether the file puts the broadcaster on the global object already.
pub(super) fn sets_global(input: &Input<'_>, file: FileId) -> bool {
    let tree = &input.project.facts(file).tree;
    tree.ids().any(|node| match tree.kind(node) {
        Kind::Assign { target, .. } => match tree.kind(*target) {
            Kind::Member {
                object, property, ..
            } => {
                let is_global = matches!(tree.name(*object), Some("global" | "globalThis"));
                is_global && property.name() == Some(BROADCASTER)
            }
            _ => false,
        },
        _ => false,
    })
}
