//! Set-ups in functions: which of them move as a whole, and which leave what else the function does.

use crate::plan::tests::{blockers, check, entry};

#[test]
fn functions_that_do_nothing_else_move() {
    let inside = "let io;\nfunction start() {\n  io = new Server(server);\n  io.on('connection', () => {});\n}\nstart();";
    check(inside, "", inside);
}

#[test]
fn handlers_that_a_function_registers_move_with_its_call() {
    let nested = "const io = new Server(server);\nfunction listen() { io.on('connection', () => {}); }\nlisten();";
    check(nested, "", nested);
}

#[test]
fn the_set_up_leaves_a_function_with_other_work() {
    check(
        "async function start(name) {\n  // Sockets.\n  const io = new Server(server);\n  io.use((socket, next) => {\n    next(`\n    ${socket.id}`);\n  });\n  server.emit(name);\n}\nstart('x');",
        "async function start(name) {\n  server.emit(name);\n}\nstart('x');\n",
        "// Sockets.\nconst io = new Server(server);\nio.use((socket, next) => {\n  next(`\n    ${socket.id}`);\n});",
    );
}

#[test]
fn what_only_exists_in_the_function_is_a_question() {
    let code = "function start(secret) {\n  const io = new Server(server);\n  io.use(() => secret);\n  server.emit('x');\n}\nstart(process.argv);";
    assert!(
        blockers(&entry(code))[0].starts_with(
            "the socket code uses `secret`, which only exists in a function of the API"
        )
    );
}

#[test]
fn a_condition_around_the_set_up_is_a_question() {
    for code in [
        "if (process.env.WS) {\n  const io = new Server(server);\n}",
        "function start() {\n  if (!process.env.WS) return;\n  const io = new Server(server);\n  server.emit('x');\n}\nstart();",
    ] {
        let found = &blockers(&entry(code))[0];
        assert!(
            found.contains("in a condition") || found.contains("may return before it does"),
            "{found}"
        );
    }
}
