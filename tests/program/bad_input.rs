//! What a user may name by mistake, and files that nobody can analyse.

use crate::world::{Run, World};

/// A route that emits and does not parse.
const BROKEN: &str = "module.exports = (req) => { req.app.get('io').emit('x', 1);\n";

fn skipped(world: &World) -> Vec<(String, String, bool)> {
    let report = world.json(&["scan"]);
    let skipped = report["skipped"].as_array().unwrap();
    let text = |it: &serde_json::Value| it.as_str().unwrap().to_owned();
    skipped
        .iter()
        .map(|it| {
            (
                text(&it["path"]),
                text(&it["reason"]),
                it["mentions_socketio"] == true,
            )
        })
        .collect()
}

fn refused(run: &Run, words: &str) {
    assert_eq!(run.code, Some(2), "{}", run.said());
    assert!(run.err.contains(words), "{}", run.said());
    assert_eq!(run.out, "");
}

#[test]
fn what_is_not_there_is_named() {
    let world = World::new(&[("README.md", "nothing to run")]);
    for command in ["scan", "check", "report", "apply", "undo"] {
        refused(
            &world.run(&[command, "nowhere"]),
            "`nowhere` does not exist",
        );
    }
    for command in ["scan", "check", "report", "apply"] {
        refused(
            &world.run(&[command]),
            "no JavaScript or TypeScript file in `.`",
        );
    }
}

#[test]
fn what_is_misspelled_names_the_nearest() {
    let world = World::app();
    refused(&world.run(&["scan", "--quite"]), "--quiet");
    refused(&world.run(&["scna"]), "scan");
    refused(
        &world.run(&["scan", "--format", "jsno"]),
        "the nearest is `json`",
    );
    refused(
        &world.run(&["explain", "emit-to-al"]),
        "the nearest is `emit-to-all`",
    );
    world.put("iomigrate.toml", "exlude = ['a']\n");
    refused(&world.run(&["scan"]), "the nearest known key is `exclude`");
    world.put("iomigrate.toml", "[rules]\nemit-to-al = 'off'\n");
    refused(
        &world.run(&["scan"]),
        "the nearest known rule is `emit-to-all`",
    );
    refused(
        &world.run(&["scan", "--config", "gone.toml"]),
        "`gone.toml` does not exist",
    );
}

#[test]
fn a_file_with_a_syntax_error_is_named_and_left_alone() {
    let world = World::app();
    world.put("broken.js", BROKEN);
    let expected = ("broken.js".to_owned(), "syntax-error".to_owned(), true);
    assert_eq!(skipped(&world), [expected]);
    assert_eq!(world.json(&["scan"])["verdict"], "not-ready");
    assert_eq!(world.run(&["check"]).code, Some(1));

    let run = world.run(&["apply", "--unsafe-fixes"]);
    assert_eq!(run.code, Some(1), "{}", run.said());
    assert!(
        run.err.contains("the in-process server stays"),
        "{}",
        run.said()
    );
    assert!(
        run.err.contains("why: broken.js:1: syntax-error"),
        "{}",
        run.said()
    );
    assert_eq!(world.text("broken.js"), BROKEN);
    assert!(
        world
            .text("routes.js")
            .contains("socketBroadcaster.broadcastToRoom(")
    );
    assert!(world.text("server.js").contains("new Server(server)"));
}

#[test]
fn a_broken_file_alone_makes_the_check_incomplete() {
    let world = World::new(&[("broken.js", "const io = require('socket.io')(\n")]);
    let run = world.run(&["check"]);
    // The import before the error was still found.
    let findings = world.json(&["scan"])["findings"].as_array().unwrap().len();
    let expected = if findings == 0 { 3 } else { 1 };
    assert_eq!(run.code, Some(expected), "{}", run.said());

    let world = World::new(&[
        ("broken.js", "// of socket.io\nconst a = (\n"),
        ("fine.js", "f();\n"),
    ]);
    assert_eq!(world.run(&["check"]).code, Some(3));
    assert_eq!(world.run(&["report"]).code, Some(3));
    assert_eq!(world.run(&["scan"]).code, Some(0));
    let run = world.run(&["apply"]);
    assert_eq!(run.code, Some(0), "{}", run.said());
    assert!(run.err.contains("skipped broken.js:"), "{}", run.said());
}

#[test]
fn a_file_that_is_not_utf_8_keeps_the_server_where_it_is() {
    let world = World::app();
    let latin = b"module.exports = (req) => req.app.get('io').emit('caf\xe9', 1);\n";
    world.put("latin.js", latin);
    let expected = ("latin.js".to_owned(), "not-utf8".to_owned(), true);
    assert_eq!(skipped(&world), [expected]);

    let run = world.run(&["apply", "--unsafe-fixes"]);
    assert_eq!(run.code, Some(1), "{}", run.said());
    assert!(
        run.err.contains("why: latin.js:1: not-utf8"),
        "{}",
        run.said()
    );
    assert!(world.text("server.js").contains("new Server(server)"));
    assert_eq!(world.tree()["latin.js"], latin);

    world.put("iomigrate.toml", "exclude = ['latin.js']\n");
    let run = world.run(&["apply", "--unsafe-fixes"]);
    assert_eq!(run.code, Some(0), "{}", run.said());
    assert!(!world.text("server.js").contains("new Server(server)"));
}

#[test]
fn a_broken_file_that_is_of_no_concern_stands_in_no_way() {
    let world = World::app();
    world.put("other.js", "const = 1;\n");
    let run = world.run(&["apply"]);
    assert_eq!(run.code, Some(0), "{}", run.said());
    assert_eq!(world.run(&["check"]).code, Some(0));
    assert_eq!(world.text("other.js"), "const = 1;\n");
}
