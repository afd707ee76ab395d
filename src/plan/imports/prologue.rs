//! The imports at the start of a text that is put together: one more name in them, and where they end.

use super::style::Style;

/// The imports with one more name, and what that is called by: beside the names that are taken out of its module already,
/// else in a line of its own. Without an `import` there need be no name.
pub(in crate::plan) fn with_import(
    prologue: String,
    (name, source, call): (&str, &str, &str),
    module: Option<&Style>,
) -> (String, String) {
    let local = name.rsplit(' ').next().unwrap_or(name);
    if let Some(prologue) = beside_others(&prologue, name, source, module.is_some()) {
        return (prologue, format!("{local}{call}"));
    }
    match module {
        Some(written) => {
            let line = written.line(&format!("{{ {name} }}"), source, true);
            let prologue = format!("{prologue}\n{line}");
            (prologue.trim_start().to_owned(), format!("{local}{call}"))
        }
        None => (prologue, format!("require('{source}').{local}{call}")),
    }
}

/// The imports with one more name.
pub(in crate::plan) fn with_name(
    prologue: String,
    name: &str,
    source: &str,
    (is_module, written): (bool, &Style),
) -> String {
    beside_others(&prologue, name, source, is_module).unwrap_or_else(|| {
        let line = written.line(&format!("{{ {name} }}"), source, is_module);
        format!("{prologue}\n{line}").trim_start().to_owned()
    })
}

/// The imports with one more name of those that are taken out of a module already.
fn beside_others(prologue: &str, name: &str, source: &str, is_module: bool) -> Option<String> {
    let word = if is_module { "from " } else { "= require(" };
    let found = ['\'', '"']
        .iter()
        .find_map(|quote| prologue.find(&format!("}} {word}{quote}{source}{quote}")));
    let at = found?;
    let names = prologue[..at].trim_end().trim_end_matches(',').len();
    let gap = &prologue[names..at];
    Some(format!(
        "{}, {name}{gap}{}",
        &prologue[..names],
        &prologue[at..]
    ))
}

/// The imports at the start of a text, and what follows the last of them.
pub(in crate::plan) fn apart(prologue: &str) -> (String, String) {
    let mut end = 0;
    let mut at = 0;
    for line in prologue.split_inclusive('\n') {
        at += line.len();
        if line.starts_with("import ") || line.starts_with("} from ") {
            end = at;
        }
    }
    let (imports, rest) = prologue.split_at(end);
    (imports.trim_end().to_owned(), rest.trim().to_owned())
}
