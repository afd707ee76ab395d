//! Places in the text of a JSON file, so that one value can be added or replaced and the rest stays as it was written.

use crate::plan::edits::{Edit, EditList};
use crate::source::Span;

/// A member of an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Member {
    pub(super) key: String,
    /// From the key's quote to the end of the value.
    pub(super) span: Span,
    pub(super) value: Span,
}

/// An object in a JSON text.
pub(super) struct Object {
    /// The braces included.
    pub(super) span: Span,
    pub(super) members: Vec<Member>,
}

/// The object that starts at or after `from`; `None` if something else stands there. The text is known to be JSON.
pub(super) fn object(text: &str, from: usize) -> Option<Object> {
    let start = skip_space(text, from);
    let mut at = start + text[start..].strip_prefix('{').map(|_| 1)?;
    let mut members = Vec::new();
    loop {
        at = skip_space(text, at);
        match text[at..].chars().next()? {
            '}' => {
                return Some(Object {
                    span: Span::new(start, at + 1),
                    members,
                });
            }
            ',' => at += 1,
            _ => {
                let key_end = end_of_value(text, at)?;
                let key: String = serde_json::from_str(&text[at..key_end]).ok()?;
                let colon = skip_space(text, key_end);
                let value = skip_space(text, colon + text[colon..].strip_prefix(':').map(|_| 1)?);
                let end = end_of_value(text, value)?;
                members.push(Member {
                    key,
                    span: Span::new(at, end),
                    value: Span::new(value, end),
                });
                at = end;
            }
        }
    }
}

fn skip_space(text: &str, from: usize) -> usize {
    let rest = &text[from..];
    from + (rest.len()
        - rest
            .trim_start_matches(['\u{feff}', ' ', '\t', '\r', '\n'])
            .len())
}

/// The end of the string, number, word, list or object at `from`.
fn end_of_value(text: &str, from: usize) -> Option<usize> {
    let mut depth = 0_usize;
    let mut in_string = false;
    let mut is_escaped = false;
    for (at, byte) in text.bytes().enumerate().skip(from) {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' if in_string => is_escaped = true,
            b'"' => {
                in_string = !in_string;
                if !in_string && depth == 0 {
                    return Some(at + 1);
                }
            }
            _ if in_string => {}
            b'{' | b'[' => depth += 1,
            b'}' | b']' | b',' if depth == 0 => return Some(text[..at].trim_end().len()),
            b'}' | b']' => {
                depth -= 1;
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            _ => {}
        }
    }
    (depth == 0 && !in_string).then(|| text.trim_end().len())
}

impl Object {
    /// The member of that name.
    pub(super) fn get(&self, key: &str) -> Option<&Member> {
        self.members.iter().find(|it| it.key == key)
    }
}

/// Adds `key: value` (JSON text) to an object, in the object's own layout: after the member `after`, else where the
/// alphabet puts it if the object is sorted, else at its end.
pub(super) fn insert(
    text: &str,
    object: &Object,
    added: &[(&str, String)],
    after: Option<&str>,
) -> EditList {
    let mut edits = EditList::default();
    let mut add = |at: usize, text: String| {
        edits
            .add(Edit {
                span: Span::new(at, at),
                text,
            })
            .expect("insertions don't collide");
    };
    let line_break = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let Some(first) = object.members.first() else {
        let outer = indentation(text, object.span.start as usize);
        let unit = if outer.is_empty() { "  " } else { outer };
        let lines: Vec<String> = added
            .iter()
            .map(|it| format!("{outer}{unit}\"{}\": {}", it.0, it.1))
            .collect();
        let inner = format!(
            "{line_break}{}{line_break}{outer}",
            lines.join(&format!(",{line_break}"))
        );
        add(object.span.start as usize + 1, inner);
        return edits;
    };
    let start = first.span.start as usize;
    let is_on_lines = text[object.span.start as usize..start].contains('\n');
    let separator = if is_on_lines {
        format!("{line_break}{}", indentation(text, start))
    } else {
        " ".to_owned()
    };
    let is_sorted = object.members.windows(2).all(|it| it[0].key <= it[1].key);
    for (key, value) in added {
        let member = format!("\"{key}\": {value}");
        let previous = match after.and_then(|it| object.get(it)) {
            Some(it) => Some(it),
            None if is_sorted => object
                .members
                .iter()
                .rev()
                .find(|it| it.key.as_str() < *key),
            None => object.members.last(),
        };
        match previous {
            Some(previous) => add(previous.span.end as usize, format!(",{separator}{member}")),
            None => add(start, format!("{member},{separator}")),
        }
    }
    edits
}

fn indentation(text: &str, offset: usize) -> &str {
    let line = &text[text[..offset].rfind('\n').map_or(0, |it| it + 1)..];
    &line[..line.len() - line.trim_start_matches([' ', '\t']).len()]
}

#[cfg(test)]
mod tests {
    use super::{insert, object};

    fn inserted(text: &str, keys: &[&str]) -> String {
        let object = object(text, 0).unwrap();
        let added: Vec<(&str, String)> = keys.iter().map(|it| (*it, "1".to_owned())).collect();
        insert(text, &object, &added, None).apply(text)
    }

    #[test]
    fn a_sorted_object_stays_sorted() {
        assert_eq!(
            inserted("{\n\t\"b\": 2,\n\t\"d\": 4\n}\n", &["a", "c", "e"]),
            "{\n\t\"a\": 1,\n\t\"b\": 2,\n\t\"c\": 1,\n\t\"d\": 4,\n\t\"e\": 1\n}\n"
        );
    }

    #[test]
    fn an_unsorted_object_grows_at_its_end() {
        assert_eq!(
            inserted("{ \"d\": {\"x\": [\"}\"]}, \"b\": 2 }", &["a"]),
            "{ \"d\": {\"x\": [\"}\"]}, \"b\": 2, \"a\": 1 }"
        );
    }

    #[test]
    fn an_empty_object_opens() {
        assert_eq!(inserted("{}", &["a"]), "{\n  \"a\": 1\n}");
    }
}
