//! What carries values under names that the whole project shares: settings, properties of requests, the global object.
//! An object's own properties are `members`' work.

use super::Flow;
use super::cells::{Carrier, CellId, NoteId, Slot, Under};
use crate::project::value::{Place, Value};
use crate::syntax::NodeId;

impl Flow<'_> {
    /// Puts a value under a key. One under a key that isn't known may be read under any.
    pub(in crate::project) fn carry(
        &mut self,
        carrier: Carrier,
        key: Option<String>,
        (place, value): (Place, CellId),
        note: NoteId,
    ) {
        let under = self.under(key, place, Under::Unknown);
        for under in [under, Under::Any] {
            let slot = self.slot(Slot::Carried(carrier, under));
            self.cells.copy(value, slot, Some(note));
        }
    }

    /// Reads what was put under a key. Under one that isn't known, any setting may be read; of requests and the like
    /// only what was put there under such a key too: middleware reads `req[part]` for the body or the query.
    pub(in crate::project) fn carried(
        &mut self,
        carrier: Carrier,
        key: Option<String>,
        (place, to): (Place, CellId),
        note: NoteId,
    ) {
        let otherwise = match carrier {
            Carrier::Setting | Carrier::Configured(_) => Under::Any,
            _ => Under::Unknown,
        };
        let under = self.under(key, place, otherwise);
        for under in [under, Under::Unknown] {
            let slot = self.slot(Slot::Carried(carrier, under));
            self.cells.copy(slot, to, Some(note));
        }
    }

    fn under(&mut self, key: Option<String>, place: Place, otherwise: Under) -> Under {
        match key {
            Some(name) => Under::Name(name),
            None => {
                self.unknown_keys.insert(place);
                otherwise
            }
        }
    }

    /// What carries the properties of `owner`, and what readers call the property `key`. Undeclared names are
    /// properties of the global object, so what is put there under an unknown key is not followed: every name of the
    /// project would hold it.
    pub(in crate::project) fn carrier_of(
        owner: &Value,
        key: Option<&str>,
    ) -> Option<(Carrier, String)> {
        let (carrier, owner) = match owner {
            Value::App => (Carrier::App, "app"),
            Value::Fastify => (Carrier::App, "fastify"),
            Value::AppSettings => (Carrier::Setting, "app.settings"),
            Value::AppLocals => (Carrier::AppLocal, "app.locals"),
            Value::ResponseLocals => (Carrier::ResponseLocal, "res.locals"),
            Value::Request => (Carrier::Request, "req"),
            Value::Response => (Carrier::Response, "res"),
            Value::HttpServer(_) => (Carrier::HttpServer, "server"),
            Value::Global if key.is_some() => (Carrier::Global, "global"),
            _ => return None,
        };
        let label = key.map_or_else(|| format!("{owner}[…]"), |it| format!("{owner}.{it}"));
        Some((carrier, label))
    }

    /// `strapi.io`: an object that another package puts into the global scope carries what is put on it.
    pub(in crate::project) fn describe_undeclared_member(
        &mut self,
        place: Place,
        object: NodeId,
        key: Option<&str>,
    ) {
        let facts = self.facts(place.file);
        // These are another object in each file, or in a browser.
        let is_own = |it: &&str| {
            matches!(
                *it,
                "module"
                    | "exports"
                    | "require"
                    | "global"
                    | "globalThis"
                    | "window"
                    | "self"
                    | "document"
                    | "arguments"
            )
        };
        let is_free = facts.binding_of(object).is_none();
        let (Some(name), Some(key)) = (
            facts.tree.name(object).filter(|it| is_free && !is_own(it)),
            key,
        ) else {
            return;
        };
        let path = format!("{name}.{key}");
        let cell = self.node(place);
        if self.is_target(place) {
            let value = self.assigned_value(place).unwrap_or(cell);
            let note = self.note(place, format!("set as `{path}`"));
            self.carry(
                Carrier::Undeclared,
                Some(path.clone()),
                (place, value),
                note,
            );
        }
        if !self.is_only_target(place) {
            let note = self.note(place, format!("read from `{path}`"));
            self.carried(Carrier::Undeclared, Some(path), (place, cell), note);
        }
    }
}
