//! `iomigrate.toml`: every key does what it says.

use std::process::Command;

use crate::world::{Run, World};

fn done(run: &Run) {
    assert_eq!(run.code, Some(0), "{}", run.said());
}

#[test]
fn what_is_excluded_is_not_analysed() {
    let world = World::app();
    world.put(
        "old/legacy.js",
        "module.exports = (req) => req.app.get('io').emit('x');\n",
    );
    let files = |world: &World| world.json(&["scan"])["summary"]["files_seen"].as_u64();
    assert_eq!(files(&world), Some(3));
    world.put("iomigrate.toml", "exclude = ['old/']\n");
    assert_eq!(files(&world), Some(2));
}

#[test]
fn the_broadcaster_goes_where_it_is_wanted() {
    let world = World::app();
    world.put(
        "iomigrate.toml",
        "[broadcaster]\npath = 'lib/live/clients.js'\n",
    );
    done(&world.run(&["apply"]));
    let tree = world.tree();
    let created: Vec<&str> = tree
        .keys()
        .map(String::as_str)
        .filter(|it| it.starts_with("lib/") || it.starts_with("utils/"))
        .collect();
    assert_eq!(
        created,
        [
            "lib/live/clients.js",
            "lib/live/redisStandIn.js",
            "lib/live/socketRedis.js",
            "lib/live/socketRuntime.js",
            "lib/live/socketWire.js"
        ]
    );
    assert!(
        world
            .text("routes.js")
            .contains("require('./lib/live/clients')")
    );
    let server = world.text("socketio-server.js");
    assert!(server.contains("require('./lib/live/socketRuntime')"));
    let runtime = world.text("lib/live/socketRuntime.js");
    assert!(runtime.contains("require('./clients')"));
    done(&world.run(&["check"]));
    let run = world.run(&["apply"]);
    done(&run);
    assert_eq!(world.tree(), tree, "{}", run.said());
}

#[test]
fn a_broadcaster_with_an_extension_of_its_own_can_be_loaded() {
    let world = World::app();
    world.put(
        "iomigrate.toml",
        "[broadcaster]\npath = 'lib/clients.cjs'\n",
    );
    done(&world.run(&["apply"]));
    assert!(
        world
            .text("routes.js")
            .contains("require('./lib/clients.cjs')")
    );
    assert!(
        world
            .text("lib/clients.cjs")
            .contains("require('./socketWire.cjs')")
    );
    assert!(
        world
            .text("socketio-server.js")
            .contains("require('./lib/socketRuntime.cjs')")
    );
    for path in [
        "lib/clients.cjs",
        "lib/socketRedis.cjs",
        "lib/socketRuntime.cjs",
        "lib/socketWire.cjs",
        "socketio-server.js",
    ] {
        let checked = Command::new("node")
            .arg("--check")
            .arg(world.root().join(path))
            .output();
        // Without Node.js there is nobody to ask.
        assert!(
            checked.is_ok_and(|it| it.status.success()) || Command::new("node").output().is_err()
        );
    }
}

#[test]
fn a_file_in_the_broadcasters_place_is_not_overwritten() {
    let world = World::app();
    world.put("lib/clients.js", "module.exports = 1;\n");
    world.put("iomigrate.toml", "[broadcaster]\npath = 'lib/clients.js'\n");
    let before = world.tree();
    let run = world.run(&["apply"]);
    assert_eq!(run.code, Some(1), "{}", run.said());
    assert!(
        run.err.contains("`lib/clients.js` exists and is not ours"),
        "{}",
        run.said()
    );
    assert_eq!(world.tree(), before);
}

#[test]
fn the_entry_decides_where_new_files_go() {
    let world = World::new(&[]);
    for (path, text) in crate::world::APP {
        world.put(&format!("api/{path}"), text);
    }
    world.put("start/main.js", "require('../api/server');\n");
    world.put("iomigrate.toml", "entry = 'start/main.js'\n");
    done(&world.run(&["apply"]));
    assert!(
        world
            .tree()
            .contains_key("start/utils/socketBroadcaster.js")
    );
    assert!(
        world
            .text("api/routes.js")
            .contains("require('../start/utils/socketBroadcaster')")
    );
    world.put("iomigrate.toml", "entry = 'start/man.js'\n");
    let run = world.run(&["scan"]);
    assert_eq!(run.code, Some(2), "{}", run.said());
    assert!(
        run.err.contains("`start/man.js`, the `entry` of"),
        "{}",
        run.said()
    );
}

#[test]
fn a_rule_that_is_off_is_neither_reported_nor_rewritten_nor_forgotten() {
    let world = World::app();
    world.put("iomigrate.toml", "[rules]\nemit-to-room = 'off'\n");
    let report = world.json(&["scan"]);
    let findings = report["findings"].as_array().unwrap();
    assert!(findings.iter().all(|it| it["rule"] != "emit-to-room"));
    let note = "the rule `emit-to-room` is off in the configuration: 1 touch point not reported, not rewritten";
    assert_eq!(report["notes"][0], note);

    let routes = world.text("routes.js");
    let run = world.run(&["apply"]);
    assert_eq!(run.code, Some(1), "{}", run.said());
    assert!(
        run.err
            .contains("why: routes.js:5:3: the rule `emit-to-room` is off"),
        "{}",
        run.said()
    );
    assert_eq!(world.text("routes.js"), routes);
    assert!(world.text("server.js").contains("new Server(server)"));
}

#[test]
fn an_access_that_is_off_stays_though_nothing_needs_it() {
    let world = World::app();
    world.put("iomigrate.toml", "[rules]\nsetting-access = 'off'\n");
    let run = world.run(&["apply"]);
    assert_eq!(run.code, Some(1), "{}", run.said());
    let routes = world.text("routes.js");
    assert!(routes.contains("const io = req.app.get('io');"), "{routes}");
    assert!(
        routes.contains("socketBroadcaster.broadcastToRoom('lobby', 'news', req.body);"),
        "{routes}"
    );
}

#[test]
fn keys_that_do_nothing_are_not_accepted() {
    let world = World::app();
    for text in [
        "access = 'global'\n",
        "[[carrier]]\nkind = 'setting'\nkey = 'io'\n",
    ] {
        world.put("iomigrate.toml", text);
        let run = world.run(&["scan"]);
        assert_eq!(run.code, Some(2), "{}", run.said());
        assert!(run.err.contains("unknown key"), "{}", run.said());
    }
}
