//! Small backends and what becomes of the files around them.

use super::{edit_pm2, obstacles, written};
use crate::config::adapter::Adapter;
use crate::plan::draft::Draft;
use crate::plan::setup::slice;
use crate::plan::tests::{analysis, input};

const SERVER: &str = "//- src/server.js
const http = require('http');
const { Server } = require('socket.io');
const server = http.createServer();
const io = new Server(server, { path: '/live' });
io.on('connection', () => {});
server.listen(process.env.PORT || 4000);
//- package.json
{ \"name\": \"@org/my-desk\", \"scripts\": { \"start\": \"node src/server.js\" } }
";

/// The PM2 file afterwards, and the notes about it.
fn pm2(text: &str) -> (String, Vec<String>) {
    let analysis = analysis(&format!("{SERVER}//- ecosystem.config.js\n{text}"));
    let input = input(&analysis);
    let slice = slice(&input).unwrap().unwrap();
    let mut draft = Draft::new(&input);
    let notes = edit_pm2(&mut draft, &slice);
    let file = input.project.file_at("ecosystem.config.js").unwrap();
    let edits = draft.into_edits();
    (
        edits
            .get(&file)
            .map_or(text.to_owned(), |it| it.apply(text)),
        notes,
    )
}

/// The text of a written file.
fn file(text: &str, path: &str) -> Option<String> {
    let analysis = analysis(text);
    let input = input(&analysis);
    let slice = slice(&input).unwrap();
    let files = written(&input, slice.as_ref(), false).files;
    files
        .into_iter()
        .find(|it| it.path == path)
        .map(|it| it.after)
}

#[test]
fn the_api_is_scaled_and_the_reason_against_it_goes_where_it_holds() {
    let (after, notes) = pm2("module.exports = {
  apps: [
    {
      name: 'api',
      script: './src/server.js',
      // One only!
      instances: 1,
      env: { NODE_ENV: 'production', PORT: 4000 }
    }
  ]
};
");
    assert_eq!(
        after,
        "module.exports = {
  apps: [
    {
      name: 'api',
      script: './src/server.js',
      instances: 8,
      exec_mode: 'cluster',
      env: { NODE_ENV: 'production', PORT: 4000 }
    },
    {
      name: 'my-desk-socketio',
      script: './src/socketio-server.js',
      // One only!
      instances: 1,
      exec_mode: 'fork',
      wait_ready: true,
      listen_timeout: 10000,
      kill_timeout: 6000,
      env: { NODE_ENV: 'production' }
    }
  ]
};
"
    );
    assert_eq!(notes.len(), 2);
}

#[test]
fn quotes_commas_and_other_apps_are_kept() {
    let (after, _) = pm2("module.exports = {
    \"apps\": [
        { \"name\": \"worker\", \"script\": \"src/worker.js\" },
        {
            \"name\": \"api\",
            \"script\": \"src/server.js\",
            \"exec_mode\": \"fork\", // for sockets
        },
    ],
};
");
    assert_eq!(
        after,
        "module.exports = {
    \"apps\": [
        { \"name\": \"worker\", \"script\": \"src/worker.js\" },
        {
            \"name\": \"api\",
            \"script\": \"src/server.js\",
            \"instances\": 8,
            \"exec_mode\": \"cluster\", // for sockets
        },
        {
            \"name\": \"my-desk-socketio\",
            \"script\": \"src/socketio-server.js\",
            \"instances\": 1,
            \"exec_mode\": \"fork\",
            \"wait_ready\": true,
            \"listen_timeout\": 10000,
            \"kill_timeout\": 6000,
        },
    ],
};
"
    );
}

#[test]
fn a_number_that_somebody_chose_stays() {
    let (after, notes) = pm2(
        "module.exports = { apps: [{ script: 'src/server.js', instances: 'max', exec_mode: 'cluster' }] };\n",
    );
    assert!(after.starts_with("module.exports = { apps: [{ script: 'src/server.js', instances: 'max', exec_mode: 'cluster' },\n"));
    assert!(
        notes
            .iter()
            .any(|it| it.contains("`instances` is 'max' already and stays"))
    );
}

#[test]
fn a_file_that_leaves_doubts_is_left() {
    let text = "module.exports = { apps: [{ script: 'start.js' }] };\n";
    let (after, notes) = pm2(text);
    assert_eq!(after, text);
    assert!(notes[0].starts_with("`ecosystem.config.js` is left as it is"));
}

#[test]
fn the_nginx_site_knows_ports_path_and_name() {
    let site = file(SERVER, "nginx/my-desk.conf").unwrap();
    assert!(site.contains("location /live/ {"));
    assert!(site.contains("upstream my_desk_api {\n    server 127.0.0.1:4000;\n}"));
    assert!(site.contains("map $http_upgrade $my_desk_connection {"));
}

#[test]
fn a_site_of_another_origin_is_left() {
    let text = format!("{SERVER}//- nginx/site.conf\nserver {{ }}\n");
    assert_eq!(file(&text, "nginx/my-desk.conf"), None);
}

#[test]
fn without_a_pm2_file_one_is_written() {
    let text = file(SERVER, "ecosystem.config.js").unwrap();
    assert!(text.contains("script: 'src/socketio-server.js'"));
    let module = SERVER.replace("{ \"name\"", "{ \"type\": \"module\", \"name\"");
    assert_eq!(file(&module, "ecosystem.config.js"), None);
    assert!(file(&module, "ecosystem.config.cjs").is_some());
}

#[test]
fn development_needs_no_redis() {
    let dev = SERVER.replace(
        "\"scripts\": {",
        "\"scripts\": { \"dev\": \"nodemon --exec 'node src/server.js --trace'\",",
    );
    let text = file(&dev, "package.json").unwrap();
    assert!(text.contains(
        "\"dev:socketio\": \"nodemon --exec 'node src/socketio-server.js --redis-stand-in --trace'\""
    ));
}

#[test]
fn pm2_is_told_extensions() {
    let bare = SERVER.replace("node src/server.js", "nodemon src/server");
    let text = file(&bare, "ecosystem.config.js").unwrap();
    assert!(text.contains("script: 'src/socketio-server.js'"), "{text}");
    assert!(text.contains("script: 'src/server.js'"), "{text}");
}

#[test]
fn typescript_that_nothing_starts_is_run_by_a_package_that_is_there() {
    let text = SERVER
        .replace("//- src/server.js", "//- src/server.ts")
        .replace("\"start\": \"node src/server.js\"", "");
    let manifest = file(&text, "package.json").unwrap();
    assert!(
        manifest.contains("\"start:socketio\": \"tsx src/socketio-server.ts\""),
        "{manifest}"
    );
    assert!(manifest.contains("\"tsx\": \"^4.20.0\""), "{manifest}");
    let pm2 = file(&text, "ecosystem.config.js").unwrap();
    assert_eq!(pm2.matches("node_args: '--import tsx'").count(), 2, "{pm2}");
    let has_it = text.replace(
        "{ \"name\"",
        "{ \"devDependencies\": { \"tsx\": \"4\" }, \"name\"",
    );
    assert!(!file(&has_it, "package.json").unwrap().contains("^4.20.0"));
}

#[test]
fn the_manifest_gets_dependencies_and_a_script() {
    let text = file(SERVER, "package.json").unwrap();
    assert!(text.contains(
        "\"start\": \"node src/server.js\", \"start:socketio\": \"node src/socketio-server.js\""
    ));
    assert!(text.contains("\"notepack.io\": \"^3.0.1\""));
    assert!(serde_json::from_str::<serde_json::Value>(&text).is_ok());
}

#[test]
fn a_script_that_runs_another_is_followed() {
    for (start, others, expected) in [
        (
            "npm run build && npm run serve",
            "\"serve\": \"node -r esm src/server.js\"",
            "node -r esm src/socketio-server.js",
        ),
        (
            "yarn serve",
            "\"serve\": \"node dist/server.js\"",
            "node dist/socketio-server.js",
        ),
        (
            "npm run start",
            "\"serve\": \"node -r esm src/server.js\"",
            "node src/socketio-server.js",
        ),
    ] {
        let scripts = format!("\"start\": \"{start}\", {others}");
        let text = SERVER.replace("\"start\": \"node src/server.js\"", &scripts);
        let manifest = file(&text, "package.json").unwrap();
        let line = format!("\"start:socketio\": \"{expected}\"");
        assert!(manifest.contains(&line), "{manifest}");
    }
    let better = "\"start\": \"better-npm-run prod\" }, \"betterScripts\": { \"prod\": { \"command\": \"node ./dist/server.js\" }";
    let text = SERVER.replace("\"start\": \"node src/server.js\"", better);
    let manifest = file(&text, "package.json").unwrap();
    assert!(
        manifest.contains("\"start:socketio\": \"node ./dist/socketio-server.js\""),
        "{manifest}"
    );
}

#[test]
fn nothing_stands_above_the_requires_of_a_dedicated_server_that_are_its_own() {
    let text = file(SERVER, "src/socketio-server.js").unwrap();
    assert!(!text.contains("\n\n\n"), "{text}");
}

#[test]
fn a_partial_plan_writes_only_what_is_called() {
    let analysis = analysis(SERVER);
    let input = input(&analysis);
    let paths: Vec<String> = written(&input, None, false)
        .files
        .into_iter()
        .map(|it| it.path)
        .collect();
    assert_eq!(
        paths,
        [
            "src/utils/socketBroadcaster.js",
            "src/utils/socketWire.js",
            "src/utils/socketRedis.js",
            "package.json"
        ]
    );
    let paths: Vec<String> = written(&input, None, true)
        .files
        .into_iter()
        .map(|it| it.path)
        .collect();
    assert_eq!(
        paths,
        [
            "src/utils/socketBroadcaster.js",
            "src/utils/socketWire.js",
            "package.json"
        ],
        "in the API's process it needs no Redis"
    );
}

#[test]
fn redis_is_reached_with_the_package_that_the_project_has() {
    let written = |dependencies: &str| {
        let manifest = format!("{{ \"dependencies\": {{ {dependencies} }}, \"name\"");
        let text = SERVER.replace("{ \"name\"", &manifest);
        let redis = file(&text, "src/utils/socketRedis.js").unwrap();
        let manifest = file(&text, "package.json").unwrap();
        let package = redis.lines().find(|it| it.contains("redis');")).unwrap();
        (
            package.to_owned(),
            manifest.contains("\"redis\": \"^5.8.0\""),
        )
    };
    let node_redis = "const { createClient } = require('redis');".to_owned();
    let ioredis = "const Redis = require('ioredis');".to_owned();
    assert_eq!(written(""), (node_redis.clone(), true));
    assert_eq!(written("\"ioredis\": \"^5.4.1\""), (ioredis.clone(), false));
    assert_eq!(written("\"ioredis\": \"latest\""), (ioredis.clone(), false));
    assert_eq!(
        written("\"ioredis\": \"^5.4.1\", \"redis\": \"^4.7.0\""),
        (node_redis.clone(), false)
    );
    assert_eq!(
        written("\"ioredis\": \"^5.4.1\", \"redis\": \"^3.1.2\""),
        (ioredis, false)
    );
    assert_eq!(
        written("\"ioredis\": \"^4.28.0\""),
        (node_redis, true),
        "too old"
    );
}

#[test]
fn files_of_another_origin_are_not_overwritten() {
    let text = format!("{SERVER}//- src/utils/socketWire.js\nmodule.exports = 1;\n");
    let analysis = analysis(&text);
    let found = obstacles(&input(&analysis));
    assert_eq!(found.len(), 1);
    assert_eq!(
        found[0].message,
        "`src/utils/socketWire.js` exists and is not ours"
    );
}

#[test]
fn each_application_has_a_key_of_its_own_on_a_shared_redis() {
    let key = |text: &str| {
        let wire = file(text, "src/utils/socketWire.js").unwrap();
        let line = wire.lines().find(|it| it.contains("_KEY ||")).unwrap();
        line.trim().to_owned()
    };
    let expected = |key: &str| format!("return process.env.SOCKET_IO_REDIS_KEY || '{key}';");
    assert_eq!(key(SERVER), expected("my-desk"));
    let meets_others = SERVER.replace(
        "{ \"name\"",
        "{ \"dependencies\": { \"@socket.io/redis-adapter\": \"8\" }, \"name\"",
    );
    assert_eq!(key(&meets_others), expected("socket.io"));

    let adapter = |options: &str| {
        let made = format!(
            "const io = new Server(server, {{ adapter: createAdapter(a, b, {options}), path:"
        );
        SERVER
            .replace("const io = new Server(server, { path:", &made)
            .replace("const server =", "const { createAdapter } = require('@socket.io/redis-adapter');\nconst { a, b } = require('./redis');\nconst server =")
    };
    assert_eq!(key(&adapter("{ key: 'live' }")), expected("live"));
    let computed = adapter("{ key: process.env.KEY }");
    assert_eq!(key(&computed), expected("socket.io"));
    let analysis = analysis(&computed);
    let input = input(&analysis);
    assert_eq!(
        written(&input, slice(&input).unwrap().as_ref(), false).notes,
        [
            "the Redis adapter had the key `process.env.KEY`: set `SOCKET_IO_REDIS_KEY` to it if other programs send events"
        ]
    );
}

#[test]
fn both_sides_are_written_for_the_adapter_that_was_asked_for_and_keep_it() {
    let mut analysis = analysis(SERVER);
    analysis.loaded.settings.adapter = Some(Adapter::Streams);
    let input = input(&analysis);
    let slice = slice(&input).unwrap();
    let files = written(&input, slice.as_ref(), false).files;
    let text = |path: &str| &files.iter().find(|it| it.path == path).unwrap().after;
    assert!(
        text("src/utils/socketRuntime.js").contains("require('@socket.io/redis-streams-adapter')")
    );
    assert!(!text("src/utils/socketBroadcaster.js").contains("redis-emitter"));
    let manifest = text("package.json");
    assert!(manifest.contains("\"@socket.io/redis-streams-adapter\": \"^0.3.1\""));
    assert!(!manifest.contains("notepack.io"), "{manifest}");

    let wire = text("src/utils/socketWire.js");
    let again = format!("{SERVER}//- src/utils/socketWire.js\n{wire}");
    assert_eq!(
        file(&again, "src/utils/socketWire.js"),
        None,
        "it is there already"
    );
}

#[test]
fn a_key_that_was_written_once_stays() {
    let wire = "// @iomigrate wire\nreturn process.env.SOCKET_IO_REDIS_KEY || 'older';\n";
    let text = format!("{SERVER}//- src/utils/socketWire.js\n{wire}");
    let after = file(&text, "src/utils/socketWire.js").unwrap();
    assert!(after.contains("process.env.SOCKET_IO_REDIS_KEY || 'older';"));
}
