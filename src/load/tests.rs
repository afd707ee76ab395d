//! `load` on small projects in a temporary folder.
#![expect(
    clippy::disallowed_methods,
    reason = "the tests set projects up on the disk"
)]

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::{FoundConfig, LoadError, Loaded, Options, SkipReason, Skipped};
use super::{load, read_config, root as root_of};

fn project(files: &[(&str, &[u8])]) -> TempDir {
    let root = TempDir::new().unwrap();
    for (path, bytes) in files {
        put(root.path(), path, bytes);
    }
    root
}

fn put(root: &Path, path: &str, bytes: &[u8]) {
    let file = root.join(path);
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(file, bytes).unwrap();
}

fn load_all(root: &TempDir) -> Loaded {
    load(&[root.path().to_path_buf()], &Options::default()).unwrap()
}

fn programs(loaded: &Loaded) -> Vec<&str> {
    loaded.files.iter().map(|it| it.path.as_str()).collect()
}

fn only_problem(loaded: &Loaded) -> &Skipped {
    assert_eq!(loaded.problems.len(), 1, "{:?}", loaded.problems);
    &loaded.problems[0]
}

#[test]
fn programs_and_manifests_come_sorted() {
    let root = project(&[
        ("src/b.js", b"1"),
        ("src/a.ts", b"1"),
        ("src/a.d.ts", b"1"),
        ("package.json", b"{}"),
        ("tsconfig.build.json", b"{}"),
        ("ecosystem.config.js", b"module.exports = {}"),
        ("nginx/api.conf", b""),
        ("haproxy/api.cfg", b""),
        ("other/api.conf", b""),
        ("Dockerfile.prod", b""),
        ("compose.yaml", b""),
        (".env", b"SECRET=1"),
        (".env.example", b"PORT=1"),
        ("README.md", b""),
    ]);
    let loaded = load_all(&root);
    assert_eq!(
        programs(&loaded),
        ["ecosystem.config.js", "src/a.ts", "src/b.js"]
    );
    let manifests: Vec<_> = loaded.manifests.iter().map(|it| it.path.as_str()).collect();
    assert_eq!(
        manifests,
        [
            ".env.example",
            "Dockerfile.prod",
            "compose.yaml",
            "ecosystem.config.js",
            "haproxy/api.cfg",
            "nginx/api.conf",
            "package.json",
            "tsconfig.build.json"
        ]
    );
    assert_eq!((loaded.files_seen, loaded.focus), (3, None));
}

#[test]
fn the_configuration_of_a_formatter_counts_from_above_the_root() {
    let root = project(&[
        (".prettierrc", b"above the repository"),
        ("repository/.git/HEAD", b""),
        ("repository/.editorconfig", b"above the root"),
        ("repository/api/.prettierrc.json", b"{}"),
        ("repository/api/.eslintrc", b"{}"),
        ("repository/api/a.js", b"1"),
    ]);
    let api = root.path().join("repository/api");
    let loaded = load(&[api], &Options::default()).unwrap();
    let paths: Vec<&str> = loaded.manifests.iter().map(|it| it.path.as_str()).collect();
    assert_eq!(paths, ["../.editorconfig", ".prettierrc.json"]);
}

#[test]
fn gitignore_holds_without_git_and_dist_only_if_ignored() {
    let root = project(&[
        (".gitignore", b"dist/\n"),
        ("dist/a.js", b"1"),
        ("build/b.js", b"1"),
        ("node_modules/socket.io/index.js", b"1"),
        (".cache/c.js", b"1"),
        ("d.js", b"1"),
    ]);
    assert_eq!(programs(&load_all(&root)), ["build/b.js", "d.js"]);
}

#[test]
fn a_script_without_extension_is_known_by_its_first_line() {
    let root = project(&[
        ("bin/www", b"#!/usr/bin/env node\nrequire('../app')"),
        ("bin/deploy", b"#!/bin/sh\n"),
    ]);
    assert_eq!(programs(&load_all(&root)), ["bin/www"]);
}

#[test]
fn bytes_stay_as_they_are() {
    let text = "\u{feff}'use strict'\r\nconst a = 1";
    let root = project(&[("a.js", text.as_bytes())]);
    assert_eq!(load_all(&root).files[0].text, text);
}

#[test]
fn a_file_that_is_not_utf_8_is_a_problem() {
    let root = project(&[("a.js", b"1"), ("b.js", b"// caf\xe9\nio.emit('x')")]);
    let loaded = load_all(&root);
    assert_eq!(programs(&loaded), ["a.js"]);
    assert_eq!(loaded.files_seen, 2);
    let expected = Skipped {
        path: "b.js".to_owned(),
        reason: SkipReason::NotUtf8,
        line: Some(1),
        mentions_socketio: true,
    };
    assert_eq!(*only_problem(&loaded), expected);
}

#[test]
fn a_bundle_is_a_problem_and_an_event_is_no_mention_in_it() {
    let root = project(&[("a.js", b"1"), ("vue.min.js", b"this.$el.emit('x')")]);
    let loaded = load_all(&root);
    let problem = only_problem(&loaded);
    assert_eq!(problem.reason, SkipReason::Minified);
    assert!(!problem.mentions_socketio);
}

#[test]
fn a_large_file_is_a_problem() {
    let mut large = vec![b' '; 3 * 1024 * 1024];
    large.extend(b"require('socket.io')");
    let root = project(&[("a.js", &large)]);
    let loaded = load_all(&root);
    let problem = only_problem(&loaded);
    assert_eq!(problem.reason, SkipReason::TooLarge(large.len() as u64));
    assert!(problem.mentions_socketio);
    assert!(loaded.files.is_empty());
}

#[test]
fn a_missing_path_is_refused() {
    let root = project(&[("a.js", b"1")]);
    for path in ["nowhere", "a.js/b.js"] {
        let path = root.path().join(path);
        let error = load(std::slice::from_ref(&path), &Options::default()).unwrap_err();
        assert!(
            matches!(&error, LoadError::Missing { path: it } if *it == path),
            "{error}"
        );
    }
}

#[test]
fn a_folder_without_a_program_is_refused() {
    let root = project(&[("README.md", b""), ("package.json", b"{}")]);
    let error = load(&[root.path().to_path_buf()], &Options::default()).unwrap_err();
    assert!(
        matches!(&error, LoadError::NothingToScan { path } if path == root.path()),
        "{error}"
    );
}

#[test]
fn around_a_file_its_project_is_loaded() {
    let root = project(&[
        (".gitignore", b"generated\n"),
        ("package.json", b"{}"),
        ("src/a.js", b"1"),
        ("src/deep/b.js", b"1"),
        ("generated/c.js", b"1"),
        ("generated/d.js", b"1"),
    ]);
    let named = [
        root.path().join("src/deep/b.js"),
        root.path().join("generated/c.js"),
    ];
    let loaded = load(&named, &Options::default()).unwrap();
    assert_eq!(root_of(&named).unwrap(), loaded.root);
    assert_eq!(loaded.root, root.path().canonicalize().unwrap());
    assert_eq!(
        programs(&loaded),
        ["generated/c.js", "src/a.js", "src/deep/b.js"]
    );
    let focus = ["generated/c.js".to_owned(), "src/deep/b.js".to_owned()];
    assert_eq!(loaded.focus, Some(focus.to_vec()));
}

#[test]
fn several_folders_have_their_common_ancestor_as_root() {
    let root = project(&[
        ("a/1.js", b"1"),
        ("a/in/2.js", b"1"),
        ("b/3.js", b"1"),
        ("c/4.js", b"1"),
    ]);
    let named = ["b", "a/in", "a"].map(|it| root.path().join(it));
    let loaded = load(&named, &Options::default()).unwrap();
    assert_eq!(loaded.root, root.path().canonicalize().unwrap());
    assert_eq!(programs(&loaded), ["a/1.js", "a/in/2.js", "b/3.js"]);
}

#[cfg(unix)]
#[test]
fn links_are_not_followed_and_only_those_that_matter_are_reported() {
    use std::os::unix::fs::symlink;
    let outside = project(&[
        ("far.js", b"require('socket.io')"),
        ("dull.js", b"1"),
        ("shared/io.js", b"io.emit('x')"),
        ("docs/a.js", b"1"),
    ]);
    let root = project(&[("a.js", b"1")]);
    let link = |target: PathBuf, name: &str| symlink(target, root.path().join(name)).unwrap();
    link(outside.path().join("far.js"), "far.js");
    link(outside.path().join("dull.js"), "dull.js");
    link(outside.path().join("shared"), "shared");
    link(outside.path().join("docs"), "docs");
    link(root.path().join("a.js"), "same.js");
    link(root.path().join("nowhere.js"), "dangling.js");
    link(root.path().to_path_buf(), "circle");

    let loaded = load_all(&root);
    assert_eq!(programs(&loaded), ["a.js"]);
    let paths: Vec<_> = loaded
        .problems
        .iter()
        .map(|it| (it.path.as_str(), &it.reason))
        .collect();
    assert_eq!(
        paths,
        [
            ("far.js", &SkipReason::SymlinkOutside),
            ("shared", &SkipReason::SymlinkOutside)
        ]
    );
}

#[cfg(unix)]
#[test]
fn a_pipe_is_no_program() {
    let root = project(&[("a.js", b"1")]);
    let pipe = root.path().join("b.js");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    if made.is_ok_and(|it| it.success()) {
        assert_eq!(programs(&load_all(&root)), ["a.js"]);
        let error = load(&[pipe], &Options::default()).unwrap_err();
        assert!(matches!(error, LoadError::Special { .. }), "{error}");
    }
}

#[test]
fn the_configuration_is_found_upward_and_excludes() {
    let root = project(&[
        (
            "iomigrate.toml",
            b"entry = 'api/server.js'\nexclude = ['api/legacy/']\n[broadcaster]\npath = 'api/live.js'",
        ),
        ("api/server.js", b"1"),
        ("api/legacy/old.js", b"1"),
        ("vendored/.git/HEAD", b""),
        ("vendored/a.js", b"1"),
    ]);
    let api = root.path().join("api");
    let found = read_config(None, &api, &[]).unwrap();
    let options = Options {
        config: found,
        ..Options::default()
    };
    let loaded = load(&[api], &options).unwrap();
    assert_eq!(programs(&loaded), ["server.js"]);
    assert_eq!(loaded.settings.entry.as_deref(), Some("server.js"));
    assert_eq!(loaded.settings.broadcaster.as_deref(), Some("live.js"));

    let vendored: FoundConfig = read_config(None, &root.path().join("vendored"), &[]).unwrap();
    assert_eq!(vendored.path, None);
}

#[test]
fn a_named_configuration_must_exist() {
    let root = project(&[("a.js", b"1")]);
    let named = root.path().join("missing.toml");
    let error = read_config(Some(&named), root.path(), &[]).unwrap_err();
    assert!(matches!(error, LoadError::Missing { .. }), "{error}");
}

#[test]
fn paths_of_the_configuration_must_lead_into_the_root() {
    let refusal = |config: &str| {
        let files = [("api/a.js", &b"1"[..]), ("web/b.js", b"1")];
        let root = project(&files);
        put(root.path(), "iomigrate.toml", config.as_bytes());
        let api = root.path().join("api");
        let options = Options {
            config: read_config(None, &api, &[]).unwrap(),
            ..Options::default()
        };
        load(&[api], &options).unwrap_err()
    };
    for entry in ["api/missing.js", "web/b.js"] {
        let error = refusal(&format!("entry = '{entry}'"));
        assert!(matches!(error, LoadError::NoEntry { .. }), "{error}");
    }
    let error = refusal("[broadcaster]\npath = 'web/live.js'");
    assert!(
        matches!(error, LoadError::BroadcasterOutside { .. }),
        "{error}"
    );
}
