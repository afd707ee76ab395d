//! Compose files: a service for the dedicated server beside the API's, in the same words. What the edited file means is
//! read again; unless it is what was there and the service, a person is told what to write.

use super::container::{Image, Launch};
use super::service::is_own;
use super::yaml::{self, Document, Node};
use super::{Around, folder};
use crate::plan::edits::{Edit, EditList};
use crate::plan::project_files::{Written, joined};
use crate::source::Span;

/// Adds the service to each compose file that runs the API. Returns the names of the API's service and the new one.
pub(super) fn write(around: &Around<'_>, written: &mut Written) -> Vec<(String, String)> {
    let mut composed = Vec::new();
    for file in around.files(is_compose) {
        let is_done = ["socketio-server", ":socketio"]
            .iter()
            .any(|it| file.text.contains(it));
        // A last line without a break would run into what is added.
        let is_open = !file.text.ends_with('\n');
        let text = if is_open {
            format!("{}\n", file.text)
        } else {
            file.text.clone()
        };
        let Some(document) = Document::parse(&text).filter(|_| !is_done) else {
            continue;
        };
        let compose = Compose {
            around,
            path: &file.path,
            document: &document,
        };
        let Some(api) = compose.api() else {
            written.notes.extend(compose.doubt());
            continue;
        };
        written.notes.extend(compose.redis_note(&api));
        match compose.edited(&api) {
            Some(text) => {
                let text = if is_open {
                    text.trim_end().to_owned()
                } else {
                    text
                };
                written.add(around.input, file.path.clone(), text);
                composed.push((api.name.to_owned(), compose.name(api.name)));
            }
            None => written.notes.push(compose.advice(&api)),
        }
    }
    composed
}

/// Whether a compose file may be called so.
pub(super) fn is_compose(name: &str) -> bool {
    let is_named = name.starts_with("docker-compose") || name.starts_with("compose");
    is_named && (name.ends_with(".yml") || name.ends_with(".yaml"))
}

/// A compose file.
pub(super) struct Compose<'a> {
    pub(super) around: &'a Around<'a>,
    path: &'a str,
    pub(super) document: &'a Document<'a>,
}

/// The API's service.
pub(super) struct Api<'a> {
    pub(super) name: &'a str,
    service: &'a Node,
    /// `command`, or `entrypoint` where the API is started by that.
    pub(super) key: &'static str,
    /// What starts the dedicated server.
    pub(super) launch: Launch,
    /// Its image asks the API whether it is well.
    pub(super) has_healthcheck: bool,
}

impl<'a> Compose<'a> {
    fn services(&self) -> impl Iterator<Item = (&'a str, &'a Node)> {
        let services = yaml::get(&self.document.root, "services");
        services.into_iter().flat_map(yaml::pairs)
    }

    /// The service that starts the API, if exactly one does.
    fn api(&self) -> Option<Api<'a>> {
        let mut found = self
            .services()
            .filter_map(|(name, service)| self.api_at(name, service));
        found.next().filter(|_| found.next().is_none())
    }

    fn api_at(&self, name: &'a str, service: &'a Node) -> Option<Api<'a>> {
        let (context, image) = self.code(service)?;
        let folders = [self.around.root, &context];
        let own = |key: &str| yaml::get(service, key).and_then(launch);
        let of_image = |pick: fn(&Image<'_>) -> Option<Launch>| image.as_ref().and_then(pick);
        // A service that has an entry point of its own does without the command of its image.
        let entrypoint = own("entrypoint");
        let command = own("command")
            .or_else(|| of_image(|it| it.command.clone()).filter(|_| entrypoint.is_none()));
        let entrypoint = entrypoint.or_else(|| of_image(|it| it.entrypoint.clone()));
        let server = |it: Option<Launch>| it?.of_server(self.around, &folders);
        let (key, launch) = match server(command) {
            Some(launch) => ("command", launch),
            None => ("entrypoint", server(entrypoint)?),
        };
        Some(Api {
            name,
            service,
            key,
            launch,
            has_healthcheck: image.is_some_and(|it| it.has_healthcheck),
        })
    }

    /// Where the code of a service comes from, if that is the API's package or leads to it: the folder that its image is
    /// built from, or one that is mounted.
    fn code(&self, service: &Node) -> Option<(String, Option<Image<'a>>)> {
        let around = folder(self.path);
        let Some(build) = yaml::get(service, "build") else {
            let volumes = yaml::elements(yaml::get(service, "volumes")?).iter();
            let mounted = volumes.filter_map(|it| yaml::text_of(it)?.split(':').next());
            let mut folders = mounted.filter_map(|it| joined(around, it));
            return folders.find(|it| self.is_of_api(it)).map(|it| (it, None));
        };
        let option = |key: &str| yaml::get(build, key).and_then(yaml::text_of);
        let context = joined(
            around,
            yaml::text_of(build).or(option("context")).unwrap_or("."),
        )?;
        let file = joined(&context, option("dockerfile").unwrap_or("Dockerfile"))?;
        let image = Image::read(
            self.around.input,
            file.trim_end_matches('/'),
            option("target"),
        );
        let leads =
            self.is_of_api(&context) || image.as_ref().is_some_and(|it| self.mentions_api(it));
        leads.then_some((context, image))
    }

    fn is_of_api(&self, folder: &str) -> bool {
        folder == self.around.root
    }

    /// Whether the image of a folder around the API's package is built from that.
    fn mentions_api(&self, image: &Image<'_>) -> bool {
        let folder = self.around.root;
        !folder.is_empty() && (image.path.starts_with(folder) || image.text.contains(folder))
    }

    /// What to say of a service that has the API's code and does not tell what it runs.
    fn doubt(&self) -> Option<String> {
        let is_dark = |it: Option<Launch>| it.is_none_or(|it| it.text.contains(".sh"));
        let (name, _) = self.services().find(|(_, service)| {
            let own = ["command", "entrypoint"]
                .into_iter()
                .find_map(|it| yaml::get(service, it).and_then(launch));
            let code = self.code(service);
            code.is_some_and(|(_, image)| is_dark(own.or_else(|| image.and_then(|it| it.command))))
        })?;
        Some(format!(
            "`{}` is left as it is, because it can't be seen what `{name}` runs: if it is the API, add a service like it with \
             `command: npm run start:socketio`, the environment `SOCKET_IO_HOST=0.0.0.0` and port {}",
            self.path, self.around.socket_port
        ))
    }

    /// The text with the service, if it can be added.
    fn edited(&self, api: &Api<'a>) -> Option<String> {
        let document = self.document;
        let top = document.entries(&document.root, document.len())?;
        let services = top.into_iter().find(|it| it.key == "services")?;
        let all = document.entries(services.value, services.lines.end)?;
        let outer = all.iter().find(|it| it.key == api.name)?;
        let entries = document.entries(api.service, outer.lines.end)?;
        let variables = self.variables(api);

        let mut edits = EditList::default();
        let mut insert = |line: usize, text: String| {
            let at = document.offset(line);
            edits
                .add(Edit {
                    span: Span::new(at, at),
                    text,
                })
                .ok()
        };
        // The API asks the same Redis.
        if let Some(redis) = variables.iter().find(|it| it.0 == "REDIS_URL") {
            match entries.iter().find(|it| it.key == "environment") {
                Some(it) => insert(
                    it.lines.end,
                    self.variable_lines(it, std::slice::from_ref(redis))?,
                )?,
                None => insert(
                    outer.lines.end,
                    self.environment(entries.first()?.column, std::slice::from_ref(redis)),
                )?,
            }
        }
        let is_spaced = all.len() == 1
            || document
                .lines(all[0].lines.end..all[1].lines.start)
                .contains('\n');
        let gap = if is_spaced { self.line_break() } else { "" };
        let server = self.service(api, outer, &entries, &variables)?;
        insert(outer.lines.end, format!("{gap}{server}"))?;
        let after = edits.apply(document.text);
        self.means(api, &variables, &after).then_some(after)
    }

    pub(super) fn line_break(&self) -> &'static str {
        if self.document.text.contains("\r\n") {
            "\r\n"
        } else {
            "\n"
        }
    }

    /// The name of the service.
    pub(super) fn name(&self, api: &str) -> String {
        let is_taken = self.services().any(|it| it.0 == "socketio");
        if is_taken {
            format!("{api}-socketio")
        } else {
            "socketio".to_owned()
        }
    }

    /// The variables that the service needs beside the API's. In a container, `127.0.0.1` is the container alone.
    fn variables(&self, api: &Api<'_>) -> Vec<(String, String)> {
        let mut variables = vec![("SOCKET_IO_HOST".to_owned(), "0.0.0.0".to_owned())];
        let is_told = names_variable(api.service, "REDIS_URL")
            || names_variable(api.service, "REDIS_HOST")
            || has_file(api);
        let open = self.redis().filter(|it| !is_told && !has_password(it.1));
        let address = open.map(|it| ("REDIS_URL".to_owned(), format!("redis://{}:6379", it.0)));
        variables.extend(address);
        variables
    }

    fn redis(&self) -> Option<(&'a str, &'a Node)> {
        let is_redis = |it: &Node| {
            let image = yaml::get(it, "image")
                .and_then(yaml::text_of)
                .unwrap_or_default();
            let name = image.rsplit('/').next().unwrap_or(image);
            ["redis", "valkey", "keydb"]
                .iter()
                .any(|it| name.starts_with(it))
        };
        self.services().find(|it| is_redis(it.1))
    }

    /// What to do about Redis.
    fn redis_note(&self, api: &Api<'_>) -> Option<String> {
        let path = self.path;
        let both = format!("`{}` and `{}` both", api.name, self.name(api.name));
        let is_told = ["REDIS_URL", "REDIS_HOST"]
            .iter()
            .any(|it| names_variable(api.service, it));
        let is_added = self.variables(api).iter().any(|it| it.0 == "REDIS_URL");
        match self.redis() {
            _ if is_told || is_added => None,
            Some((redis, _)) => Some(format!(
                "`{path}`: see that `REDIS_URL` leads {both} to `{redis}`, with its password if it has one"
            )),
            None if has_file(api) => Some(format!(
                "`{path}` has no Redis, through which the API reaches the dedicated server: see that `REDIS_URL` leads {both} to \
                 one"
            )),
            None => Some(format!(
                "`{path}` has no Redis, through which the API reaches the dedicated server: add a service `redis:` with \
                 `image: redis:7-alpine`, and `REDIS_URL=redis://redis:6379` to the environment of {both}"
            )),
        }
    }

    /// What a person has to write where the file can't be edited.
    fn advice(&self, api: &Api<'_>) -> String {
        let variables = self.variables(api);
        let variables = variables.iter().map(|it| format!("{}={}", it.0, it.1));
        format!(
            "`{}` is left as it is: add a service like `{}`, with `{}: {}`, the environment `{}`, and port {} instead of the \
             API's",
            self.path,
            api.name,
            api.key,
            api.launch.written(),
            variables.collect::<Vec<_>>().join(" "),
            self.around.socket_port
        )
    }

    /// Whether `after` means what was there and the service: the same as the API's but for what it has of its own.
    fn means(&self, api: &Api<'_>, variables: &[(String, String)], after: &str) -> bool {
        let Some(after) = Document::parse(after) else {
            return false;
        };
        let name = self.name(api.name);
        let services: Vec<(&str, &Node)> = yaml::get(&after.root, "services")
            .into_iter()
            .flat_map(yaml::pairs)
            .collect();
        let is_kept = |(key, value): (&str, &Node)| {
            key == "services" || yaml::get(&after.root, key) == Some(value)
        };
        let service = |name: &str| services.iter().find(|it| it.0 == name).map(|it| it.1);
        let is_same =
            |(key, before): (&str, &Node)| key == api.name || service(key) == Some(before);
        let (Some(server), Some(api_after)) = (service(&name), service(api.name)) else {
            return false;
        };
        let is_shared = |key: &str| !is_own(api, key);
        let command = yaml::get(server, api.key).and_then(launch);
        let listens =
            yaml::get(server, "ports").is_some() == yaml::get(api.service, "ports").is_some();
        yaml::pairs(&self.document.root).into_iter().all(is_kept)
            && self.services().all(is_same)
            && services.len() == self.services().count() + 1
            && keeps(api.service, api_after, |_| true)
            && keeps(api.service, server, is_shared)
            && listens
            && command.as_ref() == Some(&api.launch)
            && variables.iter().all(|it| has_variable(server, it))
    }
}

/// Whether a service means what another did under the keys that are asked about; its environment may have more.
fn keeps(before: &Node, after: &Node, is_asked: impl Fn(&str) -> bool) -> bool {
    let asked = yaml::pairs(before).into_iter().filter(|it| is_asked(it.0));
    asked
        .into_iter()
        .all(|(key, value)| match yaml::get(after, key) {
            Some(found) if key == "environment" => {
                let mut pairs = yaml::pairs(value).into_iter();
                let mut elements = yaml::elements(value).iter();
                pairs.all(|it| yaml::get(found, it.0) == Some(it.1))
                    && elements.all(|it| yaml::elements(found).contains(it))
            }
            found => found == Some(value),
        })
}

/// Whether the environment of a service, as far as it is written in it, has a variable.
fn names_variable(service: &Node, name: &str) -> bool {
    let Some(environment) = yaml::get(service, "environment") else {
        return false;
    };
    let is_it = |it: &str| it.split('=').next() == Some(name);
    let mut listed = yaml::elements(environment).iter().filter_map(yaml::text_of);
    listed.any(is_it) || yaml::get(environment, name).is_some()
}

/// Whether a file, which nobody looked into, has variables of the API.
fn has_file(api: &Api<'_>) -> bool {
    yaml::get(api.service, "env_file").is_some()
}

/// Whether a service of Redis asks for a password.
fn has_password(redis: &Node) -> bool {
    let command = yaml::get(redis, "command").and_then(launch);
    command.is_some_and(|it| it.text.contains("requirepass"))
        || names_variable(redis, "REDIS_PASSWORD")
}

/// Whether a service has a variable with this value.
fn has_variable(service: &Node, (name, value): &(String, String)) -> bool {
    let Some(environment) = yaml::get(service, "environment") else {
        return false;
    };
    let line = format!("{name}={value}");
    let is_listed = yaml::elements(environment)
        .iter()
        .any(|it| yaml::text_of(it) == Some(&line));
    is_listed || yaml::get(environment, name).and_then(yaml::text_of) == Some(value)
}

/// The command that a value is.
fn launch(node: &Node) -> Option<Launch> {
    let words: Option<Vec<String>> = yaml::elements(node).iter().map(yaml::word).collect();
    match words?.as_slice() {
        [] => yaml::text_of(node).map(Launch::line),
        words => Some(Launch::words(words)),
    }
}
