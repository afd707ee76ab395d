//! What TypeScript declares of a place into which nothing was seen to flow: `constructor(private io: Server)` of a class
//! that a container constructs. The type says what it holds, not where that comes from, so it is a guess like others.

use crate::project::flow::Flow;
use crate::project::flow::cells::CellId;
use crate::project::value::{Place, SiteKind, Value};
use crate::source::{FileId, Span};
use crate::syntax::Kind;

/// A type of `socket.io`.
#[derive(Clone, Copy)]
enum Declared {
    Server,
    Namespace,
    Operator,
}

impl Flow<'_> {
    /// Takes variables, parameters and fields that are declared as the server, and that nothing is known of, for it.
    /// True if there was something new.
    pub(in crate::project) fn believe_declarations(&mut self) -> bool {
        let mut believed = Vec::new();
        for (file, node) in self.every_node() {
            let place = Place { file, node };
            if let Some((cell, declared)) = self.declared(place)
                && self.cells.held(cell).is_empty()
            {
                believed.push((place, cell, declared));
            }
        }
        for (place, cell, declared) in &believed {
            self.believe(*place, *cell, *declared);
        }
        !believed.is_empty()
    }

    fn believe(&mut self, place: Place, cell: CellId, declared: Declared) {
        let site = self.site(place, SiteKind::Guessed);
        let value = match declared {
            Declared::Server => Value::Server(site),
            Declared::Namespace => Value::Namespace { site, at: place },
            Declared::Operator => Value::Operator { site, at: place },
        };
        let note = self.note(place, "declared with a type of `socket.io`");
        let id = self.cells.intern(&value);
        self.cells.put(cell, id, None, Some(note));
    }

    /// The cell of a place with a type annotation, and what the type is if it is one of the server's.
    fn declared(&mut self, place: Place) -> Option<(CellId, Declared)> {
        let tree = &self.facts(place.file).tree;
        match tree.kind(place.node) {
            Kind::BindingName {
                annotation: Some(annotation),
                ..
            } => {
                let declared = self.declared_type(place.file, *annotation)?;
                Some((self.node(place), declared))
            }
            Kind::ClassMember {
                key,
                is_static,
                annotation: Some(annotation),
                ..
            } => {
                let declared = self.declared_type(place.file, *annotation)?;
                let class = self.enclosing_class(place)?;
                let owner = match is_static {
                    true => Value::Class(class),
                    false => Value::Instance(class),
                };
                let key = self.key_text(place.file, key)?;
                Some((self.property_cell(&owner, Some(key)), declared))
            }
            _ => None,
        }
    }

    /// A union counts if one of its types does: `Server | null`.
    fn declared_type(&self, file: FileId, annotation: Span) -> Option<Declared> {
        let text = &self.sources[file.index()].text[annotation.range()];
        text.trim_start_matches(':')
            .split('|')
            .find_map(|it| self.type_of_package(file, it.trim()))
    }

    fn type_of_package(&self, file: FileId, text: &str) -> Option<Declared> {
        let path = text.split('<').next().unwrap_or(text).trim();
        let (first, member) = match path.split_once('.') {
            Some((first, member)) => (first, Some(member)),
            None => (path, None),
        };
        let name = match (first, member) {
            // The global namespace of the types of Socket.IO 2.
            ("SocketIO", Some(member)) => member.to_owned(),
            _ => self.imported_type(file, first, member)?,
        };
        match name.as_str() {
            "Server" => Some(Declared::Server),
            "Namespace" => Some(Declared::Namespace),
            "BroadcastOperator" => Some(Declared::Operator),
            _ => None,
        }
    }

    /// What a name is in `socket.io`, if the file imports it from there.
    fn imported_type(&self, file: FileId, first: &str, member: Option<&str>) -> Option<String> {
        let tree = &self.facts(file).tree;
        tree.ids().find_map(|it| {
            let Kind::Import { source, names, .. } = tree.kind(it) else {
                return None;
            };
            let name = names
                .iter()
                .filter(|_| source == "socket.io")
                .find(|it| tree.name(it.local) == Some(first))?;
            match (name.imported.as_deref(), member) {
                (Some("default") | None, Some(member)) => Some(member.to_owned()),
                // `import type Server from 'socket.io'`, of version 3 and later.
                (Some("default"), None) => Some("Server".to_owned()),
                (Some(imported), None) => Some(imported.to_owned()),
                _ => None,
            }
        })
    }
}
