//! The requests that an event brings, whatever its source; and the API's own JSON.

use connectors::client_token::Identity;
use connectors::event::custom_resource::RequestType;
use connectors::event::{Delivery, Message, Step, recognise};
use connectors::json::Json;
use connectors::request::{Problems, Rules, parse};

use super::collector::{Found, Origin, Places, Within};
use super::spanned_value::{Node, Place};

/// The connectors of the API's JSON: of a version as it is asked for (`Connectors`), of a definition with its first
/// version (`InitialVersion`), or of a version as it is answered (`Definition`).
pub(super) fn api_connectors(node: &Node) -> Option<(&'static [&'static str], &Node)> {
    let has = |name| node.get(name).is_some();
    if has("ConnectorDefinitionId") || has("ResourceProperties") || has("detail") || has("Records") {
        return None;
    }
    let ways: [&'static [&'static str]; 3] =
        [&["Connectors"], &["InitialVersion", "Connectors"], &["Definition", "Connectors"]];
    ways.into_iter().find_map(|way| {
        let connectors = way.iter().try_fold(node, |node, name| node.get(name))?;
        Some((way, connectors))
    })
}

/// Checks the connectors of the API's JSON, as they were written.
pub(super) fn check_api(
    text: &str,
    way: &[&str],
    connectors: &Node,
    region: Option<&str>,
    found: &mut Found,
) {
    let json = Json::parse(text).ok();
    let written = json.and_then(|json| way.iter().try_fold(json, |json, name| json.members()?.get(name)));
    let raw = written.map_or_else(|| connectors.to_json().to_string(), |json| json.raw().to_owned());
    let request = format!("{{\"ConnectorDefinitionId\":\"api\",\"Connectors\":{raw}}}");
    let origin = Origin {
        within: Within::File,
        places: Places::of_connectors(connectors),
        region,
        open: &|_, _| false,
    };
    if let Ok(json) = Json::parse(&request) {
        found.add(parse(json, &Rules::default()), &origin);
    }
}

/// Checks the requests of an event. `node`: the same event, with its places.
pub(super) fn check(text: &str, node: &Node, region: Option<&str>, found: &mut Found) -> Result<(), String> {
    let written = node.to_json().to_string();
    // YAML is read as the JSON that it stands for.
    let json = Json::parse(text)
        .or_else(|_| Json::parse(&written))
        .map_err(|error| format!("is not JSON: {error}"))?;
    let envelope = Envelope { node: Some(node), place: node.place, within: Within::File };
    check_within(json, &envelope, region, found, 0)
}

/// Where an event stands: the file itself, or the text of a message, all of which is in one place.
struct Envelope<'a> {
    node: Option<&'a Node>,
    place: Place,
    within: Within,
}

impl Envelope<'_> {
    fn origin<'a>(&self, member: Option<&str>, region: Option<&'a str>) -> Origin<'a> {
        let request = self.node.and_then(|node| member.map_or(Some(node), |name| node.get(name)));
        let places = request.map_or_else(|| Places::at(self.place), Places::of_request);
        Origin { within: self.within.clone(), places, region, open: &|_, _| false }
    }
}

fn check_within(
    event: Json<'_>,
    envelope: &Envelope<'_>,
    region: Option<&str>,
    found: &mut Found,
    depth: usize,
) -> Result<(), String> {
    let nobody = connectors::event::Origin::new(
        Identity::Direct { request_id: String::new() },
        std::time::SystemTime::UNIX_EPOCH,
    );
    match recognise(event, &nobody) {
        Err(problems) => return Err(format!("holds no event: {problems}")),
        // Versions cannot be deleted: whatever the rest is, nothing is done with it.
        Ok(Delivery::Plain(plain)) if matches!(plain.step, Step::Delete) => {}
        Ok(Delivery::Plain(plain)) => {
            let member = (plain.source == "eventbridge").then_some("detail");
            let unknown = member.is_none() && !is_request(event);
            match (&plain.request, depth) {
                (Err(problems), 0) if unknown => return Err(format!("holds nothing to check: {problems}")),
                _ => found.add(plain.request, &envelope.origin(member, region)),
            }
        }
        Ok(Delivery::CustomResource(resource)) => {
            let origin = envelope.origin(Some("ResourceProperties"), region);
            match resource.request_type() {
                Ok(RequestType::Delete) => {}
                Ok(_) => found.add(resource.request(), &origin),
                Err(problems) => found.add_problems(&problems, &envelope.origin(None, region)),
            }
        }
        Ok(Delivery::Messages(messages)) => {
            let records =
                envelope.node.and_then(|node| node.items().or_else(|| node.get("Records")?.items()));
            for (index, message) in messages.messages.iter().enumerate() {
                let name = format!("message {}", index + 1);
                let within = match &envelope.within {
                    Within::File => name,
                    Within::Value(outer) | Within::Message(outer) => format!("{outer}, {name}"),
                };
                let record = records.and_then(|records| records.get(index));
                let place = record.map_or(envelope.place, |record| record.place);
                let inner = Envelope { node: None, place, within: Within::Message(within) };
                check_message(message, &inner, region, found, depth);
            }
        }
    }
    Ok(())
}

fn check_message(
    message: &Message,
    envelope: &Envelope<'_>,
    region: Option<&str>,
    found: &mut Found,
    depth: usize,
) {
    let origin = envelope.origin(None, region);
    let checked = message.open(depth).and_then(|event| {
        let checked = check_within(event, envelope, region, found, depth + 1);
        checked.map_err(|problem| Problems::one(format!("the message {problem}")))
    });
    if let Err(problems) = checked {
        found.add_problems(&problems, &origin);
    }
}

/// Whether an event has anything of a request.
fn is_request(event: Json<'_>) -> bool {
    let members = event.members();
    let names = ["ConnectorDefinitionId", "Connectors", "connectorDefinitionId", "connectors"];
    members.is_some_and(|members| names.iter().any(|name| members.has(name)))
}
