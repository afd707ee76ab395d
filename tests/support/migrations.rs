//! Small projects, and what a file of theirs looks like after the migration.

use std::collections::BTreeMap;

use iomigrate::plan::Level;
use iomigrate::{Analysis, apply, migrate, prove};

use crate::support;

/// A file that makes the server and loads `routes.js`.
pub(crate) const SERVER: &str = "const { Server } = require('socket.io');
const app = require('express')();
const server = require('http').createServer(app);
const io = new Server(server);
app.set('io', io);
app.use(require('./routes'));
server.listen(3001);
";

/// The text of `path` after a migration of `files` at the unsafe level, which must stand its own proof.
pub(crate) fn migrated(files: &[(&str, &str)], path: &str) -> String {
    let after = outcome(files).loaded;
    let programs = after.files.into_iter().map(|it| (it.path, it.text));
    let others = after.manifests.into_iter().map(|it| (it.path, it.text));
    let text = programs.chain(others).find(|it| it.0 == path);
    text.expect("the file is there").1
}

/// The analysis of `files` after a migration at the unsafe level, which must stand its own proof.
pub(crate) fn outcome(files: &[(&str, &str)]) -> Analysis {
    let files: Vec<(String, String)> = files
        .iter()
        .map(|it| (it.0.to_owned(), it.1.to_owned()))
        .collect();
    let analysis = support::analyse_files(files.iter().cloned());
    let plan = migrate(&analysis, Level::Unsafe);
    let changed = apply::preview(&analysis.loaded.files, &plan);
    assert_eq!(prove(&analysis, &plan, &changed, Level::Unsafe), []);
    let mut after: BTreeMap<String, String> = files.into_iter().collect();
    for file in changed {
        after.extend(file.after.map(|it| (file.path, it)));
    }
    support::analyse_files(after.into_iter())
}

/// The text of a route file after the migration of a back end that consists of it and [`SERVER`].
pub(crate) fn migrated_route(route: &str) -> String {
    let files = [
        (
            "package.json",
            "{ \"name\": \"desk\", \"main\": \"server.js\" }",
        ),
        ("server.js", SERVER),
        ("routes.js", route),
    ];
    migrated(&files, "routes.js")
}
