//! Every message of the errors and warnings of a request.
//!
//! A message follows its path (`Connectors[0].Id: ...`), says what is wrong and then what to do, and never contains a
//! value, since that may be a secret.

use crate::diagnostic::Path;
use crate::json::RawJson;

// Fields.

/// `expected` is a noun phrase, here and below.
pub(super) fn wrong_type(expected: &str, json: RawJson<'_>) -> String {
    format!("expected {expected}, found {}.", json.describe())
}

/// `similar` is a field of the same object whose name is probably a misspelling of `name`.
pub(super) fn missing_field(name: &str, expected: &str, similar: Option<&str>) -> String {
    match similar {
        None => format!("required; expected {expected}."),
        // As a path, since that escapes unusual characters.
        Some(similar) => {
            let found = Path::root().field(similar);
            let hint = if similar.eq_ignore_ascii_case(name) {
                "field names are case-sensitive".to_owned()
            } else {
                format!("did you mean `{name}`?")
            };
            let end = if hint.ends_with('?') { "" } else { "." };
            format!("required. Found `{found}`; {hint}{end}")
        }
    }
}

/// `similar` was taken for the optional field `name`.
pub(super) fn misspelled_field(name: &str, similar: &str) -> String {
    if similar.eq_ignore_ascii_case(name) {
        format!("field names are case-sensitive; use `{name}`.")
    } else {
        format!("unknown field; use `{name}`.")
    }
}

pub(super) const VERSION_2_FIELD: &str = "ignored; this field needs GREENGRASS_VERSION=2, and the function \
     creates versions of Greengrass V1 connector definitions.";

pub(super) const TASK_TOKEN: &str = "the function calls neither SendTaskSuccess nor SendTaskFailure, so the task \
     would wait until it times out; use the request-response integration, which is the resource without \
     `.waitForTaskToken`, and leave the token out.";

pub(crate) const TEXT_DECODED: &str =
    "JSON text was decoded; send the value itself, without quotation marks around it.";

pub(super) fn unknown_field(similar: Option<&str>) -> String {
    match similar {
        None => "unknown field, ignored.".to_owned(),
        Some(similar) => format!("unknown field, ignored; did you mean `{similar}`?"),
    }
}

pub(super) const DUPLICATE_FIELD: &str = "duplicate field; keep one.";

// Connectors.

/// `list` is the path of the list, from the root of its text.
pub(super) fn duplicate_id(list: &str, first_index: usize) -> String {
    format!("duplicate of {list}[{first_index}].Id; use a unique Id for each connector.")
}

pub(super) fn parameters_not_an_object(json: RawJson<'_>) -> String {
    format!("expected an object, or a string that holds a JSON object; found {}.", json.describe())
}

pub(super) const PARAMETER_CONVERTED: &str = "sent as the string it was written as; write it as a string.";

pub(super) const DYNAMIC_REFERENCE: &str = "unresolved dynamic reference, which CloudFormation does not resolve here; \
     write the value, or name the secret in a parameter that the connector reads on the device.";

// Identifiers.

pub(super) const CONNECTOR_ID_HINT: &str = "use 1-128 of `a-z A-Z 0-9 : _ -`";
pub(super) const CLIENT_TOKEN_HINT: &str = "use 1-1024 visible ASCII characters";
pub(super) const DEFINITION_ID_HINT: &str = "use the ID or the ARN of a connector definition";
pub(super) const CONNECTOR_ARN_HINT: &str =
    "use a connector's ARN, such as `arn:aws:greengrass:REGION::/connectors/NAME/versions/VERSION`";

pub(super) const NOT_AN_ARN: &str = "not an ARN";
pub(super) const NOT_A_GREENGRASS_ARN: &str = "not an ARN of the service greengrass";
pub(super) const NOT_A_DEFINITION_ARN: &str = "not the ARN of a connector definition";
pub(super) const LONGER_THAN_DEFINITION_ARN: &str =
    "the ARN continues after the ID of the connector definition";
pub(super) const DEFINITION_ARN_WITHOUT_ID: &str = "no valid ID in the ARN of the connector definition";

pub(super) fn definition_arn_without_region() -> String {
    "no Region in the ARN of the connector definition; use the ARN as Greengrass returns it, or the ID alone."
        .to_owned()
}

pub(super) fn definition_in_other_region(region: &str) -> String {
    format!("connector definition of another Region; use one in {region}.")
}

pub(super) fn definition_in_other_partition(partition: &str) -> String {
    format!("connector definition of another partition; use one in {partition}.")
}

pub(super) const DEFINITION_IN_OTHER_ACCOUNT: &str =
    "connector definition of another account; use one in the function's account.";

/// `hint` is a clause in the imperative, here and below.
pub(super) fn invalid_id(problem: &str, hint: &str) -> String {
    format!("{problem}; {hint}.")
}

pub(super) fn wrong_length(chars: usize, hint: &str) -> String {
    match chars {
        0 => format!("empty string; {hint}."),
        _ => format!("too long with {chars} characters; {hint}."),
    }
}

/// `position` counts characters from 1.
pub(super) fn invalid_character(c: char, position: usize, hint: &str) -> String {
    if c == ' ' || c.is_ascii_graphic() {
        format!("invalid character '{c}' at position {position}; {hint}.")
    } else {
        format!("invalid character U+{:04X} at position {position}; {hint}.", u32::from(c))
    }
}
