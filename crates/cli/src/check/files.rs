//! The files that the arguments name: files, directories and patterns.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use glob::{MatchOptions, Pattern};

/// A file to check, or a directory or pattern without any file.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum FileArgument {
    File {
        name: String,
        /// Whether the file is not named itself, but found in a directory or by a pattern.
        is_found: bool,
    },
    NoMatch(String),
}

/// The names of files that are read in a directory. A pattern finds files of every name.
const EXTENSIONS: [&str; 4] = ["json", "template", "yaml", "yml"];

/// As in a shell: `*` does not match `/` or a leading period.
const MATCH_OPTIONS: MatchOptions =
    MatchOptions { case_sensitive: true, require_literal_separator: true, require_literal_leading_dot: true };

/// The files that the arguments name, each once, without those that a pattern in `exclude` matches.
pub(super) fn expand(arguments: &[String], exclude: &[Pattern]) -> Vec<FileArgument> {
    let mut files = Vec::new();
    let mut seen = HashSet::new();
    for argument in arguments {
        let path = Path::new(argument);
        let (found, is_found) = if argument == "-" || path.is_file() {
            (vec![path.to_owned()], false)
        } else if path.is_dir() {
            (files_in(path, exclude), true)
        } else if argument.contains(['*', '?', '[']) {
            (files_matching(argument), true)
        } else {
            // Reading it tells why it cannot be read.
            (vec![path.to_owned()], false)
        };
        // A directory of which everything is excluded has files all the same.
        if found.is_empty() && (!path.is_dir() || files_in(path, &[]).is_empty()) {
            files.push(FileArgument::NoMatch(argument.clone()));
        }
        let names = found.iter().filter(|path| !is_excluded(path, exclude));
        for path in names {
            let name = path.strip_prefix(".").unwrap_or(path).to_string_lossy().into_owned();
            if seen.insert(name.clone()) {
                files.push(FileArgument::File { name, is_found });
            }
        }
    }
    files
}

fn files_matching(pattern: &str) -> Vec<PathBuf> {
    // An invalid pattern matches nothing.
    let Ok(paths) = glob::glob_with(pattern, MATCH_OPTIONS) else { return Vec::new() };
    paths.filter_map(Result::ok).filter(|path| path.is_file()).collect()
}

/// The files in a directory and in those inside it, in the order of their names. Names that start with a period, and
/// links to directories, are left out.
fn files_in(directory: &Path, exclude: &[Pattern]) -> Vec<PathBuf> {
    let mut entries: Vec<PathBuf> =
        fs::read_dir(directory).into_iter().flatten().filter_map(|entry| Some(entry.ok()?.path())).collect();
    entries.sort();
    let mut files = Vec::new();
    for path in entries {
        if path.file_name().is_none_or(|name| name.to_string_lossy().starts_with('.')) {
            continue;
        }
        if path.is_dir() {
            if !path.is_symlink() && !is_excluded(&path, exclude) {
                files.extend(files_in(&path, exclude));
            }
        } else if path
            .extension()
            .is_some_and(|it| EXTENSIONS.iter().any(|known| it.eq_ignore_ascii_case(known)))
        {
            files.push(path);
        }
    }
    files
}

/// Whether a pattern matches a path, or a directory that contains it. A pattern without `/` matches a name.
fn is_excluded(path: &Path, exclude: &[Pattern]) -> bool {
    let path = path.strip_prefix(".").unwrap_or(path);
    exclude.iter().any(|pattern| {
        let text = pattern.as_str();
        let trimmed = text.trim_start_matches("./").trim_end_matches('/');
        // A part of a valid pattern is valid, unless it is cut in a bracket.
        let pattern = Pattern::new(trimmed).unwrap_or_else(|_| pattern.clone());
        path.ancestors().filter(|ancestor| *ancestor != Path::new("")).any(|ancestor| {
            let whole = ancestor.to_string_lossy();
            let name = ancestor.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
            let options = MatchOptions { require_literal_leading_dot: false, ..MATCH_OPTIONS };
            pattern.matches_with(&whole, options)
                || (!trimmed.contains('/') && pattern.matches_with(&name, options))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_exclude_files_and_directories() {
        for (path, pattern, expected) in [
            ("a/b.yaml", "a", true),
            ("./a/b.yaml", "a/", true),
            ("a/b.yaml", "b.yaml", true),
            ("a/b.yaml", "*.yaml", true),
            ("a/b.yaml", "a/*.yaml", true),
            ("x/a/b.yaml", "a/*.yaml", false),
            ("x/a/b.yaml", "**/a/*.yaml", true),
            ("x/a/b.yaml", "x/**", true),
            ("a/node_modules/c/d.json", "node_modules", true),
            ("/tmp/a/b.yaml", "/tmp/a/**", true),
            ("a/b.yaml", "./a/b.yaml", true),
            ("a/b.yaml", "c", false),
            ("a/b.yaml", "b", false),
        ] {
            let exclude = [Pattern::new(pattern).unwrap()];
            assert_eq!(is_excluded(Path::new(path), &exclude), expected, "{path} {pattern}");
        }
    }
}
