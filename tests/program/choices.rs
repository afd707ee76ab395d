//! `apply --rule` and `apply --skip-rule`: a part of the migration, and what is said about the rest.

use crate::world::World;

/// The application with a second sort of emission.
fn two_sorts() -> World {
    let world = World::app();
    world.put(
        "alarm.js",
        "module.exports = (req) => req.app.get('io').emit('alarm', req.body);\n",
    );
    world
}

#[test]
fn only_the_rewrites_that_were_asked_for_are_made() {
    let world = two_sorts();
    let alarm = world.text("alarm.js");
    let run = world.run(&["apply", "--rule", "emit-to-room"]);
    assert_eq!(run.code, Some(1), "{}", run.said());
    let routes = world.text("routes.js");
    let call = "  socketBroadcaster.broadcastToRoom('lobby', 'news', req.body);\n";
    assert!(routes.contains(call), "{routes}");
    assert!(!routes.contains("app.get('io')"), "{routes}");
    assert_eq!(world.text("alarm.js"), alarm);
    assert!(
        world
            .text("server.js")
            .contains("socketBroadcaster.attach(io);")
    );
    let why = "  why: alarm.js:1:27: not asked for: `--rule emit-to-room` (and 3 more)\n";
    assert!(run.err.contains(why), "{}", run.said());
    // The rest is one more apply away.
    let run = world.run(&["apply"]);
    assert_eq!(run.code, Some(0), "{}", run.said());
    assert_eq!(world.run(&["check"]).code, Some(0));
}

#[test]
fn what_is_skipped_is_left_even_if_it_was_asked_for() {
    let world = two_sorts();
    let before = world.tree();
    let flags = ["--rule", "emit-to-room", "--skip-rule", "emit-to-room"];
    let run = world.run(&[&["apply"][..], &flags].concat());
    assert_eq!(run.code, Some(1), "{}", run.said());
    assert_eq!(world.tree(), before);
    let reason = "routes.js:5:3: not asked for: `--skip-rule emit-to-room`\n";
    assert!(run.err.contains(reason), "{}", run.said());

    let run = world.run(&["apply", "--skip-rule", "emit-to-room"]);
    assert_eq!(run.code, Some(1), "{}", run.said());
    assert_eq!(world.text("routes.js").as_bytes(), &before["routes.js"]);
    assert!(
        world
            .text("alarm.js")
            .contains("socketBroadcaster.broadcast('alarm'")
    );
}

#[test]
fn a_skipped_handle_keeps_its_emissions_on_the_broadcaster() {
    let world = World::app();
    let run = world.run(&["apply", "--skip-rule", "setting-access"]);
    assert_eq!(run.code, Some(1), "{}", run.said());
    let routes = world.text("routes.js");
    assert!(routes.contains("const io = req.app.get('io');"), "{routes}");
}

#[test]
fn a_dry_run_suggests_the_choice_that_it_showed() {
    let world = two_sorts();
    let run = world.run(&[
        "apply",
        "-n",
        "--rule",
        "emit-to-all",
        "--skip-rule",
        "room-size",
    ]);
    let next = "next iomigrate apply --rule emit-to-all --skip-rule room-size  writes it";
    assert!(run.err.contains(next), "{}", run.said());
}
