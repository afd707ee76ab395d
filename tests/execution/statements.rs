//! Made-up statements around emissions: positions, guards, other names for the server, and questions.

use crate::writer::Writer;

/// Where an emission may stand.
const POSITIONS: [&str; 67] = [
    "EMIT;",
    "const NAME = () => EMIT;\nNAME();",
    "const NAME = () => {\n  return EMIT;\n};\nt(#, NAME());",
    "t(#, true) ? EMIT : t(#);",
    "t(#, false) ? t(#) : EMIT;",
    "t(#, true) && EMIT;",
    "t(#, false) || EMIT;",
    "t(#, null) ?? EMIT;",
    "t(#), EMIT, t(#);",
    "t(#, EMIT);",
    "if (t(#, true)) EMIT;",
    "if (t(#, false)) EMIT; else EMIT;",
    "if (t(#, true)) EMIT;\nelse EMIT;",
    "if (t(#, true)) {\n  EMIT;\n} else {\n  EMIT;\n}",
    "if (t(#, false)) {\n  t(#);\n} else if (t(#, true)) {\n  EMIT;\n}",
    "switch (t(#)) {\n  case t(#):\n    EMIT;\n    break;\n  default:\n    EMIT;\n}",
    "for (const NAME of t(#, ['a', 'b'])) EMIT;",
    "for (const NAME of t(#, ['a', 'b'])) {\n  IO.to(NAME).emit(t(#), NAME);\n}",
    "for (let NAME = 0; NAME < 2; NAME += 1) {\n  EMIT;\n}",
    "for (let NAME = EMIT; NAME; NAME = false) t(#);",
    "while (t(#, true)) {\n  EMIT;\n  break;\n}",
    "do EMIT; while (t(#, false));",
    "do {\n  EMIT;\n} while (t(#, false));",
    "class NAME {\n  field = EMIT;\n\n  static own = EMIT;\n\n  run() {\n    return EMIT;\n  }\n}\nnew NAME().run();",
    "({\n  get it() { return EMIT; },\n}).it;",
    "({ NAME() { EMIT; } }).NAME();",
    "t(#, `${EMIT}`);",
    "try {\n  EMIT;\n} finally {\n  EMIT;\n}",
    "try {\n  throw t(#);\n} catch (NAME) {\n  EMIT;\n}",
    "((NAME = EMIT) => t(#, NAME))();",
    "function NAME(first = EMIT, second = t(#)) {\n  return EMIT;\n}\nNAME();",
    "void EMIT;",
    "t(#, !EMIT);",
    "t(#, { it: EMIT }.it);",
    "t(#, [EMIT, EMIT].length);",
    "const NAME = EMIT;\nt(#, NAME);",
    "let NAME;\nNAME ??= EMIT;\nt(#, NAME);",
    "NAME: {\n  EMIT;\n  break NAME;\n}",
    "[...(function* () { yield EMIT; })()];",
    "[t(#), t(#)].forEach((each) => EMIT);",
    "['a', 'b'].forEach((each) => IO.to(each).emit(t(#), each));",
    "['a'].map((each) => { EMIT; return each; });",
    "if (EMIT) t(#);",
    "(EMIT);",
    "t(#, String(EMIT));",
    "{ EMIT; }",
    "(function () { EMIT; })();",
    "res.json(EMIT);",
    "const NAME = t(#, true) && EMIT;\nt(#, NAME);",
    "t(#, [t(#), EMIT, t(#)].length);",
    "switch (t(#, 1)) {\n  case 1: {\n    EMIT;\n  }\n  case 2: EMIT;\n}",
    "const [NAME = EMIT] = [];\nt(#, NAME);",
    "t(#, typeof EMIT);",
    "Promise.resolve(t(#)).then(() => EMIT);",
    "Promise.resolve(t(#)).then((it) => {\n  EMIT;\n}).finally(() => t(#));",
    "setImmediate(() => EMIT);",
    "queueMicrotask(() => {\n  EMIT;\n});",
    "(async () => {\n  await EMIT;\n  EMIT;\n})();",
    "await EMIT;",
    "const NAME = await t(#);\nIO.to(NAME).emit(t(#), await t(#));",
    "for await (const NAME of [t(#)]) EMIT;",
    "t(#, await (async () => EMIT)());",
    "t(#, String.raw`a ${EMIT} b`);",
    "for (const NAME in { a: EMIT }) t(#, NAME);",
    "EMIT, EMIT;",
    "t(#, true) && (EMIT, t(#));",
    "NAME: for (const each of ['a']) {\n  if (!IO) continue NAME;\n  EMIT;\n}",
];

/// Conditions that ask whether the server is there, and code around them.
const GUARDS: [&str; 44] = [
    "if (IO) {\n  BODY\n}",
    "if (IO) EMIT;",
    "IO && EMIT;",
    "if (!IO) t(#);",
    "if (!IO) {\n  t(#);\n} else {\n  BODY\n}",
    "if (IO) {\n  BODY\n} else {\n  t(#);\n}",
    "if (IO) {\n  EMIT;\n  t(#);\n} else {\n  t(#);\n}",
    "if (IO && t(#, true)) {\n  BODY\n}",
    "if (t(#, true) && IO) {\n  BODY\n}",
    "if (t(#, false) || IO) {\n  BODY\n}",
    "if (IO || t(#, true)) {\n  BODY\n}",
    "if (IO !== undefined) {\n  BODY\n}",
    "if (IO != null) EMIT;",
    "if (typeof IO !== 'undefined') {\n  BODY\n}",
    "if (!!IO) EMIT;",
    "IO ? EMIT : t(#);",
    "!IO ? t(#) : EMIT;",
    "t(#, IO ? EMIT : t(#));",
    "!IO || EMIT;",
    "if ((IO && t(#, false)) || t(#, true)) {\n  BODY\n}",
    "if (t(#, true)) if (IO) EMIT; else t(#);",
    "if (t(#, true)) {\n  if (IO) {\n    BODY\n  }\n} else if (IO) {\n  EMIT;\n}",
    "if (t(#, false)) {\n  t(#);\n} else if (IO) {\n  BODY\n} else {\n  t(#);\n}",
    "if (t(#, false)) t(#);\nelse if (!IO) t(#);\nelse EMIT;",
    "(() => {\n  if (!IO) return;\n  EMIT;\n})();",
    "t(#, (() => {\n  if (!IO) return t(#);\n  EMIT;\n  return t(#);\n})());",
    "t(#, (() => {\n  if (!IO || t(#, false)) return t(#);\n  EMIT;\n  return t(#);\n})());",
    "if (!IO) throw new Error('no server');\nEMIT;",
    "while (IO) {\n  EMIT;\n  break;\n}",
    "const NAME = IO && t(#);\nt(#, NAME);",
    "const NAME = !!IO;\nt(#, NAME);",
    "if (IO) {\n  const payload = t(#);\n  IO.emit(t(#), payload);\n}",
    "if (IO) {\n  let payload = t(#);\n  IO.to(payload).emit(t(#), payload);\n  payload = t(#);\n}",
    "if (IO) { EMIT; }",
    "if (IO) { EMIT; t(#); } else { t(#); }",
    "try {\n  if (IO) EMIT;\n} catch {\n  t(#);\n}",
    "switch (t(#, 1)) {\n  case 1:\n    if (IO) {\n      const payload = t(#);\n      IO.emit(t(#), payload);\n    }\n  default:\n    if (IO) EMIT;\n}",
    "for (const each of ['a', 'b']) if (IO) IO.to(each).emit(t(#));",
    "for (const each of ['a', 'b']) {\n  if (!IO) continue;\n  IO.to(each).emit(t(#));\n}",
    "if (IO) {\n  [t(#), t(#)].forEach((each) => EMIT);\n}",
    "if (IO) {\n  (t(#, true) ? IO : IO).emit(t(#));\n}",
    "if (IO) // c#\n{\n  // c#\n  EMIT; // c#\n  // c#\n}",
    "if (t(#, true)) { if (IO) EMIT; } else t(#);",
    "if (t(#, false)) if (IO) if (t(#, true)) EMIT; else t(#); else t(#); else t(#);",
];

/// Other names for the server and its parts, and ways to hand them on.
const ALIASES: [&str; 68] = [
    "const NAME = IO.to(t(#));\nCHAIN;",
    "const NAME = IO;\nSPACE;",
    "const NAME = IO.of('/desk');\nSPACE;",
    "const NAME = IO.of(t(#));\nSPACE;\nSPACE;",
    "const NAME = IO.to('a').except(t(#));\nCHAIN;\nt(#);\nCHAIN;",
    "let NAME = IO.to(t(#));\nif (t(#, true)) NAME = NAME.to(t(#));\nCHAIN;",
    "const NAME = IO.sockets;\nSPACE;",
    "const { sockets: NAME } = IO;\nSPACE;",
    "const NAME = IO.volatile;\nCHAIN;",
    "t(#, ['a', 'b']).reduce((all, each) => all.to(each), IO).emit(t(#));",
    "const NAME = (server, room) => server.to(room).emit(t(#), room);\nNAME(IO, t(#));",
    "function NAME(server, ...rest) {\n  server.to(rest).emit(t(#));\n}\nNAME(IO, t(#), t(#));",
    "const NAME = (room, server) => server.to(room).emit(t(#));\nNAME(t(#), IO);\nNAME(t(#), IO);",
    "const NAME = (server, room = t(#)) => server?.in(room).emit(t(#));\nNAME(IO);",
    "const NAME = { server: IO, say(room) { this.server.to(room).emit(t(#)); } };\nNAME.say(t(#));",
    "const NAME = IO.emit.bind(IO);\nNAME(t(#), t(#));",
    "const { emit: NAME } = IO;\nNAME.call(IO, t(#));",
    "const NAME = 'emit';\nIO[NAME](t(#));",
    "const socketBroadcaster = t(#);\nEMIT;\nt(#, socketBroadcaster);",
    "const NAME = ({ server, room }) => server.to(room).emit(t(#));\nNAME({ server: IO, room: t(#) });",
    "const NAME = () => IO;\nNAME().to(t(#)).emit(t(#));",
    "const NAME = async () => IO;\n(await NAME()).emit(t(#));",
    "(t(#, true) ? IO.to(t(#)) : IO).emit(t(#));",
    "(t(#, true) && IO).to(t(#)).emit(t(#));",
    "(t(#), IO).emit(t(#));",
    "const NAME = IO, NAMEother = t(#);\nSPACE;\nt(#, NAMEother);",
    "const NAME = t(#, true) ? IO : null;\nif (NAME) SPACE;",
    "let NAME;\nNAME = IO;\nSPACE;",
    "class NAME {\n  constructor(server) { this.server = server; }\n  say() { this.server.to(t(#)).emit(t(#)); }\n}\nnew NAME(IO).say();",
    "setImmediate((server) => server.emit(t(#)), IO);",
    "const NAME = IO?.to(t(#));\nNAME?.emit(t(#));",
    "let NAME = IO;\nif (t(#, true)) NAME = NAME.to(t(#));\nCHAIN;",
    "let NAME = t(#, false) ? IO.to(t(#)) : IO.in(t(#));\nCHAIN;",
    "const NAME = t(#, true) ? IO.to(t(#)) : IO;\nCHAIN;",
    "let NAME;\nif (t(#, false)) NAME = IO.to(t(#));\nelse NAME = IO.of('/desk').to(t(#));\nCHAIN;\nCHAIN;",
    "let NAME = IO;\nfor (const each of ['a', 'b']) NAME = NAME.to(each);\nCHAIN;",
    "let NAME = IO.to(t(#));\n[t(#), t(#)].forEach((each) => { NAME = NAME.except(each); });\nCHAIN;",
    "let NAME = IO.to(t(#));\ntry {\n  NAME = NAME.to(t(#));\n} finally {\n  CHAIN;\n}",
    "((NAME = IO.to(t(#))) => CHAIN)();",
    "((room = t(#), NAME = IO.to(room)) => CHAIN)();",
    "IO.emit.call(IO, t(#), t(#));",
    "IO.to(t(#)).emit.apply(IO.to(t(#)), [t(#)]);",
    "IO.emit.bind(IO, t(#))(t(#));",
    "const NAME = IO.to(t(#));\nconst NAMEsay = NAME.emit.bind(NAME);\nNAMEsay(t(#));",
    "const NAME = (...args) => IO.emit(...args);\nNAME(t(#), t(#));",
    "IO.emit?.(t(#));",
    "IO?.to?.(t(#))?.emit?.(t(#));",
    "class NAME {\n  room = IO.to(t(#));\n\n  say() {\n    this.room.emit(t(#));\n  }\n}\nnew NAME().say();",
    "class NAME {\n  static room = IO.to(t(#));\n}\nNAME.room.emit(t(#));",
    "[...(function* () {\n  const NAME = IO.to(t(#));\n  yield CHAIN;\n  yield CHAIN;\n})()];",
    "for (let NAME = IO.to(t(#)), n = 0; n < 2; n += 1) CHAIN;",
    "for (const NAME of [IO.to(t(#)), IO]) CHAIN;",
    "const NAME = [IO.to(t(#)), IO.in(t(#))];\nNAME[0].emit(t(#));\nNAME.forEach((each) => each.emit(t(#)));",
    "const [NAME] = [IO.to(t(#))];\nCHAIN;",
    "const NAME = new Map([['all', IO]]);\nNAME.get('all').emit(t(#));",
    "const NAME = { room: IO.to(t(#)) };\nNAME.room.emit(t(#));",
    "const NAME = () => IO.to(t(#));\nNAME().emit(t(#));\nNAME().except(t(#)).emit(t(#));",
    "const NAME = (op) => op.emit(t(#));\nNAME(IO.to(t(#)));",
    "const NAME = (op) => (room) => op.to(room).emit(t(#));\nNAME(IO)(t(#));",
    "switch (IO) {\n  case null:\n    t(#);\n    break;\n  default:\n    EMIT;\n}",
    "const NAME = IO;\nif (NAME === IO) EMIT;",
    "t(#, 'emit' in IO);",
    "const NAME = IO ? IO.to(t(#)) : null;\nif (NAME) CHAIN;",
    "const NAME = IO && IO.to(t(#));\nNAME && CHAIN;",
    "let NAME = IO;\nNAME = NAME.of('/desk');\nSPACE;",
    "const NAME = IO.of('/desk');\nconst NAMEroom = NAME.to(t(#));\nNAMEroom.emit(t(#));\nSPACE;",
    "let NAME = null;\nconst NAMEfind = () => {\n  NAME ??= IO.to(t(#));\n  return NAME;\n};\nNAMEfind().emit(t(#));\nNAMEfind().emit(t(#));",
    "const NAME = { all: IO, get room() { return this.all.to(t(#)); } };\nNAME.room.emit(t(#));",
];

/// One client's socket, by its id. The one whose id is `gone` is not there.
const SOCKETS: [&str; 16] = [
    "const NAME = IO.sockets.sockets.get(t(#));\nif (NAME) NAME.emit('x', 1);",
    "const NAME = IO.of('/desk').sockets.get(t(#));\nNAME?.emit('x', { a: 1 });\nNAME?.join('r');",
    "const NAME = IO.sockets.sockets.get('gone');\nif (NAME) {\n  NAME.emit('x');\n  NAME.leave('r');\n}\nt(#);",
    "const NAME = IO.sockets.sockets.get(t(#));\nt(#);\nNAME && NAME.disconnect(true);",
    "(() => {\n  const NAME = IO.sockets.sockets.get(t(#));\n  if (!NAME) return;\n  NAME.emit('x');\n})();",
    "t(#, (() => {\n  const NAME = IO.sockets.sockets.get(t(#, 'gone'));\n  if (!NAME) return t(#);\n  NAME.emit('x');\n})());",
    "for (const each of ['a', 'gone', 'b']) {\n  const NAME = IO.sockets.sockets.get(each);\n  if (!NAME) continue;\n  NAME.emit('x', each);\n}",
    "for (const each of ['a', 'gone', 'b']) {\n  const NAME = IO.sockets.sockets.get(each);\n  if (!NAME) break;\n  NAME.emit('x', each);\n}",
    "const NAME = IO.sockets.sockets.get(t(#, 'gone'));\nif (!NAME) t(#);\nelse NAME.emit('x');",
    "let NAMEid = t(#);\nconst NAME = IO.sockets.sockets.get(NAMEid);\nNAMEid = t(#);\nif (NAME) NAME.join(NAMEid);",
    "const NAME = IO.sockets.sockets.get(t(#, undefined));\nNAME?.emit('x');",
    "const NAME = IO.sockets.sockets.get(t(#));\nif (NAME && t(#, true)) NAME.emit('x');",
    "const NAME = IO.sockets.sockets.get(t(#, 'gone'));\nif (NAME !== undefined) {\n  NAME.emit('x', t(#));\n}",
    "const NAME = IO.sockets.sockets.get(t(#)), NAMEother = t(#);\nif (NAME != null && NAMEother) {\n  if (NAMEother === 1) NAME.emit('x');\n  else NAME.emit('y', NAMEother);\n}",
    "const NAMEroom = t(#), NAME = IO.sockets.sockets.get(NAMEroom);\nif (NAME) {\n  const NAMEroom = t(#);\n  NAME.join(NAMEroom);\n}",
    "IO.sockets.sockets.get(t(#))?.emit('x', 1);",
];

/// What the server is asked. The answers may come later than before, so nothing else may be put off.
const QUESTIONS: [&str; 13] = [
    "t(#, IO.engine.clientsCount);",
    "if (IO.engine.clientsCount > 2) EMIT;",
    "t(#, IO.sockets.adapter.rooms.get('a')?.size);",
    "const NAME = IO.sockets.adapter.rooms.get(t(#, 'a'));\nt(#, NAME ? NAME.size : 0);",
    "t(#, IO.sockets.sockets.size);",
    "t(#, IO.of('/desk').sockets.size);",
    "t(#, IO.of('/desk').adapter.rooms.has(t(#, 'a')));",
    "const NAME = IO.sockets.adapter.rooms.get(t(#, 'b'));\nt(#, NAME?.size);",
    "for (const [NAME, NAMEids] of IO.sockets.adapter.rooms) t(#, [NAME, NAMEids.size]);",
    "const NAME = IO.sockets.adapter.rooms;\nt(#, [NAME.size, NAME.has('a'), [...(NAME.get('a') ?? [])].length]);",
    "t(#, (await IO.in(t(#)).fetchSockets()).length);",
    "t(#, (await IO.timeout(50).to(t(#)).emitWithAck(t(#), t(#))).length);",
    "const NAME = await IO.fetchSockets();\nt(#, NAME.length);\nfor (const each of NAME) EMIT;",
];

/// Nothing to do with the server.
const OTHERS: [&str; 6] = [
    "t(#);",
    "// c#\nt(#);",
    "[t(#)].map((it) => it);",
    "(() => t(#))();",
    "`${t(#)}`.trim();",
    "const payload = t(#);\nt(#, payload);",
];

impl Writer<'_> {
    /// One statement, or a few that belong together.
    pub(crate) fn statement(&mut self, depth: usize) -> String {
        let kind = self.pick(16);
        let template = match kind {
            0..=6 => self.one_of(&POSITIONS),
            7..=10 => self.one_of(&GUARDS),
            11..=13 if self.asks => self.one_of(&QUESTIONS),
            11..=12 => self.one_of(&ALIASES),
            13 => match self.pick(3) {
                0 => self.one_of(&SOCKETS),
                _ => self.one_of(&ALIASES),
            },
            _ => self.one_of(&OTHERS),
        };
        let template = match self.stands(template) {
            true => template,
            false => "EMIT;",
        };
        let text = self.filled(template, depth);
        let is_declaring =
            text.starts_with("const payload") || text.starts_with("const socketBroadcaster");
        match self.pick(10) {
            8 if !is_declaring => format!("/* c{kind} */ {text}"),
            // All on one line, as some people write.
            9 if !text.contains("//") && !text.contains('`') => {
                let lines: Vec<&str> = text.lines().map(str::trim).collect();
                lines.join(" ")
            }
            _ if is_declaring => self
                .filled("{\n  BLOCK\n}", depth)
                .replace("BLOCK", &text.replace('\n', "\n  ")),
            _ => text,
        }
    }

    /// Whether a template may be used here.
    fn stands(&self, template: &str) -> bool {
        let is_put_off = [".then(", "async", "setImmediate", "queueMicrotask"]
            .iter()
            .any(|it| template.contains(it));
        let has_await = template.contains("await ") && !template.starts_with("(async");
        // `this` is another one in there.
        let has_own_this = ["function", "class", "get it", "({ NAME", "this."]
            .iter()
            .any(|it| template.contains(it));
        !(has_await && !self.is_async
            || is_put_off && self.asks
            || has_own_this && self.handle.starts_with("this"))
    }

    /// Statements for a block.
    pub(crate) fn body(&mut self, depth: usize) -> String {
        let count = match depth {
            0..=2 => 1 + self.pick(3),
            _ => 1,
        };
        let statements: Vec<String> = (0..count)
            .map(|_| match depth {
                0..=3 => self.statement(depth + 1),
                _ => self.filled("EMIT;", depth),
            })
            .collect();
        statements.join("\n")
    }
}
