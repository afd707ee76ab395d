//! Made-up emissions: chains of any length in any layout, with rooms, events and arguments whose evaluation shows.

use crate::writer::Writer;

/// Each `#` is a number of its own: `t(#)` notes that it was evaluated and gives a value.
const ROOMS: [&str; 24] = [
    "'a'",
    "t(#)",
    "`user_${t(#)}`",
    "['a', t(#)]",
    "t(#, ['b', 'c'])",
    "\"b\"",
    "`role_${t(#)}`",
    "`desk:${t(#)}:${t(#)}`",
    "...t(#, ['d'])",
    "[...t(#, ['e', 'f']), 'g']",
    "t(#, true) ? t(#) : t(#)",
    "(t(#), t(#))",
    "t(#, '') || t(#)",
    "'user_' + t(#)",
    "t(#, 7)",
    "t(#, undefined)",
    "t(#, [])",
    "",
    "'a', t(#)",
    "`b`",
    "String(t(#))",
    "t(#, null) ?? 'h'",
    "[[t(#)], t(#)]",
    "t(#, [['a']])",
];

const EVENTS: [&str; 12] = [
    "'x'",
    "t(#)",
    "'notification'",
    "`on:${t(#)}`",
    "'y' + t(#)",
    "t(#, false) ? 'z' : t(#)",
    "(t(#), 'w')",
    "t(#, undefined) ?? t(#)",
    "`notification`",
    "...t(#, ['v', 1])",
    "...[t(#)]",
    "t(#)['concat']('!')",
];

const ARGUMENTS: [&str; 18] = [
    "t(#)",
    "1",
    "{ id: t(#) }",
    "'text'",
    "...t(#, [1, 2])",
    "[t(#), t(#)]",
    "{ id: t(#), io: 2, ...t(#, { to: 3 }) }",
    "{\n  id: t(#),\n  name: 'n'\n}",
    "`a ${t(#)}\n  b`",
    "undefined",
    "t(#, true) ? 1 : t(#)",
    "null",
    "(() => t(#))()",
    "function () { return t(#) }()",
    "t(#, { a: { b: 1 } })?.a.b",
    "new Map([[t(#), 1]])",
    "...[]",
    "EMIT",
];

/// What may stand in front of a link's dot. The comments get numbers, so that a lost one is missed.
const GAPS: [&str; 9] = [
    "",
    "",
    "\n  ",
    "\n    ",
    " ",
    " /* c# */ ",
    " // c#\n  ",
    "\n  // c#\n  ",
    "\n  /* c# */ ",
];

#[derive(Clone, Copy, PartialEq)]
enum Layout {
    Flat,
    LinePerLink,
    Any,
}

/// How one chain is written.
struct Form {
    layout: Layout,
    has_questions: bool,
}

impl Writer<'_> {
    /// An emission on the server.
    pub(crate) fn emission(&mut self, depth: usize) -> String {
        let root = self.one_of(&[
            "IO",
            "IO",
            "IO",
            "IO",
            "(IO)",
            "IO.sockets",
            "IO?.sockets",
            "IO?.of('/desk')",
            "IO.of('/desk')",
            "IO.of(t(#, 'ops'))",
        ]);
        let is_namespace = root != "IO" && root != "(IO)" || self.pick(2) == 1;
        self.chain(root, is_namespace, depth)
    }

    /// An emission on `root`: the server, a namespace or an operator.
    pub(crate) fn chain(&mut self, root: &str, is_namespace: bool, depth: usize) -> String {
        let layout = [Layout::Flat, Layout::Flat, Layout::LinePerLink, Layout::Any][self.pick(4)];
        let form = Form {
            layout,
            has_questions: self.pick(8) == 7,
        };
        if self.pick(9) == 8 {
            return self.notification(root, &form, depth);
        }
        let mut text = self.filled(root, depth);
        let links = self.pick(4);
        for _ in 0..links {
            text += &self.link(&form, depth);
        }
        text + &self.ending(&form, links == 0 && is_namespace, depth)
    }

    /// What has names of its own on the broadcaster.
    fn notification(&mut self, root: &str, form: &Form, depth: usize) -> String {
        let room = self.one_of(&[
            "`user_${t(#)}`",
            "`role_${t(#)}`",
            "`user_${t(#)}_${t(#)}`",
            "`user_${'a'}`",
            "'role_a'",
        ]);
        let arguments = self.pick(3);
        let mut parts = vec!["'notification'".to_owned()];
        parts.extend((0..arguments).map(|_| self.argument(depth)));
        let text = self.filled(root, depth);
        let room = self.filled(room, depth);
        let to = self.member(form, "to") + &self.call(form, &[room]);
        text + &to + &self.member(form, "emit") + &self.call(form, &parts)
    }

    fn link(&mut self, form: &Form, depth: usize) -> String {
        let kind = self.pick(13);
        let name = [
            "to", "in", "to", "except", "to", "in", "except", "volatile", "local", "compress",
            "timeout", "to", "except",
        ][kind];
        let member = self.member(form, name);
        let argument = match name {
            "volatile" | "local" => return member,
            "compress" => self.one_of(&["false", "t(#, true)", ""]),
            "timeout" => self.one_of(&["100", "t(#, 50)"]),
            _ => self.one_of(&ROOMS),
        };
        let argument = self.filled(argument, depth);
        let arguments = if argument.is_empty() {
            vec![]
        } else {
            vec![argument]
        };
        member + &self.call(form, &arguments)
    }

    fn ending(&mut self, form: &Form, is_namespace: bool, depth: usize) -> String {
        let kind = self.pick(24);
        match kind {
            20 if is_namespace => {
                let name = self.one_of(&["send", "write"]);
                let arguments = self.arguments(depth);
                self.member(form, name) + &self.call(form, &arguments)
            }
            21 => {
                let name = self.one_of(&["socketsJoin", "socketsLeave"]);
                let room = self.one_of(&["'a'", "t(#)", "['a', t(#)]"]);
                let room = self.filled(room, depth);
                self.member(form, name) + &self.call(form, &[room])
            }
            22 => {
                let close = self.one_of(&["", "true", "t(#, false)"]);
                let close = self.filled(close, depth);
                self.member(form, "disconnectSockets") + &self.call(form, &[close])
            }
            _ => {
                let event = self.one_of(&EVENTS);
                let mut arguments = vec![self.filled(event, depth)];
                arguments.extend(self.arguments(depth));
                // Nobody can say what a name that is computed means.
                let member = match kind {
                    23 => self.filled("[t(#, 'emit')]", depth),
                    _ => self.member(form, "emit"),
                };
                member + &self.call(form, &arguments)
            }
        }
    }

    fn arguments(&mut self, depth: usize) -> Vec<String> {
        (0..self.pick(4)).map(|_| self.argument(depth)).collect()
    }

    fn argument(&mut self, depth: usize) -> String {
        let argument = match self.one_of(&ARGUMENTS) {
            "EMIT" if depth > 1 => "t(#)",
            other => other,
        };
        self.filled(argument, depth + 1)
    }

    fn member(&mut self, form: &Form, name: &str) -> String {
        let gap = match form.layout {
            Layout::Flat => "",
            Layout::LinePerLink => "\n  ",
            Layout::Any => self.one_of(&GAPS),
        };
        let gap = self.filled(gap, 9);
        let is_optional = form.has_questions && self.pick(2) == 1;
        let is_computed = self.pick(20) == 19;
        let after = match form.layout {
            Layout::Any => self.one_of(&["", "", "", " ", "\n  ", " /* c# */ "]),
            _ => "",
        };
        let after = self.filled(after, 9);
        match (is_computed, is_optional) {
            (false, false) => format!("{gap}.{after}{name}"),
            (false, true) => format!("{gap}?.{after}{name}"),
            (true, false) => format!("['{name}']"),
            (true, true) => format!("?.['{name}']"),
        }
    }

    fn call(&mut self, form: &Form, arguments: &[String]) -> String {
        let open = match form.has_questions && self.pick(3) == 2 {
            true => "?.(",
            false => "(",
        };
        let arguments: Vec<&str> = arguments
            .iter()
            .map(String::as_str)
            .filter(|it| !it.is_empty())
            .collect();
        if arguments.is_empty() {
            return format!("{open})");
        }
        let arguments = match self.pick(12) {
            8 => format!("{},", arguments.join(", ")),
            9 => format!("\n  {}\n", arguments.join(",\n").replace('\n', "\n  ")),
            10 => format!(" {} ", arguments.join(" , ")),
            11 => {
                let comment = self.filled("/* c# */", 9);
                format!(
                    "{comment} {}",
                    arguments.join(&format!(
                        ", // {}\n  ",
                        comment.trim_matches(['/', '*', ' '])
                    ))
                )
            }
            _ => arguments.join(", "),
        };
        format!("{open}{arguments})")
    }
}
