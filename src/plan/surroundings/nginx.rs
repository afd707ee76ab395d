//! nginx: what sends Socket.IO to the API sends it to the dedicated server. Text is only replaced, or copied within a
//! `server`; a file where that is not enough is left to a person.

use std::ops::Range;

use crate::plan::edits::{Edit, EditList};
use crate::source::Span;

/// What becomes of a configuration.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// The text to write.
    Edited(String),
    /// The line of the `server` in front of the API that a person has to add a `location` to.
    At(usize),
    /// It does not speak of the API.
    Unrelated,
}

/// Where requests go.
pub(super) struct Target<'a> {
    /// The `path` of the server.
    pub(super) socket_path: &'a str,
    /// If it is known.
    pub(super) api_port: Option<u32>,
    pub(super) socket_port: u32,
    /// The names that the API and the dedicated server have for each other in a network of containers.
    pub(super) services: Option<(String, String)>,
}

/// A directive: `listen 80;`, or one with a block.
struct Directive<'a> {
    words: Vec<(&'a str, Range<usize>)>,
    /// From its first word to its `;` or `}`.
    span: Range<usize>,
    block: Vec<Directive<'a>>,
}

/// Leads Socket.IO to the dedicated server.
pub(super) fn redirected(text: &str, target: &Target<'_>) -> Outcome {
    let Some(top) = parse(text) else {
        return Outcome::Unrelated;
    };
    let mut edits = EditList::default();
    let mut open = None;
    for server in all(&top, "server") {
        match at_server(text, &top, server, target) {
            None => {}
            Some(found) if found.is_empty() => open = open.or(Some(server.span.start)),
            // No two edits want the same bytes, because each location has its own.
            Some(found) => found.into_iter().for_each(|it| drop(edits.add(it))),
        }
    }
    match open {
        _ if !edits.is_empty() => Outcome::Edited(edits.apply(text)),
        Some(at) => Outcome::At(text[..at].matches('\n').count() + 1),
        None => Outcome::Unrelated,
    }
}

/// The edits of one `server`; `None` if it has nothing to do with the API, and none at all if a person has to write them.
fn at_server(
    text: &str,
    top: &[Directive<'_>],
    server: &Directive<'_>,
    target: &Target<'_>,
) -> Option<Vec<Edit>> {
    let locations = || server.block.iter().filter(|it| it.name() == "location");
    let proxied: Vec<(&Directive<'_>, Passed<'_>)> = locations()
        .filter_map(|it| Some((it, passed(it, top, target)?)))
        .collect();
    let path = target.socket_path.trim_end_matches('/');
    let is_own = |it: &Directive<'_>| matches!(it.path().trim_end_matches('/'), own if own == path || own == r"\.io");
    if locations().any(is_own) {
        // Where there is but one place to go to, that is the API, on whatever port it is told to listen there.
        let is_sole = proxied
            .iter()
            .all(|it| it.1.address == proxied[0].1.address);
        let ours = proxied
            .iter()
            .filter(|it| is_own(it.0) && (it.1.is_api || is_sole));
        let edits: Vec<Edit> = ours.map(|it| it.1.replaced()).collect();
        return (!edits.is_empty()).then_some(edits);
    }
    let api = || proxied.iter().filter(|it| it.1.is_api);
    let whole = api().find(|it| it.0.path() == "/" && it.0.words.len() == 2);
    let copied = whole.and_then(|it| copied(text, it.0, &it.1, target));
    api().next().map(|_| copied.into_iter().collect())
}

/// Where a location sends what it gets.
struct Passed<'a> {
    /// The host and port in `proxy_pass`.
    authority: Range<usize>,
    /// What follows them.
    path: &'a str,
    /// The host and port that they come to.
    address: &'a str,
    is_api: bool,
    /// The host and port of the dedicated server.
    instead: String,
}

impl Passed<'_> {
    fn replaced(&self) -> Edit {
        Edit {
            span: Span::new(self.authority.start, self.authority.end),
            text: self.instead.clone(),
        }
    }
}

/// Where a location sends its requests.
fn passed<'a>(
    location: &Directive<'a>,
    top: &[Directive<'a>],
    target: &Target<'_>,
) -> Option<Passed<'a>> {
    let pass = location.block.iter().find(|it| it.name() == "proxy_pass")?;
    let (word, span) = pass.words.get(1)?;
    let rest = word.strip_prefix("http://")?;
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let upstreams = all(top, "upstream");
    let upstream = upstreams.iter().find(|it| it.path() == authority);
    let server = upstream.and_then(|it| it.block.iter().find(|it| it.name() == "server"));
    let address = server.map_or(Some(authority), |it| it.words.get(1).map(|it| it.0))?;
    let (host, port) = address.rsplit_once(':')?;
    let port: u32 = port.parse().ok().filter(|_| !host.contains('$'))?;
    let services = target.services.as_ref().filter(|it| it.0 == host);
    let start = span.start + "http://".len();
    Some(Passed {
        authority: start..start + authority.len(),
        path,
        address,
        is_api: services.is_some() || target.api_port == Some(port),
        instead: format!(
            "{}:{}",
            services.map_or(host, |it| &it.1),
            target.socket_port
        ),
    })
}

/// A copy of the location for everything, behind it, that sends the path of Socket.IO to the dedicated server.
fn copied(
    text: &str,
    location: &Directive<'_>,
    passed: &Passed<'_>,
    target: &Target<'_>,
) -> Option<Edit> {
    let rewrites = location
        .block
        .iter()
        .any(|it| matches!(it.name(), "rewrite" | "return" | "if"));
    if rewrites || !matches!(passed.path, "" | "/") {
        return None;
    }
    let (_, path) = location.words.last()?;
    let end = passed.authority.end + passed.path.len();
    let (start, at) = (location.span.start, location.span.end);
    let copy = [
        &text[start..path.start],
        target.socket_path,
        &text[path.end..passed.authority.start],
        &passed.instead,
        &text[end..at],
    ];
    let line = &text[text[..start].rfind('\n').map_or(0, |it| it + 1)..];
    let indentation = &line[..line.len() - line.trim_start().len()];
    let next = if text.contains("\r\n") { "\r\n" } else { "\n" };
    Some(Edit {
        span: Span::new(at, at),
        text: format!("{next}{next}{indentation}{}", copy.concat()),
    })
}

impl<'a> Directive<'a> {
    fn name(&self) -> &'a str {
        self.words.first().map_or("", |it| it.0)
    }

    /// Its last word: the path of a location, the name of an upstream.
    fn path(&self) -> &'a str {
        self.words.last().map_or("", |it| it.0)
    }
}

/// The blocks of that name at any depth.
fn all<'d, 'a>(directives: &'d [Directive<'a>], name: &str) -> Vec<&'d Directive<'a>> {
    let mut found = Vec::new();
    let mut pending: Vec<&Directive<'_>> = directives.iter().rev().collect();
    while let Some(it) = pending.pop() {
        if it.name() == name && !it.block.is_empty() {
            found.push(it);
        }
        pending.extend(it.block.iter().rev());
    }
    found
}

/// The directives of a text; `None` if its braces don't match.
fn parse(text: &str) -> Option<Vec<Directive<'_>>> {
    let mut open: Vec<Directive<'_>> = Vec::new();
    let mut done: Vec<Vec<Directive<'_>>> = vec![Vec::new()];
    let mut words: Vec<(&str, Range<usize>)> = Vec::new();
    let mut at = 0;
    while let Some(first) = text[at..].chars().next() {
        let rest = &text[at..];
        match first {
            '#' => at += rest.find('\n').unwrap_or(rest.len()),
            ';' | '{' | '}' => {
                at += 1;
                let start = words.first().map_or(at, |it| it.1.start);
                let directive = Directive {
                    words: std::mem::take(&mut words),
                    span: start..at,
                    block: Vec::new(),
                };
                if first == '{' {
                    open.push(directive);
                    done.push(Vec::new());
                    continue;
                }
                let closed = if first == ';' {
                    directive
                } else {
                    let outer = open.pop()?;
                    Directive {
                        span: outer.span.start..at,
                        block: done.pop()?,
                        ..outer
                    }
                };
                done.last_mut()?.push(closed);
            }
            _ if first.is_whitespace() => at += first.len_utf8(),
            _ => {
                let end = at + word_length(rest, first);
                words.push((&text[at..end], at..end));
                at = end;
            }
        }
    }
    done.pop().filter(|_| open.is_empty() && words.is_empty())
}

/// How long the word at the start of `rest` is, with its quotes.
fn word_length(rest: &str, first: char) -> usize {
    if matches!(first, '"' | '\'') {
        let mut is_escaped = false;
        for (at, it) in rest.char_indices().skip(1) {
            match it {
                _ if is_escaped => is_escaped = false,
                '\\' => is_escaped = true,
                _ if it == first => return at + 1,
                _ => {}
            }
        }
        return rest.len();
    }
    // `${name}` is a variable, and its braces are none of a block.
    let mut before = ' ';
    let mut is_name = false;
    let end = rest.char_indices().find(|(_, it)| {
        is_name = is_name && before != '}' || *it == '{' && before == '$';
        before = *it;
        !is_name && (it.is_whitespace() || matches!(it, ';' | '{' | '}'))
    });
    end.map_or(rest.len(), |it| it.0)
}

#[cfg(test)]
mod tests {
    use super::{Outcome, Target, redirected};

    fn outcome(text: &str) -> Outcome {
        let services = Some(("api".to_owned(), "socketio".to_owned()));
        redirected(
            text,
            &Target {
                socket_path: "/socket.io/",
                api_port: Some(5000),
                socket_port: 3002,
                services,
            },
        )
    }

    #[test]
    fn a_location_of_its_own_is_sent_elsewhere() {
        let text = "upstream back { ip_hash; server api:5000; } # one }
server {
  location /socket.io/ { proxy_pass http://back; proxy_set_header Upgrade $http_upgrade; }
  location /api { proxy_pass http://back/v1; add_header X-A \"}\"; }
}
";
        let after = text.replacen("pass http://back;", "pass http://socketio:3002;", 1);
        assert_eq!(outcome(text), Outcome::Edited(after));
    }

    #[test]
    fn the_only_place_to_go_to_is_the_api_on_any_port() {
        let text = |port: u32, other: u32| {
            format!(
                "server {{ location ^~ /socket.io {{ proxy_pass http://localhost:{port}; }}
  location /api {{ proxy_pass http://localhost:{other}; }} }}"
            )
        };
        assert_eq!(
            outcome(&text(7000, 7000)),
            Outcome::Edited(text(3002, 7000))
        );
        assert_eq!(outcome(&text(7000, 7001)), Outcome::Unrelated);
    }

    #[test]
    fn what_went_the_way_of_everything_gets_a_copy_of_it() {
        let text = "http {
    server {
        # All of it.
        location / {
            proxy_pass http://localhost:5000/;
            proxy_set_header Host ${host}x;
        }
    }
}
";
        let after = "http {
    server {
        # All of it.
        location / {
            proxy_pass http://localhost:5000/;
            proxy_set_header Host ${host}x;
        }

        location /socket.io/ {
            proxy_pass http://localhost:3002;
            proxy_set_header Host ${host}x;
        }
    }
}
";
        assert_eq!(outcome(text), Outcome::Edited(after.to_owned()));
    }

    #[test]
    fn what_is_not_plain_is_left_with_its_line() {
        let api = "server { location /api { proxy_pass http://localhost:5000; } }";
        assert_eq!(outcome(&format!("# us\n\n{api}")), Outcome::At(3));
        let rewritten = "server { location / { rewrite ^ /x; proxy_pass http://api:5000; } }";
        assert_eq!(outcome(rewritten), Outcome::At(1));
        for other in [
            "server { location / { proxy_pass http://localhost:5001; } }",
            "server { location / { root /var/www; } }",
            "server { location / { proxy_pass http://$up; }",
            "server {",
        ] {
            assert_eq!(outcome(other), Outcome::Unrelated, "{other}");
        }
    }
}
