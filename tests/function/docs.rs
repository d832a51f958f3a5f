//! What people read names what there is.

use std::path::Path;

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

/// What is between a page's code blocks.
fn prose(page: &str) -> String {
    page.split("```").step_by(2).collect()
}

/// The anchors of a page's headings, as GitHub makes them.
fn anchors(page: &str) -> Vec<String> {
    let kept = |c: &char| c.is_alphanumeric() || [' ', '-', '_'].contains(c);
    let anchor =
        |heading: &str| heading.to_lowercase().chars().filter(kept).collect::<String>().replace(' ', "-");
    prose(page)
        .lines()
        .filter(|line| line.starts_with('#'))
        .map(|line| anchor(line.trim_matches(['#', ' '])))
        .collect()
}

#[test]
fn links_lead_somewhere_and_files_that_are_named_are_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut links = 0;
    for page in [
        "README.md",
        "CHANGELOG.md",
        "CONTRIBUTING.md",
        "SECURITY.md",
        "bench/README.md",
        "bench/tried.md",
        "docs/migration.md",
        "docs/runbook.md",
    ] {
        let text = prose(&read(page));
        let link = |part: &str| part.split_once(')').map(|(link, _)| link.to_owned());
        for link in text.split("](").skip(1).filter_map(link).filter(|link| !link.starts_with("https://")) {
            let (file, anchor) = link.split_once('#').unwrap_or((&link, ""));
            let target = root.join(page).parent().unwrap().join(file);
            let target = if file.is_empty() { root.join(page) } else { target };
            assert!(target.exists(), "{page}: {link}");
            let has = |anchor: &str| {
                anchors(&std::fs::read_to_string(&target).unwrap()).iter().any(|known| known == anchor)
            };
            assert!(anchor.is_empty() || has(anchor), "{page}: {link}");
            links += 1;
        }
        let folders = ["benches/", "docs/", "events/", "examples/", "local/", "src/", "tests/"];
        for name in text
            .split('`')
            .skip(1)
            .step_by(2)
            .filter(|name| folders.iter().any(|folder| name.starts_with(folder)))
        {
            assert!(root.join(name).exists(), "{page}: {name}");
        }
    }
    assert!(links > 20, "{links} links");
}
