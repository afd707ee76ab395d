//! The typed tree that every later stage reads: ECMAScript's constructs as enums, with spans.
//! Building it from text is `parse`'s work; what a name refers to is `scope`'s.

mod children;
mod kind;

use crate::source::Span;

pub use kind::{
    Class, ExportName, Function, FunctionStyle, ImportName, Key, Keyword, Kind, LogicalOperator,
};

/// A node of one file's [`Tree`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(pub u32);

impl NodeId {
    /// The position of this node in lists that have one entry a node.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// One file's structure. Nodes keep spans, so the text is always at hand and never copied.
#[derive(Clone, Debug)]
pub struct Tree {
    nodes: Vec<Node>,
    root: NodeId,
    /// Comments in the order of the text; they are no nodes.
    pub comments: Vec<Comment>,
}

/// A node and its place.
#[derive(Clone, Debug)]
pub struct Node {
    /// What it is.
    pub kind: Kind,
    /// Where it is. Statements include their semicolon; parentheses are nodes of their own.
    pub span: Span,
    /// What it is part of; `None` for the program.
    pub parent: Option<NodeId>,
}

/// A comment, delimiters included.
#[derive(Clone, Copy, Debug)]
pub struct Comment {
    /// Its range, without the line break after a `//` comment.
    pub span: Span,
}

/// A call of a method, taken apart.
#[derive(Clone, Copy, Debug)]
pub struct MethodCall<'a> {
    /// What the method is called on.
    pub object: NodeId,
    /// The method's name.
    pub name: &'a str,
    /// What it is given.
    pub arguments: &'a [NodeId],
}

impl Tree {
    /// Puts nodes into a tree. `parent` links are set from the kinds' own parts.
    pub fn new(mut nodes: Vec<Node>, root: NodeId, comments: Vec<Comment>) -> Self {
        for index in 0..nodes.len() {
            let id = NodeId(u32::try_from(index).expect("a file has fewer than 2^32 nodes"));
            for child in nodes[index].kind.children() {
                nodes[child.index()].parent = Some(id);
            }
        }
        Self {
            nodes,
            root,
            comments,
        }
    }

    /// The program.
    pub fn root(&self) -> NodeId {
        self.root
    }

    /// The statements of the program.
    pub fn program(&self) -> &[NodeId] {
        match self.kind(self.root) {
            Kind::Program { body } => body,
            _ => &[],
        }
    }

    /// How many nodes there are; ids run from 0 to this.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Never true of a parsed file: the program itself is a node.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// Every node's id, in the order in which they were built.
    pub fn ids(&self) -> impl Iterator<Item = NodeId> + use<> {
        (0..u32::try_from(self.nodes.len()).expect("a file has fewer than 2^32 nodes")).map(NodeId)
    }

    /// A node's kind.
    pub fn kind(&self, id: NodeId) -> &Kind {
        &self.nodes[id.index()].kind
    }

    /// A node's place.
    pub fn span(&self, id: NodeId) -> Span {
        self.nodes[id.index()].span
    }

    /// What a node is part of.
    pub fn parent(&self, id: NodeId) -> Option<NodeId> {
        self.nodes[id.index()].parent
    }

    /// The nodes around `id`, nearest first, without itself.
    pub fn ancestors(&self, id: NodeId) -> impl Iterator<Item = NodeId> {
        std::iter::successors(self.parent(id), |it| self.parent(*it))
    }

    /// A node's parts in the order of the text.
    pub fn children(&self, id: NodeId) -> Vec<NodeId> {
        self.kind(id).children()
    }

    /// `id` and everything below it, parents first, in the order of the text.
    pub fn descendants(&self, id: NodeId) -> impl Iterator<Item = NodeId> {
        let mut pending = vec![id];
        std::iter::from_fn(move || {
            let next = pending.pop()?;
            pending.extend(self.children(next).into_iter().rev());
            Some(next)
        })
    }

    /// The expression itself, without parentheses and type assertions around it.
    pub fn bare(&self, mut id: NodeId) -> NodeId {
        while let Kind::Parenthesized { expression } | Kind::Cast { expression } = self.kind(id) {
            id = *expression;
        }
        id
    }

    /// The outermost node that is `id` in parentheses or under type assertions.
    pub fn wrapped(&self, mut id: NodeId) -> NodeId {
        while let Some(parent) = self.parent(id) {
            match self.kind(parent) {
                Kind::Parenthesized { .. } | Kind::Cast { .. } => id = parent,
                _ => break,
            }
        }
        id
    }

    /// The nearest function around `id`, not `id` itself.
    pub fn enclosing_function(&self, id: NodeId) -> Option<NodeId> {
        self.ancestors(id)
            .find(|it| matches!(self.kind(*it), Kind::Function(_)))
    }

    /// The nearest node around or at `id` that stands in a list of statements or alone as one.
    pub fn enclosing_statement(&self, id: NodeId) -> NodeId {
        let mut here = id;
        loop {
            if self.kind(here).is_statement() {
                return here;
            }
            match self.parent(here) {
                Some(parent) => here = parent,
                None => return here,
            }
        }
    }

    /// The statement list that `statement` is an element of: a program, a block, a case or a static block.
    pub fn statement_list(&self, statement: NodeId) -> Option<&[NodeId]> {
        match self.kind(self.parent(statement)?) {
            Kind::Program { body }
            | Kind::Block { body }
            | Kind::Case { body, .. }
            | Kind::StaticBlock { body } => body.contains(&statement).then_some(body.as_slice()),
            _ => None,
        }
    }

    /// The name a [`Kind::Name`] or [`Kind::BindingName`] has.
    pub fn name(&self, id: NodeId) -> Option<&str> {
        match self.kind(id) {
            Kind::Name { name } | Kind::BindingName { name, .. } => Some(name),
            _ => None,
        }
    }

    /// The names that an object pattern takes, each with what its value goes to: `a` and `b` of `{ a: b }`; `None` for any
    /// other node, and if a name is computed or the rest is taken as well.
    pub fn taken_names(&self, id: NodeId) -> Option<Vec<(&str, NodeId)>> {
        let Kind::ObjectPattern { properties } = self.kind(id) else {
            return None;
        };
        let taken = |it: &NodeId| match self.kind(*it) {
            Kind::PatternProperty {
                key: Key::Static(key),
                value,
                ..
            } => Some((key.as_str(), *value)),
            _ => None,
        };
        properties.iter().map(taken).collect()
    }

    /// The parts of `object.name(…)`, parentheses apart; `None` for any other expression, and for computed names.
    pub fn method_call(&self, id: NodeId) -> Option<MethodCall<'_>> {
        let Kind::Call {
            callee, arguments, ..
        } = self.kind(self.bare(id))
        else {
            return None;
        };
        let Kind::Member {
            object, property, ..
        } = self.kind(self.bare(*callee))
        else {
            return None;
        };
        Some(MethodCall {
            object: self.bare(*object),
            name: property.name()?,
            arguments,
        })
    }

    /// The value of a string, or of a template without interpolation.
    pub fn string_value(&self, id: NodeId) -> Option<&str> {
        match self.kind(self.bare(id)) {
            Kind::String { value } => Some(value),
            Kind::Template { texts, expressions } if expressions.is_empty() => {
                texts.first().map(String::as_str)
            }
            _ => None,
        }
    }

    /// The function at `id`, if there is one.
    pub fn function(&self, id: NodeId) -> Option<&Function> {
        match self.kind(id) {
            Kind::Function(function) => Some(function),
            _ => None,
        }
    }
}
