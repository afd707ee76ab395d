//! Made-up back ends: a server, a way in which a handler obtains it, and the handler's statements, in some formatting.

use proptest::prelude::{Strategy, any, prop};

use crate::writer::Writer;

/// A path and a text.
pub(crate) type File = (String, String);

/// What a program is written from.
#[derive(Clone, Debug)]
pub(crate) struct Choices {
    frame: Vec<u16>,
    statements: Vec<Vec<u16>>,
}

pub(crate) fn choices() -> impl Strategy<Value = Choices> {
    let statement = prop::collection::vec(any::<u16>(), 0..60);
    let frame = prop::collection::vec(any::<u16>(), 12);
    (frame, prop::collection::vec(statement, 1..6))
        .prop_map(|(frame, statements)| Choices { frame, statements })
}

/// How the handler obtains the server.
struct Way {
    /// The expression that holds it.
    handle: &'static str,
    /// A line of the handler.
    statement: &'static str,
    /// A line of the file that makes the server.
    server: &'static str,
    /// What the routes import, as `name module` or `{ name } module`.
    import: &'static str,
    shape: Shape,
}

/// What the file with the handler exports.
#[derive(Clone, Copy, PartialEq)]
enum Shape {
    /// The handler.
    Handler,
    /// A router with it.
    Router,
    /// A function of the server that gives the handler.
    Factory,
    /// A class that keeps the server.
    Class,
    /// The handler, which hands the server to a function.
    Function,
    /// The same, in an object.
    Options,
}

const fn way(handle: &'static str, statement: &'static str, server: &'static str) -> Way {
    Way {
        handle,
        statement,
        server,
        import: "",
        shape: Shape::Handler,
    }
}

const SET: &str = "app.set('io', io);";
const PUT: &str = "app.use((req, res, next) => {\n  req.io = io;\n  next();\n});";

const WAYS: [Way; 24] = [
    way("io", "const io = req.app.get('io');", SET),
    way("req.app.get('io')", "", SET),
    way("io", "const { io } = req;", PUT),
    way("req.io", "", PUT),
    way("io", "const io = global.io;", "global.io = io;"),
    way("global.io", "", "global.io = io;"),
    way("io", "", "globalThis.io = io;"),
    way("$io", "let $io = req.app && req.app.get('io');", SET),
    way(
        "socketServer",
        "const socketServer = req.app.get('io') || null;",
        SET,
    ),
    way("io", "let io;\nio = req.app.get('io');", SET),
    way("req.app.locals.io", "", "app.locals.io = io;"),
    way(
        "ws",
        "const { io: ws } = req.app.locals;",
        "app.locals.io = io;",
    ),
    way(
        "res.locals.io",
        "",
        "app.use((req, res, next) => { res.locals.io = io; next(); });",
    ),
    Way {
        import: "{ getIO } ./live",
        ..way("getIO()", "", "setIO(io);")
    },
    Way {
        import: "{ getIO } ./live",
        ..way("io", "const io = getIO();", "setIO(io);")
    },
    Way {
        import: "* live ./live",
        ..way("live.getIO()", "", "setIO(io);")
    },
    Way {
        shape: Shape::Router,
        ..way("io", "const io = req.app.get('io');", SET)
    },
    Way {
        shape: Shape::Router,
        ..way("req.io", "", PUT)
    },
    Way {
        shape: Shape::Factory,
        ..way("io", "", "")
    },
    Way {
        shape: Shape::Factory,
        ..way("io", "", "")
    },
    Way {
        shape: Shape::Class,
        ..way("this.io", "", "")
    },
    Way {
        shape: Shape::Class,
        ..way("io", "const { io } = this;", "")
    },
    Way {
        shape: Shape::Function,
        ..way("io", "", SET)
    },
    Way {
        shape: Shape::Options,
        ..way("io", "", SET)
    },
];

const HANDLERS: [&str; 6] = [
    "(req, res) => {\n  BODY\n}",
    "async (req, res) => {\n  BODY\n}",
    "function (req, res) {\n  BODY\n}",
    "async function (req, res) {\n  BODY\n}",
    "(req, res, next) => {\n  BODY\n}",
    "async function run(req, res) {\n  BODY\n}",
];

const LAST: [&str; 8] = [
    "res.end();",
    "return EMIT;",
    "",
    "res.json(t(#));",
    "EMIT;",
    "return res.json({ ok: EMIT });",
    "return IO && EMIT;",
    "if (!IO) return res.end();\nEMIT;\nreturn res.end();",
];

/// A program, and what it takes to start it.
#[derive(Clone, Debug)]
pub(crate) struct Program {
    pub(crate) is_module: bool,
    pub(crate) files: Vec<File>,
    /// Whether its plans are proven as well.
    pub(crate) is_proven: bool,
}

/// Writes the program that the choices stand for.
pub(crate) fn program(choices: &Choices) -> Program {
    let mut writer = Writer::new(&choices.frame);
    let way = &WAYS[writer.pick(WAYS.len())];
    let is_module = writer.pick(3) == 2;
    let handler = writer.one_of(&HANDLERS);
    writer.handle = way.handle;
    writer.is_async = handler.starts_with("async");
    writer.asks = writer.pick(6) == 5;
    let formatting = Formatting::chosen(&mut writer);
    let last = LAST[writer.pick(LAST.len())];
    let mut statements = vec![way.statement.to_owned()];
    for it in &choices.statements {
        writer.follow(it);
        statements.push(writer.statement(0));
    }
    writer.follow(&choices.frame);
    statements.push(writer.filled(last, 0));
    statements.retain(|it| !it.is_empty());
    let body = statements.join("\n");
    let files = project(way, is_module, handler, &body);
    let files = files.into_iter().map(|(path, text)| {
        let text = match path.ends_with(".js") {
            true => formatting.applied(&text),
            false => text,
        };
        (path, text)
    });
    Program {
        is_module,
        files: files.collect(),
        is_proven: true,
    }
}

/// A program with these statements in a handler that has `io`: for cases that are kept.
pub(crate) fn kept(body: &str) -> Program {
    let files = project(
        &WAYS[0],
        false,
        HANDLERS[0],
        &format!("{}\n{body}", WAYS[0].statement),
    );
    Program {
        is_module: false,
        files,
        is_proven: true,
    }
}

fn project(way: &Way, is_module: bool, handler: &str, body: &str) -> Vec<File> {
    let kind = if is_module { "module" } else { "commonjs" };
    let manifest = format!(
        "{{\n  \"name\": \"desk\",\n  \"type\": \"{kind}\",\n  \"main\": \"server.js\",\n  \"dependencies\": {{}}\n}}\n"
    );
    let mut files = vec![
        ("package.json".to_owned(), manifest),
        ("server.js".to_owned(), server(way, is_module)),
        (
            "routes.js".to_owned(),
            routes(way, is_module, handler, body),
        ),
    ];
    if way.server.starts_with("setIO") {
        let live = [
            "let io = null;".to_owned(),
            "function setIO(server) {\n  io = server;\n}".to_owned(),
            "function getIO() {\n  return io;\n}".to_owned(),
            match is_module {
                true => "export { getIO, setIO };".to_owned(),
                false => "module.exports = { getIO, setIO };".to_owned(),
            },
        ];
        files.push(("live.js".to_owned(), live.join("\n") + "\n"));
    }
    files
}

/// An import of `name`, `{ name }` or `* name`.
fn import(is_module: bool, what: &str, from: &str) -> String {
    let path = match from.starts_with('.') {
        true if is_module => format!("{from}.js"),
        _ => from.to_owned(),
    };
    match (is_module, what.strip_prefix("* ")) {
        (true, Some(name)) => format!("import * as {name} from '{path}';"),
        (true, None) => format!("import {what} from '{path}';"),
        (false, name) => format!("const {} = require('{path}');", name.unwrap_or(what)),
    }
}

fn export(is_module: bool, value: &str) -> String {
    match is_module {
        true => format!("export default {value};"),
        false => format!("module.exports = {value};"),
    }
}

fn server(way: &Way, is_module: bool) -> String {
    let mut lines = vec![
        import(is_module, "express", "express"),
        import(is_module, "http", "http"),
        import(is_module, "{ Server }", "socket.io"),
    ];
    if way.server.starts_with("setIO") {
        lines.push(import(is_module, "{ setIO }", "./live"));
    }
    let routes = if way.shape == Shape::Class {
        "Desk"
    } else {
        "routes"
    };
    lines.push(import(is_module, routes, "./routes"));
    lines.extend(
        [
            "",
            "const app = express();",
            "const server = http.createServer(app);",
            "const io = new Server(server);",
            "io.on('connection', (socket) => {\n  socket.join('all');\n});",
            way.server,
            match way.shape {
                Shape::Router => "app.use(routes);",
                Shape::Factory => "app.post('/run', routes(io));",
                Shape::Class => "const desk = new Desk(io);\napp.post('/run', (req, res) => desk.run(req, res));",
                Shape::Handler | Shape::Function | Shape::Options => "app.post('/run', routes);",
            },
            "server.listen(3001);",
        ]
        .map(str::to_owned),
    );
    lines.join("\n") + "\n"
}

fn routes(way: &Way, is_module: bool, handler: &str, body: &str) -> String {
    let handler = handler.replace("BODY", &body.replace('\n', "\n  "));
    let mut lines = Vec::new();
    if let Some((what, from)) = way.import.rsplit_once(' ') {
        lines.push(import(is_module, what, from));
        lines.push(String::new());
    }
    let plain = body.replace('\n', "\n  ");
    let asynchronous = if handler.starts_with("async") {
        "async "
    } else {
        ""
    };
    match way.shape {
        Shape::Handler => lines.push(export(is_module, &handler)),
        Shape::Router => {
            lines.insert(0, import(is_module, "{ Router }", "express"));
            lines.push("const router = Router();".to_owned());
            lines.push(format!("router.post('/run', {handler});"));
            lines.push(export(is_module, "router"));
        }
        Shape::Factory => lines.push(export(is_module, &format!("(io) => {handler}"))),
        Shape::Class => {
            let text = "class Desk {\n  constructor(io) {\n    this.io = io;\n  }\n\n  ";
            let inner = plain.replace('\n', "\n  ");
            lines.push(format!(
                "{text}{asynchronous}run(req, res) {{\n    {inner}\n  }}\n}}"
            ));
            lines.push(export(is_module, "Desk"));
        }
        Shape::Function => {
            lines.push(format!(
                "{asynchronous}function run(req, res, io) {{\n  {plain}\n}}"
            ));
            lines.push(export(
                is_module,
                "(req, res) => run(req, res, req.app.get('io'))",
            ));
        }
        Shape::Options => {
            lines.push(format!(
                "const run = {asynchronous}({{ req, res, io }}) => {{\n  {plain}\n}};"
            ));
            lines.push(export(
                is_module,
                "(req, res) => run({ req, res, io: req.app.get('io') })",
            ));
        }
    }
    lines.join("\n") + "\n"
}

/// How a file is written.
struct Formatting {
    has_double_quotes: bool,
    has_semicolons: bool,
    indentation: &'static str,
    line_end: &'static str,
}

impl Formatting {
    fn chosen(writer: &mut Writer<'_>) -> Self {
        Self {
            has_double_quotes: writer.pick(3) == 2,
            has_semicolons: writer.pick(3) < 2,
            indentation: writer.one_of(&["  ", "  ", "    ", "\t"]),
            line_end: writer.one_of(&["\n", "\n", "\n", "\r\n"]),
        }
    }

    /// Rewrites a text that has semicolons, single quotes, and indentation by two.
    fn applied(&self, text: &str) -> String {
        let mut lines: Vec<String> = text.lines().map(|it| self.indented(it)).collect();
        if !self.has_semicolons {
            drop_semicolons(&mut lines);
        }
        let text = lines.join(self.line_end) + self.line_end;
        match self.has_double_quotes {
            true => text.replace('\'', "\""),
            false => text,
        }
    }

    fn indented(&self, line: &str) -> String {
        let code = line.trim_start_matches(' ');
        let depth = (line.len() - code.len()) / 2;
        format!("{}{code}", self.indentation.repeat(depth))
    }
}

/// Takes the semicolons at line ends away; a line that would go on with the one before begins with one.
fn drop_semicolons(lines: &mut [String]) {
    let mut is_open = false;
    for line in lines {
        let code = line.trim_start_matches([' ', '\t']);
        let bare = match code.strip_prefix("/*") {
            Some(comment) => comment.split_once("*/ ").map_or("", |it| it.1),
            None => code,
        };
        if is_open && bare.starts_with(['(', '[', '`']) {
            let at = line.len() - code.len();
            line.insert(at, ';');
        }
        let is_comment = line.trim_start().starts_with("//") || line.trim().is_empty();
        if line.ends_with(';') {
            line.pop();
            is_open = true;
        } else if !is_comment {
            is_open = false;
        }
    }
}
