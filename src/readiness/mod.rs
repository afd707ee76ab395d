//! Readiness: whether the API may run on several workers, check by check, each with its evidence.
//! Leaves finding in-process Socket.IO to `findings`, showing the result to `report`.

mod observe;
mod processes;

use std::collections::BTreeMap;

use crate::findings::Finding;
use crate::load::{Skipped, TextFile};
use crate::rules::FindingKind;
use crate::source::{FileId, LineIndex, SourceFile};

pub use observe::{Observation, ObservationKind, observe};
use processes::Process;
pub use processes::ProcessEntry;

/// The answer of the gate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// No finding is left, and everything that may concern Socket.IO was analysed.
    Ready,
    /// A finding is left, or something relevant was not analysed.
    NotReady,
}

impl Verdict {
    /// The verdict that findings and skipped files lead to.
    pub fn of(findings: &[Finding], skipped: &[Skipped]) -> Self {
        let is_ready = findings.is_empty() && !skipped.iter().any(|it| it.mentions_socketio);
        if is_ready {
            Self::Ready
        } else {
            Self::NotReady
        }
    }

    /// The word of the contract.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ready => "ready",
            Self::NotReady => "not-ready",
        }
    }
}

/// How a check came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CheckState {
    /// As it has to be.
    Pass,
    /// Forbids several workers; the verdict is not ready.
    Fail,
    /// Goes wrong with several workers, outside of what this tool migrates.
    Warn,
    /// Cannot be told from the files.
    Unknown,
}

impl CheckState {
    /// The word for programs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::Warn => "warn",
            Self::Unknown => "unknown",
        }
    }
}

/// What a check rests on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// Relative to the root, with `/`.
    pub path: String,
    /// 1-based; `None` for a whole file.
    pub line: Option<usize>,
    /// What stands there, or what to know about it.
    pub text: String,
    /// The text is code of the project.
    pub is_code: bool,
}

/// One question and its answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// Never changes its meaning.
    pub id: &'static str,
    /// The answer in one line.
    pub title: String,
    /// How it came out.
    pub state: CheckState,
    /// In the order of the files.
    pub evidence: Vec<Evidence>,
    /// What to do; empty when there is nothing to do.
    pub advice: String,
}

/// The verdict and the checks behind it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Readiness {
    /// Whether several workers are safe as far as Socket.IO goes. Warnings do not change it.
    pub verdict: Verdict,
    /// What decides first, then what a person should know.
    pub checks: Vec<Check>,
}

impl Readiness {
    /// What the verdict is about, and how much speaks against it all the same.
    pub fn scope(&self) -> String {
        let warnings = self
            .checks
            .iter()
            .filter(|it| it.state == CheckState::Warn)
            .count();
        match warnings {
            0 => "to run on several workers".to_owned(),
            1 => "to run on several workers, with 1 warning".to_owned(),
            _ => format!("to run on several workers, with {warnings} warnings"),
        }
    }
}

/// What an assessment looks at.
#[derive(Clone, Copy, Debug)]
pub struct ReadinessInput<'a> {
    /// The files that findings and observations point into.
    pub files: &'a [SourceFile],
    /// Everything in-process that was found.
    pub findings: &'a [Finding],
    /// What was not analysed.
    pub skipped: &'a [Skipped],
    /// From [`observe`].
    pub observations: &'a [Observation],
    /// Files that say which processes are started and are no programs.
    pub manifests: &'a [TextFile],
}

/// Asks every question.
pub fn assess(input: &ReadinessInput<'_>) -> Readiness {
    let servers: Vec<&Observation> = input.of_kind(&ObservationKind::DedicatedServer).collect();
    let processes = processes::collect(input);
    let mut checks = vec![
        no_socketio(input),
        everything_analysed(input),
        dedicated_server(input, &servers),
    ];
    if let Some(server) = servers.first() {
        checks.push(server_is_started(
            &input.files[server.file.index()].path,
            &processes,
        ));
    }
    checks.push(api_is_scaled(input, &servers, &processes));
    checks.extend(WORKER_CHECKS.iter().map(|it| it.ask(input)));
    Readiness {
        verdict: Verdict::of(input.findings, input.skipped),
        checks,
    }
}

impl<'a> ReadinessInput<'a> {
    fn of_kind(&self, kind: &'a ObservationKind) -> impl Iterator<Item = &'a Observation> {
        self.observations.iter().filter(move |it| it.kind == *kind)
    }

    fn evidence(&self, observation: &Observation) -> Evidence {
        let file = &self.files[observation.file.index()];
        let line = LineIndex::new(&file.text)
            .position(&file.text, observation.span.start)
            .line;
        Evidence {
            path: file.path.clone(),
            line: Some(line),
            text: observation.text.clone(),
            is_code: true,
        }
    }
}

fn no_socketio(input: &ReadinessInput<'_>) -> Check {
    let mut by_file: BTreeMap<FileId, Vec<&Finding>> = BTreeMap::new();
    for finding in input.findings {
        by_file.entry(finding.file).or_default().push(finding);
    }
    let evidence = by_file.iter().map(|(file, findings)| {
        let file = &input.files[file.index()];
        let first = findings
            .iter()
            .map(|it| it.span.start)
            .min()
            .expect("a file in the map has a finding");
        let line = LineIndex::new(&file.text).position(&file.text, first).line;
        let kinds = FindingKind::ALL.into_iter().filter_map(|kind| {
            let count = findings.iter().filter(|it| it.kind == kind).count();
            (count > 0).then(|| format!("{count} {}", kind.as_str()))
        });
        let text = kinds.collect::<Vec<_>>().join(", ");
        Evidence {
            path: file.path.clone(),
            line: Some(line),
            text,
            is_code: false,
        }
    });
    let count = input.findings.len();
    let (state, title) = match count {
        0 => (CheckState::Pass, "no in-process Socket.IO".to_owned()),
        1 => (
            CheckState::Fail,
            "in-process Socket.IO remains at 1 place".to_owned(),
        ),
        _ => (
            CheckState::Fail,
            format!(
                "in-process Socket.IO remains at {count} places in {} files",
                by_file.len()
            ),
        ),
    };
    Check {
        id: "no-in-process-socketio",
        title,
        state,
        evidence: evidence.collect(),
        advice:
            "see what would change with `iomigrate apply --dry-run`, then run `iomigrate apply`"
                .to_owned(),
    }
}

fn everything_analysed(input: &ReadinessInput<'_>) -> Check {
    let relevant: Vec<&Skipped> = input
        .skipped
        .iter()
        .filter(|it| it.mentions_socketio)
        .collect();
    let (state, title) = match relevant.len() {
        0 => (
            CheckState::Pass,
            "everything that may concern Socket.IO was analysed".to_owned(),
        ),
        1 => (
            CheckState::Fail,
            "1 file that mentions Socket.IO could not be analysed".to_owned(),
        ),
        count => (
            CheckState::Fail,
            format!("{count} files that mention Socket.IO could not be analysed"),
        ),
    };
    let evidence = relevant
        .iter()
        .map(|it| Evidence {
            path: it.path.clone(),
            line: it.line,
            text: it.reason.as_str().to_owned(),
            is_code: false,
        })
        .collect();
    let advice = "repair these files, so that what they do with Socket.IO can be seen".to_owned();
    Check {
        id: "everything-analysed",
        title,
        state,
        evidence,
        advice,
    }
}

fn dedicated_server(input: &ReadinessInput<'_>, servers: &[&Observation]) -> Check {
    let users: Vec<&Observation> = input.of_kind(&ObservationKind::BroadcasterUse).collect();
    let (state, title, advice) = match (servers, input.findings, users.as_slice()) {
        ([_, ..], ..) => (CheckState::Pass, "a dedicated Socket.IO server exists", ""),
        ([], [_, ..], _) => (
            CheckState::Fail,
            "there is no dedicated Socket.IO server yet",
            "`iomigrate apply` creates it",
        ),
        ([], [], [_, ..]) => (
            CheckState::Warn,
            "`socketBroadcaster` is used, but no dedicated server is here to receive",
            "if the server lives in another repository, all is well; otherwise bring its file back",
        ),
        ([], [], []) => (
            CheckState::Unknown,
            "no dedicated Socket.IO server; none is needed if nothing is pushed",
            "",
        ),
    };
    let shown = if servers.is_empty() { &users } else { servers };
    let evidence = shown.iter().map(|it| input.evidence(it)).collect();
    Check {
        id: "dedicated-server",
        title: title.to_owned(),
        state,
        evidence,
        advice: advice.to_owned(),
    }
}

fn server_is_started(server: &str, processes: &[Process]) -> Check {
    let started: Vec<&Process> = processes.iter().filter(|it| it.runs(server)).collect();
    let many = started.iter().any(|it| it.is_scaled());
    let (state, title, advice) = match (started.is_empty(), many) {
        (true, _) => (
            CheckState::Warn,
            "no process manager starts the dedicated server",
            "start it beside the API: `pm2 start ecosystem.config.js`, a `Procfile` line or a compose service",
        ),
        (false, true) => (
            CheckState::Warn,
            "the dedicated server is started several times",
            "run one instance: a polling client's requests must reach the process that holds its session",
        ),
        (false, false) => (
            CheckState::Pass,
            "a process manager starts the dedicated server",
            "",
        ),
    };
    let evidence = started.iter().map(|it| it.evidence()).collect();
    Check {
        id: "server-started",
        title: title.to_owned(),
        state,
        evidence,
        advice: advice.to_owned(),
    }
}

fn api_is_scaled(
    input: &ReadinessInput<'_>,
    servers: &[&Observation],
    processes: &[Process],
) -> Check {
    let is_server = |it: &&Process| {
        servers
            .iter()
            .any(|server| it.runs(&input.files[server.file.index()].path))
    };
    let api: Vec<&Process> = processes.iter().filter(|it| !is_server(it)).collect();
    let counted: Vec<&Process> = api
        .iter()
        .copied()
        .filter(|it| it.instances.is_some())
        .collect();
    let scaled: Vec<&Process> = counted
        .iter()
        .copied()
        .filter(|it| it.is_scaled())
        .collect();
    let forks: Vec<&Observation> = input.of_kind(&ObservationKind::Cluster).collect();
    let is_many = !scaled.is_empty() || !forks.is_empty();
    let (state, title, advice) = match (is_many, input.findings.is_empty()) {
        (true, true) => (CheckState::Pass, "the API runs on several workers", ""),
        (true, false) => (
            CheckState::Fail,
            "the API runs on several workers while Socket.IO is in-process",
            "until the migration is done, run one: polling clients whose requests reach another worker get `400 Session ID unknown`",
        ),
        (false, _) if counted.is_empty() => (
            CheckState::Unknown,
            "how many workers the API runs on is not said in these files",
            "",
        ),
        (false, true) => (
            CheckState::Warn,
            "the API still runs on one worker",
            "set `instances` and `exec_mode: 'cluster'` for it",
        ),
        (false, false) => (
            CheckState::Unknown,
            "the API runs on one worker, as it must until the migration is done",
            "",
        ),
    };
    let shown = if scaled.is_empty() { &counted } else { &scaled };
    let evidence = shown
        .iter()
        .map(|it| it.evidence())
        .chain(forks.iter().map(|it| input.evidence(it)));
    let evidence = evidence.collect();
    Check {
        id: "api-scaled",
        title: title.to_owned(),
        state,
        evidence,
        advice: advice.to_owned(),
    }
}

/// Something that is right in one process and wrong in several.
struct WorkerCheck {
    id: &'static str,
    kind: ObservationKind,
    absent: &'static str,
    present: &'static str,
    advice: &'static str,
}

impl WorkerCheck {
    fn ask(&self, input: &ReadinessInput<'_>) -> Check {
        let evidence: Vec<Evidence> = input
            .observations
            .iter()
            .filter(|it| it.kind == self.kind)
            .map(|it| input.evidence(it))
            .collect();
        let (state, title) = match evidence.len() {
            0 => (CheckState::Pass, self.absent.to_owned()),
            _ => (CheckState::Warn, self.present.to_owned()),
        };
        Check {
            id: self.id,
            title,
            state,
            evidence,
            advice: self.advice.to_owned(),
        }
    }
}

const WORKER_CHECKS: [WorkerCheck; 6] = [
    WorkerCheck {
        id: "scheduled-jobs",
        kind: ObservationKind::ScheduledJob,
        absent: "no jobs scheduled inside the API",
        present: "scheduled jobs run once in every worker",
        advice: "move them to a process of their own (a PM2 app with one instance), or take a lock in Redis before each run",
    },
    WorkerCheck {
        id: "intervals",
        kind: ObservationKind::Interval,
        absent: "no intervals started outside of requests",
        present: "intervals tick in every worker",
        advice: "fine for housekeeping of a worker's own memory; what acts on shared data belongs in a process of its own",
    },
    WorkerCheck {
        id: "process-state",
        kind: ObservationKind::ProcessState,
        absent: "no state kept in module variables",
        present: "state in module variables is kept by each worker for itself",
        advice: "a cache may stay; what every request has to see belongs in Redis or the database",
    },
    WorkerCheck {
        id: "session-store",
        kind: ObservationKind::SessionMemory,
        absent: "no sessions kept in memory",
        present: "sessions are kept in memory, so a login is known to one worker only",
        advice: "give `express-session` a `store`, such as `connect-redis`",
    },
    WorkerCheck {
        id: "rate-limit-store",
        kind: ObservationKind::RateLimitMemory,
        absent: "no rate limits counted in memory",
        present: "rate limits are counted by each worker for itself, so the real limit is several times as high",
        advice: "give the limiter a `store`, such as `rate-limit-redis`",
    },
    WorkerCheck {
        id: "exclusive-connections",
        kind: ObservationKind::ExclusiveConnection,
        absent: "no connection that only one process may hold",
        present: "every worker opens a connection of which there may be one",
        advice: "move it to a process of its own and talk to it through a queue",
    },
];

#[cfg(test)]
mod tests;
