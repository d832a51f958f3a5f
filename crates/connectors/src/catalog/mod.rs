//! What is known of AWS's own connectors, held against a request before anything is called.
//!
//! The service takes almost anything, and a wrong parameter shows days later, when a deployment to a device fails. So a
//! request is told what the documentation would have told its author. It stays advice: the documentation is not the
//! service, and where the two differ the service is right. Connectors of others pass without a remark.
//!
//! | file | what it knows |
//! |---|---|
//! | [`data`] | the connectors: constants, so that nothing is read or compiled at start |
//! | [`connector`], [`value_type`] | what is known of a connector, and of the values of a parameter |
//! | `connector_arn` | what an ARN says of AWS's connectors |
//! | `parameters`, `rules` | the parameters by themselves, and together |

mod charset;
pub mod connector;
mod connector_arn;
pub mod data;
mod feedback_configs;
mod input;
mod parameters;
mod placeholder;
mod rules;
pub mod value_type;

use std::collections::HashMap;

use crate::request::{Advice, Code, Parsed, Path, Remarks};
use connector::Connector;
use feedback_configs::Feedback;
pub use input::Context;
use input::{Instance, Place};

/// Holds a request against the catalogue. Nothing is called.
pub fn advise(parsed: &Parsed, context: &Context<'_>) -> Vec<Advice> {
    let mut remarks = Remarks::default();
    if let Some(arn) = &parsed.definition_arn {
        connector_arn::check_definition(arn, context.region, &mut remarks);
    }
    let connectors = &parsed.request.connectors;
    let mut first_of: HashMap<&str, usize> = HashMap::new();
    let feedback = Feedback::of(connectors, context);
    let list = Path::root().member("Connectors");
    for (index, asked) in connectors.iter().enumerate() {
        let place = Place::of(&list, index);
        let Some((connector, version)) =
            connector_arn::check(asked.arn.as_str(), context.region, &place, &mut remarks)
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
    connector_arn::check(arn, None, &Place::of(&Path::root(), 0), &mut Remarks::default())
}
