//! The documentation names what exists: error types, settings, pages, links and files.

use std::fs;
use std::path::{Path, PathBuf};

use connector_versions::config;

const RUNBOOK: &str = "docs/src/operating/runbook.md";
const SETTINGS: &str = "docs/src/reference/settings.md";
const SUMMARY: &str = "docs/src/SUMMARY.md";
const MAX_README_LINES: usize = 150;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(file: &str) -> String {
    fs::read_to_string(root().join(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
}

/// All files below a folder, with paths relative to the repository's root.
fn files_below(folder: &str) -> Vec<String> {
    let mut files = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                files.push(relative(&path));
            }
        }
    }
    files.sort();
    files
}

fn relative(path: &Path) -> String {
    path.strip_prefix(root()).unwrap().to_str().unwrap().replace('\\', "/")
}

/// Every page of the book.
fn book_pages() -> Vec<String> {
    files_below("docs/src").into_iter().filter(|file| file.ends_with(".md")).collect()
}

/// Every page whose links and file names are checked.
fn pages() -> Vec<String> {
    ["README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md"]
        .into_iter()
        .map(str::to_owned)
        .chain(files_below("bench").into_iter().filter(|file| is_page_of_bench(file)))
        .chain(book_pages())
        .collect()
}

/// The pages directly in `bench/`, and none that a package manager installed below it.
fn is_page_of_bench(file: &str) -> bool {
    file.ends_with(".md") && file.matches('/').count() == 1
}

/// The error types that the code names: each string literal in a function `error_type`.
fn error_types() -> Vec<String> {
    let mut names = Vec::new();
    for file in files_below("src").iter().filter(|file| file.ends_with(".rs")) {
        for body in read(file).split("fn error_type(").skip(1) {
            let (body, _) = body.split_once("\n    }\n").unwrap();
            names.extend(body.split('"').skip(1).step_by(2).map(str::to_owned));
        }
    }
    names.sort();
    names.dedup();
    names
}

#[test]
fn the_runbook_has_each_error_type_and_no_other() {
    let runbook = read(RUNBOOK);
    let (_, table) = runbook.split_once("| errorType |").unwrap();
    let (table, _) = table.split_once("\n\n").unwrap();
    let mut rows: Vec<&str> =
        table.lines().filter_map(|row| row.strip_prefix("| `")?.split('`').next()).collect();
    rows.sort_unstable();
    assert_eq!(rows, error_types());
    assert_eq!(rows.len(), 10);
}

#[test]
fn the_settings_page_has_each_setting_and_the_template_sets_it() {
    let (settings, template) = (read(SETTINGS), read("template.yaml"));
    for name in [
        config::GREENGRASS_ENDPOINT_VAR,
        config::IDEMPOTENCY,
        config::IDEMPOTENCY_TABLE,
        config::BATCH_CONCURRENCY,
        config::CONNECTOR_CHECKS,
        config::RESPONSE_URL_HOSTS,
        config::CUSTOM_RESOURCE_RESPONSE,
        config::METRICS_NAMESPACE,
    ] {
        assert!(settings.contains(&format!("\n| `{name}` |")), "{name}");
        assert!(template.contains(&format!("\n          {name}: ")), "{name}");
    }
    // A stack has no use for it.
    assert!(settings.contains(&format!("\n| `{}` |", config::RESPONSE_URL_ALLOW_AWS)));
}

#[test]
fn the_readme_is_short() {
    let lines = read("README.md").lines().count();
    assert!(lines <= MAX_README_LINES, "{lines} lines");
}

#[test]
fn the_summary_names_each_page_of_the_book() {
    let summary = read(SUMMARY);
    let pages: Vec<String> = book_pages().into_iter().filter(|page| page != SUMMARY).collect();
    assert!(pages.len() > 20, "{} pages", pages.len());
    for page in pages {
        let link = format!("]({})", page.strip_prefix("docs/src/").unwrap());
        assert_eq!(summary.matches(&link).count(), 1, "{page}");
    }
}

/// The text of a page without its code blocks.
fn prose(page: &str) -> String {
    page.split("```").step_by(2).collect()
}

/// The anchors of a page's headings, as GitHub derives them.
fn anchors(page: &str) -> Vec<String> {
    let is_kept = |c: &char| c.is_alphanumeric() || [' ', '-', '_'].contains(c);
    let anchor =
        |heading: &str| heading.to_lowercase().chars().filter(is_kept).collect::<String>().replace(' ', "-");
    prose(page)
        .lines()
        .filter(|line| line.starts_with('#'))
        .map(|line| anchor(line.trim_matches(['#', ' '])))
        .collect()
}

/// The targets of a text's links, without those on the web.
fn links(text: &str) -> impl Iterator<Item = &str> {
    text.split("](")
        .skip(1)
        .filter_map(|part| Some(part.split_once(')')?.0))
        .filter(|link| !link.starts_with("https://"))
}

fn assert_link_exists(page: &str, link: &str) {
    let (file, anchor) = link.split_once('#').unwrap_or((link, ""));
    let source = root().join(page);
    let target: PathBuf = if file.is_empty() { source } else { source.parent().unwrap().join(file) };
    assert!(target.exists(), "{page}: {link}");
    if !anchor.is_empty() {
        let known = anchors(&fs::read_to_string(&target).unwrap());
        assert!(known.iter().any(|known| known == anchor), "{page}: {link}");
    }
}

#[test]
fn links_and_file_names_in_the_documentation_exist() {
    const FOLDERS: [&str; 8] =
        ["benches/", "crates/", "docs/", "e2e/", "events/", "examples/", "src/", "tests/"];
    let mut count = 0;
    for page in pages() {
        let text = prose(&read(&page));
        for link in links(&text) {
            assert_link_exists(&page, link);
            count += 1;
        }
        for name in text
            .split('`')
            .skip(1)
            .step_by(2)
            .filter(|name| FOLDERS.iter().any(|folder| name.starts_with(folder)))
        {
            assert!(root().join(name).exists(), "{page}: {name}");
        }
    }
    assert!(count > 100, "{count} links");
}
