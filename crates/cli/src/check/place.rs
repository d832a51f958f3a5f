//! Where a document stands in a file.

use connectors::diagnostic::Path;

use super::collector::Container;

/// Where a document stands in a file.
#[derive(Clone, Debug, Default)]
pub(super) struct Place {
    /// What stands before the paths of the document's values: `document 2`, or the path of the text that it is.
    pub(super) prefix: Option<String>,
    /// Number of templates around this one.
    pub(super) depth: usize,
}

impl Place {
    /// The path of a value in the file.
    pub(super) fn path(&self, path: &Path) -> String {
        let path = path.to_string();
        match &self.prefix {
            Some(prefix) if path.is_empty() => prefix.clone(),
            Some(prefix) => format!("{prefix}: {path}"),
            None => path,
        }
    }

    /// The path of a list of connectors, to which `[0]` can be added.
    pub(super) fn list_path(&self, path: &Path) -> String {
        match &self.prefix {
            Some(prefix) if path.to_string().is_empty() => format!("{prefix}: "),
            _ => self.path(path),
        }
    }

    /// The container of a request that is the value with this path.
    pub(super) fn container(&self, path: &Path) -> Container {
        match &self.prefix {
            None if path.to_string().is_empty() => Container::File,
            Some(prefix) if path.to_string().is_empty() => Container::Text(prefix.clone()),
            _ => Container::Value(self.path(path)),
        }
    }
}
