//! Edges of patterns: what destructuring takes out of a value, and what parameters get.

use super::Flow;
use super::cells::Slot;
use crate::project::value::Place;
use crate::syntax::{Kind, NodeId};

impl Flow<'_> {
    pub(in crate::project) fn describe_pattern(&mut self, place: Place) -> bool {
        let (file, node) = (place.file, place.node);
        match self.facts(file).tree.kind(node) {
            Kind::BindingName { .. } => {
                if let Some(binding) = self.facts(file).binding_of(node) {
                    self.cells
                        .copy(self.node(place), self.binding(file, binding), None);
                }
            }
            Kind::ObjectPattern { properties } => {
                for property in properties {
                    self.describe_pattern_property(place, *property);
                }
            }
            Kind::ArrayPattern { elements } => {
                for element in elements.iter().flatten() {
                    match self.facts(file).tree.kind(*element) {
                        Kind::RestPattern { .. } => self.copy_node(file, node, *element),
                        _ => self.read(self.node(place), None, self.at(file, *element), place),
                    }
                }
            }
            Kind::DefaultPattern { target, value } => {
                self.copy_node(file, node, *target);
                self.copy_node(file, *value, *target);
            }
            Kind::RestPattern { target } => self.copy_node(file, node, *target),
            Kind::ParameterProperty { target } => self.describe_parameter_property(place, *target),
            _ => return false,
        }
        true
    }

    fn describe_pattern_property(&mut self, pattern: Place, property: NodeId) {
        let file = pattern.file;
        match self.facts(file).tree.kind(property) {
            Kind::PatternProperty { key, value, .. } => {
                let key = self.key_text(file, key);
                let place = Place {
                    file,
                    node: property,
                };
                self.read(self.node(pattern), key, self.at(file, *value), place);
            }
            _ => self.copy_node(file, pattern.node, property),
        }
    }

    /// `constructor(private io: Server)`: a parameter that is also `this.io`.
    fn describe_parameter_property(&mut self, place: Place, target: NodeId) {
        let tree = &self.facts(place.file).tree;
        let inner = match tree.kind(target) {
            Kind::DefaultPattern { target, .. } => *target,
            _ => target,
        };
        let (name, function) = (
            tree.name(inner).map(str::to_owned),
            tree.enclosing_function(place.node),
        );
        self.copy_node(place.file, place.node, target);
        if let Some(function) = function {
            let this = self.slot(Slot::This(Place {
                file: place.file,
                node: function,
            }));
            self.write(this, name, self.at(place.file, inner), place);
        }
    }
}
