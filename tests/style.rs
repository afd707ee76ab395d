//! The handwriting of a rewritten file: where its import stands and how it is written, and how long calls are broken.

#[path = "support/migrations.rs"]
mod migrations;
#[expect(dead_code, reason = "this test looks at no findings")]
mod support;

use migrations::{SERVER, migrated, migrated_route};

/// The imports of a route file, `head`, after the migration; the rest of the file sends one event.
fn head_after(head: &str) -> String {
    let rest = "router.get('/', (req, res) => res.end(req.app.get('io').emit('x')));\n";
    let after = migrated_route(&format!("{head}{rest}"));
    let rest = rest.replace("req.app.get('io').emit", "socketBroadcaster.broadcast");
    let head = after.strip_suffix(&rest);
    head.unwrap_or_else(|| panic!("{after}")).to_owned()
}

#[test]
fn the_import_is_written_as_most_others_are() {
    let cases = [
        (
            "var path = require('path');\nconst a = require('a');\nconst b = require('b');\n\n",
            "const socketBroadcaster = require('./utils/socketBroadcaster');",
        ),
        (
            "const a = require('a')\nconst b = require('b');\nconst c = require('c')\n\n",
            "const socketBroadcaster = require('./utils/socketBroadcaster')",
        ),
        (
            "const a = require('a');\nvar b = require(\"b\")\n\n",
            "var socketBroadcaster = require(\"./utils/socketBroadcaster\")",
        ),
        (
            "let a = require(\"a\");\nlet b = require(\"b\");\n\n",
            "let socketBroadcaster = require(\"./utils/socketBroadcaster\");",
        ),
        (
            "const a = require('a');\nconst b = require('./server.js');\n\n",
            "const socketBroadcaster = require('./utils/socketBroadcaster.js');",
        ),
        (
            "const a = require('./server.js');\nconst b = require('./server.js');\nconst c = require('./server');\n\n",
            "const socketBroadcaster = require('./utils/socketBroadcaster.js');",
        ),
    ];
    for (head, line) in cases {
        let imports = head.trim_end();
        assert_eq!(head_after(head), format!("{imports}\n{line}\n\n"));
    }
}

#[test]
fn the_first_import_of_a_file_is_as_old_as_its_variables() {
    for (variable, keyword) in [("var", "var"), ("let", "const")] {
        let rest = format!("{variable} seen = 0;\n");
        let expected = format!(
            "{keyword} socketBroadcaster = require('./utils/socketBroadcaster');\n\n{rest}"
        );
        assert_eq!(head_after(&rest), expected);
    }
}

#[test]
fn the_import_has_an_extension_where_the_other_files_write_one() {
    let server = SERVER.replace("./routes", "./routes.js");
    let route = "exports.tell = (req) => req.app.get('io').emit('x');\n";
    let files = [("server.js", server.as_str()), ("routes.js", route)];
    let expected = "const socketBroadcaster = require('./utils/socketBroadcaster.js');

exports.tell = (req) => socketBroadcaster.broadcast('x');
";
    assert_eq!(migrated(&files, "routes.js"), expected);
}

#[test]
fn the_import_stands_behind_the_last_one_of_the_head() {
    let cases = [
        // Plain statements belong to the head,
        (
            "require('dotenv').config();
const express = require('express');
const app = express();
const router = express.Router();
const a = require('./a');
<here>
router.use(express.json());
",
            "a plain statement",
        ),
        // functions do not.
        (
            "const express = require('express');
<here>
const router = express.Router();
const later = () => require('./later');
const a = require('./a');
",
            "a function",
        ),
        (
            "'use strict';

<here>

const router = express.Router();
",
            "a directive",
        ),
        (
            "#!/usr/bin/env node
<here>

const router = express.Router();
",
            "a first line for the shell",
        ),
        (
            "/* eslint-env node */
<here>

// What is said about the router stays with it.
const router = express.Router();
",
            "a comment on the file",
        ),
    ];
    let line = "const socketBroadcaster = require('./utils/socketBroadcaster');\n";
    for (text, name) in cases {
        let expected = text.replace("<here>\n", line);
        // The blank line that sets the import apart comes with it.
        let before = text
            .replace("<here>\n\n", "<here>\n")
            .replace("'use strict';\n\n", "'use strict';\n");
        let before = before.replace("<here>\n", "");
        assert_eq!(head_after(&before), expected, "{name}");
    }
}

#[test]
fn the_import_takes_the_place_of_the_one_that_it_replaces() {
    let server = SERVER.replace("app.set('io', io);", "module.exports = { app, io };");
    let cases = [
        (
            "const { io } = require('./server');\nmodule.exports",
            "<line>\nmodule.exports",
        ),
        (
            "const a = require('a');\n\nconst { io } = require('./server');\n\nmodule.exports",
            "const a = require('a');\n\n<line>\n\nmodule.exports",
        ),
        (
            "const { io } = require('./server'); // the server\nconst a = require('a');\nmodule.exports",
            "<line> // the server\nconst a = require('a');\nmodule.exports",
        ),
    ];
    for (before, expected) in cases {
        let route = format!("{before} = (req, res) => io.emit('x');\n");
        let expected = format!("{expected} = (req, res) => socketBroadcaster.broadcast('x');\n")
            .replace(
                "<line>",
                "const socketBroadcaster = require('./utils/socketBroadcaster');",
            );
        let files = [("server.js", server.as_str()), ("routes.js", &route)];
        assert_eq!(migrated(&files, "routes.js"), expected);
    }
}

#[test]
fn the_import_of_an_es_module_stands_behind_the_others() {
    let files = [
        (
            "package.json",
            "{ \"type\": \"module\", \"main\": \"server.js\" }",
        ),
        (
            "server.js",
            "import { Server } from 'socket.io';
export const ready = () => true;
import routes from './routes.js';
export const io = new Server();
routes();
",
        ),
        (
            "routes.js",
            "import { io } from './server.js';
import express from 'express';

const app = express();
export default () => io.emit('x');
",
        ),
    ];
    let expected = "import socketBroadcaster from './utils/socketBroadcaster.js';
import express from 'express';

const app = express();
export default () => socketBroadcaster.broadcast('x');
";
    assert_eq!(migrated(&files, "routes.js"), expected);
    // `attach` is called here; what stands between imports runs after them.
    let expected = "import { Server } from 'socket.io';
export const ready = () => true;
import routes from './routes.js';
import socketBroadcaster from './utils/socketBroadcaster.js';
";
    let after = migrated(&files, "server.js");
    assert!(after.starts_with(expected), "{after}");
}

/// What becomes of a statement in a route of a project with `files` around it, which has the given `width`.
fn statement_after(statement: &str, files: &[(&str, &str)]) -> String {
    let head = "exports.tell = (req) => {\n  const io = req.app.get('io');\n";
    let end = "\n};\n";
    let route = format!("{head}{statement}{end}");
    let mut all = vec![("server.js", SERVER), ("routes.js", route.as_str())];
    all.extend(files);
    let after = migrated(&all, "routes.js");
    let (_, body) = after.split_once("=> {\n").expect("the function is there");
    body.strip_suffix(end).expect("it ends there").to_owned()
}

#[test]
fn a_call_that_does_not_fit_is_broken_as_formatters_do() {
    let cases = [
        (
            "  io.to(`user_${req.user.id}`).emit('notification_read', req.body.id, 12);",
            "  socketBroadcaster.broadcastToRoom(
    `user_${req.user.id}`,
    'notification_read',
    req.body.id,
    12
  );",
        ),
        (
            "  io.to(`user_${req.user.id}`).emit('read', { id: req.body.id, at: 12 });",
            "  socketBroadcaster.broadcastToRoom(`user_${req.user.id}`, 'read', {
    id: req.body.id,
    at: 12
  });",
        ),
        (
            "  io.to('a').to('b').emit('a_rather_long_event', { id: 1 }, { id: 2 }, 3);",
            "  socketBroadcaster.broadcastToRoom(
    ['a', 'b'],
    'a_rather_long_event',
    { id: 1 },
    { id: 2 },
    3
  );",
        ),
        // In a function on one line nothing is broken.
        (
            "  req.then(() => { io.to('admins').emit('answered', { id: req.body.id, at: 1 }); });",
            "  req.then(() => { socketBroadcaster.broadcastToRoom('admins', 'answered', { id: req.body.id, at: 1 }); });",
        ),
    ];
    for (before, expected) in cases {
        assert_eq!(statement_after(before, &[]), expected);
    }
}

#[test]
fn a_call_with_one_argument_a_line_keeps_its_form() {
    let before = "  io.to('admins').emit(
    req.ok ? 'good' : 'bad',
    req.body,
  );";
    let expected = "  socketBroadcaster.broadcastToRoom(
    'admins',
    req.ok ? 'good' : 'bad',
    req.body,
  );";
    assert_eq!(statement_after(before, &[]), expected);
    // A formatter would put what fits on one line.
    let expected =
        "  socketBroadcaster.broadcastToRoom('admins', req.ok ? 'good' : 'bad', req.body);";
    let wide = (".prettierrc", "printWidth: 100\n");
    assert_eq!(statement_after(before, &[wide]), expected);
}

#[test]
fn the_configuration_of_a_formatter_decides_about_width_and_commas() {
    let before = "  io.to(`user_${req.user.id}`).emit('notification_read', req.body.id, 12);";
    let flat = "  socketBroadcaster.broadcastToRoom(`user_${req.user.id}`, 'notification_read', req.body.id, 12);";
    let broken = |comma: &str| {
        format!(
            "  socketBroadcaster.broadcastToRoom(
    `user_${{req.user.id}}`,
    'notification_read',
    req.body.id,
    12{comma}
  );"
        )
    };
    let with =
        |version: &str| format!("{{ \"devDependencies\": {{ \"prettier\": \"{version}\" }} }}");
    let (second, third) = (with("^2.8.0"), with("^3.0.0"));
    let cases = [
        (
            vec![(".prettierrc", "{ \"printWidth\": 100 }")],
            flat.to_owned(),
        ),
        (
            vec![("../.editorconfig", "[*]\nmax_line_length = 100\n")],
            flat.to_owned(),
        ),
        (
            vec![(".prettierrc.json", "{ \"trailingComma\": \"all\" }")],
            broken(","),
        ),
        (
            vec![(".prettierrc.toml", "trailingComma = 'es5'\n")],
            broken(""),
        ),
        (
            vec![(".prettierrc", "semi: true\n"), ("package.json", &third)],
            broken(","),
        ),
        (
            vec![(".prettierrc", "semi: true\n"), ("package.json", &second)],
            broken(""),
        ),
    ];
    for (files, expected) in cases {
        assert_eq!(statement_after(before, &files), expected, "{files:?}");
    }
}

#[test]
fn a_long_text_does_not_make_lines_wider() {
    let call = "  io.to(`user_${req.user.id}`).emit('notification_read', req.body.id, 12);";
    let texts = [
        "  req.query('SELECT * FROM notifications WHERE user_id = ? AND read_at IS NULL AND id = 1');",
        "  // A comment that is a good deal wider than the eighty columns that the code keeps to, as often.",
    ];
    for text in texts {
        let after = statement_after(&format!("{text}\n{call}"), &[]);
        assert!(after.ends_with("    12\n  );"), "{after}");
    }
    let code = "  req.query(req.user.id, req.body.id, req.body.ticket.id, req.body.ticket.text, req.body.ticket.at);";
    let after = statement_after(&format!("{code}\n{call}"), &[]);
    assert!(after.ends_with("req.body.id, 12);"), "{after}");
}

#[test]
fn what_is_documented_about_a_parameter_follows_its_new_name() {
    let server = SERVER.replace("'./routes')", "'./routes').tell(io)");
    let route = "/**
 * Tells everybody about `io`.
 * @param {import('socket.io').Server} io where the clients are
 * @param {string} ion something else
 */
exports.tell = (io, ion) => io.emit('x', ion);

class Feed {
  /** @param io the server */
  constructor(io) {
    io.emit('feed');
  }
}
exports.Feed = Feed;
";
    let server = server.replace("app.set('io', io);", "new (require('./routes').Feed)(io);");
    let files = [("server.js", server.as_str()), ("routes.js", route)];
    let after = migrated(&files, "routes.js");
    assert!(
        after.contains(
            " * Tells everybody about `io`.
 * @param {object} socketBroadcaster where the clients are
 * @param {string} ion something else
 */
exports.tell = (socketBroadcaster, ion) => socketBroadcaster.broadcast('x', ion);
"
        ),
        "{after}"
    );
    assert!(
        after.contains(
            "  /** @param socketBroadcaster the server */\n  constructor(socketBroadcaster) {"
        ),
        "{after}"
    );
    // Beside an import, it keeps its own.
    let route = format!("{route}exports.shout = (req) => req.app.get('io').emit('x');\n");
    let server = server.replace("new (", "app.set('io', io);\nnew (");
    let files = [("server.js", server.as_str()), ("routes.js", &route)];
    let after = migrated(&files, "routes.js");
    assert!(
        after.contains(" * @param {object} io where the clients are\n"),
        "{after}"
    );
}
