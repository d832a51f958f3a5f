//! The types of the catalog's data.

use super::value_type::ValueType;

/// A connector that AWS published.
#[derive(Debug)]
pub struct ConnectorSpec {
    /// Name in ARNs.
    pub name: &'static str,
    /// Name in the AWS documentation.
    pub title: &'static str,
    /// Name of its page in the developer guide, without `.html`.
    pub page: &'static str,
    /// The latest version. Versions 1 to this one were published.
    pub latest: u32,
    /// The parameters of all its versions.
    pub parameters: &'static [Parameter],
    /// Conditions that span several parameters.
    pub rules: &'static [Rule],
    /// What the connector needs outside a request.
    pub requirements: Requirements,
    /// The date on which AWS ended maintenance, as `YYYY-MM-DD`.
    pub maintenance_ended: Option<&'static str>,
}

/// A parameter of a connector.
#[derive(Debug)]
pub struct Parameter {
    /// Name, case-sensitive.
    pub name: &'static str,
    /// Whether a request must set it.
    pub required: bool,
    /// The first version that has it.
    pub since: u32,
    /// The last version that has it, if later versions do not.
    pub until: Option<u32>,
    /// The values that it accepts.
    pub value_type: ValueType,
    /// Whether it accepts an empty value.
    pub empty: EmptyPolicy,
    /// The documented default.
    pub default: Option<&'static str>,
    /// A valid value.
    pub example: &'static str,
    /// The documented pattern, for a full match, repaired where the documentation lost characters. Only tests use it:
    /// they compare [`Parameter::value_type`] with it.
    pub pattern: Option<&'static str>,
    /// Another name that one of AWS's own examples uses.
    pub doc_alias: Option<&'static str>,
    /// What the parameter is for.
    pub description: &'static str,
}

/// Whether a parameter accepts an empty value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EmptyPolicy {
    /// An empty value is an error.
    Reject,
    /// An empty value means the same as no value.
    Allow,
    /// An empty value or white space means the same as no value.
    AllowBlank,
}

/// A condition that spans several parameters.
#[derive(Debug)]
pub enum Rule {
    /// When `parameter` has the value `is` (case-insensitive), the others are required and must not be empty.
    RequiredWhen {
        /// The parameter that decides.
        parameter: &'static str,
        /// The value that it is compared with.
        is: &'static str,
        /// The parameters that are then required.
        then: &'static [&'static str],
    },
    /// At least one of these parameters is required and must not be empty.
    AnyOf(&'static [&'static str]),
    /// The number in `parameter` must be greater than the number in `than`.
    Greater {
        /// The parameter with the greater number.
        parameter: &'static str,
        /// The parameter with the smaller number.
        than: &'static str,
    },
    /// The value must name a configuration of an MLFeedback connector in the same version.
    ReferencesFeedbackConfig {
        /// The parameter that holds the name.
        parameter: &'static str,
    },
}

/// What a connector needs outside a request, so that no check of a request can see it.
#[derive(Debug)]
pub struct Requirements {
    /// Pairs of a connector version and the version of the Greengrass Core software that it and later versions need.
    pub min_core_version: &'static [(u32, &'static str)],
    /// IAM actions that the group role must allow.
    pub role_actions: &'static [&'static str],
    /// Secret resources of the group.
    pub secrets: &'static [&'static str],
    /// Other resources of the group.
    pub resources: &'static [&'static str],
    /// Regions that offer the connector, if not all do.
    pub regions: Option<&'static str>,
    /// Anything else, such as software on the core device.
    pub other: &'static [&'static str],
}

impl Requirements {
    /// No requirements; the base of every other value.
    pub(super) const NONE: Self = Self {
        min_core_version: &[],
        role_actions: &[],
        secrets: &[],
        resources: &[],
        regions: None,
        other: &[],
    };
}

impl ConnectorSpec {
    /// URL of its page in the developer guide.
    pub fn url(&self) -> String {
        format!("https://docs.aws.amazon.com/greengrass/v1/developerguide/{}.html", self.page)
    }

    /// The parameter with this name in any version.
    pub fn parameter(&self, name: &str) -> Option<&'static Parameter> {
        self.parameters.iter().find(|parameter| parameter.name == name)
    }

    /// The parameters of one version.
    pub fn parameters_of(&self, version: u32) -> impl Iterator<Item = &'static Parameter> + Clone {
        self.parameters.iter().filter(move |parameter| parameter.is_in(version))
    }
}

impl Parameter {
    /// Whether a version of the connector has this parameter.
    pub fn is_in(&self, version: u32) -> bool {
        self.since <= version && self.until.is_none_or(|until| version <= until)
    }

    /// Whether a value means the same as no value.
    pub fn accepts_as_empty(&self, value: &str) -> bool {
        match self.empty {
            EmptyPolicy::Reject => false,
            EmptyPolicy::Allow => value.is_empty(),
            EmptyPolicy::AllowBlank => value.bytes().all(|byte| matches!(byte, b'\t'..=b'\r' | b' ')),
        }
    }
}

/// A required parameter of every version. The methods below change what differs.
pub(super) const fn required(
    name: &'static str,
    value_type: ValueType,
    description: &'static str,
) -> Parameter {
    Parameter { required: true, ..optional(name, value_type, description) }
}

/// An optional parameter of every version.
pub(super) const fn optional(
    name: &'static str,
    value_type: ValueType,
    description: &'static str,
) -> Parameter {
    Parameter {
        name,
        required: false,
        since: 1,
        until: None,
        value_type,
        empty: EmptyPolicy::Reject,
        default: None,
        example: "",
        pattern: None,
        doc_alias: None,
        description,
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

    pub(super) const fn allow_empty(mut self) -> Self {
        self.empty = EmptyPolicy::Allow;
        self
    }

    pub(super) const fn allow_blank(mut self) -> Self {
        self.empty = EmptyPolicy::AllowBlank;
        self
    }

    pub(super) const fn doc_alias(mut self, name: &'static str) -> Self {
        self.doc_alias = Some(name);
        self
    }
}
