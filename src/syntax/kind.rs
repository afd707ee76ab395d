//! The kinds of nodes: ECMAScript's constructs, and TypeScript's where they run.

use super::NodeId;
use crate::source::Span;

/// How a variable is declared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keyword {
    /// Hoisted to the function.
    Var,
    /// Lives in its block.
    Let,
    /// Lives in its block and is assigned once. `using` counts as this.
    Const,
}

/// The name of a property, a method or a class field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Key {
    /// `a`, `'a'`, `1`, `['a']`: known from the text.
    Static(String),
    /// `#a`, without the sign.
    Private(String),
    /// `[expression]`.
    Computed(NodeId),
}

impl Key {
    /// The name, when the text tells it.
    pub fn name(&self) -> Option<&str> {
        match self {
            Self::Static(name) | Self::Private(name) => Some(name),
            Self::Computed(_) => None,
        }
    }
}

/// What sort of function it is; decides `this` and where its name is visible.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FunctionStyle {
    /// `function f() {}` as a statement: hoisted.
    Declaration,
    /// `function () {}` as an expression; its name is visible only inside.
    Expression,
    /// `() => {}`: has no `this` and no `arguments` of its own.
    Arrow,
    /// A method of an object or a class, constructors included.
    Method,
    /// `get x() {}`.
    Getter,
    /// `set x(v) {}`.
    Setter,
}

/// A function of any sort.
#[derive(Clone, Debug)]
pub struct Function {
    /// A [`Kind::BindingName`].
    pub name: Option<NodeId>,
    /// Patterns: [`Kind::BindingName`], [`Kind::ObjectPattern`], [`Kind::ArrayPattern`],
    /// [`Kind::DefaultPattern`], [`Kind::RestPattern`] or [`Kind::ParameterProperty`].
    pub parameters: Vec<NodeId>,
    /// A [`Kind::Block`], or an expression (arrow functions). `None` for TypeScript overloads and abstract methods.
    pub body: Option<NodeId>,
    /// Its sort.
    pub style: FunctionStyle,
    /// `async`: the result is wrapped in a promise.
    pub is_async: bool,
    /// `function*`.
    pub is_generator: bool,
}

/// A class declaration or expression.
#[derive(Clone, Debug)]
pub struct Class {
    /// A [`Kind::BindingName`].
    pub name: Option<NodeId>,
    /// The expression after `extends`.
    pub parent_class: Option<NodeId>,
    /// [`Kind::Member`]-like nodes: [`Kind::ClassMember`] and [`Kind::StaticBlock`].
    pub members: Vec<NodeId>,
    /// A statement, not an expression.
    pub is_declaration: bool,
    /// Expressions after `@`, of the class itself.
    pub decorators: Vec<NodeId>,
}

/// A name brought in by `import`.
#[derive(Clone, Debug)]
pub struct ImportName {
    /// What the other module calls it: `default`, a name, or `None` for the whole namespace (`* as x`).
    pub imported: Option<String>,
    /// A [`Kind::BindingName`].
    pub local: NodeId,
    /// The whole specifier, `a as b`.
    pub span: Span,
    /// `import { type A }`.
    pub is_type: bool,
}

/// A name given away by `export { a as b }`.
#[derive(Clone, Debug)]
pub struct ExportName {
    /// With a source: the other module's name. Without: `None`, see `local`.
    pub imported: Option<String>,
    /// Without a source: a [`Kind::Name`] that refers to the local binding.
    pub local: Option<NodeId>,
    /// The name that importers use; `default` included.
    pub exported: String,
    /// The whole specifier.
    pub span: Span,
}

/// What a node is. Expressions, statements and patterns share one list, as every one of them can be a parent.
#[derive(Clone, Debug)]
pub enum Kind {
    // Statements.
    /// The file.
    Program { body: Vec<NodeId> },
    /// `{ … }`.
    Block { body: Vec<NodeId> },
    /// `const a = 1, b`. `declare const` is [`Kind::Type`].
    Variables {
        keyword: Keyword,
        declarators: Vec<NodeId>,
    },
    /// `a = 1` in a [`Kind::Variables`]; the target is a pattern.
    Declarator {
        target: NodeId,
        init: Option<NodeId>,
    },
    /// An expression used as a statement; directives (`'use strict'`) included.
    ExpressionStatement { expression: NodeId },
    /// `if`. The test is the expression without its parentheses.
    If {
        test: NodeId,
        consequent: NodeId,
        alternate: Option<NodeId>,
    },
    /// `for (init; test; update)`.
    For {
        init: Option<NodeId>,
        test: Option<NodeId>,
        update: Option<NodeId>,
        body: NodeId,
    },
    /// `for … in` and `for … of`. `left` is a pattern; `keyword` says whether it declares.
    ForEach {
        keyword: Option<Keyword>,
        left: NodeId,
        right: NodeId,
        body: NodeId,
        is_of: bool,
    },
    /// `while`.
    While { test: NodeId, body: NodeId },
    /// `do … while`.
    DoWhile { body: NodeId, test: NodeId },
    /// `return`.
    Return { value: Option<NodeId> },
    /// `throw`.
    Throw { value: NodeId },
    /// `try`. `handler` is a [`Kind::Catch`].
    Try {
        block: NodeId,
        handler: Option<NodeId>,
        finalizer: Option<NodeId>,
    },
    /// `catch (parameter) { … }`.
    Catch {
        parameter: Option<NodeId>,
        body: NodeId,
    },
    /// `switch`; cases are [`Kind::Case`].
    Switch { subject: NodeId, cases: Vec<NodeId> },
    /// `case test:` or `default:`.
    Case {
        test: Option<NodeId>,
        body: Vec<NodeId>,
    },
    /// `label: statement`.
    Labeled { body: NodeId },
    /// `break`, `debugger`, `;`, `continue` with a label: holds nothing.
    Simple,
    /// `continue`: goes on with the innermost loop.
    Continue,
    /// `with (object) body`: names inside can't be resolved.
    With { object: NodeId, body: NodeId },
    /// `import … from 'source'`, also `import x = require('source')`.
    Import {
        source: String,
        source_span: Span,
        names: Vec<ImportName>,
        is_type: bool,
    },
    /// `export { a as b }`, `export { a } from 'source'`.
    ExportNames {
        source: Option<String>,
        names: Vec<ExportName>,
        is_type: bool,
    },
    /// `export * from 'source'`, `export * as name from 'source'`.
    ExportAll {
        source: String,
        name: Option<String>,
    },
    /// `export const a = 1`, `export function f() {}`: a declaration.
    ExportDeclaration { declaration: NodeId },
    /// `export default x`: a declaration or an expression. `export = x` of TypeScript has `is_assignment`.
    ExportDefault { value: NodeId, is_assignment: bool },
    /// `enum E {}` of TypeScript. `members` are the names that its initializers can use.
    Enum {
        name: NodeId,
        initializers: Vec<NodeId>,
        members: Vec<String>,
        /// By member: its initializer.
        values: Vec<Option<NodeId>>,
    },
    /// `namespace N { … }` of TypeScript with a body that runs.
    Namespace { name: Option<NodeId>, body: NodeId },
    /// Something that only types know: an interface, an alias, `declare …`, `import type`.
    Type,

    // Patterns.
    /// An identifier that declares. `annotation` is the text range of a TypeScript type, without the colon.
    BindingName {
        name: String,
        annotation: Option<Span>,
    },
    /// `{ a, b: c, ...d }`; properties are [`Kind::PatternProperty`] or [`Kind::RestPattern`].
    ObjectPattern { properties: Vec<NodeId> },
    /// `key: value` in an object pattern. With `shorthand`, key and value are the same text.
    PatternProperty {
        key: Key,
        value: NodeId,
        shorthand: bool,
    },
    /// `[a, , b]`.
    ArrayPattern { elements: Vec<Option<NodeId>> },
    /// `target = value`.
    DefaultPattern { target: NodeId, value: NodeId },
    /// `...target`.
    RestPattern { target: NodeId },
    /// `constructor(private io: Server)` of TypeScript: a parameter that is a field too.
    ParameterProperty { target: NodeId },

    // Expressions.
    /// An identifier that refers.
    Name { name: String },
    /// `this`.
    This,
    /// `super`.
    Super,
    /// A string without interpolation, its value decoded. Templates without `${}` are [`Kind::Template`].
    String { value: String },
    /// A template. `texts` are the raw pieces between the expressions, one more than these.
    Template {
        texts: Vec<String>,
        expressions: Vec<NodeId>,
    },
    /// A tagged template.
    TaggedTemplate { tag: NodeId, template: NodeId },
    /// `true`, `false`.
    Boolean { value: bool },
    /// `null`. (`undefined` is a [`Kind::Name`].)
    Null,
    /// A number, a bigint or a regular expression.
    Literal,
    /// `[a, , ...b]`.
    Array { elements: Vec<Option<NodeId>> },
    /// `{ … }`: [`Kind::Property`] and [`Kind::Spread`].
    Object { properties: Vec<NodeId> },
    /// `key: value`. A method is a property whose value is a [`Kind::Function`]. With `shorthand`, the value is a
    /// [`Kind::Name`] at the same span.
    Property {
        key: Key,
        value: NodeId,
        shorthand: bool,
    },
    /// A function of any sort; a declaration is a statement.
    Function(Function),
    /// A class; a declaration is a statement.
    Class(Class),
    /// A method, accessor or field.
    ClassMember {
        key: Key,
        value: Option<NodeId>,
        is_static: bool,
        annotation: Option<Span>,
        decorators: Vec<NodeId>,
    },
    /// `static { … }`.
    StaticBlock { body: Vec<NodeId> },
    /// `(expression)`.
    Parenthesized { expression: NodeId },
    /// `x as T`, `x!`, `x satisfies T`, `<T>x`: the same value under another type.
    Cast { expression: NodeId },
    /// `object.property`, `object?.property`, `object['property']`, `object[expression]`, `object.#property`.
    Member {
        object: NodeId,
        property: Key,
        property_span: Span,
        optional: bool,
    },
    /// `callee(arguments)`, `callee?.(arguments)`. `arguments_span` includes the parentheses.
    Call {
        callee: NodeId,
        arguments: Vec<NodeId>,
        arguments_span: Span,
        optional: bool,
    },
    /// `new callee(arguments)`.
    New {
        callee: NodeId,
        arguments: Vec<NodeId>,
    },
    /// `import(…)`: the callee of a [`Kind::Call`].
    ImportKeyword,
    /// `...argument` in a call, an array or an object.
    Spread { argument: NodeId },
    /// `await x`.
    Await { argument: NodeId },
    /// `yield x`.
    Yield { argument: Option<NodeId> },
    /// `!x`, `typeof x`, `-x`, `void x`, `delete x`.
    Unary { operator: String, argument: NodeId },
    /// `x++`, `--x`.
    Update { argument: NodeId },
    /// Any operator on two values but the logical ones.
    Binary {
        operator: String,
        left: NodeId,
        right: NodeId,
    },
    /// `&&`, `||`, `??`.
    Logical {
        operator: LogicalOperator,
        left: NodeId,
        right: NodeId,
    },
    /// `target = value`, `target += value`, `target ??= value`. The target is a pattern or a place.
    Assign {
        operator: String,
        target: NodeId,
        value: NodeId,
    },
    /// `test ? consequent : alternate`.
    Conditional {
        test: NodeId,
        consequent: NodeId,
        alternate: NodeId,
    },
    /// `a, b`.
    Sequence { expressions: Vec<NodeId> },
    /// JSX, `new.target`, and what has no kind of its own. Its parts are kept so that no reference is lost.
    Other { children: Vec<NodeId> },
    /// Text that the grammar could not make sense of. Its recognisable parts are kept.
    Broken { children: Vec<NodeId> },
}

/// A logical operator: its right side runs only for some values of the left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogicalOperator {
    /// `&&`.
    And,
    /// `||`.
    Or,
    /// `??`.
    Coalesce,
}

impl Kind {
    /// Whether it can stand in a list of statements.
    pub fn is_statement(&self) -> bool {
        match self {
            Self::Function(function) => function.style == FunctionStyle::Declaration,
            Self::Class(class) => class.is_declaration,
            Self::Program { .. }
            | Self::Block { .. }
            | Self::Variables { .. }
            | Self::ExpressionStatement { .. }
            | Self::If { .. }
            | Self::For { .. }
            | Self::ForEach { .. }
            | Self::While { .. }
            | Self::DoWhile { .. }
            | Self::Return { .. }
            | Self::Throw { .. }
            | Self::Try { .. }
            | Self::Switch { .. }
            | Self::Labeled { .. }
            | Self::Simple
            | Self::Continue
            | Self::With { .. }
            | Self::Import { .. }
            | Self::ExportNames { .. }
            | Self::ExportAll { .. }
            | Self::ExportDeclaration { .. }
            | Self::ExportDefault { .. }
            | Self::Enum { .. }
            | Self::Namespace { .. }
            | Self::Type => true,
            _ => false,
        }
    }
}
