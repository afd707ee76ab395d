//! State that only handlers change and that the API reads: where the API asks the dedicated server for it, and what that
//! answers. Whether the state can move is the slice's matter: it takes what is asked here for gone.

mod loops;
mod reads;
mod touches;
mod travels;

use std::collections::BTreeMap;

use super::Input;
use super::apart::exported_as;
use super::awaiting::{Awaiting, awaiting, needs_parentheses};
use super::draft::Draft;
use super::imports::Style;
use super::layout::Layout;
use super::rewrite::{Piece, broadcaster_name, put};
use super::toplevel::{Statements, place as said_place};
use crate::findings::chains::{Chain, Link};
use crate::findings::uses::Variable;
use crate::project::api::Role;
use crate::project::value::Place;
use crate::scope::BindingId;
use crate::source::{FileId, Span};
use crate::syntax::{Key, Kind, NodeId};
use loops::Loop;
use reads::Read;
use touches::{Index, Reader, Side, Touches};

/// Everything that the API asks for; nothing until the migration can't do without.
#[derive(Clone, Debug, Default)]
pub struct Queries {
    /// By the name of the query.
    answers: BTreeMap<String, Answer>,
    asked: Vec<Asked>,
    /// Functions that read the state and that nobody calls.
    idle: Vec<Variable>,
    /// Where the state, and functions that read it, stand in lists of exports.
    mentions: Vec<Place>,
}

/// What the dedicated server answers with.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Answer {
    /// The state, or the function that reads it.
    variable: Variable,
    /// How, where `{}` is the variable: the function itself, or one of its own, `(id) => {}[id]`.
    text: String,
}

/// An expression of the API in whose place a question stands afterwards.
#[derive(Clone, Debug)]
struct Asked {
    name: String,
    expression: Place,
    /// What is named there: the state, or the function.
    head: NodeId,
    arguments: Vec<NodeId>,
    /// What makes the answer what the state is: `new Map`.
    made: Option<&'static str>,
    /// Where the answer is awaited; `None` if that is done already.
    awaiting: Option<Awaiting>,
    /// What has to be a loop for that.
    around: Option<Loop>,
}

/// What the API would have to ask for, for the state that only handlers change.
pub(in crate::plan) fn found(input: &Input<'_>) -> Queries {
    let mut queries = Queries::default();
    let index = Index::of(input);
    for (file, facts) in input.project.files() {
        let role = input.project.role(file);
        if !role.is_of_api() || role.is_dead || !facts.errors.is_empty() {
            continue;
        }
        let statements = Statements::new(input, file);
        for (binding, _) in facts.bindings() {
            if reads::is_state(&statements, binding)
                && let Some(found) = of_state(&statements, (file, binding), &index)
            {
                queries.add(found);
            }
        }
    }
    queries
}

/// What is asked for instead of reading a variable, if nothing of the API changes it and every place that reads it can ask.
fn of_state(statements: &Statements<'_>, state: Variable, index: &Index) -> Option<Queries> {
    let input = statements.input;
    let touches = Touches::of(statements, state, index)?;
    let mut queries = Queries::default();
    let mut is_changed = false;
    for place in touches.all.iter().copied() {
        match touches.side(place) {
            Side::Clients => is_changed |= reads::changes(input, place),
            Side::Neutral => {}
            Side::Api => queries.ask(&touches, place)?,
        }
    }
    queries.mentions.extend(&touches.mentions);
    let is_read = !queries.asked.is_empty() || !queries.idle.is_empty();
    (is_changed && is_read).then_some(queries)
}

impl Queries {
    fn add(&mut self, other: Self) {
        let is_taken = |it: (&String, &Answer)| {
            let known = self.answers.get(it.0);
            known.is_some_and(|known| known != it.1)
        };
        if !other.answers.iter().any(is_taken) {
            self.answers.extend(other.answers);
            // A function may read two of them.
            for it in other.asked {
                let is_same = |known: &Asked| known.expression == it.expression;
                if !self.asked.iter().any(is_same) {
                    self.asked.push(it);
                }
            }
            self.idle.extend(other.idle);
            self.mentions.extend(other.mentions);
        }
    }

    /// Asks for what is read at a place of the API: there, or where the function is called that reads it. `None` if neither
    /// can be done.
    fn ask(&mut self, touches: &Touches<'_, '_>, place: Place) -> Option<()> {
        match touches.reader(place) {
            Some(function) => self.ask_function(touches, function),
            None => self.ask_state(touches, place),
        }
    }

    fn ask_state(&mut self, touches: &Touches<'_, '_>, place: Place) -> Option<()> {
        let read = Read::at(touches, place)?;
        let name = format!("{}{}", touches.name(), read.suffix);
        let answer = Answer {
            variable: touches.state,
            text: read.answer(),
        };
        self.answers.entry(name.clone()).or_insert(answer);
        self.push(touches, name, &read)
    }

    /// Asks a function where the API calls it.
    fn ask_function(&mut self, touches: &Touches<'_, '_>, function: Reader) -> Option<()> {
        let name = function.name;
        if self.answers.contains_key(&name) || self.idle.contains(&function.variable) {
            return Some(());
        }
        self.mentions.extend(&function.mentions);
        if function.calls.is_empty() {
            self.idle.push(function.variable);
            return Some(());
        }
        let answer = Answer {
            variable: function.variable,
            text: "{}".to_owned(),
        };
        self.answers.insert(name.clone(), answer);
        for call in function.calls {
            match touches.side(call) {
                Side::Clients | Side::Neutral => {}
                Side::Api => match touches.reader(call) {
                    Some(outer) => self.ask_function(touches, outer)?,
                    None => {
                        let read = Read::call(touches, call)?;
                        self.push(touches, name.clone(), &read)?;
                    }
                },
            }
        }
        Some(())
    }

    fn push(&mut self, touches: &Touches<'_, '_>, name: String, read: &Read) -> Option<()> {
        let input = touches.statements.input;
        let tree = &input.project.facts(read.expression.file).tree;
        let outer = tree.wrapped(read.expression.node);
        let is_awaited = tree
            .parent(outer)
            .is_some_and(|it| matches!(tree.kind(it), Kind::Await { .. }));
        let (awaiting, around) = match is_awaited || read.is_promise {
            true => (None, None),
            false => match awaiting(input, read.expression) {
                Awaiting::Nowhere => {
                    let (around, found) = loops::around(input, read.expression)?;
                    (Some(found), Some(around))
                }
                Awaiting::Uncaught => return None,
                found => (Some(found), None),
            },
        };
        self.asked.push(Asked {
            name,
            expression: read.expression,
            head: read.head,
            arguments: read.arguments.clone(),
            made: read.made,
            awaiting,
            around,
        });
        Some(())
    }

    /// Whether the name at a place is gone once the questions stand there.
    pub(in crate::plan) fn take(&self, input: &Input<'_>, place: Place) -> bool {
        let own = span(input, place);
        let heads = self.asked.iter().map(|it| it.expression.beside(it.head));
        let mut named = heads.chain(self.mentions.iter().copied());
        named.any(|it| it.file == place.file && span(input, it).contains(own))
    }

    /// The variables of a file that go to the dedicated server for the questions.
    pub(in crate::plan) fn variables(&self, file: FileId) -> impl Iterator<Item = BindingId> {
        let answers = self.answers.values().map(|it| it.variable);
        let all = answers.chain(self.idle.iter().copied());
        all.filter(move |it| it.0 == file).map(|it| it.1)
    }

    /// Whether the API asks for anything.
    pub(in crate::plan) fn is_empty(&self) -> bool {
        self.asked.is_empty() && self.idle.is_empty()
    }

    /// The variables of other modules than the dedicated server's file that this answers with, by the names under which
    /// they are given away; `None` for one that has none.
    pub(in crate::plan) fn borrowed(
        &self,
        input: &Input<'_>,
        home: FileId,
    ) -> BTreeMap<Variable, Option<String>> {
        let variables = self.answers.values().map(|it| it.variable);
        let borrowed = variables.filter(|it| it.0 != home);
        let named = |it: Variable| (it, exported_as(&Statements::new(input, it.0), it.1));
        borrowed.map(named).collect()
    }

    /// The statements by which the dedicated server answers; `names` are those of borrowed variables.
    pub(in crate::plan) fn lines(
        &self,
        input: &Input<'_>,
        names: &BTreeMap<Variable, Option<String>>,
        semicolon: &str,
    ) -> String {
        let line = |(name, answer): (&String, &Answer)| {
            let (file, binding) = answer.variable;
            let own = &input.project.facts(file).binding(binding).name;
            let borrowed = names.get(&answer.variable).and_then(Option::as_ref);
            let text = answer.text.replace("{}", borrowed.unwrap_or(own));
            format!("socketQueries.{name} = {text}{semicolon}")
        };
        let lines: Vec<String> = self.answers.iter().map(line).collect();
        lines.join("\n")
    }

    /// Where exports mention what moves, in a file.
    pub(in crate::plan) fn mentions(&self, file: FileId) -> impl Iterator<Item = Place> {
        let all = self.mentions.iter().copied();
        all.filter(move |it| it.file == file)
    }

    /// What would be asked for, for who has not said that it may be.
    pub(in crate::plan) fn offer(&self) -> String {
        let names: Vec<String> = self.answers.keys().map(|it| format!("`{it}`")).collect();
        match names.is_empty() {
            true => "with `--unsafe-fixes` what nobody calls goes along".to_owned(),
            false => format!(
                "with `--unsafe-fixes` the API asks the dedicated server for {}, awaits the answer and gets a copy",
                names.join(", ")
            ),
        }
    }

    /// What a person should know of it.
    pub(in crate::plan) fn notes(&self, input: &Input<'_>) -> Vec<String> {
        let note = |(name, answer): (&String, &Answer)| {
            let (file, binding) = answer.variable;
            let variable = &input.project.facts(file).binding(binding).name;
            let mut places = self
                .asked
                .iter()
                .filter(|it| it.name == *name)
                .map(|it| said_place(input, it.expression.file, span(input, it.expression)));
            let first = places.next()?;
            let more = match places.count() {
                0 => String::new(),
                count => format!(" and {count} more"),
            };
            Some(format!(
                "`{variable}` is in the dedicated server from now on: {first}{more} asks for it with `query('{name}')`, awaits \
                 the answer and gets a copy of what is known at that moment"
            ))
        };
        self.answers.iter().filter_map(note).collect()
    }
}

/// Writes the questions where nothing moves. Returns what was read there.
pub(in crate::plan) fn write(
    draft: &mut Draft<'_>,
    moves: &dyn Fn(Place, Span) -> bool,
) -> Vec<Place> {
    let input = draft.input;
    let stays = |it: &&Asked| !moves(it.expression, span(input, it.expression));
    let mut replaced = Vec::new();
    for it in input.queries.asked.iter().filter(stays) {
        write_one(draft, it);
        replaced.push(it.expression.beside(it.head));
    }
    replaced
}

fn write_one(draft: &mut Draft<'_>, it: &Asked) {
    let Place { file, node } = it.expression;
    let broadcaster = broadcaster_name(draft, it.expression);
    let layout = draft.layout(file);
    let tree = layout.tree;
    if let Some(Awaiting::InAsync(function)) = it.awaiting {
        draft.make_async(file, function);
    }
    if let Some(around) = it.around {
        around.write(draft);
    }
    let is_enclosed = it.awaiting.is_some() && needs_parentheses(tree, node);
    let (open, close) = match it.made {
        Some(made) => (format!("{made}("), "))"),
        None if is_enclosed => ("(".to_owned(), "))"),
        None => (String::new(), ")"),
    };
    let key = match tree.parent(node).map(|it| tree.kind(it)) {
        Some(Kind::Property {
            key: Key::Static(key),
            shorthand: true,
            ..
        }) => format!("{key}: "),
        _ => String::new(),
    };
    let wait = if it.awaiting.is_some() { "await " } else { "" };
    let quote = Style::of_file(&layout).quote;
    let head = format!("{key}{open}{wait}{broadcaster}.query(");
    let name = format!("{quote}{}{quote}", it.name);
    let may_break = !it.arguments.is_empty() && is_last_on_line(&layout, node);
    let mut pieces = match may_break {
        true => vec![Piece::Text(head), Piece::Text(name)],
        false => vec![Piece::Text(format!("{head}{name}"))],
    };
    if let Some((first, last)) = it.arguments.first().zip(it.arguments.last()) {
        let (start, end) = (tree.span(*first).start, tree.span(*last).end);
        pieces.push(Piece::Text(", ".to_owned()));
        pieces.push(Piece::Source(Span { start, end }));
    }
    pieces.push(Piece::Text(close.to_owned()));
    put(draft, &it.chain(), pieces);
}

/// Whether an expression ends its line: a call there may be broken.
fn is_last_on_line(layout: &Layout<'_>, node: NodeId) -> bool {
    let end = layout.tree.span(node).end as usize;
    let behind = layout.text[end..layout.line_end(end)].trim();
    matches!(behind, "" | ";" | ",")
}

impl Asked {
    /// What stands there, as a chain.
    fn chain(&self) -> Chain {
        let link = Link {
            name: None,
            node: self.expression.node,
            member: self.head,
            arguments: Some(self.arguments.clone()),
            role: Role::Link,
        };
        Chain {
            root: self.expression.beside(self.head),
            end: self.expression.node,
            links: vec![link],
        }
    }
}

fn span(input: &Input<'_>, place: Place) -> Span {
    input.project.facts(place.file).tree.span(place.node)
}
