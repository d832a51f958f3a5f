//! Text of which parts are known only at deployment.
//!
//! Such a part is a character of Unicode's private use area, so that texts can be joined, split and parsed as ever.

use connectors::region::is_region_name;

/// Stands for a Region.
pub(super) const REGION: char = '\u{F0000}';
/// Stands for a partition: `aws`, `aws-cn`.
pub(super) const PARTITION: char = '\u{F0001}';
/// Stands for anything.
pub(super) const OPEN: char = '\u{F0002}';

/// Whether a part of the text is open.
pub(super) fn is_open(text: &str) -> bool {
    text.contains([REGION, PARTITION, OPEN])
}

/// The text with a Region and a partition that fit to the function's Region, if it is known, and to what is written;
/// `None` if another part of it is open.
pub(super) fn complete(text: &str, function_region: Option<&str>) -> Option<String> {
    if !is_open(text) {
        return Some(text.to_owned());
    }
    let default_region = function_region.unwrap_or("us-east-1");
    let mut completed = String::new();
    // Each ARN has a partition and a Region of its own.
    for (index, piece) in text.split("arn:").enumerate() {
        if index == 0 {
            completed.push_str(&fill(piece, partition_of(default_region), default_region)?);
            continue;
        }
        let mut parts: Vec<&str> = piece.splitn(4, ':').collect();
        let (mut partition, mut region) = (partition_of(default_region), default_region);
        if let [written_partition, _, written_region, _] = &mut parts[..] {
            if is_open(written_partition) {
                partition =
                    if is_region_name(written_region) { partition_of(written_region) } else { partition };
                *written_partition = partition;
            } else {
                partition = *written_partition;
            }
            if is_open(written_region) {
                region = function_region.unwrap_or_else(|| region_of(partition));
                *written_region = region;
            } else if is_region_name(written_region) {
                region = *written_region;
            }
        }
        completed.push_str("arn:");
        completed.push_str(&fill(&parts.join(":"), partition, region)?);
    }
    Some(completed)
}

fn fill(text: &str, partition: &str, region: &str) -> Option<String> {
    (!text.contains(OPEN)).then(|| text.replace(REGION, region).replace(PARTITION, partition))
}

/// The partition of a Region: the one that AWS's own Region names tell.
pub(super) fn partition_of(region: &str) -> &'static str {
    match region {
        region if region.starts_with("cn-") => "aws-cn",
        region if region.starts_with("us-gov-") => "aws-us-gov",
        region if region.starts_with("us-iso-") => "aws-iso",
        region if region.starts_with("us-isob-") => "aws-iso-b",
        region if region.starts_with("eu-isoe-") => "aws-iso-e",
        region if region.starts_with("us-isof-") => "aws-iso-f",
        region if region.starts_with("eusc-") => "aws-eusc",
        _ => "aws",
    }
}

/// A Region of a partition.
fn region_of(partition: &str) -> &'static str {
    match partition {
        "aws-cn" => "cn-north-1",
        "aws-us-gov" => "us-gov-west-1",
        "aws-iso" => "us-iso-east-1",
        "aws-iso-b" => "us-isob-east-1",
        "aws-iso-e" => "eu-isoe-west-1",
        "aws-iso-f" => "us-isof-south-1",
        "aws-eusc" => "eusc-de-east-1",
        _ => "us-east-1",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn open_parts_of_an_arn_fit_to_the_others() {
        for (text, expected) in [
            ("plain", Some("plain")),
            ("P", Some("aws")),
            ("a-R", Some("a-us-east-1")),
            ("a-O", None),
            ("arn:P:sns:R::x", Some("arn:aws:sns:us-east-1::x")),
            ("arn:aws-cn:sns:R::x-R", Some("arn:aws-cn:sns:cn-north-1::x-cn-north-1")),
            ("arn:aws-us-gov:sns:O::x", Some("arn:aws-us-gov:sns:us-gov-west-1::x")),
            ("arn:P:sns:cn-north-1::x", Some("arn:aws-cn:sns:cn-north-1::x")),
            ("arn:O:sns:eu-west-1::x", Some("arn:aws:sns:eu-west-1::x")),
            ("arn:aws:sns:R::O", None),
            ("arn:aws:sns:R", Some("arn:aws:sns:us-east-1")),
            (
                "[arn:aws:sns:R::a, arn:aws-cn:sns:R::b]",
                Some("[arn:aws:sns:us-east-1::a, arn:aws-cn:sns:cn-north-1::b]"),
            ),
        ] {
            let text: String = text
                .chars()
                .map(|c| match c {
                    'R' => REGION,
                    'P' => PARTITION,
                    'O' => OPEN,
                    c => c,
                })
                .collect();
            assert_eq!(complete(&text, None).as_deref(), expected, "{text}");
        }
        let text = format!("arn:{PARTITION}:sns:{OPEN}::x-{REGION}");
        assert_eq!(complete(&text, Some("cn-north-1")).unwrap(), "arn:aws-cn:sns:cn-north-1::x-cn-north-1");
    }
}
