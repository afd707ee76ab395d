//! Text to [`syntax::Tree`](crate::syntax::Tree), and a list of what the grammar could not read.
//! The only place that knows the grammars' node kinds; what names mean is left to `scope`.
//!
//! Lowering keeps a list of pending nodes instead of recursing, so nesting has no bound but memory.

mod expressions;
mod functions;
mod literals;
mod modules;
mod patterns;
mod statements;
#[cfg(test)]
mod tests;
mod tolerance;
mod typescript;

use std::collections::BTreeMap;

use crate::source::{Language, SourceFile, Span};
use crate::syntax::{Comment, Kind, Node, NodeId, Tree};

/// A file's tree and the places that the grammar could not read.
#[derive(Clone, Debug)]
pub struct Parsed {
    /// The whole file; where the text makes no sense there are [`Kind::Broken`] nodes.
    pub tree: Tree,
    /// In the order of the text. Empty for a valid file.
    pub errors: Vec<SyntaxError>,
}

/// A place that the grammar could not read: text skipped, or a token that is missing there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    /// The skipped text; empty where a token is missing.
    pub span: Span,
}

/// Reads one file. Never fails: what can't be read is in the tree as [`Kind::Broken`], with the
/// parts of it that could.
pub fn parse(file: &SourceFile) -> Parsed {
    let language = match file.language {
        Language::JavaScript => tree_sitter_javascript::LANGUAGE,
        Language::TypeScript => tree_sitter_typescript::LANGUAGE_TYPESCRIPT,
        Language::Tsx => tree_sitter_typescript::LANGUAGE_TSX,
    };
    let mut parser = tree_sitter::Parser::new();
    parser
        .set_language(&language.into())
        .expect("the grammars fit the library they are built for");
    let cst = tolerance::read(&mut parser, &file.text, file.language);
    let (comments, errors) = comments_and_errors(cst.root_node());
    let mut lowering = Lowering::new(file, cst.root_node());
    let root = lowering.run(cst.root_node());
    Parsed {
        tree: Tree::new(lowering.nodes, root, comments),
        errors,
    }
}

/// A node of the grammar's tree.
type Cst<'t> = tree_sitter::Node<'t>;

/// What a node of the grammar is read as; most kinds tell by themselves.
#[derive(Clone, Copy, Debug)]
enum Role {
    /// An expression or a statement.
    Plain,
    /// A pattern whose identifiers declare; with the type that is annotated to it.
    Declares(Option<Span>),
    /// A pattern whose identifiers refer to what is assigned.
    Assigns,
    /// `a`, `a: b`, `a = 1` or `...a` in an object pattern.
    PatternEntry { declares: bool },
    /// `a`, `a: b`, `a() {}` or `...a` in an object.
    Entry,
    /// A method, a field or a static block of a class.
    Member,
    /// The function that a method is: shares its node with the entry or member around it.
    Method,
    /// `pattern = value` as a TypeScript parameter, without its modifiers.
    ParameterDefault,
    /// A function or class after `export default`, which needs no name to be a declaration.
    Declaration,
    /// What a property is read from or a call calls: the left end of a longer chain.
    Link,
    /// A declarator that the grammar reads as an expression.
    Declarator,
    /// The declarators of a `let` that the grammar reads as a statement of its own.
    LetDeclarators,
}

struct Task<'t> {
    id: NodeId,
    node: Cst<'t>,
    role: Role,
    in_async: bool,
}

/// The nodes built so far and those that have an id but no kind yet.
struct Lowering<'t> {
    text: &'t str,
    nodes: Vec<Node>,
    pending: Vec<Task<'t>>,
    /// Decorators that the grammar puts outside of what they decorate, by the decorated node.
    outer_decorators: BTreeMap<usize, Vec<NodeId>>,
    /// Where the node that is being lowered starts.
    start: u32,
    /// Whether `await` is an operator there.
    in_async: bool,
}

impl<'t> Lowering<'t> {
    fn new(file: &'t SourceFile, root: Cst<'t>) -> Self {
        Self {
            text: &file.text,
            nodes: Vec::new(),
            pending: Vec::new(),
            outer_decorators: BTreeMap::new(),
            start: 0,
            in_async: file.path.ends_with(".mjs") || modules::has_module_statement(root),
        }
    }

    fn run(&mut self, root: Cst<'t>) -> NodeId {
        let program = self.reserve(Span::new(0, self.text.len()));
        let body = if root.is_error() {
            vec![self.plain(root)]
        } else {
            let statements = parts(root)
                .into_iter()
                .filter(|it| it.kind() != "hash_bang_line");
            self.statements(statements.collect())
        };
        self.nodes[program.index()].kind = Kind::Program { body };
        while let Some(task) = self.pending.pop() {
            let first_part = self.pending.len();
            self.start = self.nodes[task.id.index()].span.start;
            self.in_async = task.in_async;
            let kind = self.lower(task.node, task.role);
            let kind = self.with_skipped(task.node, task.id, kind, first_part);
            self.nodes[task.id.index()].kind = kind;
        }
        program
    }

    fn lower(&mut self, node: Cst<'t>, role: Role) -> Kind {
        if node.is_error() || node.is_missing() {
            return Kind::Broken {
                children: self.all(node),
            };
        }
        match role {
            Role::Plain => self.awaited(node).unwrap_or_else(|| self.lower_plain(node)),
            Role::Link => self.link(node),
            Role::Declares(annotation) => self.binding_pattern(node, annotation),
            Role::Assigns => self.assigned_pattern(node),
            Role::PatternEntry { declares } => self.pattern_entry(node, declares),
            Role::Entry => self.entry(node),
            Role::Member => self.member(node),
            Role::Method => self.method(node),
            Role::ParameterDefault => self.parameter_default(node),
            Role::Declaration => self.default_declaration(node),
            Role::Declarator => self.expression_declarator(node),
            Role::LetDeclarators => self.let_declarators(node),
        }
    }

    fn lower_plain(&mut self, node: Cst<'t>) -> Kind {
        self.expression(node)
            .or_else(|| self.statement(node))
            .or_else(|| self.module_statement(node))
            .or_else(|| self.typescript(node))
            .unwrap_or_else(|| Kind::Other {
                children: self.all(node),
            })
    }

    /// Text that the grammar skipped inside `node` belongs to none of its parts; it is kept by a
    /// [`Kind::Broken`] around the node.
    fn with_skipped(&mut self, node: Cst<'t>, id: NodeId, kind: Kind, first_part: usize) -> Kind {
        if !node.has_error() || node.is_error() {
            return kind;
        }
        let taken: Vec<usize> = self.pending[first_part..]
            .iter()
            .map(|it| it.node.id())
            .collect();
        if taken.contains(&node.id()) {
            return kind;
        }
        let mut skipped = Vec::new();
        let mut rest = vec![node];
        while let Some(next) = rest.pop() {
            for child in parts(next) {
                if taken.contains(&child.id()) || !child.has_error() {
                    continue;
                }
                if child.is_error() {
                    skipped.push(child);
                } else {
                    rest.push(child);
                }
            }
        }
        if skipped.is_empty() {
            return kind;
        }
        let whole = self.reserve(self.nodes[id.index()].span);
        self.nodes[whole.index()].kind = kind;
        let mut children = vec![whole];
        children.extend(skipped.into_iter().map(|it| self.plain(it)));
        Kind::Broken { children }
    }

    /// An id for a node whose kind is set later.
    fn reserve(&mut self, span: Span) -> NodeId {
        let id = NodeId(u32::try_from(self.nodes.len()).expect("a file has fewer than 2^32 nodes"));
        self.nodes.push(Node {
            kind: Kind::Simple,
            span,
            parent: None,
        });
        id
    }

    /// A finished node.
    fn finished(&mut self, span: Span, kind: Kind) -> NodeId {
        let id = self.reserve(span);
        self.nodes[id.index()].kind = kind;
        id
    }

    fn push(&mut self, node: Cst<'t>, role: Role) -> NodeId {
        self.push_at(span(node), node, role)
    }

    fn push_at(&mut self, span: Span, node: Cst<'t>, role: Role) -> NodeId {
        let id = self.reserve(span);
        self.pending.push(Task {
            id,
            node,
            role,
            in_async: self.in_async,
        });
        id
    }

    fn plain(&mut self, node: Cst<'t>) -> NodeId {
        self.push(node, Role::Plain)
    }

    /// The part of `node` under `field`. A file with syntax errors can lack it.
    fn required(&mut self, node: Cst<'t>, field: &str, role: Role) -> NodeId {
        match node.child_by_field_name(field) {
            Some(part) => self.push(part, role),
            None => self.nothing(node),
        }
    }

    fn optional(&mut self, node: Cst<'t>, field: &str, role: Role) -> Option<NodeId> {
        node.child_by_field_name(field)
            .map(|part| self.push(part, role))
    }

    /// The only part of a node that has no name for it.
    fn only_part(&mut self, node: Cst<'t>) -> NodeId {
        match parts(node).first() {
            Some(part) => self.plain(*part),
            None => self.nothing(node),
        }
    }

    /// Stands where a part is missing.
    fn nothing(&mut self, node: Cst<'t>) -> NodeId {
        let end = node.end_byte();
        self.finished(
            Span::new(end, end),
            Kind::Broken {
                children: Vec::new(),
            },
        )
    }

    /// Everything in `node` that can hold a reference.
    fn all(&mut self, node: Cst<'t>) -> Vec<NodeId> {
        let parts = parts(node)
            .into_iter()
            .filter(|it| !typescript::is_silent(it.kind()));
        parts.map(|it| self.plain(it)).collect()
    }

    fn text_of(&self, node: Cst<'t>) -> &'t str {
        &self.text[node.byte_range()]
    }
}

fn span(node: Cst<'_>) -> Span {
    Span::new(node.start_byte(), node.end_byte())
}

/// The named parts of a node. Comments can stand anywhere and are never among them.
fn parts(node: Cst<'_>) -> Vec<Cst<'_>> {
    let mut cursor = node.walk();
    node.named_children(&mut cursor)
        .filter(|it| !is_comment(it.kind()))
        .collect()
}

/// Whether the keyword or sign `token` stands directly in `node`.
fn has_token(node: Cst<'_>, token: &str) -> bool {
    let mut cursor = node.walk();
    node.children(&mut cursor).any(|it| it.kind() == token)
}

fn is_comment(kind: &str) -> bool {
    matches!(kind, "comment" | "html_comment")
}

fn comments_and_errors(root: Cst<'_>) -> (Vec<Comment>, Vec<SyntaxError>) {
    let mut comments = Vec::new();
    let mut errors = Vec::new();
    let mut cursor = root.walk();
    loop {
        let node = cursor.node();
        if node.is_error() || node.is_missing() {
            errors.push(SyntaxError { span: span(node) });
        } else if is_comment(node.kind()) {
            comments.push(Comment { span: span(node) });
        }
        if cursor.goto_first_child() {
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                return (comments, errors);
            }
        }
    }
}
