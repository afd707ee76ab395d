//! Projects in memory and their findings as lines: what the tests of the analysis share.

use std::path::PathBuf;

use iomigrate::Analysis;
use iomigrate::analyze_loaded;
use iomigrate::config::{Config, FILE_NAME, Settings};
use iomigrate::findings::Finding;
use iomigrate::load::{Loaded, TextFile};
use iomigrate::source::{Language, LineIndex, SourceFile};

/// The analysis of files given by path and text, in this order.
pub(crate) fn analyse_files(files: impl Iterator<Item = (String, String)>) -> Analysis {
    let mut loaded = Loaded {
        root: PathBuf::from("/project"),
        files: Vec::new(),
        manifests: Vec::new(),
        problems: Vec::new(),
        files_seen: 0,
        focus: None,
        settings: Settings::default(),
    };
    for (path, text) in files {
        if path == FILE_NAME {
            loaded.settings = settings(&text);
            continue;
        }
        match Language::of_path(&path) {
            Some(language) => loaded.files.push(SourceFile {
                path,
                text,
                language,
            }),
            None => loaded.manifests.push(TextFile { path, text }),
        }
    }
    loaded.files_seen = loaded.files.len();
    analyze_loaded(loaded)
}

/// What a configuration says, without its paths.
fn settings(text: &str) -> Settings {
    let config = Config::parse(text, FILE_NAME, &[]).expect("the configuration of a test is right");
    Settings {
        access: config.broadcaster.access,
        carriers: config.carrier,
        adapter: config.broadcaster.adapter,
        port: config.server.port,
        methods: config.broadcaster.method,
        ..Settings::default()
    }
}

/// One line a finding: `path:line kind rule confidence`.
pub(crate) fn lines(analysis: &Analysis) -> Vec<String> {
    analysis
        .findings
        .iter()
        .map(|it| line(analysis, it))
        .collect()
}

fn line(analysis: &Analysis, finding: &Finding) -> String {
    let Finding {
        file,
        span,
        kind,
        rule,
        confidence,
        ..
    } = finding;
    let source = &analysis.loaded.files[file.index()];
    let position = LineIndex::new(&source.text).position(&source.text, span.start);
    let (kind, confidence) = (kind.as_str(), confidence.as_str());
    format!(
        "{}:{} {kind} {rule} {confidence}",
        source.path, position.line
    )
}
