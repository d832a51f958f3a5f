//! Duplicate keys of a template, and its plain scalars.

use std::collections::{HashMap, HashSet};

use connectors::diagnostic::{Diagnostic, DiagnosticCode, Path};

use super::collector::CheckResult;
use super::diagnostic::LocatedDiagnostic;
use super::place::Place;
use super::spanned_value::{Member, Span, SpannedValue, Style, Value};
use super::yaml_scalar::canonical_text;

/// The keys that a template has more than once.
#[derive(Debug, Default)]
pub(super) struct Duplicates {
    keys: Vec<DuplicateKey>,
    /// Aliases repeat what they stand for.
    seen: HashSet<Span>,
}

#[derive(Debug)]
struct DuplicateKey {
    path: Path,
    first: Span,
    last: Span,
}

impl Duplicates {
    /// Keeps the last member of each name, and makes of plain YAML scalars what YAML 1.1 makes of them.
    pub(super) fn remove(value: &mut SpannedValue) -> Self {
        let mut duplicates = Self::default();
        duplicates.remove_from(value, &Path::root());
        duplicates
    }

    /// Adds a warning for each key.
    pub(super) fn report(self, place: &Place, result: &mut CheckResult) {
        for DuplicateKey { path, first, last } in self.keys {
            let message = format!(
                "duplicate key on lines {} and {}; only the last one counts, so keep one.",
                first.line, last.line
            );
            let diagnostic = Diagnostic {
                path: place.path(&path),
                ..Diagnostic::new(DiagnosticCode::DuplicateKey, &Path::root(), message)
            };
            result.diagnostics.push(LocatedDiagnostic {
                diagnostic,
                span: last,
                excerpt: None,
                is_source: true,
            });
        }
    }

    fn remove_from(&mut self, value: &mut SpannedValue, path: &Path) {
        match &mut value.value {
            Value::Null => {}
            Value::Scalar(text) => {
                if value.style == Style::Plain
                    && let Some(canonical) = canonical_text(text)
                {
                    *text = canonical;
                }
            }
            Value::List(items) => {
                for (index, item) in items.iter_mut().enumerate() {
                    self.remove_from(item, &path.index(index));
                }
            }
            Value::Object(members) => {
                for member in members.iter_mut() {
                    self.remove_from(&mut member.value, &path.field(&member.name));
                }
                self.remove_members(members, path);
            }
        }
    }

    fn remove_members(&mut self, members: &mut Vec<Member>, path: &Path) {
        let mut first_by_name: HashMap<&str, Span> = HashMap::new();
        let mut last_by_name: HashMap<String, usize> = HashMap::new();
        for (index, member) in members.iter().enumerate() {
            let Some(first) = first_by_name.get(member.name.as_str()) else {
                first_by_name.insert(&member.name, member.name_span);
                continue;
            };
            last_by_name.insert(member.name.clone(), index);
            if self.seen.insert(member.name_span) {
                let path = path.field(&member.name);
                self.keys.push(DuplicateKey { path, first: *first, last: member.name_span });
            }
        }
        if !last_by_name.is_empty() {
            let mut index = 0;
            members.retain(|member| {
                index += 1;
                last_by_name.get(&member.name).is_none_or(|last| *last == index - 1)
            });
        }
    }
}
