//! What is known of a connector: the types of the catalogue's data.

use super::value_type::Format;

/// One of AWS's connectors.
#[derive(Debug)]
pub struct Connector {
    /// Its name in ARNs.
    pub name: &'static str,
    /// Its name for people.
    pub title: &'static str,
    /// Its page in the developer guide of Greengrass V1, below `…/greengrass/v1/developerguide/`.
    pub page: &'static str,
    /// The latest version; the versions from 1 to it were published.
    pub latest: u32,
    /// The parameters of all its versions.
    pub parameters: &'static [Parameter],
    /// What parameters must be together.
    pub rules: &'static [Rule],
    /// What must be there beside it, which no request shows.
    pub needs: Needs,
    /// The day on which AWS stopped to maintain it.
    pub maintenance_ended: Option<&'static str>,
}

/// A parameter of a connector.
#[derive(Debug)]
pub struct Parameter {
    /// Its name, matched exactly.
    pub name: &'static str,
    /// Whether the connector cannot do without it.
    pub required: bool,
    /// The first version that has it.
    pub since: u32,
    /// The last version that has it, where later ones do not.
    pub until: Option<u32>,
    /// What its values are.
    pub format: Format,
    /// Whether a value may be empty.
    pub empty: Empty,
    /// The value that stands for none.
    pub default: Option<&'static str>,
    /// A value that is right.
    pub example: &'static str,
    /// The documented pattern, for a full match; mended where the documentation lost characters. Tests hold the
    /// format to it.
    pub pattern: Option<&'static str>,
    /// Another name that AWS's own example has for it.
    pub also_seen_as: Option<&'static str>,
    /// What it is for.
    pub about: &'static str,
}

/// Whether a value may be empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Empty {
    /// No.
    Refused,
    /// Yes: as if it were not there.
    Taken,
    /// Yes, and so may white space be.
    OrBlank,
}

/// What parameters must be together.
#[derive(Debug)]
pub enum Rule {
    /// When `parameter` is `is`, in any case, the others must be there and not empty.
    RequiredWhen {
        /// The one that decides.
        parameter: &'static str,
        /// Its value.
        is: &'static str,
        /// The others.
        then: &'static [&'static str],
    },
    /// One of these at least must be there and not empty.
    AnyOf(&'static [&'static str]),
    /// A number must be greater than another one.
    Greater {
        /// The greater one.
        parameter: &'static str,
        /// The smaller one.
        than: &'static str,
    },
    /// The value names a configuration of the MLFeedback connector in the same version.
    NamesFeedback {
        /// The parameter that names it.
        parameter: &'static str,
    },
}

/// What must be there beside a connector. No request shows it, so it is told and not checked.
#[derive(Debug)]
pub struct Needs {
    /// From which version on it needs which version of the Greengrass core software.
    pub core: &'static [(u32, &'static str)],
    /// Actions that the group's role must allow.
    pub role_actions: &'static [&'static str],
    /// Secrets of the group.
    pub secrets: &'static [&'static str],
    /// Resources of the group.
    pub resources: &'static [&'static str],
    /// Where it is offered, where that is not everywhere.
    pub regions: Option<&'static str>,
    /// Anything else.
    pub other: &'static [&'static str],
}

impl Connector {
    /// Its page in the developer guide.
    pub fn url(&self) -> String {
        format!("https://docs.aws.amazon.com/greengrass/v1/developerguide/{}.html", self.page)
    }

    /// The parameter of this name, whichever versions have it.
    pub fn parameter(&self, name: &str) -> Option<&'static Parameter> {
        self.parameters.iter().find(|parameter| parameter.name == name)
    }

    /// The parameters of one version.
    pub fn parameters_of(&self, version: u32) -> impl Iterator<Item = &'static Parameter> + Clone {
        self.parameters.iter().filter(move |parameter| parameter.is_in(version))
    }
}

impl Parameter {
    /// Whether a version has it.
    pub fn is_in(&self, version: u32) -> bool {
        self.since <= version && self.until.is_none_or(|until| version <= until)
    }

    /// Whether a value stands for none.
    pub fn takes_as_empty(&self, value: &str) -> bool {
        match self.empty {
            Empty::Refused => false,
            Empty::Taken => value.is_empty(),
            Empty::OrBlank => value.bytes().all(|byte| matches!(byte, b'\t'..=b'\r' | b' ')),
        }
    }
}

/// How the data is written: what is not said is as in most parameters.
pub(super) const fn required(name: &'static str, format: Format, about: &'static str) -> Parameter {
    Parameter { required: true, ..optional(name, format, about) }
}

pub(super) const fn optional(name: &'static str, format: Format, about: &'static str) -> Parameter {
    Parameter {
        name,
        required: false,
        since: 1,
        until: None,
        format,
        empty: Empty::Refused,
        default: None,
        example: "",
        pattern: None,
        also_seen_as: None,
        about,
    }
}

impl Parameter {
    pub(super) const fn pattern(mut self, pattern: &'static str) -> Self {
        self.pattern = Some(pattern);
        self
    }

    pub(super) const fn example(mut self, example: &'static str) -> Self {
        self.example = example;
        self
    }

    pub(super) const fn default(mut self, default: &'static str) -> Self {
        self.default = Some(default);
        self
    }

    pub(super) const fn since(mut self, version: u32) -> Self {
        self.since = version;
        self
    }

    pub(super) const fn until(mut self, version: u32) -> Self {
        self.until = Some(version);
        self
    }

    pub(super) const fn or_empty(mut self) -> Self {
        self.empty = Empty::Taken;
        self
    }

    pub(super) const fn or_blank(mut self) -> Self {
        self.empty = Empty::OrBlank;
        self
    }

    pub(super) const fn also_seen_as(mut self, name: &'static str) -> Self {
        self.also_seen_as = Some(name);
        self
    }
}

pub(super) const NOTHING: Needs =
    Needs { core: &[], role_actions: &[], secrets: &[], resources: &[], regions: None, other: &[] };
