//! An EventBridge event: the request is its `detail`, its `id` is who asks.

use super::{Origin, Plain, Step, text};
use crate::client_token::Identity;
use crate::json::Members;
use crate::request::{Path, Problems, Rules, parse};

pub(super) fn sent(event: &Members<'_>) -> bool {
    ["detail-type", "source", "detail"].iter().all(|name| event.has(name))
}

pub(super) fn read(event: &Members<'_>, outer: &Origin) -> Plain {
    let request = match event.get("detail") {
        Some(detail) => parse(detail, &Rules::default()),
        None => {
            let mut problems = Problems::default();
            problems.add(&Path::root().member("detail"), "is missing, must be a request");
            Err(problems)
        }
    };
    // Events that are made by hand may lack an id.
    let identity = text(event, "id").map(|id| Identity::EventBridge { id });
    Plain { source: "eventbridge", origin: outer.with(identity), request, step: Step::Create }
}
