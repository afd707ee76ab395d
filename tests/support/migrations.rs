//! Small projects, and what a file of theirs looks like after the migration.

use iomigrate::plan::Level;
use iomigrate::{apply, migrate, prove};

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
    let files = files.iter().map(|it| (it.0.to_owned(), it.1.to_owned()));
    let analysis = support::analyse_files(files);
    let plan = migrate(&analysis, Level::Unsafe);
    let changed = apply::preview(&analysis.loaded.files, &plan);
    assert_eq!(prove(&analysis, &plan, &changed, Level::Unsafe), []);
    let after = changed.iter().find(|it| it.path == path);
    let before = analysis.loaded.files.iter().find(|it| it.path == path);
    let after = after.and_then(|it| it.after.clone());
    after.unwrap_or_else(|| before.expect("the file is there").text.clone())
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
