//! "Did you mean": which name somebody may have meant by another.

/// Whether somebody who wrote `given` may have meant `name`: other case or separators, or two slips.
pub(crate) fn is_near(given: &str, name: &str) -> bool {
    given != name && given.len() <= 2 * name.len() + 4 && slips(&plain(given), name).is_some()
}

/// The name that somebody may have meant: the one with the fewest slips, else one that holds what was written, or is
/// held by it.
pub(crate) fn nearest<'a>(given: &str, names: impl Iterator<Item = &'a str> + Clone) -> Option<&'a str> {
    // No name of anything here is half as long.
    if given.len() > LONGEST {
        return None;
    }
    let given = plain(given);
    let near = names.clone().filter_map(|name| Some((slips(&given, name)?, name)));
    near.min_by_key(|(slips, _)| *slips).map(|(_, name)| name).or_else(|| {
        names.filter(|name| is_part(&given, &plain(name))).min_by_key(|name| name.len().abs_diff(given.len()))
    })
}

const LONGEST: usize = 128;

/// How many slips lie between what was given, plain, and a name, if they are few enough for one to be meant by the
/// other.
fn slips(given: &str, name: &str) -> Option<usize> {
    let most = if name.len() > 4 { 2 } else { (name.len() / 2).saturating_sub(1) };
    if given.eq_ignore_ascii_case(name) {
        return Some(0);
    }
    // Most names are told apart by their length, which costs less than a distance.
    let letters = name.bytes().filter(|byte| !is_separator(char::from(*byte))).count();
    if given.len().abs_diff(letters) > most {
        return None;
    }
    Some(strsim::osa_distance(given, &plain(name))).filter(|slips| *slips <= most)
}

/// Whether one is a good part of the other.
fn is_part(one: &str, other: &str) -> bool {
    let (short, long) = if one.len() < other.len() { (one, other) } else { (other, one) };
    short.len() >= 5 && long.len() <= 4 * short.len() && long.contains(short)
}

fn plain(text: &str) -> String {
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
    fn the_nearest_is_what_was_meant() {
        for (given, meant) in [
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
            assert_eq!(nearest(given, NAMES.into_iter()), meant, "{given}");
        }
    }

    #[test]
    fn a_name_is_not_near_itself() {
        assert!(!is_near("Connectors", "Connectors"));
        assert!(is_near("connectors", "Connectors"));
        assert!(!is_near(&"x".repeat(1_000_000), "Connectors"));
    }
}
