//! "Did you mean": finds the known name that a wrong name is probably a misspelling of.

/// No known name is half as long.
const MAX_NAME_BYTES: usize = 128;

/// Whether `written` is probably a misspelling of `name`: other case or separators, or up to two typing errors.
pub(crate) fn is_similar(written: &str, name: &str) -> bool {
    written != name
        && written.len() <= 2 * name.len() + 4
        && edit_distance_within_limit(&normalize(written), name).is_some()
}

/// Whether `written` differs from `name` in case and separators only.
pub(crate) fn is_same_word(written: &str, name: &str) -> bool {
    written != name && written.len() <= 2 * name.len() && normalize(written).eq_ignore_ascii_case(name)
}

/// The name that `written` is probably a misspelling of: the one with the smallest edit distance, otherwise one that
/// contains it or is contained in it.
pub(crate) fn closest_match<'a>(
    written: &str,
    names: impl Iterator<Item = &'a str> + Clone,
) -> Option<&'a str> {
    if written.len() > MAX_NAME_BYTES {
        return None;
    }
    let written = normalize(written);
    let similar = names.clone().filter_map(|name| Some((edit_distance_within_limit(&written, name)?, name)));
    similar.min_by_key(|(distance, _)| *distance).map(|(_, name)| name).or_else(|| {
        names
            .filter(|name| is_substring_match(&written, &normalize(name)))
            .min_by_key(|name| name.len().abs_diff(written.len()))
    })
}

/// The edit distance between a normalized text and a name; `None` if it is too large for a misspelling.
fn edit_distance_within_limit(normalized: &str, name: &str) -> Option<usize> {
    let max_distance = if name.len() > 4 { 2 } else { (name.len() / 2).saturating_sub(1) };
    if normalized.eq_ignore_ascii_case(name) {
        return Some(0);
    }
    // Comparing lengths rules out most names and is cheaper than a distance.
    let letters = name.bytes().filter(|byte| !is_separator(char::from(*byte))).count();
    if normalized.len().abs_diff(letters) > max_distance {
        return None;
    }
    Some(strsim::osa_distance(normalized, &normalize(name))).filter(|distance| *distance <= max_distance)
}

/// Whether one text is a large part of the other.
fn is_substring_match(one: &str, other: &str) -> bool {
    let (short, long) = if one.len() < other.len() { (one, other) } else { (other, one) };
    short.len() >= 5 && long.len() <= 4 * short.len() && long.contains(short)
}

fn normalize(text: &str) -> String {
    text.chars().filter(|c| !is_separator(*c)).map(|c| c.to_ascii_lowercase()).collect()
}

fn is_separator(c: char) -> bool {
    matches!(c, '_' | '-' | ' ')
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: [&str; 4] = ["CloudWatchMetrics", "SNS", "ImageClassificationARMv7", "ModbusTCPConnector"];

    #[test]
    fn the_closest_name_is_found() {
        for (written, expected) in [
            ("cloudwatch_metrics", Some("CloudWatchMetrics")),
            ("CloudWatchMetircs", Some("CloudWatchMetrics")),
            ("CloudWatch", Some("CloudWatchMetrics")),
            ("ModbusTCP", Some("ModbusTCPConnector")),
            ("sns", Some("SNS")),
            ("ImageClassification", Some("ImageClassificationARMv7")),
            ("Kafka", None),
            ("S", None),
            ("", None),
        ] {
            assert_eq!(closest_match(written, NAMES.into_iter()), expected, "{written}");
        }
    }

    #[test]
    fn a_name_is_not_similar_to_itself() {
        assert!(!is_similar("Connectors", "Connectors"));
        assert!(is_similar("connectors", "Connectors"));
        assert!(!is_similar(&"x".repeat(1_000_000), "Connectors"));
    }
}
