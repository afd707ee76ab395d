//! Calls of methods: what each value does when one of its methods is called.

use super::Flow;
use super::cells::{Carrier, CellId, Slot, ValueId};
use crate::project::api::{self, Receiver, Role, Yields};
use crate::project::value::{Part, Place, SiteId, Value};
use crate::syntax::Kind;

/// How many arguments of an event are followed.
const EVENT_ARGUMENTS: usize = 4;

impl Flow<'_> {
    /// `value` has arrived where a method of it is called.
    pub(in crate::project) fn call_method(&mut self, call: usize, cell: CellId, value: ValueId) {
        let place = self.calls[call].place;
        let Some((_, Some(name))) = self.calls[call].receiver.clone() else {
            return;
        };
        let (from, result) = ((cell, value), self.node(place));
        match self.cells.value(value).clone() {
            Value::Server(site) => self.call_part(call, (Receiver::Server, site), &name, from),
            Value::Namespace { site, .. } => {
                self.call_part(call, (Receiver::Namespace, site), &name, from);
            }
            Value::Operator { site, .. } => {
                self.call_part(call, (Receiver::Operator, site), &name, from);
            }
            Value::State { site, part, .. } => self.call_state(call, (site, part), &name, from),
            Value::App => self.call_app(call, &name, result),
            Value::Router => self.call_router(call, &name, result),
            Value::Fastify => self.call_fastify(call, &name, result),
            Value::Emitter(_) => self.call_emitter(call, value, &name),
            Value::HttpServer(_) if name == "on" || name == "listen" || name == "once" => {
                self.cells.copy(cell, result, None);
            }
            Value::RedisClient(_) if matches!(name.as_str(), "duplicate" | "on" | "connect") => {
                match name.as_str() {
                    "duplicate" => self.put(result, &Value::RedisClient(place)),
                    _ => self.cells.copy(cell, result, None),
                }
            }
            Value::Logger if name == "child" => self.cells.copy(cell, result, None),
            Value::Function(function) => self.call_function_method(call, function, &name, result),
            Value::Method { .. } if name == "bind" => self.cells.copy(cell, result, None),
            Value::Object(object) => self.call_collection(call, object, &name, result),
            Value::Instance(class) if self.emitter_classes.contains(&class) => {
                self.call_emitter(call, value, &name);
            }
            Value::GlobalFunction(of) => self.call_static(call, &of, &name, result),
            _ => {}
        }
    }

    fn call_part(
        &mut self,
        call: usize,
        (receiver, site): (Receiver, SiteId),
        name: &str,
        from: (CellId, ValueId),
    ) {
        let place = self.calls[call].place;
        let result = self.node(place);
        let Some(member) = api::member(receiver, name, true) else {
            return;
        };
        match member.yields {
            Yields::Itself => self.cells.copy(from.0, result, None),
            yields => self.yield_part(yields, (site, place), (result, from)),
        }
        if member.role == Role::Register {
            let socket = self.holding(&Value::Socket { site });
            for index in 0..self.calls[call].arguments.len() {
                if let Some(argument) = self.argument(call, index) {
                    self.on_callback(argument, vec![Some(socket)], None);
                }
            }
        }
    }

    fn call_state(
        &mut self,
        call: usize,
        (site, part): (SiteId, Part),
        name: &str,
        from: (CellId, ValueId),
    ) {
        let place = self.calls[call].place;
        if let Some(yields) = api::state_method(part, name) {
            let result = self.node(place);
            self.yield_part(yields, (site, place), (result, from));
        }
        let visits = matches!(
            name,
            "forEach" | "filter" | "find" | "map" | "some" | "every"
        );
        if let (true, Some(callback), Some(yields)) = (
            visits,
            self.argument(call, 0),
            api::state_member(part, None),
        ) {
            let element = self.cells.reserve(1);
            self.yield_part(yields, (site, place), (element, from));
            self.on_callback(callback, vec![Some(element)], None);
        }
    }

    fn call_app(&mut self, call: usize, name: &str, result: CellId) {
        let key = self.constant_argument(call);
        let count = self.calls[call].arguments.len();
        let place = self.calls[call].place;
        match (name, key, count) {
            ("set", key, 2) => {
                if let Some(value) = self.argument(call, 1) {
                    self.set(place, key, value);
                }
            }
            ("get", key, 1) => self.get(place, key, result),
            ("listen", ..) => self.put(result, &Value::HttpServer(place)),
            ("set" | "enable" | "disable" | "engine", ..) => self.put(result, &Value::App),
            _ => self.call_router(call, name, result),
        }
    }

    /// `app.set(key, value)`.
    fn set(&mut self, place: Place, key: Option<String>, value: CellId) {
        let label = key
            .as_deref()
            .map_or_else(|| "set".to_owned(), |it| format!("set as `{it}`"));
        let note = self.note(place, label);
        self.carry(Carrier::Setting, key, (place, value), note);
    }

    /// `app.get(key)`.
    fn get(&mut self, place: Place, key: Option<String>, result: CellId) {
        let label = key
            .as_deref()
            .map_or_else(|| "read".to_owned(), |it| format!("read as `{it}`"));
        let note = self.note(place, label);
        self.carried(Carrier::Setting, key, (place, result), note);
    }

    fn call_router(&mut self, call: usize, name: &str, result: CellId) {
        if name == "route" {
            self.put(result, &Value::Router);
        }
        if !api::takes_handlers(name) {
            return;
        }
        self.handle_all_requests(call);
        let receiver = self.calls[call].receiver.clone();
        if let Some((object, _)) = receiver {
            self.cells
                .copy(self.at(self.calls[call].place.file, object), result, None);
        }
    }

    pub(in crate::project) fn constant_argument(&self, call: usize) -> Option<String> {
        let it = &self.calls[call];
        self.constant_text(it.place.file, *it.arguments.first()?)
    }

    fn call_function_method(&mut self, call: usize, function: Place, name: &str, result: CellId) {
        match name {
            "bind" => {
                self.put(result, &Value::Function(function));
                self.bind_arguments(call, function);
            }
            "call" => self.invoke(call, function, 1),
            "apply" => {
                let place = self.calls[call].place;
                if let Some(list) = self.argument(call, 1) {
                    for parameter in self.parameters(function) {
                        let to = self.node(Place {
                            file: function.file,
                            node: parameter,
                        });
                        self.read(list, None, to, place);
                    }
                }
                let returned = self.slot(Slot::Return(function));
                self.cells.copy(returned, result, None);
            }
            _ => {}
        }
    }

    /// `f.bind(null, io)`: bound arguments come first. Those of later calls are not moved behind them.
    fn bind_arguments(&mut self, call: usize, function: Place) {
        for (index, parameter) in self.parameters(function).into_iter().enumerate() {
            if let Some(argument) = self.argument(call, index + 1) {
                let to = self.at(function.file, parameter);
                self.cells.copy(argument, to, None);
            }
        }
    }

    /// An emitter hands the arguments of an event to whoever listens to it, in this process and at once.
    /// <https://nodejs.org/api/events.html#emitteremiteventname-args>
    fn call_emitter(&mut self, call: usize, emitter: ValueId, name: &str) {
        let event = self.constant_argument(call);
        let argument = |position: usize| Slot::Event(emitter, event.clone(), position);
        match name {
            "on" | "once" | "addListener" | "prependListener" | "prependOnceListener" => {
                let arguments = (0..EVENT_ARGUMENTS).map(|it| Some(self.slot(argument(it))));
                let arguments = arguments.collect();
                if let Some(listener) = self.argument(call, 1) {
                    self.on_callback(listener, arguments, None);
                }
            }
            "emit" => {
                for position in 0..EVENT_ARGUMENTS {
                    if let Some(from) = self.argument(call, position + 1) {
                        let to = self.slot(argument(position));
                        self.cells.copy(from, to, None);
                    }
                }
            }
            _ => {}
        }
    }

    /// Methods of arrays, maps and sets; one cell stands for all elements.
    fn call_collection(&mut self, call: usize, object: Place, name: &str, result: CellId) {
        let owner = Value::Object(object);
        let elements = self.any_property(&owner);
        let callback = self.argument(call, 0);
        match name {
            "push" | "unshift" | "add" | "fill" => {
                let elements = self.property_cell(&owner, None);
                for index in 0..self.calls[call].arguments.len() {
                    if let Some(argument) = self.argument(call, index) {
                        self.cells.copy(argument, elements, None);
                    }
                }
            }
            "set" => {
                let elements = self.property_cell(&owner, None);
                if let Some(value) = self.argument(call, 1) {
                    self.cells.copy(value, elements, None);
                }
            }
            "get" | "pop" | "shift" | "at" | "find" | "findLast" => {
                self.cells.copy(elements, result, None);
            }
            "values" | "filter" | "slice" | "concat" | "reverse" | "sort" => {
                self.put(result, &Value::Object(object));
            }
            "map" | "flatMap" => {
                let mapped = Value::Object(self.calls[call].place);
                self.put(result, &mapped);
                let to = self.property_cell(&mapped, None);
                if let Some(callback) = callback {
                    self.on_callback(callback, vec![Some(elements)], Some(to));
                }
            }
            // Of a generator.
            "next" => {
                let step = Value::Object(self.calls[call].place);
                self.put(result, &step);
                let value = self.property_cell(&step, Some("value".to_owned()));
                self.cells.copy(elements, value, None);
            }
            "reduce" | "reduceRight" => {
                if let Some(callback) = callback {
                    self.on_callback(callback, vec![None, Some(elements)], None);
                }
            }
            _ => {}
        }
        if let (Some(callback), "forEach" | "filter" | "find" | "some" | "every" | "findIndex") =
            (callback, name)
        {
            self.on_callback(callback, vec![Some(elements)], None);
        }
    }

    /// `Promise.resolve(x)`, `Object.assign(a, b)` and their like.
    fn call_static(&mut self, call: usize, of: &str, name: &str, result: CellId) {
        let Some(first) = self.argument(call, 0) else {
            return;
        };
        match (of, name) {
            ("Promise", "resolve" | "all" | "allSettled" | "race" | "any")
            | ("Object", "freeze" | "seal" | "values" | "create" | "assign")
            | ("Array", "from") => self.cells.copy(first, result, None),
            _ => {}
        }
        match (of, name) {
            ("Object", "entries") => self.list_entries(call, first, result),
            ("process", "nextTick") => self.call_later(call, 1),
            _ => {}
        }
        if (of, name) == ("Object", "assign") {
            for index in 1..self.calls[call].arguments.len() {
                if let Some(source) = self.argument(call, index) {
                    self.include_all(first, source);
                    self.assign_carriers(call, index, first);
                }
            }
        }
        if (of, name) == ("Object", "defineProperty") {
            self.define_property(call, first);
        }
    }

    /// `Object.entries(x)`: a list of pairs, each with a property of the object.
    fn list_entries(&mut self, call: usize, object: CellId, result: CellId) {
        let place = self.calls[call].place;
        let Some((callee, _)) = self.calls[call].receiver.clone() else {
            return;
        };
        let list = Value::Object(place);
        let pair = Value::Object(Place {
            file: place.file,
            node: callee,
        });
        self.put(result, &list);
        let pairs = self.property_cell(&list, None);
        self.put(pairs, &pair);
        let parts = self.property_cell(&pair, None);
        self.read(object, None, parts, place);
    }

    /// `Object.assign(req, { io })`: a carrier has no properties of its own, its cells are written to.
    fn assign_carriers(&mut self, call: usize, index: usize, target: CellId) {
        let (file, argument) = (
            self.calls[call].place.file,
            self.calls[call].arguments[index],
        );
        let tree = &self.facts(file).tree;
        let Kind::Object { properties } = tree.kind(tree.bare(argument)) else {
            return;
        };
        for property in properties {
            if let Kind::Property { key, value, .. } = tree.kind(*property) {
                let place = Place {
                    file,
                    node: *property,
                };
                self.write(
                    target,
                    self.key_text(file, key),
                    self.at(file, *value),
                    place,
                );
            }
        }
    }

    /// `Object.defineProperty(target, 'io', { value: io })`, `{ get: () => io }`.
    fn define_property(&mut self, call: usize, target: CellId) {
        let it = self.calls[call].clone();
        let file = it.place.file;
        let tree = &self.facts(file).tree;
        let (Some(key), Some(descriptor)) = (it.arguments.get(1), it.arguments.get(2)) else {
            return;
        };
        let key = self.constant_text(file, *key);
        let Kind::Object { properties } = tree.kind(tree.bare(*descriptor)) else {
            return;
        };
        for property in properties {
            let Kind::Property {
                key: part, value, ..
            } = tree.kind(*property)
            else {
                continue;
            };
            let place = Place { file, node: *value };
            match part.name() {
                Some("value") => self.write(target, key.clone(), self.node(place), it.place),
                Some("get") => {
                    let returned = self.slot(Slot::Return(place));
                    self.write(target, key.clone(), returned, it.place);
                }
                _ => {}
            }
        }
    }
}
