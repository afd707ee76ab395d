//! Cells, the places that can hold values, and what has arrived in each with the way it came.
//! Which edges there are is `flow`'s work.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::project::value::{Place, Value};
use crate::source::{FileId, Span};

/// A cell with fewer values is searched one by one.
const FEW: usize = 16;

/// The bound on functions and objects in one cell. Only registries reach it, where any of their functions may be meant
/// at any place; back ends stay far below.
const CROWD: usize = 96;

/// A value, interned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::project) struct ValueId(u32);

/// A place that can hold values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::project) struct CellId(u32);

/// A cell that is no node and no binding.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::project) enum Slot {
    /// A named property of an object, class, instance, function or module object.
    Property(ValueId, String),
    /// All elements of an array, a map or a set, and what was written under a name that isn't known.
    Elements(ValueId),
    /// Everything that an object has, named or not.
    AnyProperty(ValueId),
    /// Every function that an object has under a name.
    AnyFunction(ValueId),
    /// What a function returns.
    Return(Place),
    /// What `this` is in a function.
    This(Place),
    /// What an ES module exports under a name.
    Export(FileId, String),
    /// What `module.exports` is.
    ModuleExports(FileId),
    /// What is put under a name that the whole project shares: a setting, a property of requests.
    Carried(Carrier, Under),
    /// The argument at a position of an event that an emitter sends; emitters by where they come to be.
    Event(ValueId, Option<String>, usize),
}

/// Something that has one table of names in the whole project.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::project) enum Carrier {
    /// `app.set(key, …)`. Express: one table an application; applications of one project are not told apart.
    Setting,
    /// `app.locals.name`.
    AppLocal,
    /// `res.locals.name`.
    ResponseLocal,
    /// `app.name`, `fastify.decorate(name, …)`.
    App,
    /// `req.name`, `ctx.name`: middleware order is not modelled.
    Request,
    /// `res.name`.
    Response,
    /// `httpServer.name`.
    HttpServer,
    /// A property of the global object, and undeclared names.
    Global,
    /// A property of an undeclared object: `strapi.io`.
    Undeclared,
    /// What the configuration teaches, by its position there: a container's `set` and `get`.
    Configured(usize),
}

/// The name under which something is carried.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::project) enum Under {
    /// A name that the text tells.
    Name(String),
    /// One that it doesn't tell: whatever was put there may be read under any.
    Unknown,
    /// Whatever was put under any name.
    Any,
}

/// What happens to a value at a station worth telling a reader.
#[derive(Clone, Debug)]
pub(in crate::project) struct Note {
    pub(in crate::project) file: FileId,
    pub(in crate::project) span: Span,
    pub(in crate::project) label: String,
}

/// A note's position in the list of notes.
#[derive(Clone, Copy, Debug)]
pub(in crate::project) struct NoteId(u32);

/// A value in a cell, with the way by which it first came.
#[derive(Clone, Copy, Debug)]
pub(in crate::project) struct Arrival {
    pub(in crate::project) value: ValueId,
    /// The cell and value it came from or was made of.
    from: Option<(CellId, ValueId)>,
    note: Option<NoteId>,
}

/// All cells and what they hold.
#[derive(Debug, Default)]
pub(in crate::project) struct Cells {
    values: Vec<Value>,
    ids: BTreeMap<Value, ValueId>,
    slots: BTreeMap<Slot, CellId>,
    held: Vec<Vec<Arrival>>,
    copies: Vec<Vec<(CellId, Option<NoteId>)>>,
    notes: Vec<Note>,
    pending: VecDeque<(CellId, ValueId)>,
    /// The values of cells that hold many, to find them fast.
    crowds: BTreeMap<CellId, BTreeSet<ValueId>>,
}

impl Cells {
    /// Adds `count` cells and returns the first; they follow each other.
    pub(in crate::project) fn reserve(&mut self, count: usize) -> CellId {
        let first = CellId(narrow(self.held.len()));
        self.held.resize_with(self.held.len() + count, Vec::new);
        self.copies.resize_with(self.held.len(), Vec::new);
        first
    }

    /// The cell `distance` after `first`.
    pub(in crate::project) fn nth(first: CellId, distance: usize) -> CellId {
        CellId(first.0 + narrow(distance))
    }

    /// The cell's position in lists that have one entry a cell.
    pub(in crate::project) fn index(cell: CellId) -> usize {
        cell.0 as usize
    }

    /// How many cells there are.
    pub(in crate::project) fn len(&self) -> usize {
        self.held.len()
    }

    /// The cell of a slot, made on first use. The flag tells that it is new.
    pub(in crate::project) fn slot(&mut self, slot: Slot) -> (CellId, bool) {
        if let Some(cell) = self.slots.get(&slot) {
            return (*cell, false);
        }
        let cell = self.reserve(1);
        self.slots.insert(slot, cell);
        (cell, true)
    }

    /// The cell of a slot, if anything ever touched it.
    pub(in crate::project) fn known_slot(&self, slot: &Slot) -> Option<CellId> {
        self.slots.get(slot).copied()
    }

    /// The id of a value.
    pub(in crate::project) fn intern(&mut self, value: &Value) -> ValueId {
        if let Some(id) = self.ids.get(value) {
            return *id;
        }
        let id = ValueId(narrow(self.values.len()));
        self.values.push(value.clone());
        self.ids.insert(value.clone(), id);
        id
    }

    /// The value of an id.
    pub(in crate::project) fn value(&self, id: ValueId) -> &Value {
        &self.values[id.0 as usize]
    }

    /// Remembers a note for edges to point at.
    pub(in crate::project) fn note(
        &mut self,
        file: FileId,
        span: Span,
        label: impl Into<String>,
    ) -> NoteId {
        let id = NoteId(narrow(self.notes.len()));
        self.notes.push(Note {
            file,
            span,
            label: label.into(),
        });
        id
    }

    /// What has arrived in a cell.
    pub(in crate::project) fn held(&self, cell: CellId) -> &[Arrival] {
        &self.held[Self::index(cell)]
    }

    /// Puts a value into a cell; `from` says what it was made of.
    pub(in crate::project) fn put(
        &mut self,
        cell: CellId,
        value: ValueId,
        from: Option<(CellId, ValueId)>,
        note: Option<NoteId>,
    ) {
        if self.holds(cell, value) || self.is_too_crowded_for(cell, value) {
            return;
        }
        let held = &mut self.held[Self::index(cell)];
        held.push(Arrival { value, from, note });
        if held.len() == FEW {
            let known = held.iter().map(|it| it.value).collect();
            self.crowds.insert(cell, known);
        } else if held.len() > FEW {
            self.crowds.entry(cell).or_default().insert(value);
        }
        self.pending.push_back((cell, value));
    }

    fn holds(&self, cell: CellId, value: ValueId) -> bool {
        match self.crowds.get(&cell) {
            Some(known) => known.contains(&value),
            None => self.held(cell).iter().any(|it| it.value == value),
        }
    }

    /// Whether a cell holds so many functions and objects already that one more says nothing. The server and what
    /// carries it are always let in.
    fn is_too_crowded_for(&self, cell: CellId, value: ValueId) -> bool {
        self.held(cell).len() >= CROWD
            && matches!(
                self.value(value),
                Value::Function(_) | Value::Object(_) | Value::Class(_) | Value::Instance(_)
            )
    }

    /// Whatever is in `from`, now or later, is in `to` as well.
    pub(in crate::project) fn copy(&mut self, from: CellId, to: CellId, note: Option<NoteId>) {
        if from == to || self.copies[Self::index(from)].iter().any(|it| it.0 == to) {
            return;
        }
        self.copies[Self::index(from)].push((to, note));
        let values: Vec<ValueId> = self.held(from).iter().map(|it| it.value).collect();
        for value in values {
            self.put(to, value, Some((from, value)), note);
        }
    }

    /// The next arrival, after it was copied along every edge.
    pub(in crate::project) fn next_arrival(&mut self) -> Option<(CellId, ValueId)> {
        let (cell, value) = self.pending.pop_front()?;
        for index in 0..self.copies[Self::index(cell)].len() {
            let (to, note) = self.copies[Self::index(cell)][index];
            self.put(to, value, Some((cell, value)), note);
        }
        Some((cell, value))
    }

    /// The notes that `value` passed on its way to `cell`, first one first.
    pub(in crate::project) fn way(&self, cell: CellId, value: ValueId) -> Vec<&Note> {
        let mut notes = Vec::new();
        let mut here = Some((cell, value));
        while let Some((cell, value)) = here {
            let arrival = self.held(cell).iter().find(|it| it.value == value);
            let Some(arrival) = arrival else { break };
            notes.extend(arrival.note.map(|it| &self.notes[it.0 as usize]));
            here = arrival.from;
        }
        notes.reverse();
        notes
    }
}

fn narrow(it: usize) -> u32 {
    u32::try_from(it).expect("a project has fewer than 2^32 cells")
}
