//! Proof by running: the fixture before and after its migration, with real servers and real clients; then the same with
//! its set-up in other shapes, and with small back ends of other styles.
//!
//! `tests/e2e/run.mjs` does it and says what it saw; this only starts it with the binary that was just built.

use std::path::Path;
use std::process::Command;
use std::sync::{Mutex, PoisonError};

/// All of them measure time, and would be in each other's way.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

#[test]
fn the_migrated_fixture_behaves_as_before() {
    prove(&["--fixture", "fixtures/isp-desk"]);
}

#[test]
fn set_ups_of_other_shapes_behave_as_before() {
    prove(&[
        "--fixture",
        "fixtures/isp-desk",
        "--shapes",
        "fixtures/isp-desk-shapes",
    ]);
}

#[test]
fn back_ends_of_other_styles_behave_as_before() {
    prove(&["--backends", "fixtures/small-backends"]);
}

/// Not the load, but that its script works: nobody would notice otherwise.
#[test]
fn the_load_script_measures() {
    node(
        "tests/e2e/load/run.mjs",
        &[
            "--clients",
            "30",
            "--rate",
            "100",
            "--seconds",
            "3",
            "--requests",
            "100",
        ],
    );
}

/// Not public back ends, but that the script for them works: nobody would notice otherwise.
#[test]
fn the_script_for_checkouts_starts_what_is_in_them() {
    node(
        "tests/e2e/starts/run.mjs",
        &[
            "--bin",
            env!("CARGO_BIN_EXE_iomigrate"),
            "--over",
            "fixtures/small-backends",
            "--packages",
            "tests/e2e/node_modules",
            "--only",
            "esm",
            "--only",
            "singleton",
        ],
    );
}

fn prove(arguments: &[&str]) {
    let mut all = vec!["--bin", env!("CARGO_BIN_EXE_iomigrate")];
    all.extend(["--artefacts", env!("CARGO_TARGET_TMPDIR")]);
    all.extend(arguments);
    node("tests/e2e/run.mjs", &all);
}

fn node(script: &str, arguments: &[&str]) {
    let _turn = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    // Its table goes straight to the terminal, also when the test passes.
    let status = Command::new("node")
        .arg(script)
        .args(arguments)
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")))
        .status()
        .expect("this test needs Node.js 18.19 or newer: apt-get install nodejs npm, or run tests/run.sh");
    assert!(
        status.success(),
        "{script} ended with {status}: see its table above"
    );
}
