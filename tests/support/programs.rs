//! Small backends that are made up: every common way in which code obtains the server, and what it does with it, in both
//! module systems. In all texts here, `$` stands before each local name, so that they can be renamed.

/// A path and a text.
pub(crate) type File = (String, String);

/// How files name what they take from each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Modules {
    CommonJs,
    Es,
}

/// How a project is written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Writing {
    pub(crate) modules: Modules,
    pub(crate) has_other_names: bool,
    /// What ends each line.
    pub(crate) line_end: &'static str,
}

impl Writing {
    pub(crate) fn plain(modules: Modules) -> Self {
        Self {
            modules,
            has_other_names: false,
            line_end: "\n",
        }
    }
}

/// How a route obtains the server, or a part of it.
pub(crate) struct Access {
    /// An export, the local name it gets, and the module.
    import: Option<[&'static str; 3]>,
    /// The module is a function of the server.
    is_parameter: bool,
    statement: &'static str,
}

const fn statement(statement: &'static str) -> Access {
    Access {
        import: None,
        is_parameter: false,
        statement,
    }
}

const fn imported(import: [&'static str; 3], statement: &'static str) -> Access {
    Access {
        import: Some(import),
        is_parameter: false,
        statement,
    }
}

pub(crate) const ACCESSES: [Access; 11] = [
    statement("const $io = $req.app.get('io');"),
    statement("const $io = $req.io;"),
    statement("const { io: $io } = $req;"),
    statement("let $io = $req.app && $req.app.get('io');"),
    statement("const $io = global.io;"),
    statement("const $io = $req.app.get('desk').io;"),
    statement("const { io: $io } = $req.app.locals.live;"),
    statement("const $io = $req.app.get('io').to('staff');"),
    imported(["io", "$io", "./server"], ""),
    imported(["getIO", "$getIO", "./live"], "const $io = $getIO();"),
    Access {
        import: None,
        is_parameter: true,
        statement: "",
    },
];

/// What code does with it. The last one only looks like it.
pub(crate) const ACTIONS: [&str; 16] = [
    "$io.emit('a', $value);",
    "$io.to('staff').emit('b');",
    "if ($io) { $io.to($value).in('x').emit('c'); }",
    "$io.volatile.emit('d');",
    "$tell($io, $value);",
    "$io.in($value).socketsJoin('y');",
    "$value.forEach(($each) => { $io.emit($each); });",
    "{ const $room = $io.to($value); $room.emit('e', $value); }",
    "{ const $other = $io; $other.in('x').emit('f'); }",
    "$io.in($value).fetchSockets().then(($all) => $all.length);",
    "$io?.emit('g');",
    "setTimeout(() => $io.except($value).emit('h'), 5);",
    "(function () { $io.local.emit('i'); })();",
    "$io.emit($value ? 'j' : 'k', { io: $value });",
    "for (const $each of $value) $io.to($each).emit('l', $each);",
    "$value.emit('io.emit', `io.emit`);",
];

/// How the name of the handle gets another meaning, and the end of that.
pub(crate) const SHADOWS: [(&str, &str); 7] = [
    ("(($own, $io) => {", "})(1, {});"),
    ("(function $io() {", "})();"),
    ("{ const $io = {};", "}"),
    ("{ class $io {}", "}"),
    ("for (const $io of [{}]) {", "}"),
    ("try { throw {}; } catch ($io) {", "}"),
    ("{ const { $own: $io } = { $own: {} };", "}"),
];

/// A module with one route.
#[derive(Clone, Debug)]
pub(crate) struct Route {
    /// One of [`ACCESSES`].
    pub(crate) access: usize,
    /// Of [`ACTIONS`].
    pub(crate) actions: Vec<usize>,
    pub(crate) shadow: Option<Shadow>,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Shadow {
    /// How many actions stand before it.
    pub(crate) from: usize,
    /// One of [`SHADOWS`].
    pub(crate) form: usize,
}

/// A server with all that the accesses need, and its routes.
pub(crate) fn project(routes: &[Route], writing: Writing) -> Vec<File> {
    let modules = writing.modules;
    let mut server = vec![
        modules.import_default("$express", "express"),
        modules.import("Server: $Server", "socket.io"),
        modules.import("putIO: $putIO", "./live"),
        modules.import("Desk: $Desk", "./desk"),
        "const $app = $express();".to_owned(),
        "const $io = new $Server(3001);".to_owned(),
        modules.export("io: $io"),
        "$putIO($io);".to_owned(),
        "global.io = $io;".to_owned(),
        "$app.set('io', $io);".to_owned(),
        "$app.set('desk', new $Desk($io));".to_owned(),
        "$app.locals.live = { io: $io };".to_owned(),
        "$app.use(($req, $res, $next) => { $req.io = $io; $next(); });".to_owned(),
    ];
    let mut files = Vec::new();
    for (index, route) in routes.iter().enumerate() {
        let (name, path) = (format!("$r{index}"), format!("./r{index}"));
        server.push(modules.import_default(&name, &path));
        server.push(match ACCESSES[route.access].is_parameter {
            true => format!("$app.use({name}($io));"),
            false => format!("$app.use({name});"),
        });
        files.push((path, route_text(route, modules)));
    }
    files.push(("./server".to_owned(), server));
    files.push(("./live".to_owned(), live(modules)));
    files.push(("./desk".to_owned(), desk(modules)));
    written(files, writing)
}

/// A module that holds the server for those who ask.
fn live(modules: Modules) -> Vec<String> {
    vec![
        "let $held;".to_owned(),
        "const $putIO = ($given) => { $held = $given; };".to_owned(),
        "const $getIO = () => $held;".to_owned(),
        modules.export("putIO: $putIO, getIO: $getIO"),
    ]
}

/// A class that holds it.
fn desk(modules: Modules) -> Vec<String> {
    vec![
        "class $Desk {".to_owned(),
        "constructor($given) { this.io = $given; }".to_owned(),
        "ring($value) { this.io.to('staff').emit('ring', $value); }".to_owned(),
        "}".to_owned(),
        modules.export("Desk: $Desk"),
    ]
}

fn route_text(route: &Route, modules: Modules) -> Vec<String> {
    let access = &ACCESSES[route.access];
    let mut lines = vec![modules.import("Router: $Router", "express")];
    if let Some([export, local, path]) = access.import {
        lines.push(modules.import(&format!("{export}: {local}"), path));
    }
    if access.is_parameter {
        lines.push("const $make = ($io) => {".to_owned());
    }
    lines.push("const $route = $Router();".to_owned());
    lines.push("$route.post('/', ($req, $res) => {".to_owned());
    lines.extend(BEFORE_ACTIONS.map(str::to_owned));
    lines.push(access.statement.to_owned());
    let from = route.shadow.map_or(route.actions.len(), |it| it.from);
    let (seen, hidden) = route.actions.split_at(from);
    lines.extend(seen.iter().map(|it| ACTIONS[*it].to_owned()));
    if let Some(shadow) = route.shadow {
        let (open, close) = SHADOWS[shadow.form];
        lines.push(open.to_owned());
        lines.extend(hidden.iter().map(|it| ACTIONS[*it].to_owned()));
        lines.push(close.to_owned());
    }
    lines.push("});".to_owned());
    if access.is_parameter {
        lines.extend(["return $route;".to_owned(), "};".to_owned()]);
    }
    let value = if access.is_parameter {
        "$make"
    } else {
        "$route"
    };
    lines.push(modules.export_default(value));
    lines
}

/// What the actions use besides the server.
const BEFORE_ACTIONS: [&str; 2] = [
    "const $value = $req.body;",
    "const $tell = ($target, $told) => { $target.emit('told', $told); };",
];

/// How the functions in a second module obtain the server of the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    Export,
    FactoryParameter,
    FunctionParameter,
    Setter,
    Getter,
    Setting,
    Field,
}

impl Way {
    pub(crate) const ALL: [Self; 7] = [
        Self::Export,
        Self::FactoryParameter,
        Self::FunctionParameter,
        Self::Setter,
        Self::Getter,
        Self::Setting,
        Self::Field,
    ];
}

/// What a request handler does, and whether it stands in a second module when there is one.
#[derive(Clone, Debug)]
pub(crate) struct Handler {
    pub(crate) actions: Vec<usize>,
    pub(crate) is_moved: bool,
}

/// A server whose handlers stand beside it, except those that are moved, which obtain it in this `way`.
pub(crate) fn handlers(handlers: &[Handler], way: Option<Way>, writing: Writing) -> Vec<File> {
    let modules = writing.modules;
    let mut server = vec![
        modules.import_default("$express", "express"),
        modules.import("Server: $Server", "socket.io"),
        "const $app = $express();".to_owned(),
        "const $io = new $Server(3001);".to_owned(),
    ];
    let (moved, own): (Vec<usize>, Vec<usize>) =
        (0..handlers.len()).partition(|it| way.is_some() && handlers[*it].is_moved);
    for index in own {
        server.extend(function(index, &handlers[index], "$req, $res", ""));
        server.push(format!("$app.post('/{index}', $work{index});"));
    }
    let mut files = Vec::new();
    if let Some(way) = way {
        let moved: Vec<(usize, &Handler)> = moved.iter().map(|it| (*it, &handlers[*it])).collect();
        files.push(("./more".to_owned(), second(&moved, way, modules)));
        server.extend(use_of_second(&moved, way, modules));
        if way == Way::Getter {
            files.push(("./live".to_owned(), live(modules)));
        }
    }
    files.push(("./server".to_owned(), server));
    written(files, writing)
}

/// The module of the moved handlers.
fn second(moved: &[(usize, &Handler)], way: Way, modules: Modules) -> Vec<String> {
    let (parameters, access) = match way {
        Way::FunctionParameter => ("$io, $req, $res", ""),
        Way::Getter => ("$req, $res", "const $io = $getIO();"),
        Way::Setting => ("$req, $res", "const $io = $req.app.get('io');"),
        _ => ("$req, $res", ""),
    };
    let functions = || {
        let functions = moved
            .iter()
            .map(|it| function(it.0, it.1, parameters, access));
        functions.flatten().collect::<Vec<_>>()
    };
    let names = names(moved);
    match way {
        Way::Export => around(
            &[&modules.import("io: $io", "./server")],
            functions(),
            &[&modules.export(&names)],
        ),
        Way::FactoryParameter => around(
            &["const $make = ($io) => {"],
            functions(),
            &[
                &format!("return {{ {names} }};"),
                "};",
                &modules.export_default("$make"),
            ],
        ),
        Way::FunctionParameter | Way::Setting => {
            around(&[], functions(), &[&modules.export(&names)])
        }
        Way::Setter => around(
            &["let $io;", "const $putIO = ($given) => { $io = $given; };"],
            functions(),
            &[&modules.export(&format!("putIO: $putIO, {names}"))],
        ),
        Way::Getter => around(
            &[&modules.import("getIO: $getIO", "./live")],
            functions(),
            &[&modules.export(&names)],
        ),
        Way::Field => {
            let method = |it: &(usize, &Handler)| {
                let open = format!("work{}($req, $res) {{", it.0);
                around(&[&open, "const $io = this.io;"], body(it.1), &["}"])
            };
            around(
                &["class $Work {", "constructor($given) { this.io = $given; }"],
                moved.iter().flat_map(method).collect(),
                &["}", &modules.export("Work: $Work")],
            )
        }
    }
}

/// What the server's file does to hand itself on and to use the moved handlers.
fn use_of_second(moved: &[(usize, &Handler)], way: Way, modules: Modules) -> Vec<String> {
    let names = names(moved);
    let import = modules.import(&names, "./more");
    let mut lines = match way {
        Way::Export => vec![modules.export("io: $io"), import],
        Way::FactoryParameter => vec![
            modules.import_default("$make", "./more"),
            format!("const {{ {names} }} = $make($io);"),
        ],
        Way::FunctionParameter => vec![import],
        Way::Setter => vec![
            modules.import(&format!("putIO: $putIO, {names}"), "./more"),
            "$putIO($io);".to_owned(),
        ],
        Way::Getter => vec![
            modules.import("putIO: $putIO", "./live"),
            import,
            "$putIO($io);".to_owned(),
        ],
        Way::Setting => vec!["$app.set('io', $io);".to_owned(), import],
        Way::Field => vec![
            modules.import("Work: $Work", "./more"),
            "const $work = new $Work($io);".to_owned(),
        ],
    };
    lines.extend(moved.iter().map(|(it, _)| match way {
        Way::FunctionParameter => {
            format!("$app.post('/{it}', ($req, $res) => $work{it}($io, $req, $res));")
        }
        Way::Field => format!("$app.post('/{it}', ($req, $res) => $work.work{it}($req, $res));"),
        _ => format!("$app.post('/{it}', $work{it});"),
    }));
    lines
}

fn names(moved: &[(usize, &Handler)]) -> String {
    let names = moved.iter().map(|(it, _)| format!("work{it}: $work{it}"));
    names.collect::<Vec<_>>().join(", ")
}

fn around(above: &[&str], lines: Vec<String>, below: &[&str]) -> Vec<String> {
    let own = |it: &[&str]| it.iter().map(|it| (*it).to_owned()).collect();
    [own(above), lines, own(below)].concat()
}

fn function(index: usize, handler: &Handler, parameters: &str, access: &str) -> Vec<String> {
    let open = format!("const $work{index} = ({parameters}) => {{");
    around(&[&open, access], body(handler), &["};"])
}

fn body(handler: &Handler) -> Vec<String> {
    let actions = handler.actions.iter().map(|it| ACTIONS[*it]);
    BEFORE_ACTIONS
        .into_iter()
        .chain(actions)
        .map(str::to_owned)
        .collect()
}

impl Modules {
    /// `names` are an export, a colon and the local name, with commas between.
    fn import(self, names: &str, path: &str) -> String {
        match self {
            Self::CommonJs => format!("const {{ {names} }} = require('{path}');"),
            Self::Es => format!(
                "import {{ {} }} from '{}';",
                names.replace(':', " as"),
                whole(path)
            ),
        }
    }

    fn import_default(self, name: &str, path: &str) -> String {
        match self {
            Self::CommonJs => format!("const {name} = require('{path}');"),
            Self::Es => format!("import {name} from '{}';", whole(path)),
        }
    }

    fn export(self, names: &str) -> String {
        match self {
            Self::CommonJs => format!("module.exports = {{ {names} }};"),
            Self::Es => {
                let turned = names
                    .split(", ")
                    .filter_map(|it| it.split_once(": "))
                    .map(|(export, local)| format!("{local} as {export}"));
                format!("export {{ {} }};", turned.collect::<Vec<_>>().join(", "))
            }
        }
    }

    fn export_default(self, value: &str) -> String {
        match self {
            Self::CommonJs => format!("module.exports = {value};"),
            Self::Es => format!("export default {value};"),
        }
    }
}

/// ES modules of Node name files with their endings.
fn whole(path: &str) -> String {
    match path.strip_prefix("./") {
        Some(_) => format!("{path}.js"),
        None => path.to_owned(),
    }
}

/// The files by path, as they are loaded.
fn written(files: Vec<(String, Vec<String>)>, writing: Writing) -> Vec<File> {
    let mut files: Vec<File> = files
        .into_iter()
        .map(|(path, lines)| {
            let text: String = lines
                .iter()
                .filter(|it| !it.is_empty())
                .map(|it| format!("{}{}", named(it, writing), writing.line_end))
                .collect();
            (whole(&path)[2..].to_owned(), text)
        })
        .collect();
    files.sort();
    files
}

fn named(template: &str, writing: Writing) -> String {
    match writing.has_other_names {
        true => with_other_names(template),
        false => template.replace('$', ""),
    }
}

/// `$name` becomes `$ame`: as long as `name`, so that nothing moves, and unlike every name that says something.
fn with_other_names(template: &str) -> String {
    let mut parts = template.split('$');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| text + "$" + &part[1..])
}

/// `text`, in which locals have other names, as it is with the names that `plain` and `other` have at the same places.
pub(crate) fn named_back(text: &str, plain: &[File], other: &[File]) -> String {
    let mut names: Vec<(&str, &str)> = Vec::new();
    for ((_, plain), (_, other)) in plain.iter().zip(other) {
        for (at, _) in other.match_indices('$') {
            let end = at + 1 + name_length(&other[at + 1..]);
            names.push((&other[at..end], &plain[at..end]));
        }
    }
    // The longest first: `$o` is the beginning of `$oom`.
    names.sort_by_key(|it| (std::cmp::Reverse(it.0.len()), *it));
    names.dedup();
    let is_clear = names.windows(2).all(|it| it[0].0 != it[1].0);
    assert!(
        is_clear,
        "two names differ in the first letter only: {names:?}"
    );
    names
        .into_iter()
        .fold(text.to_owned(), |text, (other, plain)| {
            text.replace(other, plain)
        })
}

fn name_length(text: &str) -> usize {
    text.find(|it: char| !it.is_ascii_alphanumeric())
        .unwrap_or(text.len())
}
