//! What the text of strings, numbers and names stands for.
//! Leaves deciding where they occur to the rest of `parse`.

/// The value of a string literal, quotes included in `text`.
pub(super) fn string_value(text: &str) -> String {
    let quote = text
        .chars()
        .next()
        .filter(|it| matches!(it, '"' | '\'' | '`'));
    let body = quote.map_or(text, |quote| &text[quote.len_utf8()..]);
    let body = quote
        .and_then(|quote| body.strip_suffix(quote))
        .unwrap_or(body);
    unescape(body)
}

/// An identifier's name: escapes spell the same name in other letters.
pub(super) fn name(text: &str) -> String {
    unescape(text)
}

/// The property that a numeric key names: `0x10` and `16` are the same one.
pub(super) fn number_key(text: &str) -> String {
    let digits = text.replace('_', "").to_ascii_lowercase();
    let digits = digits
        .strip_suffix('n')
        .filter(|_| !digits.starts_with("0x"))
        .unwrap_or(&digits);
    let radix = match digits.get(..2) {
        Some("0x") => Some(16),
        Some("0o") => Some(8),
        Some("0b") => Some(2),
        _ => None,
    };
    if let Some(radix) = radix {
        let value = u64::from_str_radix(digits[2..].trim_end_matches('n'), radix);
        return value.map_or_else(|_| text.to_owned(), |it| it.to_string());
    }
    match digits.parse::<f64>() {
        // Larger numbers are written with an exponent, smaller fractions too.
        Ok(value) if value == 0.0 || (1e-6..1e21).contains(&value) => value.to_string(),
        _ => text.to_owned(),
    }
}

fn unescape(text: &str) -> String {
    if !text.contains('\\') {
        return text.to_owned();
    }
    let mut units: Vec<u16> = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(backslash) = rest.find('\\') {
        units.extend(rest[..backslash].encode_utf16());
        rest = escape(&rest[backslash + 1..], &mut units);
    }
    units.extend(rest.encode_utf16());
    // A lone surrogate has no place in UTF-8.
    String::from_utf16_lossy(&units)
}

/// Appends what the escape at the start of `text` (after its backslash) stands for, and gives the
/// text after it.
fn escape<'t>(text: &'t str, units: &mut Vec<u16>) -> &'t str {
    let mut letters = text.chars();
    let Some(letter) = letters.next() else {
        return text;
    };
    let rest = letters.as_str();
    let simple = match letter {
        'n' => '\n',
        't' => '\t',
        'r' => '\r',
        'b' => '\u{8}',
        'f' => '\u{c}',
        'v' => '\u{b}',
        // A line continuation stands for nothing.
        '\r' => return rest.strip_prefix('\n').unwrap_or(rest),
        '\n' | '\u{2028}' | '\u{2029}' => return rest,
        '0'..='7' => return octal(text, units),
        'x' => return hexadecimal(rest, 2, letter, units),
        'u' => match rest.strip_prefix('{').and_then(|it| it.split_once('}')) {
            Some((digits, rest)) => {
                let code = u32::from_str_radix(digits, 16)
                    .ok()
                    .and_then(char::from_u32);
                push(code.unwrap_or(char::REPLACEMENT_CHARACTER), units);
                return rest;
            }
            None => return hexadecimal(rest, 4, letter, units),
        },
        other => other,
    };
    push(simple, units);
    rest
}

fn octal<'t>(text: &'t str, units: &mut Vec<u16>) -> &'t str {
    // Up to 255: three digits only after 0 to 3.
    let longest = if text.starts_with(['0', '1', '2', '3']) {
        3
    } else {
        2
    };
    let digits = text
        .bytes()
        .take(longest)
        .take_while(|it| matches!(it, b'0'..=b'7'))
        .count();
    units.push(u16::from_str_radix(&text[..digits], 8).expect("three octal digits are a number"));
    &text[digits..]
}

fn hexadecimal<'t>(text: &'t str, length: usize, letter: char, units: &mut Vec<u16>) -> &'t str {
    let digits = text
        .get(..length)
        .filter(|it| it.bytes().all(|it| it.is_ascii_hexdigit()));
    let Some(digits) = digits else {
        push(letter, units);
        return text;
    };
    units.push(u16::from_str_radix(digits, 16).expect("four hexadecimal digits are a number"));
    &text[length..]
}

fn push(letter: char, units: &mut Vec<u16>) {
    units.extend(letter.encode_utf16(&mut [0; 2]).iter());
}

#[cfg(test)]
mod tests {
    use super::{name, number_key, string_value};

    #[test]
    fn escapes_are_decoded() {
        assert_eq!(
            string_value(r"'a\'b\n\x41\u0042\u{1f600}\101\0'"),
            "a'b\nAB😀A\0"
        );
        assert_eq!(string_value(r"'\ud83d\ude00'"), "😀");
        assert_eq!(string_value("'a\\\r\nb\\\nc'"), "abc");
        assert_eq!(string_value(r"'\q\x4\u12'"), "qx4u12");
        assert_eq!(string_value("'open"), "open");
        assert_eq!(string_value(r"'\"), "");
        assert_eq!(name(r"\u0061b"), "ab");
    }

    #[test]
    fn numbers_are_keys() {
        assert_eq!(number_key("1_000"), "1000");
        assert_eq!(number_key("0x1F"), "31");
        assert_eq!(number_key("1.50"), "1.5");
        assert_eq!(number_key("7n"), "7");
        assert_eq!(number_key("1e30"), "1e30");
    }
}
