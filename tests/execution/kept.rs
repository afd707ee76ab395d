//! Programs that were migrated wrongly once: what went wrong, and the statements of a handler with `io`.

pub(crate) const PROGRAMS: [(&str, &str); 18] = [
    (
        "a loop asked for the server",
        "while (io) {\n  io.emit(t(1));\n  break;\n}",
    ),
    (
        "a guard stood first in a guarded block",
        "if (io) {\n  if (!io) throw t(1);\n  io.emit(t(2));\n}",
    ),
    (
        "the default namespace had another name",
        "const all = io.sockets;\nall.to(t(1)).emit(t(2));",
    ),
    (
        "a timer passed the server on",
        "setImmediate((server) => server.emit(t(1)), io);",
    ),
    (
        "a guarded list followed a call without semicolon",
        "t(1)\nif (io) {\n  [t(2)].forEach((each) => io.emit(each))\n}",
    ),
    (
        "a call followed a guarded one without semicolon",
        "if (io) {\n  io.emit(t(1))\n}\n(() => t(2))()",
    ),
    (
        "a list followed a guard that goes",
        "t(1)\nif (!io) return;\n[t(2)].forEach((each) => io.emit(each))",
    ),
    (
        "an operand of a guard began with a parenthesis",
        "t(1)\nio && (t(2), io).emit(t(3))",
    ),
    (
        "a name in brackets was asked for",
        "io?.['to'](t(1)).emit(t(2));",
    ),
    (
        "the default namespace was asked for",
        "io?.sockets.emit(t(1));",
    ),
    (
        "a fallback stood behind the server",
        "const server = io || null;\nserver.to(t(1))[t(2, 'emit')](t(3));",
    ),
    (
        "other loops asked for the server",
        "do io.emit(t(1)); while (!io);\nfor (let all = io?.sockets.send(); all; all = false) t(2);",
    ),
    (
        "a field held the server with the default namespace",
        "const desk = { io };\nconst all = desk.io.sockets;\nall.to(t(1)).emit(t(2));",
    ),
    (
        "two questions made one handler async twice",
        "req.app.post('/count', (req, res) => {\n  try {\n    t(1, io.engine.clientsCount);\n    t(2, io.engine.clientsCount);\n  } catch {}\n});",
    ),
    (
        "what `send` gives was kept",
        "let all;\nall ??= io.send(t(1));\nt(2, all);",
    ),
    (
        "what `write` gives was used",
        "const all = io.write(t(1));\nall.emit(t(2));",
    ),
    (
        "two names of the server were compared while it stayed",
        "const own = io;\nif (own === io) io.emit('x');\nconst room = io.to(t(1));\nconst say = room.emit.bind(room);\nsay(t(2));",
    ),
    (
        "a room was made of a namespace that stayed",
        "const desk = io.of('/desk');\nconst room = desk.to(t(1));\nroom.emit(t(2));\ndesk[t(3, 'emit')]('x');",
    ),
];
