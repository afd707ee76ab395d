//! Code frames: the lines around a finding, with what is meant underlined. The only user of miette.

use std::fmt;

use miette::{
    Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError,
    MietteSpanContents, SourceCode, SourceSpan, SpanContents, ThemeCharacters, ThemeStyles,
};

use super::{Report, Style};
use crate::findings::Finding;
use crate::rules::Fix;
use crate::source::{FileId, Span};

/// A span of more lines than this is shown by its beginning.
const WHOLE_LINES: usize = 4;
/// A first line of at least this many characters says enough about a long span.
const TELLING_LINE: usize = 20;
/// A line of more characters than this is no line that a person wrote; only a part of it is shown.
const LONG_LINE: usize = 240;

/// The frame of one finding; in verbose style with context and the steps in the same file as further labels.
pub(super) fn frame(report: &Report<'_>, finding: &Finding, style: Style) -> String {
    let mut labels = vec![Label {
        span: finding.span,
        text: None,
    }];
    if style.is_verbose {
        labels[0].text = Some(finding.kind.as_str().to_owned());
        let steps = finding
            .steps
            .iter()
            .filter(|it| it.file == finding.file && it.span != finding.span);
        labels.extend(steps.map(|it| Label {
            span: it.span,
            text: Some(it.label.clone()),
        }));
    }
    let context = usize::from(style.is_verbose);
    let excerpt = Excerpt::new(report, finding.file, &labels, context);
    let handler = GraphicalReportHandler::new_themed(theme(style, finding.fix))
        .with_links(false)
        .with_width(style.width.min(120))
        .with_context_lines(context);
    let mut text = String::new();
    handler
        .render_report(&mut text, &excerpt)
        .expect("writing to a string cannot fail");
    // The handler opens with the message, which stands in the finding's head already.
    let frame = text
        .trim_start_matches('\n')
        .split_once('\n')
        .map_or("", |it| it.1);
    let mut lines: Vec<&str> = frame.trim_end().lines().collect();
    if !style.is_verbose && lines.len() > 2 {
        // Without context there is nothing to fence off, and many findings are easier to read.
        lines.pop();
        lines.remove(0);
    }
    lines.join("\n") + "\n"
}

fn theme(style: Style, fix: Fix) -> GraphicalTheme {
    let characters = if style.has_unicode {
        ThemeCharacters::unicode()
    } else {
        ThemeCharacters::ascii()
    };
    let styles = if style.has_color {
        colored(fix)
    } else {
        ThemeStyles::none()
    };
    GraphicalTheme { characters, styles }
}

/// The primary label comes last, after the steps that lead to it, and has the fix's colour like every other.
fn colored(fix: Fix) -> ThemeStyles {
    let mut styles = ThemeStyles::ansi();
    let good = styles.highlights[2];
    let ink = match fix {
        Fix::Safe => good,
        Fix::Unsafe => styles.warning,
        Fix::Manual => styles.error,
    };
    styles.highlights = vec![ink];
    styles
}

struct Label {
    span: Span,
    text: Option<String>,
}

/// The part of a file that a frame shows, as miette reads it.
#[derive(Debug)]
struct Excerpt {
    text: String,
    /// Lines before the excerpt.
    lines_before: usize,
    labels: Vec<LabeledSpan>,
}

impl Excerpt {
    fn new(report: &Report<'_>, file: FileId, labels: &[Label], context: usize) -> Self {
        let text = report.text(file);
        let primary = cut(text, labels[0].span);
        if line_length(text, primary.start) > LONG_LINE {
            return Self::of_long_line(report, file, primary);
        }
        let shown: Vec<Span> = labels.iter().map(|it| cut(text, it.span)).collect();
        let first = shown
            .iter()
            .map(|it| it.start)
            .min()
            .expect("there is a primary label");
        let last = shown
            .iter()
            .map(|it| it.end)
            .max()
            .expect("there is a primary label");
        let first_line = report
            .position(file, first)
            .line
            .saturating_sub(context)
            .max(1);
        let start = byte_order_mark(text).max(report.lines(file).line_start(first_line));
        let last_line_end = line_end(text, last as usize);
        let end = (0..context).fold(last_line_end, |end, _| {
            line_end(text, (end + 1).min(text.len()))
        });
        let place = |it: &Span| (it.start as usize - start, it.range().len());
        let labels = shown
            .iter()
            .zip(labels)
            .map(|(span, label)| labeled(place(span), label.text.clone()));
        Self {
            text: text[start..end].to_owned(),
            lines_before: first_line - 1,
            labels: labels.collect(),
        }
    }

    fn of_long_line(report: &Report<'_>, file: FileId, primary: Span) -> Self {
        let text = report.text(file);
        let start = primary.start as usize;
        let before: String = text[..start]
            .chars()
            .rev()
            .take_while(|it| *it != '\n')
            .take(40)
            .collect();
        let after: String = text[start..line_end(text, start)]
            .chars()
            .take(100)
            .collect();
        let before: String = before.chars().rev().collect();
        let underlined = primary.range().len().min(after.len());
        let shown = format!("… {before}{after} …");
        let labels = vec![labeled(("… ".len() + before.len(), underlined), None)];
        Self {
            text: shown,
            lines_before: report.position(file, primary.start).line - 1,
            labels,
        }
    }
}

fn labeled((offset, length): (usize, usize), text: Option<String>) -> LabeledSpan {
    LabeledSpan::new(text, offset, length)
}

/// `span`, or its beginning if it has many lines.
fn cut(text: &str, span: Span) -> Span {
    let inside = &text[span.range()];
    if inside.lines().count() <= WHOLE_LINES {
        return span;
    }
    let first = inside.lines().next().unwrap_or_default();
    let shown = if first.chars().count() >= TELLING_LINE {
        first.len()
    } else {
        let lines = inside
            .split_inclusive('\n')
            .take(WHOLE_LINES - 1)
            .map(str::len)
            .sum();
        inside[..lines].trim_end().len()
    };
    Span::new(span.start as usize, span.start as usize + shown)
}

fn byte_order_mark(text: &str) -> usize {
    text.len() - text.trim_start_matches('\u{feff}').len()
}

/// The end of the line at byte `from`, without its break.
fn line_end(text: &str, from: usize) -> usize {
    text.as_bytes()[from..]
        .iter()
        .position(|it| *it == b'\n')
        .map_or(text.len(), |it| from + it)
}

fn line_length(text: &str, at: u32) -> usize {
    let at = at as usize;
    let start = text[..at].rfind('\n').map_or(0, |it| it + 1);
    line_end(text, at) - start
}

impl SourceCode for Excerpt {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        lines_before: usize,
        lines_after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        // Without context lines, miette would show only the span itself.
        let start = self.text[..span.offset()]
            .rfind('\n')
            .map_or(0, |it| it + 1);
        let end = line_end(&self.text, span.offset() + span.len());
        let inner = self
            .text
            .read_span(&(start, end - start).into(), lines_before, lines_after)?;
        let line = inner.line() + self.lines_before;
        let column = self.text[start..span.offset()].chars().count();
        let contents = MietteSpanContents::new(
            inner.data(),
            *inner.span(),
            line,
            column,
            inner.line_count(),
        );
        Ok(Box::new(contents))
    }
}

impl fmt::Display for Excerpt {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("-")
    }
}

impl std::error::Error for Excerpt {}

impl Diagnostic for Excerpt {
    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(self)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.labels.iter().cloned()))
    }
}
