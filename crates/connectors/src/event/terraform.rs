//! What Terraform adds to a direct request: `aws_lambda_invocation` with `lifecycle_scope = "CRUD"` puts beside the
//! request's own fields `"tf": {"action": "create", "update" or "delete", "prev_input": the request before}`
//! (documentation of the resource in the AWS provider).

use super::{Step, text};
use crate::json::Members;
use crate::request::{Rules, parse};

pub(super) const KEY: &str = "tf";

/// A direct request, with what Terraform puts beside its fields.
pub(super) const RULES: Rules = Rules { connectors_required: false, own_fields: &[KEY] };

/// What happens to the Terraform resource, or what is wrong with the action; without a resource, a request is asked for
/// once.
pub(super) fn step(event: &Members<'_>) -> Result<Step, &'static str> {
    let Some(json) = event.get(KEY) else { return Ok(Step::Create) };
    let tf = json.members();
    match tf.as_ref().and_then(|tf| text(tf, "action")).as_deref() {
        Some("create") => Ok(Step::Create),
        Some("delete") => Ok(Step::Delete),
        Some("update") => {
            let before = tf.and_then(|tf| tf.get("prev_input")).map(|before| parse(before, &RULES));
            Ok(Step::Update(before.and_then(Result::ok).map(Box::new)))
        }
        _ => Err("is not create, update or delete, one of which Terraform puts there"),
    }
}
