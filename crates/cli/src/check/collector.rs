//! One request: read as the function reads it, held against the catalogue, and each remark given its line.

use std::collections::HashMap;

use connectors::catalog::{Context, advise, named};
use connectors::request::{Parsed, Path, Problems, Severity};

use super::diagnostic::{Finding, Need};
use super::spanned_value::{Kind, Node, Place};

/// What was found in one file, as far as it was read.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) findings: Vec<Finding>,
    pub(super) needs: Vec<Need>,
    /// How many connectors were looked at.
    pub(super) connectors: usize,
}

/// Where a request was found.
pub(super) struct Origin<'a> {
    /// What the request is in.
    pub(super) within: Within,
    /// The places of the request's values.
    pub(super) places: Places,
    /// The Region, where it is known.
    pub(super) region: Option<&'a str>,
    /// Whether only a deployment will know the value of a parameter.
    pub(super) open: &'a dyn Fn(usize, &str) -> bool,
}

/// What a request is in.
#[derive(Clone, Debug)]
pub(super) enum Within {
    /// The file itself.
    File,
    /// A value of the file: a resource of a template.
    Value(String),
    /// The text of a message.
    Message(String),
}

impl Found {
    /// Adds what there is to say of a request.
    pub(super) fn add(&mut self, request: Result<Parsed, Problems>, origin: &Origin<'_>) {
        match request {
            Ok(parsed) => self.add_advice(&parsed, origin),
            Err(problems) => self.add_problems(&problems, origin),
        }
    }

    pub(super) fn add_problems(&mut self, problems: &Problems, origin: &Origin<'_>) {
        for problem in problems.iter() {
            let path = problem.path.as_deref().unwrap_or_default();
            self.findings.push(origin.finding(
                "InvalidRequest".to_owned(),
                Severity::Error,
                path,
                &problem.message,
            ));
        }
    }

    fn add_advice(&mut self, parsed: &Parsed, origin: &Origin<'_>) {
        let context = Context { region: origin.region, open: origin.open };
        for advice in parsed.advice.iter().chain(&advise(parsed, &context)) {
            let code = advice.code.name();
            self.findings.push(origin.finding(code, advice.severity, &advice.path, &advice.message));
        }
        let connectors = &parsed.request.connectors;
        self.connectors += connectors.iter().len();
        for (index, connector) in connectors.iter().enumerate() {
            if let Some((connector, version)) = named(connector.arn.as_str()) {
                let path = Path::root().member("Connectors").item(index).to_string();
                let place = origin.places.of(&path);
                self.needs.push(Need::of(connector, version, origin.path(&path), place));
            }
        }
    }
}

impl Origin<'_> {
    /// The path of a value of the request, in the file.
    fn path(&self, path: &str) -> String {
        match &self.within {
            Within::File => path.to_owned(),
            Within::Value(value) if path.starts_with('[') => format!("{value}{path}"),
            Within::Value(value) if path.is_empty() => value.clone(),
            Within::Value(value) => format!("{value}.{path}"),
            Within::Message(message) if path.is_empty() => message.clone(),
            Within::Message(message) => format!("{message}: {path}"),
        }
    }

    fn finding(&self, code: String, severity: Severity, path: &str, message: &str) -> Finding {
        Finding {
            code,
            severity,
            path: self.path(path),
            message: message.to_owned(),
            place: self.places.of(path),
        }
    }
}

/// The places of a request's values, by their paths.
pub(super) struct Places {
    root: Place,
    by_path: HashMap<String, Place>,
}

impl Places {
    /// Of a request that is all in one place: in the text of a message.
    pub(super) fn at(root: Place) -> Self {
        Self { root, by_path: HashMap::new() }
    }

    /// Of a request that is this value.
    pub(super) fn of_request(node: &Node) -> Self {
        let mut places = Self::at(node.place);
        places.add(&Path::root(), node);
        places
    }

    /// Of a request whose connectors are this value.
    pub(super) fn of_connectors(node: &Node) -> Self {
        let mut places = Self::at(node.place);
        places.add(&Path::root().member("Connectors"), node);
        places
    }

    fn add(&mut self, path: &Path, node: &Node) {
        self.by_path.insert(path.to_string(), node.place);
        match &node.kind {
            Kind::List(items) => {
                items.iter().enumerate().for_each(|(index, item)| self.add(&path.item(index), item));
            }
            Kind::Object(members) => {
                members.iter().for_each(|(name, value)| self.add(&path.member(name), value));
            }
            Kind::Null | Kind::Text(_) => {}
        }
    }

    /// The place of a path, or of what it would be in.
    fn of(&self, path: &str) -> Place {
        let mut path = path;
        loop {
            if let Some(place) = self.by_path.get(path) {
                return *place;
            }
            match path.rfind(['.', '[']) {
                Some(at) => path = &path[..at],
                None => return self.root,
            }
        }
    }
}
