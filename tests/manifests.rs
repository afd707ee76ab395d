//! The files of `apply --with`: systemd, Caddy, `HAProxy` and the like take them.
//!
//! `tests/manifests/check.py` asks them; this only starts it with the binary that was just built.

use std::path::Path;
use std::process::Command;

#[test]
fn those_who_read_them_take_them() {
    let output = Command::new("python3")
        // Without a folder of compiled files.
        .args(["-B", "tests/manifests/check.py"])
        .args([env!("CARGO_BIN_EXE_iomigrate"), "fixtures/isp-desk/before"])
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")))
        .output()
        .expect("this test needs Python: apt-get install python3-pip, or run tests/run.sh");
    let said = String::from_utf8_lossy(&output.stdout);
    let failed = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "\n{said}{failed}");
}
