//! The command line as a user meets it; one case a file in `tests/cli`.

#[test]
fn command_line() {
    let cases = trycmd::TestCases::new();
    cases
        .insert_var("[VERSION]", env!("CARGO_PKG_VERSION"))
        .expect("the name is a variable's");
    cases
        // What a developer's own environment says must not decide a test.
        .env("NO_COLOR", "1")
        .env("LC_ALL", "C.UTF-8")
        .env("IOMIGRATE_STATE_DIR", "state-of-no-apply")
        .case("tests/cli/*.toml");
}
