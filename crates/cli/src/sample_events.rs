//! The sample events, compiled in, so that an installed program has them.

/// Name and JSON text of each sample event, sorted by name.
pub(crate) const SAMPLE_EVENTS: &[(&str, &str)] = &[
    ("cloudformation-create", include_str!("../../../events/cloudformation-create.json")),
    ("cloudformation-delete", include_str!("../../../events/cloudformation-delete.json")),
    ("cloudformation-update", include_str!("../../../events/cloudformation-update.json")),
    ("direct", include_str!("../../../events/direct.json")),
    ("eventbridge", include_str!("../../../events/eventbridge.json")),
    ("pipes", include_str!("../../../events/pipes.json")),
    ("scheduler", include_str!("../../../events/scheduler.json")),
    ("sns", include_str!("../../../events/sns.json")),
    ("sns-cloudformation", include_str!("../../../events/sns-cloudformation.json")),
    ("sqs", include_str!("../../../events/sqs.json")),
    ("sqs-fifo", include_str!("../../../events/sqs-fifo.json")),
    ("step-functions", include_str!("../../../events/step-functions.json")),
    ("terraform-update", include_str!("../../../events/terraform-update.json")),
];

/// The text of a sample event by its name, with or without its folder and extension: `events/sqs.json` or `sqs`.
pub(crate) fn sample_event(name: &str) -> Option<&'static str> {
    let name = name.strip_prefix("events/").unwrap_or(name);
    let name = name.strip_suffix(".json").unwrap_or(name);
    SAMPLE_EVENTS.iter().find(|(known, _)| *known == name).map(|(_, text)| *text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_has_every_file_of_the_folder() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../events");
        let mut files: Vec<String> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter_map(|name| name.strip_suffix(".json").map(str::to_owned))
            .collect();
        files.sort();
        let names: Vec<&str> = SAMPLE_EVENTS.iter().map(|(name, _)| *name).collect();
        assert_eq!(names, files);
        assert!(sample_event("events/sqs.json").is_some() && sample_event("sqs").is_some());
        assert!(sample_event("none").is_none());
    }
}
