//! What stands around the two processes: the proxy in front, the containers they run in, the environment that they read.
//! How they are started is `project_files`' matter.

mod compose;
mod container;
mod environment;
mod nginx;
mod port;
mod proxies;
mod service;
mod yaml;

use super::front_end;
use super::project_files::commands::Command;
use super::project_files::{Written, entry, manifest};
use crate::load::TextFile;
use crate::plan::Input;
use crate::plan::setup::Slice;
pub(in crate::plan) use port::{port, taken};

/// Edits what is there, writes a site file for nginx if there is no proxy, and says what a person has to do.
pub(in crate::plan) fn write(
    input: &Input<'_>,
    slice: &Slice,
    redis_key: &str,
    written: &mut Written,
) {
    let root = manifest::root_for(input, input.project.path(slice.file));
    let mut files = [slice.file].into_iter().chain(entry(input));
    let around = Around {
        input,
        slice,
        root,
        api_port: files.find_map(|it| port(input, it)),
        socket_port: input.settings.socket_port(),
    };
    let composed = compose::write(&around, written);
    container::advise(&around, !composed.is_empty(), written);
    container::add_to_procfile(&around, written);
    proxies::write(&around, &composed, written);
    environment::write(&around, redis_key, written);
    written.notes.extend(bundle_note(&around));
    let front_end = front_end::note(input, around.api_port, around.socket_port);
    written.notes.extend(front_end);
}

/// The two processes, as what stands around them sees them.
struct Around<'a> {
    input: &'a Input<'a>,
    slice: &'a Slice,
    /// The folder of the API's package, with its slash.
    root: &'a str,
    api_port: Option<u32>,
    socket_port: u32,
}

impl<'a> Around<'a> {
    /// The files that are no programs, by the names that they go by.
    fn files(&self, is_one: fn(&str) -> bool) -> impl Iterator<Item = &'a TextFile> {
        let files = self.input.manifests.iter();
        files.filter(move |it| is_one(it.path.rsplit('/').next().unwrap_or(&it.path)))
    }
}

/// What to say if a script makes one file of the entry: of the dedicated server, it has to make another.
fn bundle_note(around: &Around<'_>) -> Option<String> {
    let build = Command::of_script(around.input, "build")?;
    let in_package = |path: &str| path.strip_prefix(around.root).unwrap_or(path).to_owned();
    let entry = in_package(around.input.project.path(entry(around.input)?));
    (build.program() == entry).then(|| {
        format!(
            "the script `build` names `{entry}`: it has to build `{}`, too",
            in_package(&around.slice.server_path)
        )
    })
}

/// The folder of a path, with its slash.
fn folder(path: &str) -> &str {
    &path[..path.rfind('/').map_or(0, |it| it + 1)]
}
