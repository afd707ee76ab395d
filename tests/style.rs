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
    for (head, expected) in cases {
        let expected = format!(
            "{}{expected}\n\n",
            head.trim_end_matches('\n').to_owned() + "\n"
        );
        assert_eq!(head_after(head), expected);
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
import routes from './routes.js';
export const io = new Server(3001);
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
}
