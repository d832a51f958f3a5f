//! Terraform's addition to a direct request.
//!
//! With `lifecycle_scope = "CRUD"`, [`aws_lambda_invocation`](https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/lambda_invocation)
//! adds the field `tf` to the request: `{"action": "create" | "update" | "delete", "prev_input": PREVIOUS_REQUEST}`.

use super::{ResourceAction, messages, string_field};
use crate::json::Object;
use crate::request::{ParseOptions, parse};

pub(super) const FIELD: &str = "tf";

const PARSE_OPTIONS: ParseOptions<'static> =
    ParseOptions { allowed_extra_fields: &[FIELD], ..ParseOptions::DEFAULT };

/// The action on the Terraform resource, or a message about it. A request that is not Terraform's creates.
pub(super) fn parse_action(event: &Object<'_>) -> Result<ResourceAction, &'static str> {
    let Some(json) = event.get(FIELD) else { return Ok(ResourceAction::Create) };
    let tf = json.as_object();
    match tf.as_ref().and_then(|tf| string_field(tf, "action")).as_deref() {
        Some("create") => Ok(ResourceAction::Create),
        Some("delete") => Ok(ResourceAction::Delete),
        Some("update") => {
            let previous = tf.and_then(|tf| tf.get("prev_input")).map(|json| parse(json, &PARSE_OPTIONS));
            Ok(ResourceAction::Update(previous.and_then(Result::ok).map(Box::new)))
        }
        _ => Err(messages::TERRAFORM_ACTION),
    }
}
