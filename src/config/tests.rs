//! What a configuration says, and how it is refused.

use std::path::Path;

use super::Config;

const RULES: [&str; 2] = ["emit-to-room", "read-setting"];

fn refusal(text: &str) -> String {
    Config::parse(text, "iomigrate.toml", &RULES)
        .unwrap_err()
        .to_string()
}

#[test]
fn an_empty_file_sets_nothing() {
    assert_eq!(
        Config::parse("", "iomigrate.toml", &RULES),
        Ok(Config::default())
    );
}

#[test]
fn every_key_is_read() {
    let text = "\
        entry = \"./src/server.js\"\n\
        exclude = [\"public/**\", \"*.spec.js\"]\n\
        [broadcaster]\n\
        path = \"src/utils/socketBroadcaster.js\"\n\
        [server]\n\
        port = 3003\n\
        [rules]\n\
        emit-to-room = \"off\"\n\
        read-setting = \"on\"\n";
    let config = Config::parse(text, "iomigrate.toml", &RULES).unwrap();
    assert_eq!(
        config.entry.as_ref().map(|it| it.as_str()),
        Some("src/server.js")
    );
    assert_eq!(
        config.off().into_iter().collect::<Vec<_>>(),
        ["emit-to-room"]
    );
    assert_eq!(
        config.broadcaster.path.as_ref().unwrap().path().as_str(),
        "src/utils/socketBroadcaster.js"
    );
    assert_eq!(config.server.port, Some(3003));
    let excluded = config.excluded(Path::new("/app"));
    assert!(excluded.matched("/app/public/js/a.js", false).is_ignore());
    assert!(!excluded.matched("/app/src/a.js", false).is_ignore());
}

#[test]
fn an_unknown_key_names_the_nearest() {
    assert_eq!(
        refusal("# ours\n\nentri = \"a.js\"\n"),
        "iomigrate.toml:3: unknown key `entri`; the nearest known key is `entry`, the others are \
         `exclude`, `broadcaster`, `server`, `carrier`, `rules`"
    );
}

#[test]
fn an_unknown_key_in_a_table_names_the_nearest_of_that_table() {
    let message = refusal("[broadcaster]\nfile = \"a.js\"\n");
    assert!(
        message
            .starts_with("iomigrate.toml:2: unknown key `file`; the nearest known key is `path`")
    );
}

#[test]
fn an_unknown_value_names_the_nearest() {
    let message = refusal("[rules]\nemit-to-room = \"offf\"\n");
    assert_eq!(
        message,
        "iomigrate.toml:2: unknown value `offf`; the nearest known value is `off`, the others are `on`"
    );
}

#[test]
fn an_unknown_access_names_the_nearest() {
    let message = refusal("[broadcaster]\naccess = \"globl\"\n");
    assert_eq!(
        message,
        "iomigrate.toml:2: unknown value `globl`; the nearest known value is `global`, the others are `import`"
    );
}

#[test]
fn an_unknown_rule_names_the_nearest() {
    let message = refusal("[rules]\nemit-to-rooms = \"off\"\n");
    assert_eq!(
        message,
        "iomigrate.toml:2: unknown rule `emit-to-rooms`; the nearest known rule is `emit-to-room`, \
         the others are listed by `iomigrate rules`"
    );
}

#[test]
fn a_path_out_of_the_project_is_refused() {
    for path in ["/etc/passwd", "../server.js", "a/../../b.js", "C:/a.js", ""] {
        let message = refusal(&format!("\nentry = \"{path}\"\n"));
        assert!(message.starts_with("iomigrate.toml:2: "), "{message}");
        assert!(
            message.contains("is no path inside the project"),
            "{message}"
        );
    }
}

#[test]
fn what_is_taught_is_checked_and_the_line_is_named() {
    let cases = [
        (
            "\n[[carrier]]\nsetter = \"Container.set\"\n",
            "iomigrate.toml:2: a carrier has `setter` and `getter`",
        ),
        (
            "[[carrier]]\ngetter = \"get('io')\"\n",
            "iomigrate.toml:2: `get('io')` is no function",
        ),
        (
            "[[carrier]]\ngeter = \"get\"\n",
            "iomigrate.toml:2: unknown key `geter`; the nearest known key is `getter`",
        ),
        (
            "[[broadcaster.method]]\nname = \"emit\"\nevent = \"a\"\n",
            "iomigrate.toml:1: the broadcaster has a method `emit` already",
        ),
        (
            "[[broadcaster.method]]\nname = \"a\"\nevent = \"a\"\nrooms = [\"r_${id}_x\"]\n",
            "iomigrate.toml:4: `r_${id}_x` is no room; only its end may vary",
        ),
    ];
    for (text, expected) in cases {
        let message = refusal(text);
        assert!(message.starts_with(expected), "{message}");
    }
}

#[test]
fn a_broadcaster_that_is_no_module_is_refused() {
    let message = refusal("[broadcaster]\npath = \"src/live.json\"\n");
    assert_eq!(
        message,
        "iomigrate.toml:2: `src/live.json` is no module; its name has to end with `.js`, `.mjs`, `.cjs` or the like of TypeScript"
    );
    let message = refusal("[broadcaster]\npath = \"lib/socketWire.js\"\n");
    assert!(message.contains("give the broadcaster another name"));
}

#[test]
fn a_bad_pattern_is_refused_with_its_line() {
    let message = refusal("\nexclude = [\"a\", \"b[\"]\n");
    assert!(
        message.starts_with("iomigrate.toml:2: `b[` is no pattern"),
        "{message}"
    );
}

#[test]
fn what_is_no_toml_is_refused_with_its_line() {
    let message = refusal("entry = \"a.js\"\nexclude = [\n");
    assert!(message.starts_with("iomigrate.toml:"), "{message}");
    assert!(!message.contains('\n'), "{message}");
}
