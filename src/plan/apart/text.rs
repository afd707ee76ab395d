//! The new module: where it is, and what it says.

use super::dividing::Dividing;
use super::exports::{Export, Item};
use crate::plan::imports;
use crate::plan::setup::{Changes, NewText, Paragraphs, Parts, returning};
use crate::plan::toplevel::Form;

/// The path of the new module: beside the old one, with a name of the same make.
pub(super) fn path(old: &str) -> String {
    let (folder, name) = old.split_at(old.rfind('/').map_or(0, |it| it + 1));
    let (stem, extension) = name.rsplit_once('.').unwrap_or((name, "js"));
    format!("{folder}{}.{extension}", new_stem(stem))
}

fn new_stem(stem: &str) -> String {
    match stem {
        "index" => "setup".to_owned(),
        _ if stem.contains('.') => format!("{}.setup", stem.split('.').next().unwrap_or(stem)),
        _ if stem.contains('-') => format!("{stem}-setup"),
        _ if stem.contains('_') => format!("{stem}_setup"),
        _ => format!("{stem}Setup"),
    }
}

/// The specifier of the new module at `path`, made from one of the old: `../socket.js` becomes `../socketSetup.js`.
pub(super) fn specifier(old: &str, path: &str) -> String {
    let (folder, name) = old.split_at(old.rfind('/').map_or(0, |it| it + 1));
    let new = path.rsplit('/').next().unwrap_or(path);
    let new = new.rsplit_once('.').map_or(new, |it| it.0);
    let (stem, extension) = match name.rsplit_once('.') {
        Some((stem, extension @ ("js" | "mjs" | "cjs" | "ts" | "mts" | "cts"))) => {
            (stem, format!(".{extension}"))
        }
        _ => (name, String::new()),
    };
    match new_stem(stem) == new {
        true => format!("{folder}{new}{extension}"),
        // `./sockets` stands for its index file.
        false => format!("{}/{new}", old.trim_end_matches('/')),
    }
}

/// What the new module says.
pub(super) fn text(dividing: &Dividing<'_>, parts: &Parts, paragraphs: &Paragraphs<'_>) -> String {
    let module = dividing.module;
    let mut changes = Changes::default();
    if let Some((function, name)) = dividing.of.returned.filter(|it| it.0.file == module.file) {
        changes
            .inserted
            .extend(returning(&module.layout(), function.node, name));
    }
    let texts = NewText {
        statements: module,
        paragraphs,
        parts,
        drops: dividing.drops,
        changes,
        is_module: true,
    };
    let directive = module.all.iter().find(|it| it.form == Form::Directive);
    let directive =
        directive.map(|it| module.text()[module.tree().span(it.node).range()].to_owned());
    let mut head: Vec<String> = vec![texts.prologue(&[], None)];
    head.extend(borrowed(dividing, parts));
    head.retain(|it| !it.is_empty());
    let sections = [
        directive,
        Some(head.join("\n")),
        Some(texts.setup(&[])),
        Some(exports(dividing, parts)),
    ];
    let sections: Vec<String> = sections
        .into_iter()
        .flatten()
        .filter(|it| !it.is_empty())
        .collect();
    format!("{}\n", sections.join("\n\n"))
}

/// The import of what stays in the old module.
fn borrowed(dividing: &Dividing<'_>, parts: &Parts) -> Option<String> {
    let module = dividing.module;
    let is_module = module.input.project.role(module.file).is_module;
    let names = parts.lent.iter().filter_map(|binding| {
        let mut all = dividing.exports.all.iter();
        let export = all.find(|it| it.binding == Some(*binding))?;
        let local = module.name(*binding);
        Some(match (export.name == local, is_module) {
            (true, _) => local.to_owned(),
            (false, true) => format!("{} as {local}", export.name),
            (false, false) => format!("{}: {local}", export.name),
        })
    });
    let names: Vec<String> = names.collect();
    let path = module.input.project.path(module.file);
    let list = format!("{{ {} }}", names.join(", "));
    (!names.is_empty()).then(|| imports::line(module.input, module.file, path, &list))
}

/// The list of what it gives away, where that is not said beside each value.
fn exports(dividing: &Dividing<'_>, parts: &Parts) -> String {
    let module = dividing.module;
    let is_module = module.input.project.role(module.file).is_module;
    let names = dividing.names(&parts.moved);
    let listed = |it: &&Export| names.contains(&it.name) && !parts.moved.contains(&it.index);
    let listed: Vec<&Export> = dividing.exports.all.iter().filter(listed).collect();
    let is_default = |it: &&&Export| is_module && matches!(it.item, Item::Property(_));
    let end = if module.layout().has_semicolons() {
        ";"
    } else {
        ""
    };
    let items = |all: Vec<&&Export>, word: &str| {
        let named = all.into_iter().filter_map(|it| {
            let local = module.name(it.binding?);
            Some(match it.name == local {
                true => local.to_owned(),
                false if word == " as " => format!("{local}{word}{}", it.name),
                false => format!("{}{word}{local}", it.name),
            })
        });
        named.collect::<Vec<_>>().join(", ")
    };
    let (whole, plain): (Vec<&&Export>, Vec<&&Export>) =
        listed.iter().partition(|it| is_default(it));
    let mut lines = Vec::new();
    match is_module {
        true if !plain.is_empty() => {
            lines.push(format!("export {{ {} }}{end}", items(plain, " as ")));
        }
        false if !plain.is_empty() => {
            lines.push(format!(
                "module.exports = {{ {} }}{end}",
                items(plain, ": ")
            ));
        }
        _ => {}
    }
    if !whole.is_empty() {
        lines.push(format!("export default {{ {} }}{end}", items(whole, ": ")));
    }
    lines.join("\n")
}
