//! Rules as data: reads the embedded `rules/*/rule.toml` and checks them. Matching them is `findings`' work,
//! carrying out their rewrites `plan`'s.

use std::sync::LazyLock;

use serde::Deserialize;

use crate::config::teaching::{Method, Room};

/// The rule that methods of the project's own are made from.
const METHOD_RULE: &str = "emit-as-method";

include!(concat!(env!("OUT_DIR"), "/rule_files.rs"));

/// What a touch point is to the in-process server; the `kind` of the JSON contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FindingKind {
    /// Imported, constructed, attached, configured.
    Setup,
    /// Handed on to other code.
    Inject,
    /// Obtained from where it was handed on.
    Access,
    /// A broadcast emission.
    Emit,
    /// Registered on the server: `io.on`, `io.use`.
    Handler,
    /// A question that the server answers.
    Query,
    /// Joins, leaves, disconnects, closes.
    Control,
}

impl FindingKind {
    /// Every kind, in the order of the contract.
    pub const ALL: [Self; 7] = [
        Self::Setup,
        Self::Inject,
        Self::Access,
        Self::Emit,
        Self::Handler,
        Self::Query,
        Self::Control,
    ];

    /// The word of the contract.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Setup => "setup",
            Self::Inject => "inject",
            Self::Access => "access",
            Self::Emit => "emit",
            Self::Handler => "handler",
            Self::Query => "query",
            Self::Control => "control",
        }
    }
}

/// What may be done about a finding without asking.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fix {
    /// Applied by default: clients receive the same, comments are kept.
    Safe,
    /// Applied only with `--unsafe-fixes`: behaviour changes in a way that the message names.
    Unsafe,
    /// Never applied: a person decides, and the in-process server stays until then.
    Manual,
}

impl Fix {
    /// Every value, in the order of the contract.
    pub const ALL: [Self; 3] = [Self::Safe, Self::Unsafe, Self::Manual];

    /// The word of the contract.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Safe => "safe",
            Self::Unsafe => "unsafe",
            Self::Manual => "manual",
        }
    }
}

/// What a use of the server means: what a rule can look for. A closed list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Meaning {
    /// `require('socket.io')`, `import … from '@socket.io/redis-adapter'`.
    Import,
    /// `new Server(…)` and its like.
    Construction,
    /// `io.attach(…)`, `io.adapter(…)`, `io.engine.use(…)`.
    Configuration,
    /// `createClient()` for the adapter alone.
    AdapterClient,
    /// `createAdapter(…)` apart from the call that takes it.
    Adapter,
    /// `class Hub extends Server`.
    ServerClass,
    /// `function initSocket(server) {`: makes the server on what it is given.
    SetupFunction,
    /// `const authenticate = require('./auth')`, where `io.use(authenticate)` is all that it is for.
    HandlerImport,
    /// `@WebSocketServer() server`, `fastify.register(socketioPlugin)`: a framework makes the server.
    Framework,
    /// `serveSocketsInProcess(server)`: what a migration put there for a roll-back.
    Switch,
    /// `socketBroadcaster.attach(io)`: what a partial migration put there.
    Attach,
    /// `initSocket(server)`: a call that makes the server in another function.
    SetupCall,
    /// `io.emit(…)`, `io.to(r).emit(…)`.
    Emission,
    /// `io.on(…)`, `io.use(…)`.
    Registration,
    /// `io.fetchSockets()`, `io.sockets.adapter.rooms…`, an emission with an acknowledgement.
    Question,
    /// `io.socketsJoin(…)`, `io.close()`.
    Control,
    /// `req.app.get('io')`.
    SettingRead,
    /// `req.io`, `global.io`, `app.locals.io`.
    PropertyRead,
    /// `getIO()`.
    GetterCall,
    /// `import { io } from './socket'`, `const { io } = require('./server')`.
    ImportedHandle,
    /// `const io = …`, `x = io`: kept under another name.
    Alias,
    /// `if (io)`, `!io`, `io && …`, `typeof io`: asked whether it is there.
    Guard,
    /// `app.set('io', io)`.
    SettingWrite,
    /// `req.io = io`, `global.io = io`, `this.io = io`.
    PropertyWrite,
    /// `module.exports = { io }`, `exports.io = io`, `export { io }`.
    Export,
    /// `notify(io, x)`, `new Service(io)`.
    Argument,
    /// `{ io, db }` that is no export.
    PropertyValue,
    /// `return io`, `() => io`.
    Return,
    /// `start().then((io) => …)`: a callback gets it when it is there.
    Promise,
    /// Anything else: an element of a list, an operand, an argument of a function that can't be seen.
    Escape,
}

/// A rule: what to look for, what to say, what to write.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// The folder's name.
    pub id: String,
    /// What is found, in a few words.
    pub title: String,
    /// The kind of its findings.
    pub kind: FindingKind,
    /// What may be done about its findings.
    pub fix: Fix,
    /// The version that brought it.
    pub since: String,
    /// Said of each finding; `{code}` is what was found, shortened.
    pub message: String,
    /// What to look for.
    pub find: Find,
    /// What to write instead; without it `plan` knows what to do, or nobody does.
    pub rewrite: Option<Rewrite>,
    /// The user's page, from `README.md`.
    #[serde(skip)]
    pub page: &'static str,
}

/// What a rule looks for.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Find {
    /// What the use means.
    pub meaning: Meaning,
    /// The chain's links: names separated by `|`; `+` after them: one or more, `*`: any number, `?`: none or one.
    /// The default namespace (`sockets`) is left out. Empty: any chain.
    #[serde(default)]
    pub chain: Vec<String>,
    /// What the arguments must be.
    #[serde(rename = "where", default)]
    pub conditions: Option<Conditions>,
}

/// What the arguments of an emission must be.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Conditions {
    /// The one room: a template with one `${}` at its end, written up to it (`user_`).
    pub room_prefix: Option<String>,
    /// The event, a string.
    pub event: Option<String>,
    /// How many arguments `emit` has, the event included.
    pub arguments: Option<usize>,
    /// One client's socket is taken by its id, and one thing done with it in a statement of its own.
    #[serde(default)]
    pub by_id: bool,
    /// It reads the list of rooms, which a copy can be made of.
    #[serde(default)]
    pub copied: bool,
    /// The rooms, in their order; from the configuration only.
    #[serde(skip)]
    pub rooms: Vec<Room>,
}

/// What a rule writes.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rewrite {
    /// Text with `{rooms}`, `{room}`, `{arguments}`, `{payload}`, `{links}` and the like; see `plan::emits`.
    pub template: String,
    /// The last link that is rewritten; those behind it stay.
    pub through: Option<String>,
}

/// A rule folder that can't be read.
#[derive(Debug, thiserror::Error)]
#[error("rule `{id}` can't be read: {problem}; mend `rules/{id}/rule.toml`")]
pub struct RuleError {
    /// The folder's name.
    pub id: String,
    /// What is wrong with it.
    pub problem: String,
}

/// Reads the embedded rules, sorted by id.
fn read_rules() -> Result<Vec<Rule>, RuleError> {
    RULE_FILES
        .iter()
        .map(|(id, data, page)| read_rule(id, data, page))
        .collect()
}

fn read_rule(id: &str, data: &str, page: &'static str) -> Result<Rule, RuleError> {
    let error = |problem: String| RuleError {
        id: id.to_owned(),
        problem,
    };
    let mut rule: Rule = toml::from_str(data).map_err(|it| error(it.to_string()))?;
    if rule.id != id {
        return Err(error(format!(
            "its id `{}` is not its folder's name",
            rule.id
        )));
    }
    rule.page = page;
    Ok(rule)
}

impl Rule {
    /// Every rule, sorted by id.
    pub fn all() -> &'static [Self] {
        static RULES: LazyLock<Vec<Rule>> = LazyLock::new(|| {
            read_rules().unwrap_or_else(|it| panic!("the embedded rules are tested: {it}"))
        });
        &RULES
    }

    /// Every rule, and one for each method that the project adds to the broadcaster. These share the id and the page of
    /// `emit-as-method`, which by itself matches nothing.
    pub fn with_methods(methods: &[Method]) -> Vec<Self> {
        let mut rules = Self::all().to_vec();
        let model = rules.iter().find(|it| it.id == METHOD_RULE).cloned();
        let model = model.expect("the rule folder is there");
        rules.extend(methods.iter().map(|it| model.of_method(it)));
        rules
    }

    fn of_method(&self, method: &Method) -> Self {
        let mut rule = self.clone();
        rule.find.chain = method.rooms.iter().map(|_| "to|in".to_owned()).collect();
        rule.find.chain.push("emit".to_owned());
        rule.find.conditions = Some(Conditions {
            room_prefix: None,
            event: Some(method.event.clone()),
            arguments: None,
            by_id: false,
            copied: false,
            rooms: method.rooms.clone(),
        });
        let varies = method.rooms.iter().any(|it| it.variable.is_some());
        let variables = if varies { "{variables}, " } else { "" };
        rule.rewrite = Some(Rewrite {
            template: format!("socketBroadcaster.{}({variables}{{payload}})", method.name),
            through: None,
        });
        rule
    }

    /// The first sentence of the page: what the rule is about, in one line.
    pub fn summary(&self) -> &'static str {
        first_sentence(self.section("What it finds"))
    }

    /// The first sentence under "What to do".
    pub fn help(&self) -> &'static str {
        first_sentence(self.section("What to do"))
    }

    /// The text under one of the page's headings.
    fn section(&self, heading: &str) -> &'static str {
        let Some(start) = self.page.find(&format!("## {heading}")) else {
            return "";
        };
        let text = &self.page[start + heading.len() + 3..];
        text[..text.find("\n## ").unwrap_or(text.len())].trim()
    }

    /// How closely the rule describes what it looks for; of several rules that match, the closest is taken.
    pub fn closeness(&self) -> usize {
        let conditions = self.find.conditions.iter().count() * 100;
        let exact = self
            .find
            .chain
            .iter()
            .filter(|it| !it.ends_with(['*', '+', '?']))
            .count();
        conditions + exact * 2 + usize::from(!self.find.chain.is_empty())
    }
}

fn first_sentence(text: &'static str) -> &'static str {
    let paragraph = text.split("\n\n").next().unwrap_or(text);
    match paragraph.find(". ").or_else(|| paragraph.find(".\n")) {
        Some(end) => &paragraph[..=end],
        None => paragraph.trim_end(),
    }
}

#[cfg(test)]
mod tests {
    use super::read_rules;

    #[test]
    fn every_rule_can_be_read_and_has_its_page() {
        for rule in read_rules().unwrap() {
            assert!(!rule.summary().is_empty(), "{}: no first sentence", rule.id);
            assert!(
                !rule.help().is_empty(),
                "{}: nothing under `What to do`",
                rule.id
            );
        }
    }
}
