//! Sessions of `express-session`: which calls keep them where no other process finds them, and which options name a store.

use crate::project::Project;
use crate::project::value::{Place, Value};
use crate::syntax::{Kind, NodeId};

impl Project {
    /// Whether a call makes sessions, or a store of them, that are kept in the memory of the process.
    pub fn keeps_sessions(&self, call: Place) -> bool {
        let tree = &self.facts(call.file).tree;
        let (Kind::Call {
            callee, arguments, ..
        }
        | Kind::New { callee, arguments }) = tree.kind(call.node)
        else {
            return false;
        };
        let callee = call.beside(tree.bare(*callee));
        let is_named = |names: [&str; 2]| {
            self.values(callee).any(|it| match it {
                Value::Package(package) => package == "express-session" && names.contains(&""),
                Value::PackageMember(package, name) => {
                    package == "express-session" && names.contains(&name.as_str())
                }
                _ => false,
            })
        };
        let options = arguments.first().map(|it| call.beside(*it));
        is_named(["", "default"]) && !options.is_some_and(|it| self.may_set_store(it))
            || is_named(["MemoryStore", "default.MemoryStore"])
            || self.is_of_memorystore(callee)
    }

    /// Whether the options may have a `store` that others reach: they name one, or not all of them are in sight.
    pub fn may_set_store(&self, options: Place) -> bool {
        let options = self.literal(self.initial(options));
        if self.is_given_store(options) {
            return true;
        }
        let tree = &self.facts(options.file).tree;
        let Kind::Object { properties } = tree.kind(options.node) else {
            return true;
        };
        properties.iter().any(|it| match tree.kind(*it) {
            Kind::Property { key, value, .. } if key.name() == Some("store") => {
                tree.name(*value) != Some("undefined")
                    && !self.keeps_sessions(self.initial(options.beside(*value)))
            }
            Kind::Property { .. } => false,
            _ => true,
        })
    }

    /// `options.store = …` in the file of the object.
    fn is_given_store(&self, object: Place) -> bool {
        let tree = &self.facts(object.file).tree;
        tree.ids().any(|it| {
            let Kind::Assign { target, .. } = tree.kind(it) else {
                return false;
            };
            let Kind::Member {
                object: owner,
                property,
                ..
            } = tree.kind(*target)
            else {
                return false;
            };
            let mut owners = self.values(object.beside(*owner));
            property.name() == Some("store") && owners.any(|it| *it == Value::Object(object))
        })
    }

    /// The one object that an expression holds, of another file too; else the expression.
    fn literal(&self, place: Place) -> Place {
        let mut objects = self.values(place).filter_map(|it| match it {
            Value::Object(object) => Some(*object),
            _ => None,
        });
        match (objects.next(), objects.next()) {
            (Some(object), None) => object,
            _ => place,
        }
    }

    /// `MemoryStore`, where that is `require('memorystore')(session)`.
    fn is_of_memorystore(&self, class: Place) -> bool {
        let class = self.initial(class);
        let Kind::Call { callee, .. } = self.facts(class.file).tree.kind(class.node) else {
            return false;
        };
        self.values(class.beside(*callee)).any(|it| match it {
            Value::Package(package) | Value::PackageMember(package, _) => package == "memorystore",
            _ => false,
        })
    }

    /// What a name was declared with; any other expression is that itself.
    fn initial(&self, place: Place) -> Place {
        let facts = self.facts(place.file);
        let tree = &facts.tree;
        let declared = || -> Option<NodeId> {
            let binding = facts.binding_of(tree.bare(place.node))?;
            let declaration = *facts.binding(binding).declarations.first()?;
            match tree.kind(tree.parent(declaration)?) {
                Kind::Declarator { init, .. } => *init,
                _ => None,
            }
        };
        place.beside(tree.bare(declared().unwrap_or(place.node)))
    }
}
