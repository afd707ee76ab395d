//! Scopes, and what is declared in them: hoisting, blocks, and the old rules of sloppy code.
//! Leaves the names that refer to them to `references.rs`.

use std::collections::BTreeMap;

use super::{Binding, BindingId, BindingKind, Scope, ScopeId, ScopeKind};
use crate::source::{Language, SourceFile};
use crate::syntax::{Class, Function, FunctionStyle, Keyword, Kind, NodeId, Tree};

/// The declarations of a file, and what `references.rs` needs to go on.
pub(super) struct Declared {
    pub(super) scopes: Vec<Scope>,
    pub(super) bindings: Vec<Binding>,
    pub(super) binding_of: Vec<Option<BindingId>>,
    pub(super) scope_of: Vec<ScopeId>,
    /// Names that refer, in no order.
    pub(super) names: Vec<NodeId>,
    /// Scopes that a direct `eval` can add variables to.
    pub(super) with_eval: Vec<ScopeId>,
}

/// Finds the scopes and declarations of a file. Walks with a list of pending nodes: nesting has no
/// bound but memory.
pub(super) fn declares(file: &SourceFile, tree: &Tree) -> Declared {
    let mut walk = Walk {
        tree,
        pending: Vec::new(),
        is_typescript: file.language != Language::JavaScript,
        modes: Vec::new(),
        block_functions: Vec::new(),
        out: Declared {
            scopes: Vec::new(),
            bindings: Vec::new(),
            binding_of: vec![None; tree.len()],
            scope_of: vec![ScopeId::MODULE; tree.len()],
            names: Vec::new(),
            with_eval: Vec::new(),
        },
    };
    let statements = tree.children(tree.root());
    let is_strict = file.path.ends_with(".mjs")
        || walk.is_typescript
        || statements
            .iter()
            .any(|it| is_module_statement(tree.kind(*it)))
        || is_strict_body(tree, &statements);
    walk.scope(None, tree.root(), ScopeKind::Module, is_strict);
    walk.push(ScopeId::MODULE, statements);
    while let Some((node, scope)) = walk.pending.pop() {
        walk.visit(node, scope);
    }
    walk.hoist_block_functions();
    for binding in &mut walk.out.bindings {
        binding.declarations.sort_by_key(|it| tree.span(*it));
    }
    walk.out
}

/// What is known of a scope only while declaring.
#[derive(Clone, Copy)]
struct Mode {
    is_strict: bool,
    /// Where a `var` in this scope is visible.
    var_scope: ScopeId,
}

struct Walk<'t> {
    tree: &'t Tree,
    pending: Vec<(NodeId, ScopeId)>,
    is_typescript: bool,
    /// By scope.
    modes: Vec<Mode>,
    /// Names of functions in blocks of sloppy code, with their block.
    block_functions: Vec<(NodeId, ScopeId)>,
    out: Declared,
}

impl<'t> Walk<'t> {
    fn visit(&mut self, node: NodeId, scope: ScopeId) {
        self.out.scope_of[node.index()] = scope;
        match self.tree.kind(node) {
            Kind::Name { .. } => self.out.names.push(node),
            Kind::Function(function) => self.function(node, function, scope),
            Kind::Class(class) => self.class(node, class, scope),
            Kind::Variables {
                keyword,
                declarators,
            } => {
                for declarator in declarators {
                    self.declare_variables(scope, *keyword, *declarator);
                }
                self.push(scope, declarators.clone());
            }
            Kind::Call { callee, .. } => {
                self.note_eval(*callee, scope);
                self.push(scope, self.tree.children(node));
            }
            Kind::Import { names, .. } => {
                for name in names {
                    let kind = if name.is_type {
                        BindingKind::TypeImport
                    } else {
                        BindingKind::Import
                    };
                    self.declare(scope, kind, name.local);
                }
                self.push(scope, self.tree.children(node));
            }
            Kind::Enum {
                name,
                initializers,
                members,
                ..
            } => {
                self.declare_and_visit(scope, BindingKind::Enum, *name);
                let inner = self.inner(scope, node, ScopeKind::Enum);
                for member in members {
                    self.add(inner, BindingKind::EnumMember, member);
                }
                self.push(inner, initializers.clone());
            }
            Kind::Namespace { name, body } => {
                if let Some(name) = name {
                    self.declare_and_visit(scope, BindingKind::Namespace, *name);
                }
                let inner = self.inner(scope, node, ScopeKind::Namespace);
                self.body(inner, *body);
            }
            _ => self.visit_statement(node, scope),
        }
    }

    fn visit_statement(&mut self, node: NodeId, scope: ScopeId) {
        match self.tree.kind(node) {
            Kind::Block { body } => {
                let inner = self.inner(scope, node, ScopeKind::Block);
                self.push(inner, body.clone());
            }
            Kind::StaticBlock { body } => {
                let inner = self.inner(scope, node, ScopeKind::StaticBlock);
                self.push(inner, body.clone());
            }
            Kind::For { .. } => {
                let inner = self.inner(scope, node, ScopeKind::Loop);
                self.push(inner, self.tree.children(node));
            }
            Kind::ForEach { keyword, left, .. } => {
                let inner = self.inner(scope, node, ScopeKind::Loop);
                if let Some(keyword) = keyword {
                    self.declare_variables(inner, *keyword, *left);
                }
                // What is looped over can't use the loop's variables, but sees their names.
                self.push(inner, self.tree.children(node));
            }
            Kind::Switch { subject, cases } => {
                let inner = self.inner(scope, node, ScopeKind::Switch);
                self.push(inner, cases.clone());
                self.push(scope, vec![*subject]);
            }
            Kind::Catch { parameter, .. } => {
                let inner = self.inner(scope, node, ScopeKind::Catch);
                if let Some(parameter) = parameter {
                    self.declare_pattern(inner, BindingKind::Catch, *parameter);
                }
                self.push(inner, self.tree.children(node));
            }
            Kind::With { object, body } => {
                let inner = self.inner(scope, node, ScopeKind::With);
                self.push(inner, vec![*body]);
                self.push(scope, vec![*object]);
            }
            _ => self.push(scope, self.tree.children(node)),
        }
    }

    fn function(&mut self, node: NodeId, function: &Function, mut scope: ScopeId) {
        let is_strict = self.mode(scope).is_strict
            || function
                .body
                .is_some_and(|it| is_strict_body(self.tree, &self.tree.children(it)));
        if let Some(name) = function.name {
            if function.style == FunctionStyle::Declaration {
                self.function_declaration(name, function, scope);
            } else {
                scope = self.inner(scope, node, ScopeKind::FunctionName);
                self.declare_and_visit(scope, BindingKind::FunctionName, name);
            }
        }
        let parameters = self.scope(Some(scope), node, ScopeKind::Function, is_strict);
        for parameter in &function.parameters {
            self.declare_pattern(parameters, BindingKind::Parameter, *parameter);
        }
        let inner = if function
            .parameters
            .iter()
            .any(|it| self.has_expression(*it))
        {
            self.inner(parameters, node, ScopeKind::FunctionBody)
        } else {
            parameters
        };
        if let Some(body) = function.body {
            self.body(inner, body);
        }
        self.push(parameters, function.parameters.clone());
    }

    fn function_declaration(&mut self, name: NodeId, function: &Function, scope: ScopeId) {
        self.out.scope_of[name.index()] = scope;
        let mode = self.mode(scope);
        let is_plain = !function.is_async && !function.is_generator;
        if mode.var_scope != scope && !mode.is_strict && is_plain {
            self.block_functions.push((name, scope));
        } else {
            self.declare(scope, BindingKind::Function, name);
        }
    }

    fn class(&mut self, node: NodeId, class: &Class, scope: ScopeId) {
        let inner = self.scope(Some(scope), node, ScopeKind::Class, true);
        if let Some(name) = class.name {
            if class.is_declaration {
                self.declare_and_visit(scope, BindingKind::Class, name);
            } else {
                self.declare_and_visit(inner, BindingKind::ClassName, name);
            }
        }
        self.push(inner, class.members.clone());
        self.push(inner, class.parent_class.into_iter().collect());
        self.push(scope, class.decorators.clone());
    }

    /// The block of a function or a namespace makes no scope of its own.
    fn body(&mut self, scope: ScopeId, body: NodeId) {
        if let Kind::Block { body: statements } = self.tree.kind(body) {
            self.out.scope_of[body.index()] = scope;
            self.push(scope, statements.clone());
        } else {
            self.push(scope, vec![body]);
        }
    }

    fn note_eval(&mut self, callee: NodeId, scope: ScopeId) {
        let mode = self.mode(scope);
        if self.tree.name(callee) == Some("eval") && !mode.is_strict {
            self.out.with_eval.push(mode.var_scope);
        }
    }

    fn declare_variables(&mut self, scope: ScopeId, keyword: Keyword, pattern: NodeId) {
        match keyword {
            Keyword::Var => {
                let scope = self.mode(scope).var_scope;
                self.declare_pattern(scope, BindingKind::Var, pattern);
            }
            Keyword::Let => self.declare_pattern(scope, BindingKind::Let, pattern),
            Keyword::Const => self.declare_pattern(scope, BindingKind::Const, pattern),
        }
    }

    fn declare_pattern(&mut self, scope: ScopeId, kind: BindingKind, pattern: NodeId) {
        for name in pattern_parts(self.tree, pattern) {
            if matches!(self.tree.kind(name), Kind::BindingName { .. }) {
                self.declare(scope, kind, name);
            }
        }
    }

    /// Whether a parameter runs something: then the body's variables are not its own.
    fn has_expression(&self, parameter: NodeId) -> bool {
        pattern_parts(self.tree, parameter).any(|it| match self.tree.kind(it) {
            Kind::DefaultPattern { .. } => true,
            Kind::PatternProperty { key, .. } => key.name().is_none(),
            _ => false,
        })
    }

    fn declare_and_visit(&mut self, scope: ScopeId, kind: BindingKind, name: NodeId) {
        self.declare(scope, kind, name);
        self.out.scope_of[name.index()] = scope;
    }

    fn declare(&mut self, scope: ScopeId, kind: BindingKind, node: NodeId) -> BindingId {
        let name = self.tree.name(node).unwrap_or_default();
        let scope = self.home(scope, name);
        let id = self.add(scope, kind, name);
        self.out.bindings[id.index()].declarations.push(node);
        self.out.binding_of[node.index()] = Some(id);
        id
    }

    /// A variable of a function's body that is called like a parameter starts with its value: it
    /// is taken for the same binding, which it is wherever parameters have no expressions.
    fn home(&self, scope: ScopeId, name: &str) -> ScopeId {
        let around = self.out.scopes[scope.index()].parent;
        match (self.out.scopes[scope.index()].kind, around) {
            (ScopeKind::FunctionBody, Some(parameters))
                if self.out.scopes[parameters.index()].names.contains_key(name) =>
            {
                parameters
            }
            _ => scope,
        }
    }

    /// The binding of `name` in `scope`, made if there is none yet.
    fn add(&mut self, scope: ScopeId, kind: BindingKind, name: &str) -> BindingId {
        if let Some(id) = self.out.scopes[scope.index()].names.get(name).copied() {
            let binding = &mut self.out.bindings[id.index()];
            if binding.kind == BindingKind::Var && kind == BindingKind::Function {
                binding.kind = kind;
            }
            return id;
        }
        let id = BindingId(narrow(self.out.bindings.len()));
        self.out.scopes[scope.index()]
            .names
            .insert(name.to_owned(), id);
        self.out.bindings.push(Binding {
            name: name.to_owned(),
            kind,
            scope,
            declarations: Vec::new(),
            references: Vec::new(),
        });
        id
    }

    /// In sloppy code, a function in a block is a `var` of the whole function as well, unless
    /// something between has the name already (ECMAScript, annex B.3.2). Both are one binding here.
    fn hoist_block_functions(&mut self) {
        let mut functions = std::mem::take(&mut self.block_functions);
        functions.sort_by_key(|it| self.tree.span(it.0));
        for (node, block) in functions {
            let name = self.tree.name(node).unwrap_or_default();
            let outer = self.home(self.mode(block).var_scope, name);
            if self.is_taken(name, block, outer) {
                self.declare(block, BindingKind::Function, node);
            } else {
                let id = self.declare(outer, BindingKind::Function, node);
                self.out.scopes[block.index()]
                    .names
                    .insert(name.to_owned(), id);
            }
        }
    }

    fn is_taken(&self, name: &str, block: ScopeId, outer: ScopeId) -> bool {
        let scope_at = |id: ScopeId| &self.out.scopes[id.index()];
        let in_outer = scope_at(outer).names.get(name).copied();
        let is_lexical = in_outer.is_some_and(|it| {
            !matches!(
                self.out.bindings[it.index()].kind,
                BindingKind::Var | BindingKind::Function
            )
        });
        // The block has the name already if another function of that name was hoisted from it.
        let in_block = scope_at(block).names.get(name).copied();
        if is_lexical || in_block.is_some_and(|it| in_outer != Some(it)) {
            return true;
        }
        let around = std::iter::successors(scope_at(block).parent, |it| scope_at(*it).parent);
        around.take_while(|it| *it != outer).any(|it| {
            scope_at(it).kind != ScopeKind::Catch && scope_at(it).names.contains_key(name)
        })
    }

    fn scope(
        &mut self,
        parent: Option<ScopeId>,
        node: NodeId,
        kind: ScopeKind,
        is_strict: bool,
    ) -> ScopeId {
        let id = ScopeId(narrow(self.out.scopes.len()));
        let holds_vars = matches!(
            kind,
            ScopeKind::Module
                | ScopeKind::Function
                | ScopeKind::FunctionBody
                | ScopeKind::StaticBlock
                | ScopeKind::Namespace
        );
        let var_scope = match parent {
            Some(parent) if !holds_vars => self.mode(parent).var_scope,
            _ => id,
        };
        self.out.scopes.push(Scope {
            parent,
            node,
            kind,
            names: BTreeMap::new(),
        });
        self.modes.push(Mode {
            is_strict,
            var_scope,
        });
        id
    }

    fn inner(&mut self, scope: ScopeId, node: NodeId, kind: ScopeKind) -> ScopeId {
        self.scope(Some(scope), node, kind, self.mode(scope).is_strict)
    }

    fn mode(&self, scope: ScopeId) -> Mode {
        self.modes[scope.index()]
    }

    fn push(&mut self, scope: ScopeId, nodes: Vec<NodeId>) {
        self.pending
            .extend(nodes.into_iter().rev().map(|it| (it, scope)));
    }
}

/// A pattern or declarator and the patterns in it, without initial values and computed keys.
fn pattern_parts(tree: &Tree, pattern: NodeId) -> impl Iterator<Item = NodeId> {
    let mut pending = vec![pattern];
    std::iter::from_fn(move || {
        let next = pending.pop()?;
        match tree.kind(next) {
            Kind::ObjectPattern { properties } => pending.extend(properties.iter().rev()),
            Kind::ArrayPattern { elements } => pending.extend(elements.iter().flatten().rev()),
            Kind::PatternProperty { value, .. } => pending.push(*value),
            Kind::DefaultPattern { target, .. }
            | Kind::RestPattern { target }
            | Kind::ParameterProperty { target }
            | Kind::Declarator { target, .. } => pending.push(*target),
            // A pattern or a declarator with skipped text in it.
            Kind::Broken { children } => pending.extend(children.iter().rev()),
            _ => {}
        }
        Some(next)
    })
}

fn is_module_statement(kind: &Kind) -> bool {
    matches!(
        kind,
        Kind::Import { .. }
            | Kind::ExportNames { .. }
            | Kind::ExportAll { .. }
            | Kind::ExportDeclaration { .. }
            | Kind::ExportDefault { .. }
    )
}

/// Whether the directives in front of `statements` ask for strict code.
fn is_strict_body(tree: &Tree, statements: &[NodeId]) -> bool {
    let directives = statements.iter().map_while(|it| match tree.kind(*it) {
        Kind::ExpressionStatement { expression } => match tree.kind(*expression) {
            Kind::String { value } => Some(value),
            _ => None,
        },
        _ => None,
    });
    directives.into_iter().any(|it| it == "use strict")
}

fn narrow(count: usize) -> u32 {
    u32::try_from(count).expect("a file has fewer than 2^32 nodes")
}
