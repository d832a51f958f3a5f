//! "Did you mean": which name somebody may have meant by another.

/// Whether somebody who wrote `given` may have meant `name`: other case or separators, or two slips.
pub(crate) fn is_near(given: &str, name: &str) -> bool {
    given != name && slips(given, name).is_some()
}

/// The name that somebody may have meant: the one with the fewest slips, else one that holds what was written, or is
/// held by it.
pub(crate) fn nearest<'a>(given: &str, names: impl Iterator<Item = &'a str> + Clone) -> Option<&'a str> {
    let near = names.clone().filter_map(|name| Some((slips(given, name)?, name)));
    if let Some((_, name)) = near.min_by_key(|(slips, _)| *slips) {
        return Some(name);
    }
    let given = plain(given);
    names
        .filter(|name| {
            let name = plain(name);
            let (short, long) = if given.len() < name.len() { (&given, &name) } else { (&name, &given) };
            short.len() >= 5 && long.len() <= 4 * short.len() && long.contains(short.as_str())
        })
        .min_by_key(|name| name.len().abs_diff(given.len()))
}

/// How many slips lie between two names, if they are few enough for one to be meant by the other.
fn slips(given: &str, name: &str) -> Option<usize> {
    if given.len() > 2 * name.len() + 4 {
        return None;
    }
    let most = if name.len() > 4 { 2 } else { (name.len() / 2).saturating_sub(1) };
    let (given, name) = (plain(given), plain(name));
    // Most names are told apart by their length, which costs less than a distance.
    if given.len().abs_diff(name.len()) > most {
        return None;
    }
    Some(strsim::damerau_levenshtein(&given, &name)).filter(|slips| *slips <= most)
}

fn plain(text: &str) -> String {
    text.chars().filter(|c| !matches!(c, '_' | '-' | ' ')).map(|c| c.to_ascii_lowercase()).collect()
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
