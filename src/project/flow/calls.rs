//! Calls and constructions: arguments into parameters, results out.

use super::cells::{CellId, Slot, ValueId};
use super::{Callback, Flow, Listener};
use crate::project::api::{self, Yields};
use crate::project::constructor;
use crate::project::value::{Place, Value};
use crate::syntax::{Kind, NodeId};

impl Flow<'_> {
    /// `value` has arrived where something is called.
    pub(in crate::project) fn call_value(&mut self, call: usize, cell: CellId, value: ValueId) {
        let (place, is_new) = (self.calls[call].place, self.calls[call].is_new);
        let result = self.node(place);
        match self.cells.value(value).clone() {
            Value::Function(function) if is_new => {
                self.put(result, &Value::Instance(function));
                let this = self.slot(Slot::This(function));
                self.put(this, &Value::Instance(function));
                self.invoke(call, function, 0);
            }
            Value::Function(function) => {
                self.pass_this(call, function);
                self.invoke(call, function, 0);
            }
            Value::Class(class) => {
                self.put(result, &Value::Instance(class));
                self.construct(class, call);
            }
            Value::ServerClass => self.create_server(place, result),
            Value::Package(package) => self.call_package(call, &package, None),
            Value::PackageMember(package, member) => {
                self.call_package(call, &package, Some(&member));
            }
            Value::AdapterFactory => self.put(result, &Value::Adapter(place)),
            Value::Method { site, name, .. } if self.calls[call].receiver.is_none() => {
                let part = match api::member(api::Receiver::Server, &name, true).map(|it| it.yields)
                {
                    Some(Yields::Operator) => Value::Operator { site, at: place },
                    Some(Yields::Namespace) => Value::Namespace { site, at: place },
                    _ => return,
                };
                self.derive(result, &part, (cell, value));
            }
            Value::Resolver(promise) => {
                if let Some(argument) = self.argument(call, 0) {
                    self.cells.copy(argument, self.node(promise), None);
                }
            }
            Value::GlobalFunction(name) => self.call_global(call, &name),
            _ => {}
        }
    }

    pub(in crate::project) fn argument(&self, call: usize, index: usize) -> Option<CellId> {
        let it = &self.calls[call];
        it.arguments
            .get(index)
            .map(|argument| self.at(it.place.file, *argument))
    }

    fn pass_this(&mut self, call: usize, function: Place) {
        let it = &self.calls[call];
        if let Some((object, _)) = it.receiver {
            let from = self.at(it.place.file, object);
            let this = self.slot(Slot::This(function));
            self.cells.copy(from, this, None);
        }
    }

    /// Connects a call's arguments, from the `skip`ped one on, with a function's parameters, and its result with the call.
    pub(in crate::project) fn invoke(&mut self, call: usize, function: Place, skip: usize) {
        if !self.invoked.insert((call, function)) {
            return;
        }
        let (place, arguments) = (self.calls[call].place, self.calls[call].arguments.clone());
        let tree = &self.facts(place.file).tree;
        let spread = arguments
            .iter()
            .position(|it| matches!(tree.kind(*it), Kind::Spread { .. }));
        for (index, parameter) in self.parameters(function).into_iter().enumerate() {
            let to = self.node(Place {
                file: function.file,
                node: parameter,
            });
            let rest = self.is_rest(function, parameter);
            let first = index + skip;
            for argument in arguments
                .iter()
                .skip(first)
                .take(if rest { usize::MAX } else { 1 })
            {
                let from = self.at(place.file, *argument);
                let note = self.passed_note(
                    Place {
                        file: place.file,
                        node: *argument,
                    },
                    function,
                );
                match rest {
                    true => self.add_element(
                        to,
                        Place {
                            file: function.file,
                            node: parameter,
                        },
                        from,
                    ),
                    false => self.cells.copy(from, to, Some(note)),
                }
            }
            if let Some(spread) = spread.filter(|it| *it <= first) {
                let from = self.at(place.file, arguments[spread]);
                self.read(from, None, to, place);
            }
        }
        if self.is_generator(function) {
            // What it yields are the elements of what a call gives.
            self.put(self.node(place), &Value::Object(function));
            return;
        }
        let returned = self.slot(Slot::Return(function));
        let note = self.note(
            place,
            format!("returned by {}", self.function_label(function)),
        );
        self.cells.copy(returned, self.node(place), Some(note));
    }

    fn passed_note(&mut self, argument: Place, function: Place) -> super::NoteId {
        let label = format!("passed to {}", self.function_label(function));
        self.note(argument, label)
    }

    fn add_element(&mut self, list: CellId, owner: Place, element: CellId) {
        let value = Value::Object(owner);
        self.put(list, &value);
        let elements = self.property_cell(&value, None);
        self.cells.copy(element, elements, None);
    }

    /// What a reader calls a function: its own name, or that of what it is assigned to.
    pub(in crate::project) fn function_label(&self, function: Place) -> String {
        let tree = &self.facts(function.file).tree;
        let own = tree
            .function(function.node)
            .and_then(|it| it.name)
            .and_then(|it| tree.name(it));
        let given = || match tree.kind(tree.parent(function.node)?) {
            Kind::Declarator { target, .. } => tree.name(*target),
            Kind::Property { key, .. } | Kind::ClassMember { key, .. } => key.name(),
            Kind::Assign { target, .. } => match tree.kind(*target) {
                Kind::Member { property, .. } => property.name(),
                _ => tree.name(*target),
            },
            Kind::ExportDefault { .. } => Some("exports"),
            _ => None,
        };
        match own.or_else(given) {
            // The module is the function.
            Some("exports") => format!("`{}`", self.sources[function.file.index()].path),
            Some("constructor") => match self.class_name(function) {
                Some(class) => format!("`new {class}`"),
                None => "a constructor".to_owned(),
            },
            Some(name) => format!("`{name}`"),
            None => "a function".to_owned(),
        }
    }

    fn class_name(&self, member: Place) -> Option<&str> {
        let tree = &self.facts(member.file).tree;
        let class = self.enclosing_class(member)?;
        match tree.kind(class.node) {
            Kind::Class(it) => tree.name(it.name?),
            _ => None,
        }
    }

    pub(in crate::project) fn parameters(&self, function: Place) -> Vec<NodeId> {
        self.facts(function.file)
            .tree
            .function(function.node)
            .map(|it| it.parameters.clone())
            .unwrap_or_default()
    }

    fn is_generator(&self, function: Place) -> bool {
        let tree = &self.facts(function.file).tree;
        tree.function(function.node)
            .is_some_and(|it| it.is_generator)
    }

    fn is_rest(&self, function: Place, parameter: NodeId) -> bool {
        matches!(
            self.facts(function.file).tree.kind(parameter),
            Kind::RestPattern { .. }
        )
    }

    pub(in crate::project) fn constructor_of(&self, class: Place) -> Option<Place> {
        constructor(&self.facts(class.file).tree, class)
    }

    /// Runs a class's constructor, or the inherited one, with a call's arguments.
    pub(in crate::project) fn construct(&mut self, class: Place, call: usize) {
        let known = self.constructions.entry(class).or_default();
        if known.contains(&call) {
            return;
        }
        known.push(call);
        if self.server_classes.contains(&class) {
            self.construct_server(class, call);
        }
        match self.constructor_of(class) {
            Some(constructor) => self.invoke(call, constructor, 0),
            None => {
                for parent in self.parents.get(&class).cloned().unwrap_or_default() {
                    self.construct(parent, call);
                }
            }
        }
    }

    fn call_package(&mut self, call: usize, package: &str, member: Option<&str>) {
        let place = self.calls[call].place;
        let result = self.node(place);
        match api::makes(package, member) {
            Some(makes) => {
                self.make(makes, place, result);
                self.serve_requests(call, makes);
            }
            // A function of an unknown package that takes a function gives one that behaves like it:
            // `asyncHandler(fn)`, `promisify(fn)`, `debounce(fn)`.
            None => self.pass_functions_through(call, result),
        }
    }

    /// `http.createServer((req, res) => …)`.
    fn serve_requests(&mut self, call: usize, makes: api::Makes) {
        if makes == api::Makes::HttpServer {
            for index in 0..self.calls[call].arguments.len() {
                if let Some(argument) = self.argument(call, index) {
                    self.listen(argument, Listener::RequestHandler);
                }
            }
        }
    }

    fn pass_functions_through(&mut self, call: usize, result: CellId) {
        let (file, arguments) = (
            self.calls[call].place.file,
            self.calls[call].arguments.clone(),
        );
        for argument in arguments {
            let from = self.at(file, argument);
            if self
                .values_in(from)
                .iter()
                .any(|it| matches!(it, Value::Function(_)))
            {
                self.cells.copy(from, result, None);
            }
        }
    }

    fn call_global(&mut self, call: usize, name: &str) {
        let place = self.calls[call].place;
        let result = self.node(place);
        match name {
            "Promise" => {
                let resolver = self.holding(&Value::Resolver(place));
                if let Some(executor) = self.argument(call, 0) {
                    self.on_callback(executor, vec![Some(resolver)], None);
                }
            }
            "Map" | "Set" | "WeakMap" | "Array" => self.put(result, &Value::Object(place)),
            "setTimeout" | "setInterval" => self.call_later(call, 2),
            "setImmediate" => self.call_later(call, 1),
            _ => {}
        }
    }

    /// `setInterval(f, 1000, io)`: the arguments from `first` on go to the function.
    pub(in crate::project) fn call_later(&mut self, call: usize, first: usize) {
        let Some(function) = self.argument(call, 0) else {
            return;
        };
        let count = self.calls[call].arguments.len();
        let arguments = (first..count).map(|it| self.argument(call, it)).collect();
        self.on_callback(function, arguments, None);
    }

    /// Functions that arrive in `function` are called with `parameters`, their result goes to `result`.
    pub(in crate::project) fn on_callback(
        &mut self,
        function: CellId,
        parameters: Vec<Option<CellId>>,
        result: Option<CellId>,
    ) {
        self.callbacks.push(Callback { parameters, result });
        self.listen(function, Listener::Callback(self.callbacks.len() - 1));
    }

    pub(in crate::project) fn call_back(&mut self, callback: usize, value: ValueId) {
        let it = self.callbacks[callback].clone();
        match *self.cells.value(value) {
            Value::Function(function) => {
                let parameters = self.parameters(function);
                for (parameter, from) in parameters.iter().zip(&it.parameters) {
                    if let Some(from) = from {
                        let to = self.node(Place {
                            file: function.file,
                            node: *parameter,
                        });
                        self.cells.copy(*from, to, None);
                    }
                }
                if let Some(result) = it.result {
                    let returned = self.slot(Slot::Return(function));
                    self.cells.copy(returned, result, None);
                }
            }
            Value::Resolver(promise) => {
                if let Some(Some(first)) = it.parameters.first() {
                    self.cells.copy(*first, self.node(promise), None);
                }
            }
            _ => {}
        }
    }

    /// Functions that Express calls: `(request, response, next)`, with an error first if they have four parameters.
    pub(in crate::project) fn handle_requests(&mut self, value: ValueId) {
        match self.cells.value(value).clone() {
            Value::Function(function) => {
                let parameters = self.parameters(function);
                let first = usize::from(parameters.len() >= 4);
                for (parameter, carried) in parameters
                    .iter()
                    .skip(first)
                    .zip([Value::Request, Value::Response])
                {
                    let to = self.node(Place {
                        file: function.file,
                        node: *parameter,
                    });
                    self.put(to, &carried);
                }
            }
            Value::Object(list) => {
                let elements = self.any_property(&Value::Object(list));
                self.listen(elements, Listener::RequestHandler);
            }
            _ => {}
        }
    }

    /// Methods that are known by their name, whatever they are called on. `.then(f)`, `.catch(f)`: a promise and what it
    /// holds are not told apart.
    pub(in crate::project) fn describe_known_method(&mut self, call: usize) {
        let (place, receiver) = (self.calls[call].place, self.calls[call].receiver.clone());
        let Some((object, Some(name))) = receiver else {
            return;
        };
        let (from, result) = (self.at(place.file, object), self.node(place));
        match name.as_str() {
            "then" => {
                if let Some(next) = self.argument(call, 0) {
                    self.on_callback(next, vec![Some(from)], Some(result));
                }
            }
            "catch" | "finally" => self.cells.copy(from, result, None),
            // `rooms.reduce((operator, room) => operator.to(room), io)`, whatever the list is.
            "reduce" | "reduceRight" => {
                if let (Some(step), Some(first)) = (self.argument(call, 0), self.argument(call, 1))
                {
                    self.cells.copy(first, result, None);
                    self.on_callback(step, vec![Some(result)], Some(result));
                }
            }
            _ => {}
        }
    }
}
