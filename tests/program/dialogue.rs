//! `apply --interactive` at a terminal: that of `script`, which Linux has.
#![cfg(target_os = "linux")]

use std::io::{Read, Write};
use std::process::{Child, Command, Stdio};

use crate::world::{Run, World};

/// The application with a second sort of emission, so that something is left when one is declined.
fn two_sorts() -> World {
    let world = World::app();
    world.put(
        "alarm.js",
        "module.exports = (req) => req.app.get('io').emit('alarm', req.body);\n",
    );
    world
}

/// Starts an interactive apply at a terminal of its own.
fn start(world: &World) -> Child {
    let plain = world.command(&[]);
    let mut script = Command::new("script");
    script.args(["-qec", "\"$PROGRAM\" apply -i --color never", "/dev/null"]);
    script.current_dir(world.root()).env_clear();
    script.envs(plain.get_envs().filter_map(|it| Some((it.0, it.1?))));
    script.env("PROGRAM", plain.get_program());
    script.stdin(Stdio::piped()).stdout(Stdio::piped());
    script.spawn().expect("`script` of util-linux starts")
}

/// An interactive apply that gets each of `answers` when it asks. What it shows has their echo.
fn apply(world: &World, answers: &[&str]) -> Run {
    let mut child = start(world);
    let mut keys = child.stdin.take().unwrap();
    let mut screen = child.stdout.take().unwrap();
    let mut shown = String::new();
    for answer in answers {
        read_to_question(&mut screen, &mut shown);
        keys.write_all(answer.as_bytes()).unwrap();
    }
    let mut rest = Vec::new();
    screen.read_to_end(&mut rest).unwrap();
    shown.push_str(&String::from_utf8_lossy(&rest));
    Run {
        code: child.wait().unwrap().code(),
        out: shown.replace('\r', ""),
        err: String::new(),
    }
}

fn read_to_question(screen: &mut impl Read, shown: &mut String) {
    let mut bytes = Vec::new();
    while !bytes.ends_with(b"? ") {
        let mut byte = [0];
        if screen.read(&mut byte).unwrap() == 0 {
            break;
        }
        bytes.push(byte[0]);
    }
    shown.push_str(&String::from_utf8_lossy(&bytes));
}

#[test]
fn whoever_takes_everything_gets_the_whole_migration() {
    let (world, reference) = (two_sorts(), two_sorts());
    assert_eq!(reference.run(&["apply"]).code, Some(0));
    let run = apply(&world, &["y\n", "y\n", "a\n", "y\n"]);
    assert_eq!(run.code, Some(0), "{}", run.said());
    assert_eq!(world.tree(), reference.tree());
    for shown in [
        "\n+module.exports = (req) => socketBroadcaster.broadcast('alarm', req.body);\n(1/1) Apply this hunk to alarm.js [y,n,q,a,d,?]? ",
        "\n(1/1) Apply this hunk to server.js [y,n,q,a,d,s,?]? ",
        "\n  created socketio-server.js +",
        "\nWrite this [y,n,v,?]? ",
    ] {
        assert!(run.out.contains(shown), "{shown}\n{}", run.said());
    }
}

#[test]
fn what_is_declined_stays_with_the_server_that_it_needs() {
    let world = two_sorts();
    let before = world.tree();
    let run = apply(&world, &["n\n", "y\n", "a\n", "v\n", "y\n"]);
    assert_eq!(run.code, Some(1), "{}", run.said());
    assert_eq!(world.text("alarm.js").as_bytes(), &before["alarm.js"]);
    assert!(
        world
            .text("routes.js")
            .contains("socketBroadcaster.broadcastToRoom('lobby'")
    );
    assert!(
        world
            .text("server.js")
            .contains("socketBroadcaster.attach(io);")
    );
    for shown in [
        "\n⚠ 5 touch points left, and the in-process server stays, with the broadcaster attached to it: clients",
        "\n  why: alarm.js:1:27: declined\n",
        "\n⚠ because of that, 1 hunk of server.js will differ from what was shown\n",
        "\n+socketBroadcaster.attach(io);\n",
    ] {
        assert!(run.out.contains(shown), "{shown}\n{}", run.said());
    }
    assert_eq!(world.run(&["undo"]).code, Some(0));
    assert_eq!(world.tree(), before);
}

#[test]
fn whoever_quits_gets_what_was_taken_so_far() {
    let world = two_sorts();
    let routes = world.text("routes.js");
    let run = apply(&world, &["y\n", "q\n", "y\n"]);
    assert_eq!(run.code, Some(1), "{}", run.said());
    assert!(
        world
            .text("alarm.js")
            .contains("socketBroadcaster.broadcast('alarm'")
    );
    assert_eq!(world.text("routes.js"), routes);
}

#[test]
fn a_pattern_leads_to_a_hunk_and_help_to_the_letters() {
    let world = two_sorts();
    let answers = ["d\n", "d\n", "s\n", "/\n", "app.set\n", "?\n", "q\n"];
    let run = apply(&world, &answers);
    let found = "search for regex? app.set\n@@ ";
    assert!(run.out.contains(found), "{}", run.said());
    let help = "]? ?\ny - apply this hunk\n";
    assert!(run.out.contains(help), "{}", run.said());
}

#[test]
fn nothing_is_written_without_a_yes() {
    for answers in [
        &["y\n", "a\n", "a\n", "n\n"][..],
        &["n\n", "n\n", "d\n"],
        &["q\n"],
        &["y\n", "\u{4}", "\u{4}"],
    ] {
        let world = two_sorts();
        let before = world.tree();
        let run = apply(&world, answers);
        assert_eq!(run.code, Some(1), "{answers:?}\n{}", run.said());
        assert!(run.out.ends_with("nothing was written\n"), "{}", run.said());
        assert_eq!(world.tree(), before);
    }
}

#[test]
fn an_interrupt_ends_it_with_nothing_written() {
    let world = two_sorts();
    let before = world.tree();
    let run = apply(&world, &["y\n", "\u{3}"]);
    assert_eq!(run.code, Some(130), "{}", run.said());
    assert_eq!(world.tree(), before);
}

#[test]
fn what_somebody_edits_meanwhile_is_not_overwritten() {
    let world = two_sorts();
    let mut child = start(&world);
    let mut screen = child.stdout.take().unwrap();
    read_to_question(&mut screen, &mut String::new());
    world.put("routes.js", world.text("routes.js") + "// meanwhile\n");
    let before = world.tree();
    let mut keys = child.stdin.take().unwrap();
    keys.write_all(b"a\na\na\ny\n").unwrap();
    let mut shown = String::new();
    screen.read_to_string(&mut shown).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(4), "{shown}");
    let refusal = "error: `routes.js` changed since it was read";
    assert!(shown.contains(refusal), "{shown}");
    assert_eq!(world.tree(), before);
}

#[test]
fn a_dirty_file_is_refused_before_the_first_question() {
    let world = two_sorts();
    if !world.commit() {
        return;
    }
    world.put("alarm.js", world.text("alarm.js") + "// mine\n");
    let run = apply(&world, &[]);
    assert_eq!(run.code, Some(4), "{}", run.said());
    assert!(
        run.out.starts_with("error: `alarm.js` would be written"),
        "{}",
        run.said()
    );
}
