//! What a project can teach: where else the server is handed on, and what its own methods of the broadcaster send.
//! Checked when it is read; following and rewriting are later stages' work.

use serde::Deserialize;

/// `[[carrier]]`: a way by which the server is handed on that can't be seen in the code.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "CarrierKeys")]
pub enum Carrier {
    /// `setter` and `getter`: what is put under a key by one is read under it by the other.
    Pair {
        /// `setter = "Container.set"`: takes the key and what is kept under it.
        setter: Callee,
        /// `getter = "Container.get"`: takes the key.
        getter: Callee,
    },
    /// `getter` alone: a function that gives the server, with `key` as its first argument if there is one.
    Getter {
        /// `getter = "realtime.server"`.
        getter: Callee,
        /// `key = "io"`.
        key: Option<String>,
    },
    /// `decorator = "InjectServer"`: a field with it gets the server.
    Decorator(String),
    /// `key = "live"`: a setting, or a property of requests, of this name holds the server where nothing says otherwise.
    Key(String),
}

/// The keys of a table `[[carrier]]`, unchecked.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct CarrierKeys {
    setter: Option<Callee>,
    getter: Option<Callee>,
    key: Option<String>,
    decorator: Option<String>,
}

impl TryFrom<CarrierKeys> for Carrier {
    type Error = String;

    fn try_from(keys: CarrierKeys) -> Result<Self, String> {
        match (keys.setter, keys.getter, keys.key, keys.decorator) {
            (Some(setter), Some(getter), None, None) => Ok(Self::Pair { setter, getter }),
            (None, Some(getter), key, None) => Ok(Self::Getter { getter, key }),
            (None, None, None, Some(name)) => Ok(Self::Decorator(name)),
            (None, None, Some(key), None) => Ok(Self::Key(key)),
            _ => Err(
                "a carrier has `setter` and `getter`, or `getter` with or without `key`, or `decorator`, or `key`"
                    .to_owned(),
            ),
        }
    }
}

/// A function as it is called: `getServer`, `Container.get`. A longer chain may end with it: `app.container.get`
/// ends with `container.get`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Callee(Vec<String>);

impl Callee {
    /// Its names, in the order of the text.
    pub fn names(&self) -> &[String] {
        &self.0
    }
}

impl TryFrom<String> for Callee {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let names: Vec<String> = text.split('.').map(str::to_owned).collect();
        match names.iter().all(|it| is_name(it)) {
            true => Ok(Self(names)),
            false => Err(format!(
                "`{text}` is no function; write it without arguments, as in `Container.get`"
            )),
        }
    }
}

/// `[[broadcaster.method]]`: a method of the broadcaster that stands for an emission of the project.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "MethodKeys")]
pub struct Method {
    /// `name = "ticketCreated"`.
    pub name: String,
    /// `event = "ticket_created"`.
    pub event: String,
    /// `rooms = ["role_admin", "ticket_${id}"]`: one delivery to the union of them. None: everybody.
    pub rooms: Vec<Room>,
}

/// The keys of a table `[[broadcaster.method]]`, unchecked.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct MethodKeys {
    name: String,
    event: String,
    #[serde(default)]
    rooms: Vec<Room>,
}

/// What the broadcaster has already.
const TAKEN: &[&str] = &[
    "to",
    "in",
    "except",
    "of",
    "volatile",
    "compress",
    "local",
    "timeout",
    "emit",
    "emitWithAck",
    "send",
    "write",
    "sent",
    "answers",
    "clear",
    "broadcast",
    "broadcastToRoom",
    "notifyUser",
    "notifyRole",
    "clientsCount",
    "socketsCount",
    "roomSize",
    "rooms",
    "query",
    "fetchSockets",
    "allSockets",
    "socketsJoin",
    "socketsLeave",
    "disconnectSockets",
    "serverSideEmit",
    "attach",
    "connect",
    "stats",
    "close",
    "name",
    "constructor",
];

impl TryFrom<MethodKeys> for Method {
    type Error = String;

    fn try_from(keys: MethodKeys) -> Result<Self, String> {
        let name = keys.name;
        if !is_name(&name) {
            return Err(format!("`{name}` can't be a method's name"));
        }
        if TAKEN.contains(&name.as_str()) {
            return Err(format!(
                "the broadcaster has a method `{name}` already; choose another name"
            ));
        }
        Ok(Self {
            name,
            event: keys.event,
            rooms: keys.rooms,
        })
    }
}

/// A room's name, the end of which may vary.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Room {
    /// The text that does not vary.
    pub start: String,
    /// `id` of `ticket_${id}`.
    pub variable: Option<String>,
}

impl TryFrom<String> for Room {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let Some((start, rest)) = text.split_once("${") else {
            return Ok(Self {
                start: text,
                variable: None,
            });
        };
        let variable = rest.strip_suffix('}').filter(|it| is_name(it));
        match variable {
            Some(variable) => Ok(Self {
                start: start.to_owned(),
                variable: Some(variable.to_owned()),
            }),
            None => Err(format!(
                "`{text}` is no room; only its end may vary, as in `ticket_${{id}}`"
            )),
        }
    }
}

/// Whether a text is an identifier, in ASCII.
fn is_name(text: &str) -> bool {
    let mut letters = text.chars();
    let is_start = |it: char| it.is_ascii_alphabetic() || matches!(it, '_' | '$');
    letters.next().is_some_and(is_start) && letters.all(|it| is_start(it) || it.is_ascii_digit())
}
