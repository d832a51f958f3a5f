//! What is known of AWS's own connectors, held against a request before anything is called.
//!
//! The service takes almost anything, and a wrong parameter shows days later, when a deployment to a device fails. So a
//! request is told what the documentation would have told its author. It stays advice: the documentation is not the
//! service, and where the two differ the service is right. Connectors of others pass without a remark.
//!
//! | file | what it knows |
//! |---|---|
//! | [`data`] | the connectors: constants, so that nothing is read or compiled at start |
//! | [`connector`], [`mod@format`] | what is known of a connector, and of the values of a parameter |
//! | `arn` | what an ARN says of AWS's connectors |
//! | `parameters`, `rules` | the parameters by themselves, and together |
//! | [`checks`] | the setting, and what it does to a request |

mod arn;
mod arn_value;
pub mod checks;
pub mod connector;
pub mod data;
mod feedback;
pub mod format;
mod json_value;
mod parameters;
#[cfg(test)]
mod patterns;
mod placeholder;
mod rules;
mod url_value;

use std::cell::OnceCell;
use std::collections::{BTreeMap, HashMap};

use crate::request::{Advice, Code, Parsed, Path, Remarks};
use connector::Connector;
use feedback::Feedback;

/// What is known around a request.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// The Region that the version is created in, where it is known.
    pub region: Option<&'a str>,
    /// Whether only a deployment will know the value of a parameter, by the connector's place in the list and the
    /// parameter's name. Such a value counts as given and right: in a template it is an intrinsic function.
    pub open: &'a dyn Fn(usize, &str) -> bool,
}

impl<'a> Context<'a> {
    /// Of a request that says all there is to say.
    pub fn of_region(region: Option<&'a str>) -> Self {
        Self { region, open: &|_, _| false }
    }
}

/// Holds a request against the catalogue. Nothing is called.
pub fn advise(parsed: &Parsed, context: &Context<'_>) -> Vec<Advice> {
    let mut remarks = Remarks::default();
    if let Some(arn) = &parsed.definition_arn {
        arn::check_definition(arn, context.region, &mut remarks);
    }
    let connectors = &parsed.request.connectors;
    let mut first_of: HashMap<&str, usize> = HashMap::new();
    let feedback = Feedback::of(connectors, context);
    let list = Path::root().member("Connectors");
    for (index, asked) in connectors.iter().enumerate() {
        let place = Place::of(&list, index);
        let Some((connector, version)) = arn::check(asked.arn.as_str(), context.region, &place, &mut remarks)
        else {
            continue;
        };
        let first = *first_of.entry(connector.name).or_insert(index);
        if first != index {
            remarks.add_lazily(Code::RepeatedConnector, &place.arn(), || {
                let name = connector.name;
                format!("is {name}, as Connectors[{first}] is, and a group has one instance of it. Leave one")
            });
        }
        let open = |name: &str| (context.open)(index, name);
        let instance = Instance { connector, version, given: &asked.parameters, open: &open };
        let meant = parameters::check(&instance, &place, &mut remarks);
        rules::check(&instance, &meant, &feedback, &place, &mut remarks);
    }
    remarks.into_advice()
}

/// The connector of AWS that an ARN names, and its version: the latest where the ARN names none that there is.
pub fn named(arn: &str) -> Option<(&'static Connector, u32)> {
    arn::check(arn, None, &Place::of(&Path::root(), 0), &mut Remarks::default())
}

/// A connector in a request: what it is, and what it is given.
struct Instance<'a> {
    connector: &'static Connector,
    version: u32,
    given: &'a BTreeMap<String, String>,
    open: &'a dyn Fn(&str) -> bool,
}

impl Instance<'_> {
    /// Whether a parameter is given, with whatever value.
    fn has(&self, name: &str) -> bool {
        self.given.contains_key(name) || (self.open)(name)
    }

    /// A value that is given, is known and is not empty.
    fn value(&self, name: &str) -> Option<&str> {
        self.given
            .get(name)
            .map(String::as_str)
            .filter(|value| !value.trim().is_empty() && !(self.open)(name))
    }

    /// Whether a parameter is given and not empty, as far as that is known.
    fn is_filled(&self, name: &str) -> bool {
        (self.open)(name) || self.value(name).is_some()
    }
}

/// Where a connector stands in a request. Its path is made only when there is something to say of it.
struct Place<'a> {
    list: &'a Path,
    index: usize,
    parameters: OnceCell<Path>,
}

impl<'a> Place<'a> {
    fn of(list: &'a Path, index: usize) -> Self {
        Self { list, index, parameters: OnceCell::new() }
    }

    fn arn(&self) -> Path {
        self.list.item(self.index).member("ConnectorArn")
    }

    fn parameters(&self) -> &Path {
        self.parameters.get_or_init(|| self.list.item(self.index).member("Parameters"))
    }

    fn parameter(&self, name: &str) -> Path {
        self.parameters().member(name)
    }
}
