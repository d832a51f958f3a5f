//! What becomes of something that lasts: a custom resource and the id that CloudFormation knows it by, and what
//! Terraform keeps.
//!
//! The id of a custom resource is the version's ARN, as the native resource's `Ref` gives it. A version cannot be
//! changed or deleted: an update ends with another version or, where one holds what is asked for already, with that
//! one.

use connectors::client_token;
use connectors::event::Origin;
use connectors::event::custom_resource::{CustomResource, Home, RequestType};
use connectors::request::{
    Advice, ClientToken, Code, ConnectorDefinitionId, Connectors, Parsed, Path, VersionArn,
};

use crate::creator::{Creation, Creator, Order, Outcome};
use crate::custom_resource::Data;
use crate::deadline::Deadline;
use crate::failure::Failure;
use crate::greengrass::{Error, Greengrass, HeldVersion, Kind, Version};
use crate::validation::Checks;

/// How many of a definition's versions are looked through for the one that a roll-back wants.
const NEWEST: usize = 10;

/// How a request on a custom resource ended well.
#[derive(Debug)]
pub struct Settled {
    /// What the resource is known by from now on.
    pub physical_resource_id: String,
    /// What `Fn::GetAtt` gives.
    pub data: Data,
    /// The client token of the request, where it had one.
    pub token: Option<ClientToken>,
    /// Where the version came from, where there is one.
    pub outcome: Option<Outcome>,
    /// Remarks that stop nothing.
    pub advice: Vec<Advice>,
}

/// What a create or an update asks for.
struct Change {
    parsed: Parsed,
    token: ClientToken,
    /// The version that the resource stands for, if it has one.
    current: Option<VersionArn>,
    /// Whether the revision is another than before.
    anew: bool,
}

/// Does what CloudFormation asks, before the deadline.
pub async fn settle(
    creator: &Creator,
    greengrass: &Greengrass,
    checks: &Checks,
    resource: &CustomResource<'_>,
    deadline: Deadline,
) -> Result<Settled, Failure> {
    let request_type = resource.request_type().map_err(Failure::InvalidRequest)?;
    if request_type == RequestType::Delete {
        return Ok(Settled::deleted(&resource.home));
    }
    let change = Change::read(resource, checks)?;
    if request_type == RequestType::Update
        && let Some(version) = change.unchanged(greengrass, resource, deadline).await
    {
        return Ok(change.settled(version, Outcome::Existing));
    }
    checks.permit(&change.parsed).map_err(Failure::InvalidRequest)?;
    let Creation { version, outcome } = creator.create(change.order(&resource.origin), deadline).await?;
    Ok(change.settled(version, outcome))
}

/// The id of a resource on which a request failed: its own, or for one that never came to be a placeholder, which
/// CloudFormation hands back when it cleans up.
pub fn id_after_failure(resource: &CustomResource<'_>) -> String {
    match (resource.request_type(), &resource.home.physical_resource_id) {
        (Ok(RequestType::Create), _) | (_, None) => resource.home.placeholder(),
        (_, Some(id)) => id.clone(),
    }
}

impl Settled {
    /// Nothing to do, whatever the id: versions cannot be deleted.
    pub fn deleted(home: &Home) -> Self {
        let id = home.physical_resource_id.clone().unwrap_or_else(|| home.placeholder());
        let data = VersionArn::parse(&id).map(|arn| data(&named(&arn), "")).unwrap_or_default();
        Self { physical_resource_id: id, data, token: None, outcome: None, advice: Vec::new() }
    }
}

impl Change {
    fn read(resource: &CustomResource<'_>, checks: &Checks) -> Result<Self, Failure> {
        let mut parsed = resource.request().map_err(Failure::InvalidRequest)?;
        if parsed.token.is_some() {
            let path = Path::root().member("AmznClientToken");
            let message = "is the same for every update of this resource. Leave it out";
            parsed.advice.push(Advice::new(Code::FixedClientToken, &path, message));
        }
        let parsed = checks.advise(parsed);
        let current = resource.home.physical_resource_id.as_deref().and_then(VersionArn::parse);
        let anew = current.is_some() && resource.old_revision() != parsed.revision;
        Ok(Self { token: client_token::of(&parsed, &resource.origin.identity), parsed, current, anew })
    }

    /// The version that holds what an update asks for, if it need not be created.
    async fn unchanged(
        &self,
        greengrass: &Greengrass,
        resource: &CustomResource<'_>,
        deadline: Deadline,
    ) -> Option<Version> {
        let current = self.current.as_ref()?;
        let request = &self.parsed.request;
        if *current.definition() != request.definition || self.anew {
            return None;
        }
        // Looking must leave time for creating.
        let deadline = deadline.min(Deadline::within(deadline.remaining() / 2));
        match find(greengrass, current, &request.connectors, deadline).await {
            Ok(found) => found.map(|held| held.version),
            Err(error) => {
                tracing::debug!(kind = ?error.kind, "could not look for the version; comparing the properties");
                let old = resource.old_request().ok()?;
                (old.request == *request).then(|| named(current))
            }
        }
    }

    fn order(&self, origin: &Origin) -> Order<'_> {
        Order {
            request: &self.parsed.request,
            token: &self.token,
            replaces: self.current.as_ref().map(VersionArn::version),
            anew: self.anew,
            asked_at: origin.asked_at,
            came_before: origin.came_before,
        }
    }

    fn settled(self, version: Version, outcome: Outcome) -> Settled {
        Settled {
            data: data(&version, outcome.as_str()),
            token: Some(self.token),
            physical_resource_id: version.arn,
            outcome: Some(outcome),
            advice: self.parsed.advice,
        }
    }
}

/// Looks at the current version first, then at the newest others.
async fn find(
    greengrass: &Greengrass,
    current: &VersionArn,
    connectors: &Connectors,
    deadline: Deadline,
) -> Result<Option<HeldVersion>, Error> {
    let definition = current.definition();
    match greengrass.version(definition, current.version(), deadline).await {
        Ok(held) if held.holds(connectors) => return Ok(Some(held)),
        Ok(_) => {}
        // That it does not exist is an answer too.
        Err(error) if matches!(error.kind, Kind::VersionNotFound | Kind::DefinitionNotFound) => {}
        Err(error) => return Err(error),
    }
    // From here on it is known that the current version is not it, whatever the properties say.
    let found = newest(greengrass, definition, connectors, Some(current.version()), deadline).await;
    Ok(found.unwrap_or_else(|error| {
        tracing::debug!(kind = ?error.kind, "could not look through the newest versions");
        None
    }))
}

/// The newest of a definition's ten newest versions that holds these connectors; one is known not to.
async fn newest(
    greengrass: &Greengrass,
    definition: &ConnectorDefinitionId,
    connectors: &Connectors,
    other: Option<&str>,
    deadline: Deadline,
) -> Result<Option<HeldVersion>, Error> {
    let versions = greengrass.versions(definition, deadline).await?;
    for version in versions.iter().take(NEWEST).filter(|version| Some(version.version.as_str()) != other) {
        let held = greengrass.version(definition, &version.version, deadline).await?;
        if held.holds(connectors) {
            return Ok(Some(held));
        }
    }
    Ok(None)
}

/// The version that holds what an update by Terraform asks for, if it need not be created. Terraform keeps no id that
/// it could hand back, so it is looked for; where that fails and the input is the one before, nothing is created.
pub async fn updated(
    greengrass: &Greengrass,
    parsed: &Parsed,
    before: &Parsed,
    deadline: Deadline,
) -> Result<Option<Version>, Error> {
    let request = &parsed.request;
    if before.request.definition != request.definition || before.revision != parsed.revision {
        return Ok(None);
    }
    let deadline = deadline.min(Deadline::within(deadline.remaining() / 2));
    match newest(greengrass, &request.definition, &request.connectors, None, deadline).await {
        Ok(found) => Ok(found.map(|held| held.version)),
        Err(error) if before.request == *request => Err(error),
        Err(error) => {
            tracing::debug!(kind = ?error.kind, "could not look for the version");
            Ok(None)
        }
    }
}

/// What an ARN tells of its version.
fn named(arn: &VersionArn) -> Version {
    Version {
        arn: arn.as_str().to_owned(),
        creation_timestamp: String::new(),
        id: arn.definition().to_string(),
        version: arn.version().to_owned(),
    }
}

fn data(version: &Version, outcome: &str) -> Data {
    Data {
        arn: version.arn.clone(),
        id: version.id.clone(),
        version: version.version.clone(),
        creation_timestamp: version.creation_timestamp.clone(),
        connector_definition_id: version.id.clone(),
        outcome: outcome.to_owned(),
    }
}
