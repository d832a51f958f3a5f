//! How intrinsic functions are written.

use super::spanned_value::{Member, SpannedValue};

pub(super) const TRANSFORM: &str = "Fn::Transform";
pub(super) const FOR_EACH: &str = "Fn::ForEach::";

/// Name and argument of an intrinsic function.
pub(super) fn function(value: &SpannedValue) -> Option<(&str, &SpannedValue)> {
    match value.members() {
        [Member { name, value, .. }]
            if name == "Ref"
                || name == "Condition"
                || (name.starts_with("Fn::") && !name.starts_with(FOR_EACH)) =>
        {
            Some((name, value))
        }
        _ => None,
    }
}

/// The loop variable and the body of a member that is a loop.
pub(super) fn for_each(member: &Member) -> Option<(&str, &SpannedValue)> {
    if !member.name.starts_with(FOR_EACH) {
        return None;
    }
    let [variable, _, body] = member.value.items()? else { return None };
    Some((variable.as_scalar()?, body))
}

/// Whether a member is a macro that may change everything next to it. `AWS::Include` only adds.
pub(super) fn is_macro(member: &Member) -> bool {
    member.name == TRANSFORM && calls_macro(&member.value)
}

/// Whether one of these transforms is a macro of the template's owner: AWS's own change nothing that is checked here.
pub(super) fn calls_macro(transforms: &SpannedValue) -> bool {
    let single = std::slice::from_ref(transforms);
    transforms.items().unwrap_or(single).iter().any(|transform| {
        let name = transform.get("Name").unwrap_or(transform).as_scalar();
        name.is_some_and(|name| !name.starts_with("AWS::"))
    })
}
