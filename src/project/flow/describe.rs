//! One file's edges, read off its syntax node by node. What crosses files is in `modules`.

use super::cells::{Carrier, CellId, Slot, Under};
use super::{CallSite, Flow, Listener, Read, Write};
use crate::project::value::{Place, Value};
use crate::source::FileId;
use crate::syntax::{Class, Function, FunctionStyle, Key, Kind, LogicalOperator, NodeId};

impl Flow<'_> {
    pub(in crate::project) fn describe_file(&mut self, file: FileId) {
        for node in self.facts(file).tree.ids() {
            let place = Place { file, node };
            if !self.describe_statement(place) && !self.describe_pattern(place) {
                self.describe_expression(place);
            }
        }
    }

    pub(in crate::project) fn at(&self, file: FileId, node: NodeId) -> CellId {
        self.node(Place { file, node })
    }

    pub(in crate::project) fn copy_node(&mut self, file: FileId, from: NodeId, to: NodeId) {
        let (from, to) = (self.at(file, from), self.at(file, to));
        self.cells.copy(from, to, None);
    }

    fn describe_statement(&mut self, place: Place) -> bool {
        let (file, node) = (place.file, place.node);
        match self.facts(file).tree.kind(node) {
            Kind::Declarator { target, init } => {
                if let Some(init) = init {
                    self.copy_node(file, *init, *target);
                }
            }
            Kind::Return { value } => {
                if let (Some(value), Some(function)) =
                    (value, self.facts(file).tree.enclosing_function(node))
                {
                    let result = self.slot(Slot::Return(Place {
                        file,
                        node: function,
                    }));
                    self.cells.copy(self.at(file, *value), result, None);
                }
            }
            Kind::ForEach {
                left, right, is_of, ..
            } => {
                if *is_of {
                    let to = self.at(file, *left);
                    self.read(self.at(file, *right), None, to, place);
                }
            }
            Kind::Namespace {
                name: Some(name), ..
            } => {
                let cell = self.at(file, *name);
                self.put(cell, &Value::Object(place));
            }
            Kind::Import { .. }
            | Kind::ExportNames { .. }
            | Kind::ExportAll { .. }
            | Kind::ExportDeclaration { .. }
            | Kind::ExportDefault { .. } => self.describe_module_statement(place),
            _ => return false,
        }
        true
    }

    fn describe_expression(&mut self, place: Place) {
        let (file, node) = (place.file, place.node);
        match self.facts(file).tree.kind(node) {
            Kind::Name { name } => self.describe_name(place, name),
            Kind::This => self.describe_this(place),
            Kind::Super => {
                if let Some(class) = self.enclosing_class(place) {
                    self.supers.entry(class).or_default().push(place);
                }
            }
            Kind::Function(function) => self.describe_function(place, function),
            Kind::Class(class) => self.describe_class(place, class),
            Kind::Array { elements } => self.describe_array(place, elements),
            Kind::Object { properties } => self.describe_object(place, properties),
            Kind::Parenthesized { expression: from }
            | Kind::Cast { expression: from }
            | Kind::Await { argument: from }
            | Kind::Spread { argument: from } => self.copy_node(file, *from, node),
            Kind::Conditional {
                consequent,
                alternate,
                ..
            } => {
                self.copy_node(file, *consequent, node);
                self.copy_node(file, *alternate, node);
            }
            Kind::Logical {
                operator,
                left,
                right,
            } => {
                self.copy_node(file, *right, node);
                // What the server stands left of `&&` is never the result: an object is true.
                if *operator != LogicalOperator::And {
                    self.copy_node(file, *left, node);
                }
            }
            Kind::Yield {
                argument: Some(argument),
            } => {
                if let Some(function) = self.facts(file).tree.enclosing_function(node) {
                    let generator = Value::Object(Place {
                        file,
                        node: function,
                    });
                    let elements = self.property_cell(&generator, None);
                    self.cells.copy(self.at(file, *argument), elements, None);
                }
            }
            Kind::Sequence { expressions } => {
                if let Some(last) = expressions.last() {
                    self.copy_node(file, *last, node);
                }
            }
            Kind::Assign {
                operator,
                target,
                value,
            } if is_assignment(operator) => {
                // What is written to a property does not show at the target: nothing is read there.
                if !matches!(self.facts(file).tree.kind(*target), Kind::Member { .. }) {
                    self.copy_node(file, *value, *target);
                }
                self.copy_node(file, *value, node);
            }
            Kind::Member {
                object, property, ..
            } => self.describe_member(place, *object, property),
            Kind::Call {
                callee, arguments, ..
            } => self.describe_call(place, *callee, arguments, false),
            Kind::New { callee, arguments } => self.describe_call(place, *callee, arguments, true),
            _ => {}
        }
    }

    fn describe_name(&mut self, place: Place, name: &str) {
        let facts = self.facts(place.file);
        let cell = self.node(place);
        let home = match facts.binding_of(place.node) {
            Some(binding) => self.binding(place.file, binding),
            None => self.slot(Slot::Carried(Carrier::Global, Under::Name(name.to_owned()))),
        };
        if facts.is_write(place.node) {
            self.cells.copy(cell, home, None);
        }
        if facts.is_read(place.node) {
            self.cells.copy(home, cell, None);
            if facts.binding_of(place.node).is_none() {
                self.describe_free_name(place, name);
            }
        }
    }

    fn describe_free_name(&mut self, place: Place, name: &str) {
        let value = match name {
            "globalThis" | "global" => Value::Global,
            "module" => Value::ModuleObject(place.file),
            "exports" => Value::Exports(place.file),
            "Promise" | "Object" | "Array" | "Map" | "Set" | "WeakMap" | "process"
            | "setTimeout" | "setInterval" | "setImmediate" => {
                Value::GlobalFunction(name.to_owned())
            }
            _ => return,
        };
        self.put(self.node(place), &value);
    }

    fn describe_this(&mut self, place: Place) {
        let tree = &self.facts(place.file).tree;
        let cell = self.node(place);
        let home = tree.ancestors(place.node).find(|it| match tree.kind(*it) {
            Kind::Function(function) => function.style != FunctionStyle::Arrow,
            Kind::ClassMember { .. } | Kind::StaticBlock { .. } => true,
            _ => false,
        });
        match home.map(|it| (it, tree.kind(it))) {
            Some((function, Kind::Function(_))) => {
                let this = self.slot(Slot::This(Place {
                    file: place.file,
                    node: function,
                }));
                self.cells.copy(this, cell, None);
            }
            Some((_, kind)) => {
                let is_static = !matches!(
                    kind,
                    Kind::ClassMember {
                        is_static: false,
                        ..
                    }
                );
                if let Some(class) = self.enclosing_class(place) {
                    self.put(
                        cell,
                        &if is_static {
                            Value::Class(class)
                        } else {
                            Value::Instance(class)
                        },
                    );
                }
            }
            // At the top of a CommonJS file `this` is `exports`.
            None => self.put(cell, &Value::Exports(place.file)),
        }
    }

    pub(in crate::project) fn enclosing_class(&self, place: Place) -> Option<Place> {
        let tree = &self.facts(place.file).tree;
        let class = tree
            .ancestors(place.node)
            .find(|it| matches!(tree.kind(*it), Kind::Class(_)))?;
        Some(Place {
            file: place.file,
            node: class,
        })
    }

    fn describe_function(&mut self, place: Place, function: &Function) {
        let cell = self.node(place);
        self.put(cell, &Value::Function(place));
        if let Some(name) = function.name {
            self.cells.copy(cell, self.at(place.file, name), None);
        }
        let body = function
            .body
            .filter(|it| !matches!(self.facts(place.file).tree.kind(*it), Kind::Block { .. }));
        if let Some(body) = body {
            let result = self.slot(Slot::Return(place));
            self.cells.copy(self.at(place.file, body), result, None);
        }
    }

    fn describe_class(&mut self, place: Place, class: &Class) {
        let file = place.file;
        let cell = self.node(place);
        self.put(cell, &Value::Class(place));
        if let Some(name) = class.name {
            self.cells.copy(cell, self.at(file, name), None);
        }
        if let Some(parent) = class.parent_class {
            self.listen(self.at(file, parent), Listener::Extends(place));
        }
        for member in &class.members {
            self.describe_decorators(place, *member);
            if let Kind::ClassMember {
                key,
                value: Some(value),
                is_static,
                ..
            } = self.facts(file).tree.kind(*member)
            {
                let owner = if *is_static {
                    Value::Class(place)
                } else {
                    Value::Instance(place)
                };
                self.describe_property(file, &owner, key, *value);
            }
        }
    }

    fn describe_object(&mut self, place: Place, properties: &[NodeId]) {
        let file = place.file;
        let owner = Value::Object(place);
        self.put(self.node(place), &owner);
        for property in properties {
            match self.facts(file).tree.kind(*property) {
                Kind::Property { key, value, .. } => {
                    self.describe_property(file, &owner, key, *value);
                }
                Kind::Spread { argument } => {
                    let owner = self.cells.intern(&owner);
                    self.include(owner, self.at(file, *argument));
                }
                _ => {}
            }
        }
    }

    fn describe_property(&mut self, file: FileId, owner: &Value, key: &Key, value: NodeId) {
        let key = self.key_text(file, key);
        let cell = self.at(file, value);
        let slot = self.property_cell(owner, key);
        let place = Place { file, node: value };
        let Some(function) = self.facts(file).tree.function(value) else {
            self.cells.copy(cell, slot, None);
            return;
        };
        match function.style {
            FunctionStyle::Getter => {
                let result = self.slot(Slot::Return(place));
                self.cells.copy(result, slot, None);
            }
            FunctionStyle::Setter => {
                if let Some(parameter) = function.parameters.first() {
                    self.cells.copy(slot, self.at(file, *parameter), None);
                }
            }
            _ => self.cells.copy(cell, slot, None),
        }
        if function.style != FunctionStyle::Arrow {
            let this = self.slot(Slot::This(place));
            self.put(this, owner);
        }
    }

    fn describe_array(&mut self, place: Place, elements: &[Option<NodeId>]) {
        let owner = Value::Object(place);
        self.put(self.node(place), &owner);
        let slot = self.property_cell(&owner, None);
        for element in elements.iter().flatten() {
            match self.facts(place.file).tree.kind(*element) {
                Kind::Spread { argument } => {
                    self.read(self.at(place.file, *argument), None, slot, place);
                }
                _ => self.cells.copy(self.at(place.file, *element), slot, None),
            }
        }
    }

    fn describe_member(&mut self, place: Place, object: NodeId, property: &Key) {
        let key = self.key_text(place.file, property);
        self.describe_undeclared_member(place, object, key.as_deref());
        let (object, cell) = (self.at(place.file, object), self.node(place));
        if self.is_target(place) {
            let value = self.assigned_value(place).unwrap_or(cell);
            self.write(object, key.clone(), value, place);
        }
        if !self.is_only_target(place) {
            self.read(object, key, cell, place);
        }
    }

    /// Whether a member expression is assigned to, by `=` or in a destructuring pattern.
    pub(in crate::project) fn is_target(&self, place: Place) -> bool {
        let tree = &self.facts(place.file).tree;
        let Some(parent) = tree.parent(place.node) else {
            return false;
        };
        match tree.kind(parent) {
            Kind::Assign { target, .. } => *target == place.node,
            Kind::PatternProperty { value, .. } => *value == place.node,
            Kind::ArrayPattern { .. } | Kind::RestPattern { .. } => true,
            Kind::DefaultPattern { target, .. } => *target == place.node,
            Kind::ForEach { left, .. } => *left == place.node,
            _ => false,
        }
    }

    /// The value of the assignment that `place` is the target of.
    pub(in crate::project) fn assigned_value(&self, place: Place) -> Option<CellId> {
        let tree = &self.facts(place.file).tree;
        match tree.kind(tree.parent(place.node)?) {
            Kind::Assign {
                operator, value, ..
            } if is_assignment(operator) => Some(self.at(place.file, *value)),
            _ => None,
        }
    }

    /// Whether a member expression is written to and not read.
    pub(in crate::project) fn is_only_target(&self, place: Place) -> bool {
        let tree = &self.facts(place.file).tree;
        let parent = tree.parent(place.node).map(|it| tree.kind(it));
        self.is_target(place)
            && !matches!(parent, Some(Kind::Assign { operator, .. }) if operator != "=")
    }

    fn describe_call(&mut self, place: Place, callee: NodeId, arguments: &[NodeId], is_new: bool) {
        if !is_new && self.describe_import_call(place, callee, arguments) {
            return;
        }
        let tree = &self.facts(place.file).tree;
        let bare = tree.bare(callee);
        let receiver = match tree.kind(bare) {
            Kind::Member {
                object, property, ..
            } => Some((*object, self.key_text(place.file, property))),
            _ => None,
        };
        let is_super = matches!(tree.kind(bare), Kind::Super);
        let call = self.calls.len();
        let receiver_object = receiver.as_ref().map(|it| it.0);
        self.calls.push(CallSite {
            place,
            receiver,
            arguments: arguments.to_vec(),
            is_new,
        });
        if is_super {
            if let Some(class) = self.enclosing_class(place) {
                self.construct_parents(class, call);
            }
            return;
        }
        self.describe_known_method(call);
        self.describe_configured_call(call, callee);
        if let Some((_, None)) = &self.calls[call].receiver {
            for argument in arguments {
                self.listen(self.at(place.file, *argument), Listener::Dispatch(call));
            }
        }
        self.listen(self.at(place.file, callee), Listener::Callee(call));
        if let Some(object) = receiver_object.filter(|_| !is_new) {
            self.listen(self.at(place.file, object), Listener::Receiver(call));
        }
    }

    /// Registers a read of `key` on whatever is in `object`.
    pub(in crate::project) fn read(
        &mut self,
        object: CellId,
        key: Option<String>,
        to: CellId,
        place: Place,
    ) {
        // A number is a position in a list.
        let key = key.filter(|it| it.parse::<u32>().is_err());
        if !self.known_reads.insert((object, to, key.clone())) {
            return;
        }
        let called = self.is_callee(place);
        self.reads.push(Read {
            key,
            to,
            place,
            called,
        });
        self.listen(object, Listener::Read(self.reads.len() - 1));
    }

    pub(in crate::project) fn write(
        &mut self,
        object: CellId,
        key: Option<String>,
        value: CellId,
        place: Place,
    ) {
        self.writes.push(Write { key, value, place });
        self.listen(object, Listener::Write(self.writes.len() - 1));
    }
}

/// Whether an operator gives its right side to its left side as it is.
fn is_assignment(operator: &str) -> bool {
    matches!(operator, "=" | "||=" | "&&=" | "??=")
}
