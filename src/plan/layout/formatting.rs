//! How wide lines may be, and whether what is broken over lines ends with a comma: what the configuration of a formatter
//! says, else what the file itself shows. Breaking calls by it is `rewrite`'s work.

use serde_json::{Value, json};

use super::Layout;
use crate::load::TextFile;
use crate::syntax::{Kind, NodeId};

/// No formatter breaks narrower lines by default.
const NARROW: usize = 80;

/// What formatters take a tab for by default.
const TAB: usize = 2;

/// Lines wider than this are no style that one would want to keep.
const WIDE: usize = 120;

/// How a file is formatted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::plan) struct Formatting {
    /// A formatter is configured: what fits on a line stands on one.
    pub(in crate::plan) is_configured: bool,
    /// The widest line, in columns.
    pub(in crate::plan) width: usize,
    /// The columns of a tab.
    pub(in crate::plan) tab: usize,
    /// The last argument of a call that is broken over lines has a comma.
    pub(in crate::plan) comma_in_calls: bool,
    /// So has the last property of an object.
    pub(in crate::plan) comma_in_objects: bool,
}

impl Formatting {
    /// That of the file at `path`.
    pub(in crate::plan) fn of(layout: &Layout<'_>, path: &str, manifests: &[TextFile]) -> Self {
        let formatter = nearest(path, manifests, formatter_options);
        let number = |key: &str| {
            let value = formatter.as_ref()?.get(key)?.as_u64()?;
            usize::try_from(value).ok()
        };
        let editor = |key: &str| nearest(path, manifests, |it| editor_option(it, path, key));
        let commas = formatter
            .as_ref()
            .and_then(|it| match it.get("trailingComma") {
                Some(value) => value.as_str().map(str::to_owned),
                None => nearest(path, manifests, default_commas).map(str::to_owned),
            });
        let configured = number("printWidth").or_else(|| editor("max_line_length"));
        let tab = number("tabWidth").or_else(|| editor("indent_size"));
        let tab = tab.unwrap_or(TAB);
        let width = match (configured, &formatter) {
            (Some(width), _) => width,
            (None, Some(_)) => NARROW,
            (None, None) => widest(layout, tab),
        };
        Self {
            is_configured: formatter.is_some(),
            width,
            tab,
            comma_in_calls: match &commas {
                Some(commas) => commas == "all",
                None => most_end_with_commas(layout, &call_ends(layout)),
            },
            comma_in_objects: match &commas {
                Some(commas) => commas != "none",
                None => most_end_with_commas(layout, &object_ends(layout)),
            },
        }
    }

    /// The columns that a text on one line takes.
    pub(in crate::plan) fn columns(&self, text: &str) -> usize {
        columns(text, self.tab)
    }
}

fn columns(text: &str, tab: usize) -> usize {
    let column = |it: char| if it == '\t' { tab } else { 1 };
    text.chars().map(column).sum()
}

/// What the manifest nearest above `path` says to which `read` has an answer.
fn nearest<T>(
    path: &str,
    manifests: &[TextFile],
    read: impl Fn(&TextFile) -> Option<T>,
) -> Option<T> {
    let depth = |it: &TextFile| {
        let folder = &it.path[..it.path.rfind('/').map_or(0, |it| it + 1)];
        let is_above = folder.starts_with("../");
        let levels = folder.matches('/').count();
        let depth = isize::try_from(levels).ok()?;
        (is_above || path.starts_with(folder)).then_some(if is_above { -depth } else { depth })
    };
    let mut around: Vec<(isize, &TextFile)> = manifests
        .iter()
        .filter_map(|it| Some((depth(it)?, it)))
        .collect();
    around.sort_by_key(|it| std::cmp::Reverse(it.0));
    around.into_iter().find_map(|it| read(it.1))
}

fn name(manifest: &TextFile) -> &str {
    let path = &manifest.path;
    path.rsplit('/').next().unwrap_or(path)
}

/// The options of Prettier: <https://prettier.io/docs/configuration>, or of Biome, which formats alike.
fn formatter_options(manifest: &TextFile) -> Option<Value> {
    let text = manifest.text.trim_start_matches('\u{feff}');
    let json = || serde_json::from_str::<Value>(text).ok();
    let options = match name(manifest) {
        "package.json" => json()?.get("prettier")?.clone(),
        ".prettierrc" => json().or_else(|| Some(plain_yaml(text)))?,
        ".prettierrc.json" => json()?,
        ".prettierrc.yaml" | ".prettierrc.yml" => plain_yaml(text),
        ".prettierrc.toml" => {
            serde_json::to_value(toml::from_str::<toml::Value>(text).ok()?).ok()?
        }
        _ => return biome_options(manifest),
    };
    Some(options)
}

/// Biome's options under the names that Prettier gives them: <https://biomejs.dev/reference/configuration/>.
fn biome_options(manifest: &TextFile) -> Option<Value> {
    if !matches!(name(manifest), "biome.json" | "biome.jsonc") {
        return None;
    }
    let file: Value = serde_json::from_str(&manifest.text).ok()?;
    let own = |key: &str| {
        let language = file.pointer(&format!("/javascript/formatter/{key}"));
        language.or_else(|| file.pointer(&format!("/formatter/{key}")))
    };
    Some(json!({
        "printWidth": own("lineWidth").cloned().unwrap_or(Value::from(NARROW)),
        "tabWidth": own("indentWidth").cloned().unwrap_or(Value::from(2)),
        "trailingComma": own("trailingCommas").cloned().unwrap_or(Value::from("all")),
    }))
}

/// The lines `key: value` of a YAML file that are not part of anything else. No option that counts here is a list.
fn plain_yaml(text: &str) -> Value {
    let pairs = text.lines().filter_map(|line| {
        let (key, value) = line.split('#').next()?.split_once(':')?;
        let value = value.trim().trim_matches(['"', '\'']);
        let value = match value.parse::<u64>() {
            Ok(number) => Value::from(number),
            Err(_) => Value::from(value),
        };
        (!key.starts_with([' ', '\t', '-'])).then(|| (key.to_owned(), value))
    });
    Value::Object(pairs.collect())
}

/// What `trailingComma` is when no option says so: it depends on the version.
fn default_commas(manifest: &TextFile) -> Option<&'static str> {
    let package: Value = match name(manifest) {
        "package.json" => serde_json::from_str(&manifest.text).ok()?,
        _ => return None,
    };
    let version = ["devDependencies", "dependencies"]
        .iter()
        .find_map(|it| package.get(it)?.get("prettier")?.as_str())?;
    let digits = version.trim_start_matches(|it: char| !it.is_ascii_digit());
    match digits.split('.').next()?.parse::<u32>().ok()? {
        0 | 1 => Some("none"),
        2 => Some("es5"),
        _ => Some("all"),
    }
}

/// A number of the sections of an `.editorconfig` that hold for `path`; the last one counts.
fn editor_option(manifest: &TextFile, path: &str, key: &str) -> Option<usize> {
    if name(manifest) != ".editorconfig" {
        return None;
    }
    let extension = path.rsplit('.').next().unwrap_or_default();
    let mut holds = false;
    let mut found = None;
    for line in manifest.text.lines().map(str::trim) {
        if let Some(section) = line.strip_prefix('[') {
            let mut words = section.split(|it: char| !it.is_ascii_alphanumeric());
            holds = section == "*]" || words.any(|it| it == extension);
        } else if let Some((found_key, value)) = line.split_once('=')
            && holds
            && found_key.trim() == key
        {
            found = value.trim().parse().ok();
        }
    }
    found
}

/// The widest line of code, but no narrower and no wider than formatters make them. A line that no formatter could break
/// says nothing.
fn widest(layout: &Layout<'_>, tab: usize) -> usize {
    let mut widest = NARROW;
    let mut start = 0;
    for line in layout.text.split_inclusive('\n') {
        let code = without_comment(layout, start, line.trim_end());
        let columns = columns(code, tab);
        if columns > widest && !is_stubborn(layout, start, code) {
            widest = columns;
        }
        start += line.len();
    }
    widest.min(WIDE)
}

/// A line that starts at `start` without the comment at its end.
fn without_comment<'t>(layout: &Layout<'_>, start: usize, line: &'t str) -> &'t str {
    let comments = layout.tree.comments.iter().map(|it| it.span.range());
    let mut here = comments.filter(|it| it.start < start + line.len() && start < it.end);
    match here.next() {
        Some(comment) => line[..comment.start.saturating_sub(start)].trim_end(),
        None => line,
    }
}

/// Whether a line is wide because of a text: one that is too wide for any line, or that nothing may stand above.
fn is_stubborn(layout: &Layout<'_>, start: usize, line: &str) -> bool {
    let indentation = line.len() - line.trim_start().len();
    let end = start + line.len();
    let mut texts = layout.tree.ids().filter(|it| {
        let span = layout.tree.span(*it).range();
        let is_text = matches!(
            layout.tree.kind(*it),
            Kind::String { .. } | Kind::Template { .. }
        );
        is_text && span.start < end && start < span.end
    });
    texts.any(|it| {
        let span = layout.tree.span(it).range();
        let before = line[..span.start.saturating_sub(start)].trim_end();
        let is_template = matches!(layout.tree.kind(it), Kind::Template { .. });
        let is_bound =
            before.ends_with("return") || is_template && before.ends_with(['=', ':', '>', '?']);
        let is_over_lines = span.start < start || end < span.end;
        is_bound || is_over_lines || indentation + (span.end - span.start) + 2 > NARROW
    })
}

/// Where the last argument ends, and the parenthesis stands, of each call.
fn call_ends(layout: &Layout<'_>) -> Vec<(usize, usize)> {
    let end = |it: NodeId| match layout.tree.kind(it) {
        Kind::Call {
            arguments,
            arguments_span,
            ..
        } => {
            let last = layout.tree.span(*arguments.last()?);
            Some((last.end as usize, arguments_span.end as usize - 1))
        }
        _ => None,
    };
    layout.tree.ids().filter_map(end).collect()
}

/// The same for the last property of each object.
fn object_ends(layout: &Layout<'_>) -> Vec<(usize, usize)> {
    let end = |it: NodeId| match layout.tree.kind(it) {
        Kind::Object { properties } => {
            let last = layout.tree.span(*properties.last()?);
            Some((last.end as usize, layout.tree.span(it).end as usize - 1))
        }
        _ => None,
    };
    layout.tree.ids().filter_map(end).collect()
}

/// Whether more of the lists whose bracket stands on a line of its own end with a comma than without.
fn most_end_with_commas(layout: &Layout<'_>, ends: &[(usize, usize)]) -> bool {
    let rests = ends.iter().map(|it| &layout.text[it.0..it.1.max(it.0)]);
    let broken: Vec<&str> = rests.filter(|it| it.contains('\n')).collect();
    let with = broken.iter().filter(|it| it.trim_start().starts_with(','));
    with.count() * 2 > broken.len()
}

#[cfg(test)]
mod tests {
    use super::{editor_option, formatter_options, nearest};
    use crate::load::TextFile;

    fn file(path: &str, text: &str) -> TextFile {
        TextFile {
            path: path.to_owned(),
            text: text.to_owned(),
        }
    }

    #[test]
    fn the_options_of_prettier_are_read_in_each_of_its_forms() {
        let files = [
            file(".prettierrc", "{ \"printWidth\": 90 }"),
            file(".prettierrc", "# ours\nprintWidth: 90\n"),
            file("a/.prettierrc.json", "{ \"printWidth\": 90 }"),
            file(
                ".prettierrc.yaml",
                "printWidth: 90 # wide\noverrides:\n  - printWidth: 70\n",
            ),
            file(
                ".prettierrc.toml",
                "printWidth = 90\n[[overrides]]\nfiles = 'a'\n",
            ),
            file("package.json", "{ \"prettier\": { \"printWidth\": 90 } }"),
        ];
        for it in &files {
            let options = formatter_options(it).unwrap();
            assert_eq!(options["printWidth"], 90, "{}", it.path);
        }
        assert_eq!(formatter_options(&file("package.json", "{}")), None);
    }

    #[test]
    fn the_nearest_configuration_counts() {
        let files = [
            file("../../.prettierrc", "1"),
            file("../.prettierrc", "2"),
            file(".prettierrc", "3"),
            file("src/.prettierrc", "4"),
            file("src/routes/.prettierrc", "5"),
        ];
        let text = |from: &[TextFile], path: &str| nearest(path, from, |it| Some(it.text.clone()));
        assert_eq!(text(&files, "src/a.js").as_deref(), Some("4"));
        assert_eq!(text(&files, "a.js").as_deref(), Some("3"));
        assert_eq!(text(&files[..2], "src/a.js").as_deref(), Some("2"));
        assert_eq!(text(&[], "src/a.js"), None);
    }

    #[test]
    fn sections_of_an_editorconfig_hold_for_their_extensions() {
        let text = "root = true\n[*]\nmax_line_length = 100\n[*.{js,ts}]\nmax_line_length = 90\n[*.md]\nmax_line_length = off\n";
        let config = file(".editorconfig", text);
        assert_eq!(editor_option(&config, "a.js", "max_line_length"), Some(90));
        assert_eq!(
            editor_option(&config, "a.mjs", "max_line_length"),
            Some(100)
        );
        assert_eq!(editor_option(&config, "a.md", "max_line_length"), None);
    }
}
