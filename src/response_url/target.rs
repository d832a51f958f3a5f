//! Where an answer to CloudFormation goes.

use connectors::json::Json;

use super::{ResponseHosts, ResponseUrl};

/// Where an answer goes.
#[derive(Clone, Debug)]
pub enum Way {
    /// To this URL.
    Url(ResponseUrl),
    /// Back to the invoker: the CDK's Provider framework, which speaks to CloudFormation itself.
    Return,
}

/// Where answers may go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ways {
    /// To ResponseURLs at these hosts; back to the invoker only where the event itself asks for that.
    Send(ResponseHosts),
    /// Back to the invoker, whatever the ResponseURL: somebody else answers CloudFormation.
    Return,
}

impl Ways {
    /// The way home that a ResponseURL names, or why it is not taken.
    pub(crate) fn of(&self, response_url: Option<Json<'_>>) -> Result<Way, String> {
        let Self::Send(hosts) = self else { return Ok(Way::Return) };
        let Some(json) = response_url else { return Err("is missing".to_owned()) };
        match json.string().as_deref() {
            // What older releases of the CDK's Provider framework hand on.
            Some("...") => Ok(Way::Return),
            Some(url) => hosts.parse(url).map(Way::Url),
            None => Err(format!("is {}, must be a URL", json.shape())),
        }
    }
}
