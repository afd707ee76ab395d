//! The files around a migration: the runtime that it brings, and what says how the processes are run. What moves out of
//! the entry file is `setup`'s matter.

use minijinja::Environment;
use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use serde::Serialize;

use super::Input;
use super::setup::Blocker;
use crate::source::FileId;

/// Fills a template of `runtime/`.
pub(in crate::plan) fn render<T: Serialize>(template: &str, values: &T) -> String {
    let mut syntax = SyntaxConfig::builder();
    syntax.keep_trailing_newline(true);
    let mut environment = Environment::new();
    environment.set_syntax(syntax.build().expect("the delimiters are the usual ones"));
    environment.render_str(template, Serde(values)).expect("the templates are tested")
}

/// Whether the project has a file at `path`.
pub(in crate::plan) fn exists(input: &Input<'_>, path: &str) -> bool {
    text_at(input, path).is_some()
}

fn text_at<'a>(input: &Input<'a>, path: &str) -> Option<&'a str> {
    let source = input.sources.iter().find(|it| it.path == path).map(|it| it.text.as_str());
    source.or_else(|| input.manifests.iter().find(|it| it.path == path).map(|it| it.text.as_str()))
}

/// A file of another origin where one of ours has to be.
pub(in crate::plan) fn obstacle(_input: &Input<'_>, _entry: FileId) -> Option<Blocker> {
    None
}

/// Whether the files beside `file` are ES modules, and what their specifiers end with.
pub(in crate::plan) fn module_style(input: &Input<'_>, file: FileId) -> (bool, &'static str) {
    let path = &input.sources[file.index()].path;
    match path.rsplit('.').next() {
        Some("mjs") => (true, ".mjs"),
        Some("cjs") => (false, ".cjs"),
        _ if input.project.role(file).is_module => (true, ".js"),
        _ => (false, ""),
    }
}
