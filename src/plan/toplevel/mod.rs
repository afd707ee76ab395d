//! The set-up file as a list of statements: what each defines, and which of the file's own names it reads. They are those
//! of the top level, and those of the blocks in which the set-up stands. Which of them go where is `closure`'s work.

pub(in crate::plan) mod clients;
pub(in crate::plan) mod closure;
pub(in crate::plan) mod purity;
mod refusals;
pub(in crate::plan) mod starts;
#[cfg(test)]
mod tests;
mod type_names;

use std::collections::{BTreeMap, BTreeSet};

use crate::plan::Input;
use crate::plan::layout::Layout;
use crate::project::Project;
use crate::project::value::{Place, Value};
use crate::scope::{BindingId, FileFacts, ScopeId};
use crate::source::{FileId, Language, LineIndex, Span};
use crate::syntax::{Key, Kind, NodeId, Tree};

/// The packages that read an environment file.
const ENVIRONMENT_PACKAGES: &[&str] = &[
    "dotenv",
    "dotenv-expand",
    "dotenv-flow",
    "dotenv-safe",
    "dotenv-defaults",
    "dotenvx",
    "@dotenvx/dotenvx",
];

/// Packages whose loading changes how others are loaded, or what they find.
const HEAD_PACKAGES: &[&str] = &[
    "module-alias",
    "app-module-path",
    "reflect-metadata",
    "@babel/register",
    "esm",
];

/// One file's statements.
pub(in crate::plan) struct Statements<'a> {
    pub(in crate::plan) input: &'a Input<'a>,
    pub(in crate::plan) file: FileId,
    pub(in crate::plan) facts: &'a FileFacts,
    pub(in crate::plan) all: Vec<Statement>,
    /// The blocks whose statements are listed, too, outermost first; and an expression that is listed like one.
    opened: Vec<NodeId>,
    defined_by: BTreeMap<BindingId, Vec<usize>>,
}

/// A statement of the list.
pub(in crate::plan) struct Statement {
    pub(in crate::plan) node: NodeId,
    pub(in crate::plan) form: Form,
    /// The file's own names that it declares.
    pub(in crate::plan) defines: BTreeSet<BindingId>,
    /// Where it mentions the file's own names, its own declarations apart.
    pub(in crate::plan) reads: Vec<(BindingId, NodeId)>,
    /// The type that it declares, where nothing but a type is declared.
    pub(in crate::plan) type_name: Option<String>,
    /// Words of TypeScript that may be names of types.
    pub(in crate::plan) words: BTreeSet<String>,
}

/// What a statement is to a move.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::plan) enum Form {
    /// `import … from`, `const … = require('…')`.
    Import,
    /// Reads the environment file, or changes how modules are found.
    Head,
    /// `'use strict'`.
    Directive,
    /// `export const a = 1`.
    Exported,
    /// `export { a }`, `export default a`.
    Export,
    /// Declares variables.
    Variables,
    /// Declares a function or a class.
    Definition,
    /// Declares a type: `interface`, `type`.
    Type,
    /// Has a block in it whose statements are listed after it.
    Shell,
    /// Anything else.
    Other,
}

impl<'a> Statements<'a> {
    /// Those of the top level.
    pub(in crate::plan) fn new(input: &'a Input<'a>, file: FileId) -> Self {
        Self::opening(input, file, Vec::new())
    }

    /// With those of some blocks, each in the one before, and an expression that has to be told apart from what it is
    /// written in: it is listed after that, like a statement.
    pub(in crate::plan) fn opening(
        input: &'a Input<'a>,
        file: FileId,
        opened: Vec<NodeId>,
    ) -> Self {
        let facts = input.project.facts(file);
        let mut statements = Self {
            input,
            file,
            facts,
            all: Vec::new(),
            opened,
            defined_by: BTreeMap::new(),
        };
        statements.list(facts.tree.root());
        statements.resolve();
        if input.sources[file.index()].language != Language::JavaScript {
            type_names::find(&mut statements);
        }
        statements
    }

    /// Lists the statements of a block, and after each what is opened in it.
    fn list(&mut self, block: NodeId) {
        let tree = self.tree();
        let (Kind::Program { body } | Kind::Block { body }) = tree.kind(block) else {
            return;
        };
        for node in body {
            let span = tree.span(*node);
            let mut opened = self.opened.iter().copied();
            let first = opened.find(|it| span.contains(tree.span(*it)));
            match first {
                Some(block) if matches!(tree.kind(block), Kind::Block { .. }) => {
                    self.push(*node, Form::Shell);
                    self.list(block);
                }
                expression => {
                    self.push(*node, form(self.input.project, self.file, *node));
                    if let Some(expression) = expression {
                        self.push(expression, Form::Other);
                    }
                }
            }
        }
    }

    fn push(&mut self, node: NodeId, form: Form) {
        self.all.push(Statement {
            node,
            form,
            defines: BTreeSet::new(),
            reads: Vec::new(),
            type_name: None,
            words: BTreeSet::new(),
        });
    }

    fn resolve(&mut self) {
        for (id, binding) in self.facts.bindings() {
            if !self.is_listed(binding.scope) {
                continue;
            }
            for node in &binding.declarations {
                if let Some(index) = self.index_of(*node) {
                    self.all[index].defines.insert(id);
                    let definers = self.defined_by.entry(id).or_default();
                    if definers.last() != Some(&index) {
                        definers.push(index);
                    }
                }
            }
            for node in &binding.references {
                if let Some(index) = self.index_of(*node) {
                    self.all[index].reads.push((id, *node));
                }
            }
        }
    }

    /// Whether the names of a scope are declared by listed statements, or by functions whose bodies are opened.
    pub(in crate::plan) fn is_listed(&self, scope: ScopeId) -> bool {
        let node = self.facts.scope(scope).node;
        let is_opened = |block: &NodeId| *block == node || self.tree().parent(*block) == Some(node);
        scope == ScopeId::MODULE || self.opened.iter().any(is_opened)
    }

    /// Whether the statements in a function's body are listed.
    pub(in crate::plan) fn is_opened(&self, function: Place) -> bool {
        let body = self
            .input
            .project
            .facts(function.file)
            .tree
            .function(function.node);
        let body = body.and_then(|it| it.body);
        function.file == self.file && body.is_some_and(|it| self.opened.contains(&it))
    }

    /// Whether two statements stand in the same block.
    pub(in crate::plan) fn are_siblings(&self, first: usize, second: usize) -> bool {
        let parent = |it: usize| self.tree().parent(self.all[it].node);
        parent(first) == parent(second)
    }

    /// The statement before one in its block.
    pub(in crate::plan) fn previous(&self, index: usize) -> Option<usize> {
        (0..index).rev().find(|it| self.are_siblings(*it, index))
    }

    /// The statement that contains a node.
    pub(in crate::plan) fn index_of(&self, node: NodeId) -> Option<usize> {
        self.index_at(self.tree().span(node))
    }

    /// The statement that contains a range.
    pub(in crate::plan) fn index_at(&self, span: Span) -> Option<usize> {
        let after = self
            .all
            .partition_point(|it| self.tree().span(it.node).start <= span.start);
        (0..after).rev().find(|it| self.span(*it).contains(span))
    }

    pub(in crate::plan) fn tree(&self) -> &'a Tree {
        &self.facts.tree
    }

    pub(in crate::plan) fn text(&self) -> &'a str {
        &self.input.sources[self.file.index()].text
    }

    pub(in crate::plan) fn layout(&self) -> Layout<'a> {
        Layout {
            text: self.text(),
            tree: self.tree(),
        }
    }

    pub(in crate::plan) fn span(&self, index: usize) -> Span {
        self.tree().span(self.all[index].node)
    }

    /// The statements that declare a name.
    pub(in crate::plan) fn definers(&self, binding: BindingId) -> &[usize] {
        self.defined_by.get(&binding).map_or(&[], Vec::as_slice)
    }

    /// Where the file's statements mention a name, by statement.
    pub(in crate::plan) fn readers(&self, binding: BindingId) -> Vec<(usize, NodeId)> {
        let references = &self.facts.binding(binding).references;
        references
            .iter()
            .filter_map(|it| Some((self.index_of(*it)?, *it)))
            .collect()
    }

    pub(in crate::plan) fn name(&self, binding: BindingId) -> &'a str {
        &self.facts.binding(binding).name
    }

    /// Whether a name may hold a value of some sort.
    pub(in crate::plan) fn holds(
        &self,
        binding: BindingId,
        wanted: impl Fn(&Value) -> bool,
    ) -> bool {
        let facts = self.facts.binding(binding);
        let mut nodes = facts.declarations.iter().chain(&facts.references);
        nodes.any(|it| self.values(*it).any(&wanted))
    }

    pub(in crate::plan) fn values(&self, node: NodeId) -> impl Iterator<Item = &'a Value> {
        self.input.project.values(Place {
            file: self.file,
            node,
        })
    }

    /// Whether a variable is declared with sessions that only this process would know, or their store.
    pub(in crate::plan) fn keeps_sessions(&self, binding: BindingId) -> bool {
        let tree = self.tree();
        let declarations = &self.facts.binding(binding).declarations;
        declarations.iter().any(|it| {
            tree.parent(*it).is_some_and(|it| match tree.kind(it) {
                Kind::Declarator {
                    init: Some(init), ..
                } => self.makes_sessions(*init),
                _ => false,
            })
        })
    }

    /// Whether an expression makes them.
    pub(in crate::plan) fn makes_sessions(&self, node: NodeId) -> bool {
        self.input.project.keeps_sessions(Place {
            file: self.file,
            node: self.tree().bare(node),
        })
    }

    /// Whether the statement at `second`, right after the one at `first`, would be read as its continuation: no
    /// semicolon ends the one, and the other starts with `(` or the like (ECMAScript, automatic semicolon insertion).
    pub(in crate::plan) fn would_merge(&self, first: usize, second: usize) -> bool {
        let text = self.text();
        let is_open = matches!(
            self.tree().kind(self.all[first].node),
            Kind::Variables { .. }
                | Kind::ExpressionStatement { .. }
                | Kind::ExportDeclaration { .. }
                | Kind::ExportDefault { .. }
                | Kind::Throw { .. }
        ) && !text[self.span(first).range()].ends_with(';');
        let next = text[self.span(second).range()].as_bytes().first();
        is_open && next.is_some_and(|it| b"([`+-/*".contains(it))
    }

    /// `path:line` of a range, for messages.
    pub(in crate::plan) fn place(&self, span: Span) -> String {
        place(self.input, self.file, span)
    }

    /// The variables statement at an index, also under `export`.
    pub(in crate::plan) fn declarators(&self, index: usize) -> &'a [NodeId] {
        let tree = self.tree();
        let mut node = self.all[index].node;
        if let Kind::ExportDeclaration { declaration } = tree.kind(node) {
            node = *declaration;
        }
        match tree.kind(node) {
            Kind::Variables { declarators, .. } => declarators,
            _ => &[],
        }
    }
}

/// `path:line` of a range, for messages.
pub(in crate::plan) fn place(input: &Input<'_>, file: FileId, span: Span) -> String {
    let source = &input.sources[file.index()];
    let position = LineIndex::new(&source.text).position(&source.text, span.start);
    format!("{}:{}", source.path, position.line)
}

fn form(project: &Project, file: FileId, node: NodeId) -> Form {
    let facts = project.facts(file);
    let tree = &facts.tree;
    match tree.kind(node) {
        Kind::Import { source, names, .. } if names.is_empty() && is_head_source(source) => {
            Form::Head
        }
        Kind::Import { .. } => Form::Import,
        Kind::Variables { declarators, .. } => {
            let inits = declarators.iter().map(|it| match tree.kind(*it) {
                Kind::Declarator { init, .. } => *init,
                _ => None,
            });
            let inits: Option<Vec<NodeId>> = inits.collect();
            match inits {
                Some(inits) if inits.iter().all(|it| required(facts, *it).is_some()) => {
                    Form::Import
                }
                Some(inits) if inits.iter().all(|it| reads_environment(project, file, *it)) => {
                    Form::Head
                }
                _ => Form::Variables,
            }
        }
        Kind::ExpressionStatement { expression } => expression_form(project, file, *expression),
        Kind::ExportDeclaration { .. } => Form::Exported,
        Kind::ExportNames { .. } | Kind::ExportAll { .. } | Kind::ExportDefault { .. } => {
            Form::Export
        }
        Kind::Function(_) | Kind::Class(_) => Form::Definition,
        Kind::Type => Form::Type,
        _ => Form::Other,
    }
}

fn expression_form(project: &Project, file: FileId, expression: NodeId) -> Form {
    let facts = project.facts(file);
    match facts.tree.kind(expression) {
        Kind::String { .. } => Form::Directive,
        _ if required(facts, expression).is_some_and(is_head_source) => Form::Head,
        _ if reads_environment(project, file, expression) => Form::Head,
        _ => Form::Other,
    }
}

/// The module that `require('x')`, `require('x').y` and the like are of.
pub(in crate::plan) fn required(facts: &FileFacts, node: NodeId) -> Option<&str> {
    let tree = &facts.tree;
    match tree.kind(tree.bare(node)) {
        Kind::Member {
            object,
            property: Key::Static(_),
            ..
        } => required(facts, *object),
        Kind::Call {
            callee, arguments, ..
        } => {
            let is_require =
                tree.name(*callee) == Some("require") && facts.binding_of(*callee).is_none();
            match arguments.as_slice() {
                [source] if is_require => tree.string_value(*source),
                _ => None,
            }
        }
        _ => None,
    }
}

fn is_head_source(source: &str) -> bool {
    let package = match source.strip_prefix('@') {
        Some(_) => source.splitn(3, '/').take(2).collect::<Vec<_>>().join("/"),
        None => source.split('/').next().unwrap_or(source).to_owned(),
    };
    let package = package.as_str();
    HEAD_PACKAGES.contains(&package)
        || (ENVIRONMENT_PACKAGES.contains(&package) && source.ends_with("/config"))
        || source == "source-map-support/register"
}

/// `require('dotenv').config()`, `dotenv.config()`, `expand(config())`.
pub(in crate::plan) fn reads_environment(
    project: &Project,
    file: FileId,
    expression: NodeId,
) -> bool {
    let tree = &project.facts(file).tree;
    let Kind::Call { callee, .. } = tree.kind(tree.bare(expression)) else {
        return false;
    };
    project
        .values(Place {
            file,
            node: tree.bare(*callee),
        })
        .any(|it| match it {
            Value::PackageMember(package, _) | Value::Package(package) => {
                ENVIRONMENT_PACKAGES.contains(&package.as_str())
            }
            _ => false,
        })
}
