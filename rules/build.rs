//! Lists the rule folders, so that adding a rule is adding a folder under `rules/`.

#![expect(
    clippy::disallowed_methods,
    reason = "a build script's job is to read and write files"
)]

use std::fmt::Write as _;
use std::{env, fs, path::Path};

fn main() {
    println!("cargo::rerun-if-changed=rules");
    let root = env::var("CARGO_MANIFEST_DIR").expect("cargo sets this for build scripts");
    let folders = walkdir::WalkDir::new(Path::new(&root).join("rules"))
        .max_depth(1)
        .sort_by_file_name();
    let mut table = String::from("pub(crate) static RULE_FILES: &[(&str, &str, &str)] = &[\n");
    for entry in folders {
        let entry = entry.expect("rules/ is readable");
        if !entry.path().join("rule.toml").is_file() {
            continue;
        }
        let id = entry
            .file_name()
            .to_str()
            .expect("rule folders have UTF-8 names");
        let part = |name: &str| format!("include_str!({:?})", format!("{root}/rules/{id}/{name}"));
        writeln!(
            table,
            "    ({id:?}, {}, {}),",
            part("rule.toml"),
            part("README.md")
        )
        .expect("writing to a string cannot fail");
    }
    table += "];\n";
    let out = env::var("OUT_DIR").expect("cargo sets this for build scripts");
    fs::write(Path::new(&out).join("rule_files.rs"), table).expect("OUT_DIR is writable");
}
