//! Rule × use: which rule speaks for a use of the server.

use super::chains::{Chain, Link};
use super::is_of_framework;
use super::state::{by_id, copies, snapshots};
use super::uses::Use;
use crate::config::teaching::Room;
use crate::project::Project;
use crate::project::api::Role;
use crate::project::value::{Part, Place, Value};
use crate::rules::{Conditions, Fix, Meaning, Rule};
use crate::syntax::{Kind, Tree};

/// What may be done about a use without asking; stricter than the rule where it is riskier than what the rule is about.
pub(crate) fn fix_of(project: &Project, it: &Use, rule: &Rule) -> Fix {
    if is_of_framework(project, it.chain.root) {
        return Fix::Manual;
    }
    let fetches = it
        .chain
        .last()
        .is_some_and(|it| it.name.as_deref() == Some("fetchSockets"));
    if fetches && snapshots::is_written(project, &it.chain) {
        return Fix::Manual;
    }
    match needs_socket(project, &it.chain, rule) {
        true => rule.fix.max(Fix::Unsafe),
        false => rule.fix,
    }
}

/// The closest rule for `meaning` at a use.
pub(crate) fn rule_for<'a>(
    project: &Project,
    it: &Use,
    meaning: Meaning,
    rules: &'a [Rule],
) -> Option<&'a Rule> {
    rules
        .iter()
        .filter(|rule| rule.find.meaning == meaning && matches(project, &it.chain, rule))
        .max_by_key(|rule| rule.closeness())
}

fn matches(project: &Project, chain: &Chain, rule: &Rule) -> bool {
    let names = names(project, chain);
    let fits_chain = rule.find.chain.is_empty() || fits(&rule.find.chain, &names);
    fits_chain
        && rule
            .find
            .conditions
            .as_ref()
            .is_none_or(|it| holds(project, chain, it))
}

/// The names of the links, the default namespace left out: `io.sockets.emit` is `io.emit`. What starts at a part of the
/// server in a variable starts with that: `<part>` for a namespace or an operator, `<state>` for what questions are
/// asked of. `<socket>` stands before what is done with one client's socket.
fn names<'a>(project: &Project, chain: &'a Chain) -> Vec<&'a str> {
    let is_default_namespace =
        |link: &Link| link.name.as_deref() == Some("sockets") && link.role == Role::Link;
    let mut names: Vec<&str> = part_name(project, chain.root).into_iter().collect();
    for link in chain.links.iter().filter(|it| !is_default_namespace(it)) {
        names.push(link.name.as_deref().unwrap_or("[]"));
        let at = Place {
            file: chain.root.file,
            node: link.node,
        };
        names.extend(part_name(project, at).filter(|it| *it == "<socket>"));
    }
    names
}

/// What an expression may hold that is not the server itself.
fn part_name(project: &Project, place: Place) -> Option<&'static str> {
    let names = project.values(place).filter_map(|it| match it {
        Value::State {
            part: Part::Socket, ..
        } => Some("<socket>"),
        Value::State { .. } | Value::SharedState { .. } => Some("<state>"),
        Value::Namespace { .. } | Value::Operator { .. } | Value::Method { .. } => Some("<part>"),
        _ => None,
    });
    // What only a person can decide about goes first.
    names.max_by_key(|it| {
        ["<part>", "<state>", "<socket>"]
            .iter()
            .position(|name| name == it)
    })
}

fn fits(pattern: &[String], names: &[&str]) -> bool {
    let Some((first, rest)) = pattern.split_first() else {
        return names.is_empty();
    };
    let (alternatives, repeat) = match first.strip_suffix(['*', '+', '?']) {
        Some(alternatives) => (alternatives, first.chars().last()),
        None => (first.as_str(), None),
    };
    let is_any = alternatives.is_empty();
    let fits_one = || {
        names
            .first()
            .is_some_and(|it| is_any || alternatives.split('|').any(|name| name == *it))
    };
    match repeat {
        None => fits_one() && fits(rest, &names[1..]),
        Some('?') => fits(rest, names) || (fits_one() && fits(rest, &names[1..])),
        Some('*') => fits(rest, names) || (fits_one() && fits(pattern, &names[1..])),
        _ => {
            let more: Vec<String> = std::iter::once(format!("{alternatives}*"))
                .chain(rest.iter().cloned())
                .collect();
            fits_one() && fits(&more, &names[1..])
        }
    }
}

fn holds(project: &Project, chain: &Chain, conditions: &Conditions) -> bool {
    let tree = &project.facts(chain.root.file).tree;
    let emission = chain
        .last()
        .and_then(|it| it.arguments.as_deref())
        .unwrap_or_default();
    let has_spread = emission
        .iter()
        .any(|it| matches!(tree.kind(*it), Kind::Spread { .. }));
    let event_is =
        |event: &String| emission.first().and_then(|it| tree.string_value(*it)) == Some(event);
    let count_is = |count: &usize| emission.len() == *count && !has_spread;
    let room_is = |prefix: &String| room_prefix(project, chain) == Some(prefix.as_str());
    conditions.event.as_ref().is_none_or(event_is)
        && conditions.arguments.as_ref().is_none_or(count_is)
        && conditions.room_prefix.as_ref().is_none_or(room_is)
        && (!conditions.copied || copies::fits(project, chain))
        && (!conditions.by_id || by_id::fits(project, chain))
        && conditions
            .rooms
            .iter()
            .zip(&chain.links)
            .all(|(room, link)| is_room(tree, link, room))
}

/// Whether a link names a room of the configuration: `'role_admin'`, `` `ticket_${id}` ``.
fn is_room(tree: &Tree, link: &Link, room: &Room) -> bool {
    let Some([named]) = link.arguments.as_deref() else {
        return false;
    };
    match (&room.variable, tree.kind(tree.bare(*named))) {
        (None, _) => tree.string_value(*named) == Some(&room.start),
        (Some(_), Kind::Template { texts, expressions }) => {
            expressions.len() == 1
                && texts.first() == Some(&room.start)
                && texts.last().is_some_and(String::is_empty)
        }
        (Some(_), _) => false,
    }
}

/// Whether a chain acts on one client's socket without asking whether it is there.
pub(crate) fn needs_socket(project: &Project, chain: &Chain, rule: &Rule) -> bool {
    let by_id = rule.find.conditions.as_ref().is_some_and(|it| it.by_id);
    by_id && !by_id::is_asked_for(project, chain)
}

/// `user_` of ``io.to(`user_${id}`)``, if that is the only room.
fn room_prefix<'a>(project: &'a Project, chain: &Chain) -> Option<&'a str> {
    let tree = &project.facts(chain.root.file).tree;
    let mut rooms = chain
        .links
        .iter()
        .filter(|it| matches!(it.name.as_deref(), Some("to" | "in")));
    let (Some(link), None) = (rooms.next(), rooms.next()) else {
        return None;
    };
    let [room] = link.arguments.as_deref()? else {
        return None;
    };
    match tree.kind(tree.bare(*room)) {
        Kind::Template { texts, expressions }
            if expressions.len() == 1 && texts.last().is_some_and(String::is_empty) =>
        {
            texts.first().map(String::as_str)
        }
        _ => None,
    }
}
