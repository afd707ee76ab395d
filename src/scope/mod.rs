//! One file alone: which binding each name refers to, and from where it can be seen.
//! Leaves what a binding holds, and what other files make of it, to `project`.

mod bindings;
mod references;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use crate::parse::{Parsed, SyntaxError};
use crate::source::SourceFile;
use crate::syntax::{NodeId, Tree};

/// A binding of one file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BindingId(pub u32);

impl BindingId {
    /// The position of this binding in lists that have one entry a binding.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// A scope of one file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ScopeId(pub u32);

impl ScopeId {
    /// The file's own scope.
    pub const MODULE: Self = Self(0);

    /// The position of this scope in lists that have one entry a scope.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// How a binding came to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BindingKind {
    /// `var`: visible in its whole function.
    Var,
    /// `let`.
    Let,
    /// `const` and `using`; also TypeScript's `import a = b.c`.
    Const,
    /// A function declaration, and what else declares the same name beside it.
    Function,
    /// A class declaration. The class itself sees this binding too, not a copy of its own.
    Class,
    /// A parameter. A `var` of the same name is the same binding.
    Parameter,
    /// The parameter of a `catch`.
    Catch,
    /// `import`, and TypeScript's `import x = require()`.
    Import,
    /// `import type`: for annotations; nothing at run time.
    TypeImport,
    /// The name of a function expression, visible only in it.
    FunctionName,
    /// The name of a class expression, visible only in it.
    ClassName,
    /// TypeScript's `enum`.
    Enum,
    /// A member of an enum, as its initializers see it; has no declaration in the tree.
    EnumMember,
    /// TypeScript's `namespace`.
    Namespace,
}

/// A variable, in the widest sense.
#[derive(Clone, Debug)]
pub struct Binding {
    /// Its name.
    pub name: String,
    /// How it came to be; of several declarations, the first unless a function follows a `var`.
    pub kind: BindingKind,
    /// Where it is visible.
    pub scope: ScopeId,
    /// [`Kind::BindingName`](crate::syntax::Kind::BindingName) nodes, in the order of the text.
    pub declarations: Vec<NodeId>,
    /// [`Kind::Name`](crate::syntax::Kind::Name) nodes, in the order of the text.
    pub references: Vec<NodeId>,
}

/// What a scope is made by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScopeKind {
    /// The file, module or script.
    Module,
    /// A function's parameters and, as a rule, its body.
    Function,
    /// The body of a function whose parameters have expressions: these don't see its variables.
    FunctionBody,
    /// Around a named function expression, for that name.
    FunctionName,
    /// `{ … }`.
    Block,
    /// A `for` loop of any sort, its head included.
    Loop,
    /// The cases of a `switch`.
    Switch,
    /// The parameter of a `catch`; its body is a block inside.
    Catch,
    /// A class's heritage and members.
    Class,
    /// `static { … }`.
    StaticBlock,
    /// The initializers of an enum.
    Enum,
    /// The body of a namespace.
    Namespace,
    /// The body of a `with`.
    With,
}

/// A part of the text with names of its own.
#[derive(Clone, Debug)]
pub struct Scope {
    /// The scope around it; `None` for the file's.
    pub parent: Option<ScopeId>,
    /// What makes it.
    pub node: NodeId,
    /// What sort it is.
    pub kind: ScopeKind,
    /// Its names. A function in a block of sloppy code is here and in the function's scope.
    pub names: BTreeMap<String, BindingId>,
}

/// One file, its names resolved.
#[derive(Clone, Debug)]
pub struct FileFacts {
    /// The file's structure.
    pub tree: Tree,
    /// What the grammar could not read.
    pub errors: Vec<SyntaxError>,
    scopes: Vec<Scope>,
    bindings: Vec<Binding>,
    /// By node: the binding of a name.
    binding_of: Vec<Option<BindingId>>,
    /// By node: the scope it is evaluated in.
    scope_of: Vec<ScopeId>,
    free_names: BTreeMap<String, Vec<NodeId>>,
    /// `arguments`, by the function whose they are. Sorted by the first.
    arguments: BTreeMap<NodeId, NodeId>,
    /// Names that a `with` or an `eval` may answer instead. Sorted.
    uncertain: Vec<NodeId>,
}

/// Resolves the names of one file.
pub fn facts(file: &SourceFile, parsed: Parsed) -> FileFacts {
    let found = bindings::declares(file, &parsed.tree);
    references::resolves(parsed, found)
}

impl FileFacts {
    /// The binding that a [`Kind::Name`](crate::syntax::Kind::Name) refers to or a
    /// [`Kind::BindingName`](crate::syntax::Kind::BindingName) declares.
    pub fn binding_of(&self, node: NodeId) -> Option<BindingId> {
        self.binding_of[node.index()]
    }

    /// The binding of that id.
    pub fn binding(&self, id: BindingId) -> &Binding {
        &self.bindings[id.index()]
    }

    /// Every binding of the file.
    pub fn bindings(&self) -> impl Iterator<Item = (BindingId, &Binding)> {
        (0..).map(BindingId).zip(&self.bindings)
    }

    /// The scope of that id.
    pub fn scope(&self, id: ScopeId) -> &Scope {
        &self.scopes[id.index()]
    }

    /// Every scope of the file.
    pub fn scopes(&self) -> impl Iterator<Item = (ScopeId, &Scope)> {
        (0..).map(ScopeId).zip(&self.scopes)
    }

    /// The scope in which `node` is evaluated: for a function, the one around it.
    pub fn scope_of(&self, node: NodeId) -> ScopeId {
        self.scope_of[node.index()]
    }

    /// What `name` would refer to in `scope`. The `arguments` of functions are no binding.
    pub fn lookup(&self, scope: ScopeId, name: &str) -> Option<BindingId> {
        references::lookup(&self.scopes, scope, name)
    }

    /// Whether `node` stands in the scope of a binding, or in one within it.
    pub fn is_seen(&self, binding: BindingId, node: NodeId) -> bool {
        let scope = self.binding(binding).scope;
        let scopes = std::iter::successors(Some(self.scope_of(node)), |it| self.scope(*it).parent);
        scopes.into_iter().any(|it| it == scope)
    }

    /// Names that no binding of the file answers: globals, and what is not declared at all.
    pub fn free_names(&self) -> &BTreeMap<String, Vec<NodeId>> {
        &self.free_names
    }

    /// The function whose `arguments` the name `node` is, if it is that and no binding.
    pub fn arguments_of(&self, node: NodeId) -> Option<NodeId> {
        self.arguments.get(&node).copied()
    }

    /// Whether something only known at run time may answer the name `node` instead of what
    /// [`binding_of`](Self::binding_of) says: the object of a `with`, or a variable that a direct
    /// `eval` makes.
    pub fn is_uncertain(&self, node: NodeId) -> bool {
        self.uncertain.binary_search(&node).is_ok()
    }
}
