//! Where the response of a custom resource goes.

use connectors::json::RawJson;

use super::{AllowedHosts, ResponseUrl};

/// Where one response goes.
#[derive(Clone, Debug)]
pub(crate) enum ResponseTarget {
    /// To this URL.
    Url(ResponseUrl),
    /// To the caller: the CDK's Provider framework, which responds to CloudFormation itself.
    Caller,
}

/// Where responses go: the setting `CUSTOM_RESOURCE_RESPONSE`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ResponseMode {
    /// `put`: to ResponseURLs at these hosts; to the caller only where the event itself asks for that.
    PutToUrl(AllowedHosts),
    /// `return`: to the caller, whatever the ResponseURL.
    ReturnToCaller,
}

impl ResponseMode {
    /// The target for an event with this ResponseURL.
    ///
    /// # Errors
    /// Why the ResponseURL is not used.
    pub(crate) fn target_for(&self, response_url: Option<RawJson<'_>>) -> Result<ResponseTarget, String> {
        let Self::PutToUrl(hosts) = self else { return Ok(ResponseTarget::Caller) };
        let Some(json) = response_url else { return Err("required".to_owned()) };
        match json.as_str().as_deref() {
            // Older releases of the CDK's Provider framework pass this on.
            Some("...") => Ok(ResponseTarget::Caller),
            Some(url) => hosts.parse(url).map(ResponseTarget::Url),
            None => Err(format!("expected a URL, found {}", json.describe())),
        }
    }
}
