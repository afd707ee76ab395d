//! The lines of a compose service for the dedicated server: the API's, but for what each has of its own.

use super::compose::{Api, Compose};
use super::yaml::{self, Entry, Node};

/// What the dedicated server does not share with the API: names, ports, and how many of it there are.
const OWN: &[&str] = &[
    "command",
    "container_name",
    "deploy",
    "expose",
    "healthcheck",
    "hostname",
    "labels",
    "ports",
    "scale",
];

/// Whether both services have a key for themselves. The entry point is shared unless it is what starts the API.
pub(super) fn is_own(api: &Api<'_>, key: &str) -> bool {
    OWN.contains(&key) || key == api.key
}

impl<'a> Compose<'a> {
    /// The service: the lines of the API's that both share, and its own.
    pub(super) fn service(
        &self,
        api: &Api<'a>,
        outer: &Entry<'_>,
        entries: &[Entry<'a>],
        variables: &[(String, String)],
    ) -> Option<String> {
        let next = self.line_break();
        let first = entries.first()?;
        let indent = " ".repeat(first.column);
        let mut text = format!("{}{}:{next}", " ".repeat(outer.column), self.name(api.name));
        let mut own = self.own(api, entries, &indent)?;
        for entry in entries {
            let lines = self.document.lines(entry.lines.clone());
            if lines.contains(": &") || lines.contains("- &") {
                return None;
            }
            if !is_own(api, entry.key) {
                text.push_str(lines);
            }
            if entry.key == "environment" {
                text.push_str(&self.variable_lines(entry, variables)?);
            }
            // What stands elsewhere in the API's service stands there; the command follows what it is a command of.
            let is_place = |key: &str| match key {
                "command" | "entrypoint" if entries.iter().all(|it| it.key != key) => {
                    entry.key
                        == entries
                            .iter()
                            .rfind(|it| matches!(it.key, "image" | "build"))
                            .map_or(first.key, |it| it.key)
                }
                _ => entry.key == key,
            };
            own.retain(|(key, lines)| {
                let is_here = is_place(key);
                if is_here {
                    text.push_str(lines);
                }
                !is_here
            });
        }
        text.extend(own.iter().map(|it| it.1.as_str()));
        if entries.iter().all(|it| it.key != "environment") && !variables.is_empty() {
            text.push_str(&self.environment(first.column, variables));
        }
        Some(text)
    }

    /// What the service has of its own: keys and lines.
    fn own(
        &self,
        api: &Api<'a>,
        entries: &[Entry<'a>],
        indent: &str,
    ) -> Option<Vec<(&'static str, String)>> {
        let next = self.line_break();
        let mut own = vec![(
            api.key,
            format!("{indent}{}: {}{next}", api.key, api.launch.written()),
        )];
        let find = |key: &str| entries.iter().find(|it| it.key == key);
        for key in ["ports", "expose"] {
            if let Some(entry) = find(key) {
                let item = yaml::elements(entry.value).first()?;
                let quote = self.quote(item);
                let deeper = " ".repeat(self.item_column(entry)?);
                let port = match key {
                    "ports" => format!("{0}:{0}", self.around.socket_port),
                    _ => self.around.socket_port.to_string(),
                };
                own.push((
                    key,
                    format!("{indent}{key}:{next}{deeper}- {quote}{port}{quote}{next}"),
                ));
            }
        }
        if api.has_healthcheck || find("healthcheck").is_some() {
            let inner = format!("{indent}{}", &indent[..indent.len() / 2]);
            let ask = format!(
                "require('http').get('http://127.0.0.1:{}/ready', (it) => process.exit(it.statusCode === 200 ? 0 : 1))",
                self.around.socket_port
            );
            let mut lines = format!(
                "{indent}healthcheck:{next}{inner}test: [\"CMD\", \"node\", \"-e\", \"{ask}\"]{next}"
            );
            let kept =
                find("healthcheck").and_then(|it| self.document.entries(it.value, it.lines.end));
            for it in kept
                .iter()
                .flatten()
                .filter(|it| it.key != "test" && it.key != "disable")
            {
                lines.extend([&inner, self.document.lines(it.lines.clone()).trim(), next]);
            }
            own.push(("healthcheck", lines));
        }
        Some(own)
    }

    /// The column of the first dash of a list that has lines of its own.
    fn item_column(&self, entry: &Entry<'_>) -> Option<usize> {
        let is_block =
            !yaml::elements(entry.value).is_empty() && self.document.is_block(entry.value);
        is_block.then(|| entry.value.span.start.col())
    }

    /// The quote that a scalar begins with.
    fn quote(&self, node: &Node) -> &'static str {
        match self.document.first_char(node) {
            Some('"') => "\"",
            Some('\'') => "'",
            _ => "",
        }
    }

    /// Lines for the end of an `environment`.
    pub(super) fn variable_lines(
        &self,
        environment: &Entry<'_>,
        variables: &[(String, String)],
    ) -> Option<String> {
        let next = self.line_break();
        let is_list = !yaml::elements(environment.value).is_empty();
        let column = match is_list {
            true => self.item_column(environment)?,
            false => {
                self.document
                    .entries(environment.value, environment.lines.end)?
                    .first()?
                    .column
            }
        };
        let indent = " ".repeat(column);
        let line = |it: &(String, String)| match is_list {
            true => format!("{indent}- {}={}{next}", it.0, it.1),
            false => format!("{indent}{}: {}{next}", it.0, it.1),
        };
        Some(variables.iter().map(line).collect())
    }

    /// An `environment` of its own.
    pub(super) fn environment(&self, column: usize, variables: &[(String, String)]) -> String {
        let (next, indent) = (self.line_break(), " ".repeat(column));
        let mut text = format!("{indent}environment:{next}");
        for (name, value) in variables {
            text.extend([&indent, &indent[..column / 2], name, ": ", value, next]);
        }
        text
    }
}
