//! Names of types. They are no bindings, as nothing in them runs, but where code goes its types have to go as well. What is
//! a type is told from the words of the text: one too many is an import or a declaration that nobody needs.

use std::collections::BTreeSet;

use super::{Form, Statements};
use crate::plan::layout::is_of_name;
use crate::scope::BindingId;
use crate::source::Span;
use crate::syntax::{Kind, NodeId};

/// Finds which types the statements declare, and which words they mention.
pub(super) fn find(statements: &mut Statements<'_>) {
    let words: Vec<BTreeSet<String>> = (0..statements.all.len())
        .map(|it| words(statements, it))
        .collect();
    let names: Vec<Option<String>> = (0..statements.all.len())
        .map(|it| name(statements, it))
        .collect();
    for (statement, (words, name)) in statements.all.iter_mut().zip(words.into_iter().zip(names)) {
        statement.words = words;
        statement.type_name = name;
    }
}

impl Statements<'_> {
    /// The statements and the imported names that a statement's types are made of.
    pub(in crate::plan) fn types_of(&self, index: usize) -> (BTreeSet<usize>, BTreeSet<BindingId>) {
        let words = &self.all[index].words;
        let is_meant = |it: &usize| {
            let name = self.all[*it].type_name.as_ref();
            *it != index && name.is_some_and(|it| words.contains(it))
        };
        let declared = (0..self.all.len()).filter(is_meant).collect();
        let imported = self.all.iter().filter(|it| it.form == Form::Import);
        let imported = imported
            .flat_map(|it| it.defines.iter().copied())
            .filter(|it| words.contains(self.name(*it)))
            .collect();
        (declared, imported)
    }

    /// The other statements in which a word stands.
    pub(in crate::plan) fn mentioners(&self, index: usize, word: &str) -> Vec<usize> {
        let others = (0..self.all.len()).filter(|it| *it != index);
        others
            .filter(|it| self.all[*it].words.contains(word))
            .collect()
    }
}

/// The name after `interface` or `type`.
fn name(statements: &Statements<'_>, index: usize) -> Option<String> {
    let tree = statements.tree();
    let is_type = match tree.kind(statements.all[index].node) {
        Kind::ExportDeclaration { declaration } => matches!(tree.kind(*declaration), Kind::Type),
        _ => statements.all[index].form == Form::Type,
    };
    if !is_type {
        return None;
    }
    let text = &statements.text()[statements.span(index).range()];
    let mut words = text.split_whitespace();
    words.find(|it| matches!(*it, "interface" | "type" | "enum" | "class" | "namespace"))?;
    let name: String = words
        .next()?
        .chars()
        .take_while(|it| is_of_name(*it))
        .collect();
    (!name.is_empty()).then_some(name)
}

/// The words of a statement without those of statements that are listed besides it, of strings, comments and properties,
/// and without names that run: what these refer to is known.
fn words(statements: &Statements<'_>, index: usize) -> BTreeSet<String> {
    let tree = statements.tree();
    let own = statements.span(index);
    let nested = (index + 1..statements.all.len()).map(|it| statements.span(it));
    let strings = tree
        .descendants(statements.all[index].node)
        .filter(|it| is_text(statements, *it));
    let named = tree
        .descendants(statements.all[index].node)
        .filter_map(|it| {
            let start = tree.span(it).start as usize;
            Some(Span::new(start, start + tree.name(it)?.len()))
        });
    let comments = tree.comments.iter().map(|it| it.span);
    let mut skipped: Vec<Span> = nested
        .filter(|it| own.contains(*it))
        .chain(strings.map(|it| tree.span(it)))
        .chain(named)
        .chain(comments.filter(|it| own.contains(*it)))
        .collect();
    skipped.sort();
    let text = crate::plan::layout::lists::without(statements.text(), own, skipped);
    let mut words = BTreeSet::new();
    let mut word = String::new();
    let mut before = ' ';
    for (at, it) in text.char_indices().chain([(text.len(), ' ')]) {
        if is_of_name(it) {
            word.push(it);
            continue;
        }
        if !word.is_empty() {
            let found = std::mem::take(&mut word);
            // `a.found`, and `found: b` of an object: a value before a colon is known from the tree.
            let rest = text[at..].trim_start().trim_start_matches('?');
            if before != '.' && !rest.starts_with(':') {
                words.insert(found);
            }
        }
        before = it;
    }
    words
}

/// A string, or a template of which no part is an expression.
fn is_text(statements: &Statements<'_>, node: NodeId) -> bool {
    match statements.tree().kind(node) {
        Kind::String { .. } => true,
        Kind::Template { expressions, .. } => expressions.is_empty(),
        _ => false,
    }
}
