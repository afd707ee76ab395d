//! `apply` and `undo` where something stands in the way: git, permissions, other writers, links.

use std::fs;

use iomigrate::apply::{self, WriteOptions};
use iomigrate::plan::Level;
use iomigrate::{analyze, load, migrate};

use crate::world::{Run, World};

fn done(run: &Run) {
    assert_eq!(run.code, Some(0), "{}", run.said());
}

fn write_refused(run: &Run, words: &str) {
    assert_eq!(run.code, Some(4), "{}", run.said());
    assert!(run.err.contains(words), "{}", run.said());
}

#[test]
fn a_second_apply_changes_nothing_and_says_so() {
    let world = World::app();
    let before = world.tree();
    done(&world.run(&["apply"]));
    let after = world.tree();
    assert_ne!(after, before);
    let run = world.run(&["apply"]);
    done(&run);
    assert_eq!(
        run.err,
        "✔ nothing to do: there is no in-process Socket.IO\n"
    );
    assert_eq!(world.tree(), after);
    // It may not hide the first one from an undo.
    done(&world.run(&["undo"]));
    assert_eq!(world.tree(), before);
    write_refused(&world.run(&["undo"]), "nothing to undo");
}

#[test]
fn a_partial_apply_ends_with_1_and_its_repetition_too() {
    let world = World::app();
    let question = "module.exports = (req) => req.app.get('io').sockets.adapter.rooms.get('a');\n";
    world.put("size.js", question);
    let run = world.run(&["apply"]);
    assert_eq!(run.code, Some(1), "{}", run.said());
    for line in [
        "\nserver.js:3:1 socketio-import setup safe\n",
        "\n  help: left: stays as long as the server does. ",
        "\nsize.js:1:27 server-state query manual\n",
        "\n  help: left: a person has to decide. ",
    ] {
        let shown = format!("\n{}", run.out);
        assert!(shown.contains(line), "{line}\n{}", run.said());
    }
    let after = world.tree();
    let run = world.run(&["apply"]);
    assert_eq!(run.code, Some(1), "{}", run.said());
    assert_eq!(world.tree(), after);
}

#[test]
fn a_dry_run_writes_nothing_and_names_what_is_left() {
    let world = World::app();
    let question = "module.exports = (req) => req.app.get('io').sockets.adapter.rooms.get('a');\n";
    world.put("size.js", question);
    let before = world.tree();
    let run = world.run(&["apply", "--dry-run"]);
    done(&run);
    assert!(run.out.starts_with("diff --git "), "{}", run.said());
    for line in [
        "left, and the in-process server stays, with the broadcaster attached to it",
        "  why: size.js:1:27: ",
        "\n  server.js:3:1 socketio-import stays as long as the server does\n",
        "\n  size.js:1:27 server-state no rewrite is safe: decide what the code needs to know, ",
    ] {
        assert!(run.err.contains(line), "{line}\n{}", run.said());
    }
    assert_eq!(
        world.run(&["apply", "--dry-run", "--exit-code"]).code,
        Some(1)
    );
    let quiet = world.run(&["apply", "--dry-run", "--quiet"]);
    assert_eq!((quiet.out, quiet.err.as_str()), (run.out, ""));
    assert_eq!(world.tree(), before);
    assert!(fs::read_dir(world.state.path()).unwrap().next().is_none());
}

#[test]
fn a_dry_run_suggests_the_apply_that_it_showed() {
    let run = World::app().run(&["apply", "--dry-run", "--unsafe-fixes"]);
    assert!(
        run.err
            .contains("next iomigrate apply --unsafe-fixes  writes it"),
        "{}",
        run.said()
    );
}

#[test]
fn a_dirty_tree_is_refused() {
    let world = World::app();
    if !world.commit() {
        return;
    }
    let edited = world.text("routes.js") + "// mine\n";
    world.put("routes.js", &edited);
    let before = world.tree();
    let run = world.run(&["apply"]);
    write_refused(&run, "routes.js");
    assert!(run.err.contains("--allow-dirty"), "{}", run.said());
    assert_eq!(world.tree(), before);
    done(&world.run(&["apply", "--dry-run"]));
    done(&world.run(&["apply", "--allow-dirty"]));
    assert!(world.text("routes.js").ends_with("// mine\n"));
    done(&world.run(&["undo"]));
    assert_eq!(world.tree(), before);
}

#[test]
#[cfg(unix)]
fn a_read_only_folder_is_refused() {
    use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
    use std::os::unix::process::CommandExt;
    let world = World::app();
    world.put(
        "locked/more.js",
        "module.exports = (req) => req.app.get('io').emit('x');\n",
    );
    let before = world.tree();
    let mode = |path: &str, mode| {
        let permissions = fs::Permissions::from_mode(mode);
        fs::set_permissions(world.root().join(path), permissions).unwrap();
    };
    let mut command = world.command(&["apply"]);
    let is_root = fs::metadata(world.state.path()).unwrap().uid() == 0;
    if is_root {
        // Nothing is read-only for root, so somebody else runs a copy that they may run.
        let nobody = 65534;
        let folder = tempfile::tempdir().unwrap();
        let program = folder.path().join("iomigrate");
        // Not `fs::copy`: a child that another test starts meanwhile would hold the file open for writing.
        let copy = [env!("CARGO_BIN_EXE_iomigrate"), program.to_str().unwrap()];
        let copied = std::process::Command::new("cp").args(copy).status();
        assert!(copied.unwrap().success());
        let others = fs::Permissions::from_mode(0o755);
        fs::set_permissions(folder.path(), others.clone()).unwrap();
        fs::set_permissions(&program, others).unwrap();
        chown(world.state.path(), Some(nobody), Some(nobody)).unwrap();
        for entry in walkdir::WalkDir::new(world.root()) {
            chown(entry.unwrap().path(), Some(nobody), Some(nobody)).unwrap();
        }
        command = {
            let mut other = std::process::Command::new(&program);
            other.arg("apply").current_dir(world.root()).env_clear();
            other.env("IOMIGRATE_STATE_DIR", world.state.path());
            other.uid(nobody).gid(nobody);
            other
        };
        mode("locked", 0o555);
        let run = Run::of(&command.output().unwrap());
        write_refused(&run, "`locked/more.js` can't be written");
        drop(folder);
    } else {
        mode("locked", 0o555);
        let run = Run::of(&command.output().unwrap());
        write_refused(&run, "`locked/more.js` can't be written");
    }
    mode("locked", 0o755);
    assert_eq!(world.tree(), before);
}

#[test]
fn a_file_that_changes_between_plan_and_write_is_refused() {
    let world = World::app();
    let analysis = analyze(&[world.root().to_path_buf()], &load::Options::default()).unwrap();
    let changed = apply::preview(&analysis.loaded.files, &migrate(&analysis, Level::Safe));
    world.put("routes.js", "// somebody else was faster\n");
    let before = world.tree();
    let options = WriteOptions {
        allow_dirty: false,
        state: world.state.path().to_path_buf(),
    };
    let refusal = apply::write(&analysis.loaded.root, &changed, &options).unwrap_err();
    assert!(refusal.to_string().contains("routes.js"), "{refusal}");
    assert_eq!(world.tree(), before);
}

#[test]
#[cfg(unix)]
fn a_new_file_is_not_created_through_a_link() {
    let (world, elsewhere) = (World::app(), tempfile::tempdir().unwrap());
    std::os::unix::fs::symlink(elsewhere.path(), world.root().join("utils")).unwrap();
    let before = world.tree();
    let words = "`utils/redisStandIn.js` is outside";
    write_refused(&world.run(&["apply"]), words);
    assert_eq!(world.tree(), before);
    assert!(fs::read_dir(elsewhere.path()).unwrap().next().is_none());
}

#[test]
#[cfg(unix)]
fn a_file_elsewhere_is_not_written_through_a_link() {
    let (world, elsewhere) = (World::app(), tempfile::tempdir().unwrap());
    let (link, target) = (
        world.root().join("routes.js"),
        elsewhere.path().join("r.js"),
    );
    fs::rename(&link, &target).unwrap();
    std::os::unix::fs::symlink(&target, &link).unwrap();
    let text = fs::read_to_string(&target).unwrap();
    let run = world.run(&["apply"]);
    let why = "  why: routes.js: symlink-outside: the file mentions Socket.IO";
    assert!(run.err.contains(why), "{}", run.said());
    assert!(world.text("server.js").contains("new Server(server)"));
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(fs::read_to_string(&target).unwrap(), text);
}

#[test]
#[cfg(unix)]
fn a_link_within_the_project_stays_one() {
    let world = World::app();
    world.put("real/routes.js", world.text("routes.js"));
    let link = world.root().join("routes.js");
    fs::remove_file(&link).unwrap();
    std::os::unix::fs::symlink("real/routes.js", &link).unwrap();
    done(&world.run(&["apply"]));
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    let import = "require('../utils/socketBroadcaster')";
    assert!(world.text("real/routes.js").contains(import));
    done(&world.run(&["undo"]));
    assert!(world.text("real/routes.js").contains("req.app.get('io')"));
}

#[test]
fn undo_finds_what_apply_was_given() {
    let world = World::app();
    let before = world.tree();
    let run = world.run(&["apply", "routes.js", "server.js"]);
    done(&run);
    assert!(
        run.err.contains("iomigrate undo routes.js server.js"),
        "{}",
        run.said()
    );
    done(&world.run(&["undo", "routes.js", "server.js"]));
    assert_eq!(world.tree(), before);
    assert_eq!(world.run(&["apply", "routes.js"]).code, Some(0));
    done(&world.run(&["undo"]));
    assert_eq!(world.tree(), before);
}

#[test]
fn files_that_were_not_named_stay_as_they_are() {
    let world = World::app();
    let other = world.text("routes.js");
    world.put("other.js", &other);
    let run = world.run(&["apply", "routes.js"]);
    done(&run);
    assert!(
        run.err
            .contains("its file is none of those that were named"),
        "{}",
        run.said()
    );
    assert_eq!(world.text("other.js"), other);
    assert!(
        world
            .text("routes.js")
            .contains("socketBroadcaster.broadcastToRoom(")
    );
    assert!(world.text("server.js").contains("new Server(server)"));
}

#[test]
fn only_a_write_needs_the_state_folder() {
    let world = World::app();
    let run = |arguments: &[&str]| {
        let mut command = world.command(arguments);
        Run::of(&command.env_remove("IOMIGRATE_STATE_DIR").output().unwrap())
    };
    done(&run(&["scan"]));
    assert_eq!(run(&["check"]).code, Some(1));
    assert_eq!(run(&["report"]).code, Some(1));
    done(&run(&["apply", "--dry-run"]));
    let before = world.tree();
    let refused = run(&["apply"]);
    assert_eq!(refused.code, Some(2), "{}", refused.said());
    assert!(
        refused.err.contains("IOMIGRATE_STATE_DIR"),
        "{}",
        refused.said()
    );
    assert_eq!(world.tree(), before);
}

/// The application with a helper that is handed the server.
fn with_helper() -> World {
    let world = World::app();
    world.put(
        "helper.js",
        "exports.tell = (io, text) => {\n  io.emit('told', text);\n};\n",
    );
    world.put(
        "caller.js",
        "const { tell } = require('./helper');\n\nmodule.exports = (req) => tell(req.app.get('io'), 'x');\n",
    );
    world
}

#[test]
fn a_helper_that_is_still_handed_the_server_keeps_its_parameter() {
    let call = "tell(req.app.get('io'), 'x')";
    // Named alone, the helper can do without what it is handed, and the caller can do nothing.
    for (path, code) in [("helper.js", 0), ("caller.js", 1)] {
        let world = with_helper();
        let run = world.run(&["apply", path]);
        assert_eq!(run.code, Some(code), "{}", run.said());
        assert!(world.text("helper.js").contains("(io, text)"));
        assert!(world.text("caller.js").contains(call));
    }
    let world = with_helper();
    world.put("iomigrate.toml", "[rules]\nhandle-argument = 'off'\n");
    let run = world.run(&["apply"]);
    assert_eq!(run.code, Some(1), "{}", run.said());
    assert!(world.text("helper.js").contains("(io, text)"));
    assert!(
        world
            .text("caller.js")
            .contains("tell(req.app.get('io'), 'x')")
    );
}

#[test]
fn an_older_runtime_is_replaced() {
    let world = World::app();
    world.put(
        "utils/socketBroadcaster.js",
        "// @iomigrate broadcaster\n// of another version\nmodule.exports = {};\n",
    );
    done(&world.run(&["apply"]));
    assert!(
        world
            .text("utils/socketBroadcaster.js")
            .contains("broadcastToRoom")
    );
}
