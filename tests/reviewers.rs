//! What formatters, linters and compilers say about migrated files that they did not say before: formatted files stay
//! formatted, no name is left over or missing, and everything can be parsed.
//!
//! `tests/reviewers/run.mjs` asks them; this only starts it with the binary that was just built.

use std::path::Path;
use std::process::Command;

#[test]
fn nobody_complains_who_did_not_before() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reviewers");
    assert!(
        folder.join("node_modules").is_dir(),
        "this test needs packages: npm ci --prefix tests/reviewers, or run tests/run.sh"
    );
    let output = Command::new("node")
        .arg(folder.join("run.mjs"))
        .arg("--bin")
        .arg(env!("CARGO_BIN_EXE_iomigrate"))
        .output()
        .expect("this test needs Node.js 20.11 or newer: apt-get install nodejs npm, or run tests/run.sh");
    let said = String::from_utf8_lossy(&output.stdout);
    let failed = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "\n{said}{failed}");
}
