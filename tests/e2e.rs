//! Proof by running: the fixture before and after its migration, with real servers and real clients.
//!
//! `tests/e2e/run.mjs` does it and says what it saw; this only starts it with the binary that was just built.

use std::path::Path;
use std::process::Command;

#[test]
fn the_migrated_fixture_behaves_as_before() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    // Its table goes straight to the terminal, also when the test passes.
    let status = Command::new("node")
        .arg(root.join("tests/e2e/run.mjs"))
        .arg("--bin")
        .arg(env!("CARGO_BIN_EXE_iomigrate"))
        .arg("--fixture")
        .arg(root.join("fixtures/isp-desk"))
        .status()
        .expect("this test needs Node.js 18.11 or newer: apt-get install nodejs npm, or run tests/run.sh");
    assert!(
        status.success(),
        "tests/e2e/run.mjs ended with {status}: see its table above"
    );
}
