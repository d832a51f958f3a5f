//! What people read names what there is.

use connector_versions::settings;

fn read(file: &str) -> String {
    std::fs::read_to_string(format!("{}/{file}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

/// As the code names them: each `=> "Name"` and each name alone in `error_type`.
fn error_types() -> Vec<String> {
    let code = read("src/failure.rs");
    let (_, body) = code.split_once("pub fn error_type(").unwrap();
    let (body, _) = body.split_once("\n    }\n").unwrap();
    let mut names: Vec<String> = body.split('"').skip(1).step_by(2).map(str::to_owned).collect();
    names.sort();
    names.dedup();
    names
}

#[test]
fn the_runbook_has_each_error_type_and_no_other() {
    let runbook = read("docs/runbook.md");
    let (_, table) = runbook.split_once("| errorType |").unwrap();
    let (table, _) = table.split_once("\n\n").unwrap();
    let mut rows: Vec<&str> =
        table.lines().filter_map(|row| row.strip_prefix("| `")?.split('`').next()).collect();
    rows.sort_unstable();
    assert_eq!(rows, error_types());
    assert_eq!(rows.len(), 10);
}

#[test]
fn the_readme_has_each_setting_and_the_template_sets_it() {
    let (readme, template) = (read("README.md"), read("template.yaml"));
    for name in [
        settings::ENDPOINT,
        settings::IDEMPOTENCY,
        settings::IDEMPOTENCY_TABLE,
        settings::MESSAGES_AT_A_TIME,
        settings::CONNECTOR_CHECKS,
        settings::RESPONSE_URL_HOSTS,
        settings::CUSTOM_RESOURCE_ANSWER,
        settings::METRICS_NAMESPACE,
    ] {
        assert!(readme.contains(&format!("\n| `{name}` |")), "{name}");
        assert!(template.contains(&format!("\n          {name}: ")), "{name}");
    }
}
