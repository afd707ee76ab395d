//! A project in a temporary folder, and the program run in it.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;
use walkdir::WalkDir;

/// A backend that can be migrated as a whole.
pub(crate) const APP: [(&str, &str); 3] = [
    (
        "package.json",
        "{\n  \"name\": \"desk\",\n  \"dependencies\": { \"express\": \"^4.19.0\", \"socket.io\": \"^4.7.0\" }\n}\n",
    ),
    (
        "server.js",
        "\
const express = require('express');
const http = require('http');
const { Server } = require('socket.io');

const app = express();
const server = http.createServer(app);
const io = new Server(server);

io.on('connection', (socket) => {
  socket.join('lobby');
});

app.set('io', io);
app.use(require('./routes'));
server.listen(3000);
",
    ),
    (
        "routes.js",
        "\
const router = require('express').Router();

router.post('/news', (req, res) => {
  const io = req.app.get('io');
  io.to('lobby').emit('news', req.body);
  res.end();
});

module.exports = router;
",
    ),
];

/// What is in a folder, by path. The bytes, so that nothing is overlooked.
pub(crate) type Tree = BTreeMap<String, Vec<u8>>;

/// A project and a state folder of its own.
pub(crate) struct World {
    pub(crate) project: TempDir,
    pub(crate) state: TempDir,
}

/// How a run ended.
pub(crate) struct Run {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl World {
    pub(crate) fn new(files: &[(&str, &str)]) -> Self {
        let world = Self {
            project: TempDir::new().unwrap(),
            state: TempDir::new().unwrap(),
        };
        for (path, text) in files {
            world.put(path, text);
        }
        world
    }

    pub(crate) fn app() -> Self {
        Self::new(&APP)
    }

    pub(crate) fn root(&self) -> &Path {
        self.project.path()
    }

    pub(crate) fn put(&self, path: &str, text: impl AsRef<[u8]>) {
        let file = self.root().join(path);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    }

    pub(crate) fn text(&self, path: &str) -> String {
        fs::read_to_string(self.root().join(path)).unwrap()
    }

    /// Everything in the project, git's own files apart.
    pub(crate) fn tree(&self) -> Tree {
        let entries = WalkDir::new(self.root())
            .into_iter()
            .filter_entry(|it| it.file_name() != ".git");
        let files = entries
            .map(Result::unwrap)
            .filter(|it| it.file_type().is_file());
        let entry = |path: &Path| {
            let name = path.strip_prefix(self.root()).unwrap();
            (name.to_string_lossy().into_owned(), fs::read(path).unwrap())
        };
        files.map(|it| entry(it.path())).collect()
    }

    /// The program with nothing of the developer's own environment.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_iomigrate"));
        command
            .args(arguments)
            .current_dir(self.root())
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("LC_ALL", "C.UTF-8")
            .env("IOMIGRATE_STATE_DIR", self.state.path());
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Run {
        Run::of(&self.command(arguments).output().unwrap())
    }

    pub(crate) fn json(&self, arguments: &[&str]) -> Value {
        let run = self.run(&[arguments, &["--format", "json"]].concat());
        serde_json::from_str(&run.out).unwrap()
    }

    /// Commits everything. False without git.
    pub(crate) fn commit(&self) -> bool {
        let git = |arguments: &[&str]| {
            let mut command = Command::new("git");
            command.args(["-c", "user.name=Test", "-c", "user.email=test@example.org"]);
            let output = command.args(arguments).current_dir(self.root()).output();
            output.is_ok_and(|it| it.status.success())
        };
        git(&["init", "-q"]) && git(&["add", "-A"]) && git(&["commit", "-qm", "before"])
    }
}

impl Run {
    pub(crate) fn of(output: &Output) -> Self {
        Self {
            code: output.status.code(),
            out: String::from_utf8_lossy(&output.stdout).into_owned(),
            err: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// Both streams, for messages.
    pub(crate) fn said(&self) -> String {
        format!("{:?}\n{}{}", self.code, self.out, self.err)
    }
}
