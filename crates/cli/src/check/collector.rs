//! One request: read as the function reads it, held against the catalogue, and each remark given its line.

use std::collections::HashMap;

use connectors::catalog::{Context, connector_for_arn, validate};
use connectors::diagnostic::{Path, Severity, ValidationErrors};
use connectors::request::ParsedRequest;

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
    pub(super) fn add(&mut self, request: Result<ParsedRequest, ValidationErrors>, origin: &Origin<'_>) {
        match request {
            Ok(parsed) => self.add_advice(&parsed, origin),
            Err(problems) => self.add_problems(&problems, origin),
        }
    }

    pub(super) fn add_problems(&mut self, problems: &ValidationErrors, origin: &Origin<'_>) {
        for problem in problems.iter() {
            let path = problem.path.as_str();
            self.findings.push(origin.finding(
                "InvalidRequest".to_owned(),
                Severity::Error,
                path,
                &problem.message,
            ));
        }
    }

    fn add_advice(&mut self, parsed: &ParsedRequest, origin: &Origin<'_>) {
        let context = Context { region: origin.region, is_deferred: origin.open };
        for advice in parsed.warnings.iter().chain(&validate(parsed, &context)) {
            let code = advice.code.name();
            self.findings.push(origin.finding(code, advice.severity, &advice.path, &advice.message));
        }
        let connectors = &parsed.request.connectors;
        self.connectors += connectors.iter().len();
        for (index, connector) in connectors.iter().enumerate() {
            if let Some((connector, version)) = connector_for_arn(connector.arn.as_str()) {
                let path = Path::root().field("Connectors").index(index).to_string();
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
        places.add(&Path::root().field("Connectors"), node);
        places
    }

    fn add(&mut self, path: &Path, node: &Node) {
        self.by_path.insert(path.to_string(), node.place);
        match &node.kind {
            Kind::List(items) => {
                items.iter().enumerate().for_each(|(index, item)| self.add(&path.index(index), item));
            }
            Kind::Object(members) => {
                members.iter().for_each(|(name, value)| self.add(&path.field(name), value));
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
