//! Writes text by choices: a list of numbers decides everything, and the smaller the numbers, the simpler the text, so
//! that what shrinks numbers shrinks programs.

use std::slice::Iter;

/// Fills in templates. In them, words in capitals are places to fill (see [`Writer::filled`]), and `#` is a new number.
pub(crate) struct Writer<'a> {
    choices: Iter<'a, u16>,
    numbers: usize,
    /// The expression that holds the server: `io`, `req.app.get('io')`.
    pub(crate) handle: &'static str,
    /// Whether `await` may be used.
    pub(crate) is_async: bool,
    /// Whether the program asks the server, so that an answer may arrive later than before.
    pub(crate) asks: bool,
}

impl<'a> Writer<'a> {
    pub(crate) fn new(choices: &'a [u16]) -> Self {
        Self {
            choices: choices.iter(),
            numbers: 0,
            handle: "io",
            is_async: false,
            asks: false,
        }
    }

    /// Goes on with other choices.
    pub(crate) fn follow(&mut self, choices: &'a [u16]) {
        self.choices = choices.iter();
    }

    /// A number below `count`; 0 when there are no choices any more.
    pub(crate) fn pick(&mut self, count: usize) -> usize {
        usize::from(self.choices.next().copied().unwrap_or(0)) % count
    }

    pub(crate) fn one_of(&mut self, all: &[&'static str]) -> &'static str {
        all[self.pick(all.len())]
    }

    fn number(&mut self) -> String {
        self.numbers += 1;
        self.numbers.to_string()
    }

    /// The template with everything filled in: `EMIT` by an emission, `CHAIN` by the rest of one on an operator named
    /// `NAME`, `BODY` by statements, `IO` by what holds the server, `NAME` by a name of its own. What has several lines is
    /// indented as the line that it starts on.
    pub(crate) fn filled(&mut self, template: &str, depth: usize) -> String {
        let mut text = String::new();
        let mut rest = template;
        let name = match template.contains("NAME") {
            true => format!("own{}", self.number()),
            false => String::new(),
        };
        while let Some(at) = rest.find(|it: char| it == '#' || it.is_ascii_uppercase()) {
            text += &rest[..at];
            rest = &rest[at..];
            let length = rest
                .find(|it: char| !it.is_ascii_uppercase())
                .unwrap_or(rest.len())
                .max(1);
            let (word, after) = rest.split_at(length);
            rest = after;
            let value = match word {
                "#" => self.number(),
                "EMIT" => self.emission(depth + 1),
                "CHAIN" => self.chain(&name, false, depth + 1),
                "SPACE" => self.chain(&name, true, depth + 1),
                "BODY" => self.body(depth + 1),
                "IO" => self.handle.to_owned(),
                "NAME" => name.clone(),
                other => other.to_owned(),
            };
            let line = text.rsplit('\n').next().unwrap_or("");
            let indentation = &line[..line.len() - line.trim_start_matches(' ').len()];
            text += &value.replace('\n', &format!("\n{indentation}"));
        }
        text + rest
    }
}
