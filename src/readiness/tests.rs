//! Observations and checks on small programs.

use super::{CheckState, Evidence, Readiness, ReadinessInput, Verdict, assess, observe};
use crate::config::Settings;
use crate::load::{SkipReason, Skipped, TextFile};
use crate::parse;
use crate::project;
use crate::scope;
use crate::source::{Language, SourceFile};

/// Assesses the files of `text`, each after a line `//- path`.
fn check(text: &str, skipped: &[Skipped]) -> Readiness {
    let mut files = Vec::new();
    let mut manifests = Vec::new();
    for part in text.split("//- ").skip(1) {
        let (path, text) = part.split_once('\n').unwrap();
        let (path, text) = (path.to_owned(), text.to_owned());
        match Language::of_path(&path) {
            Some(language) => files.push(SourceFile {
                path,
                text,
                language,
            }),
            None => manifests.push(TextFile { path, text }),
        }
    }
    let facts = files
        .iter()
        .map(|it| scope::facts(it, parse::parse(it)))
        .collect();
    let project = project::link(&files, facts, &[], &Settings::default());
    let observations = observe(&project, &files);
    assess(&ReadinessInput {
        files: &files,
        findings: &[],
        skipped,
        observations: &observations,
        manifests: &manifests,
    })
}

/// What a check of a project without skipped files rests on, one `path:line text` each.
fn evidence(id: &str, text: &str) -> Vec<String> {
    let readiness = check(text, &[]);
    let check = readiness.checks.into_iter().find(|it| it.id == id).unwrap();
    let shown = |it: Evidence| format!("{}:{} {}", it.path, it.line.unwrap_or_default(), it.text);
    check.evidence.into_iter().map(shown).collect()
}

fn state(id: &str, text: &str) -> CheckState {
    check(text, &[])
        .checks
        .into_iter()
        .find(|it| it.id == id)
        .unwrap()
        .state
}

#[test]
fn jobs_are_known_by_import_and_call() {
    let text = "//- a.js
const cron = require('node-cron');
const { CronJob: Job } = require('cron');
cron.schedule('* * * * *', run);
function start() { new Job('* * * * *', run); }
//- b.mjs
import { scheduleJob as plan } from 'node-schedule';
import * as cron from 'node-cron';
plan('* * * * *', run);
cron.schedule('* * * * *', run);
";
    let expected = [
        "a.js:3 cron.schedule('* * * * *', run)",
        "a.js:4 new Job('* * * * *', run)",
        "b.mjs:3 plan('* * * * *', run)",
        "b.mjs:4 cron.schedule('* * * * *', run)",
    ];
    assert_eq!(evidence("scheduled-jobs", text), expected);
}

#[test]
fn text_that_looks_like_a_job_is_none() {
    let text = "//- a.js
// cron.schedule('* * * * *', run) with node-cron
const text = \"require('node-cron').schedule()\";
const cron = { schedule() {} };
cron.schedule('* * * * *', run);
function f(setInterval) { setInterval(run, 1); }
";
    assert_eq!(state("scheduled-jobs", text), CheckState::Pass);
    assert_eq!(state("intervals", text), CheckState::Pass);
}

#[test]
fn an_interval_of_a_request_is_none_of_the_process() {
    let text = "//- a.js
setInterval(purge, 1000);
io.on('connection', (socket) => { setInterval(() => socket.emit('x'), 1000); });
app.get('/', (req, res) => setInterval(() => res.write('x'), 1000));
//- public/app.js
document.title = 'x'; setInterval(poll, 1000);
//- test/a.test.js
setInterval(purge, 1000);
";
    assert_eq!(
        evidence("intervals", text),
        ["a.js:1 setInterval(purge, 1000)"]
    );
}

#[test]
fn a_store_settles_sessions_and_limits() {
    let text = "//- a.js
const session = require('express-session');
const { rateLimit } = require('express-rate-limit');
const options = { windowMs: 1 };
app.use(session({ secret: 'x' }));
app.use(session({ secret: 'x', store: new RedisStore() }));
app.use(session({ ...base }));
app.use(rateLimit(options));
app.use(rateLimit(unknown()));
";
    assert_eq!(
        evidence("session-store", text),
        ["a.js:4 session({ secret: 'x' })"]
    );
    assert_eq!(
        evidence("rate-limit-store", text),
        ["a.js:7 rateLimit(options)"]
    );
}

#[test]
fn a_store_may_be_in_memory_too() {
    let text = "//- a.js
import session, { MemoryStore } from 'express-session';
import memorystore from 'memorystore';
import { options, persistent } from './options.js';
const Memory = memorystore(session);
const store = new Memory({ checkPeriod: 1000 });
app.use(session({ secret: 'x', store: new MemoryStore() }));
app.use(session({ secret: 'x', store: new session.MemoryStore() }));
app.use(session({ secret: 'x', store }));
app.use(session(options));
app.use(session(persistent));
//- options.js
export const options = { secret: 'x' };
export const persistent = { secret: 'x' };
if (process.env.REDIS_URL) persistent.store = new RedisStore();
";
    assert_eq!(
        evidence("session-store", text),
        [
            "a.js:6 session({ secret: 'x', store: new MemoryStore() })",
            "a.js:7 session({ secret: 'x', store: new session.MemoryStore() })",
            "a.js:8 session({ secret: 'x', store })",
            "a.js:9 session(options)",
        ]
    );
}

#[test]
fn state_is_a_collection_that_functions_write_to() {
    let text = "//- a.js
const seen = new Map();
const constant = new Map();
const byId = {};
const list = [];
list.push('at start');
function f(id) {
  seen.set(id, 1);
  byId[id] = 1;
  const own = []; own.push(1);
  { const list = []; list.push(1); }
}
";
    assert_eq!(
        evidence("process-state", text),
        ["a.js:1 seen = new Map()", "a.js:3 byId = {}"]
    );
}

#[test]
fn the_dedicated_server_is_found_and_its_starter() {
    let text = "//- src/socketio-server.js
// @iomigrate dedicated-server
const seen = new Map(); setInterval(() => seen.set(1, 1), 1);
//- ecosystem.config.js
module.exports = { apps: [
  { name: 'io', script: 'src/socketio-server.js', instances: 1 },
  { name: 'api', script: './src/server.js', instances: 'max' },
] };
";
    assert_eq!(state("dedicated-server", text), CheckState::Pass);
    let started = "ecosystem.config.js:2 `src/socketio-server.js`, 1 instance";
    assert_eq!(evidence("server-started", text), [started]);
    assert_eq!(state("server-started", text), CheckState::Pass);
    let scaled = "ecosystem.config.js:3 `./src/server.js`, instances: max";
    assert_eq!(evidence("api-scaled", text), [scaled]);
    assert_eq!(state("api-scaled", text), CheckState::Pass);
    assert_eq!(state("process-state", text), CheckState::Pass);
}

#[test]
fn a_procfile_or_a_compose_file_starts_it_too() {
    let server = "//- src/socketio-server.js\n// @iomigrate dedicated-server\n";
    let procfile =
        format!("{server}//- Procfile\nweb: node src/server.js\nio: node src/socketio-server.js\n");
    assert_eq!(
        evidence("server-started", &procfile),
        ["Procfile:2 `node src/socketio-server.js`"]
    );
    let compose = format!(
        "{server}//- compose.yml\nservices:\n  io:\n    command: node src/socketio-server\n"
    );
    assert_eq!(
        evidence("server-started", &compose),
        ["compose.yml:3 `node src/socketio-server`"]
    );
    let commented = format!("{server}//- Procfile\n# io: node src/socketio-server.js\n");
    assert_eq!(state("server-started", &commented), CheckState::Warn);
}

#[test]
fn several_dedicated_servers_are_too_many() {
    let text = "//- io.js
// @iomigrate dedicated-server
//- ecosystem.config.cjs
module.exports = { apps: [{ script: 'io.js', instances: 4 }] };
";
    assert_eq!(state("server-started", text), CheckState::Warn);
}

#[test]
fn warnings_do_not_change_the_verdict_and_relevant_skips_do() {
    let skip = |mentions_socketio| Skipped {
        path: "broken.js".to_owned(),
        reason: SkipReason::SyntaxError,
        line: Some(3),
        mentions_socketio,
    };
    let text = "//- a.js\nsetInterval(purge, 1);\n";
    assert_eq!(check(text, &[]).verdict, Verdict::Ready);
    assert_eq!(check(text, &[skip(false)]).verdict, Verdict::Ready);
    assert_eq!(check(text, &[skip(true)]).verdict, Verdict::NotReady);
}
