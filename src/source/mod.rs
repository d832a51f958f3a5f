//! Where an event comes from: one file per source.
//!
//! This page only recognises and hands on. A source knows its envelope, who is asking and how that one is
//! answered; it knows nothing of Greengrass.

pub mod cloudformation;
mod direct;
mod eventbridge;

use cloudformation::{CustomResource, ResponseHosts};

use crate::json::{Json, Members};
use crate::request::{Parsed, Problems};
use crate::token::Identity;

/// An event, recognised.
pub enum Delivery<'a> {
    /// A request whose asker takes the result as it is.
    Plain(Plain),
    /// A CloudFormation custom resource, whose asker waits at a ResponseURL.
    CustomResource(Box<CustomResource<'a>>),
}

/// A request whose asker takes the result as it is.
pub struct Plain {
    /// The source's name in logs.
    pub source: &'static str,
    /// Who asks.
    pub identity: Identity,
    /// The request, or what is wrong with it.
    pub request: Result<Parsed, Problems>,
}

/// Recognises an event by the fields that only its source has.
pub fn recognise<'a>(
    event: Json<'a>,
    lambda_request_id: &str,
    response_hosts: &ResponseHosts,
) -> Result<Delivery<'a>, Problems> {
    let Some(members) = event.members() else {
        return Err(Problems::one(format!("the event is {}, must be an object", event.shape())));
    };
    if cloudformation::sent(&members) {
        return Ok(Delivery::CustomResource(Box::new(CustomResource::read(&members, response_hosts))));
    }
    Ok(Delivery::Plain(if eventbridge::sent(&members) {
        eventbridge::read(&members, lambda_request_id)
    } else {
        direct::read(event, &members, lambda_request_id)
    }))
}

/// The text of a member, where it is one.
fn text(members: &Members<'_>, name: &str) -> Option<String> {
    members.get(name)?.string().map(|text| text.into_owned())
}
