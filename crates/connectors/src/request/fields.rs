//! Reads the fields of objects, and collects what is wrong with them.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::ids::ParseIdError;
use super::messages;
use crate::diagnostic::{DiagnosticCode, DiagnosticSink, Path, Severity, ValidationErrors};
use crate::json::{JsonType, Object, RawJson};
use crate::suggest::{is_same_word, is_similar};

/// Reads values, and collects errors and warnings.
#[derive(Default)]
pub(super) struct Reader {
    pub(super) errors: ValidationErrors,
    pub(super) warnings: DiagnosticSink,
}

/// A field of an object.
pub(super) struct Field<'a> {
    /// The name as the object spells it, which is not the right one in a request with errors.
    pub(super) name: Cow<'static, str>,
    pub(super) value: RawJson<'a>,
}

/// Whether an object must have a field.
#[derive(Clone, Copy)]
pub(super) enum Presence {
    /// It must; what the field must be, as a noun phrase.
    Required(&'static str),
    Optional,
}

/// The names that an object may have.
pub(super) struct KnownFields {
    pub(super) known: &'static [&'static str],
    /// Names that the event source adds.
    pub(super) extra: &'static [&'static str],
    /// Names that only requests for version 2 of Greengrass have.
    pub(super) version_2: &'static [&'static str],
}

impl Reader {
    /// The JSON text that a string holds in place of an object or a list. Reports it.
    pub(super) fn decode(&mut self, path: &Path, json: RawJson<'_>, json_type: JsonType) -> Option<String> {
        let decoded = json.decode_text(&[json_type])?;
        for _ in 0..decoded.levels {
            self.warnings.push(DiagnosticCode::TextDecoded, path, messages::TEXT_DECODED);
        }
        Some(decoded.text)
    }

    /// The fields of a value that must be an object. Reports duplicate fields.
    pub(super) fn read_object<'a>(&mut self, path: &Path, json: RawJson<'a>) -> Option<Object<'a>> {
        let Some(fields) = json.as_object() else {
            self.errors.push(path, messages::wrong_type("an object", json));
            return None;
        };
        let mut seen = BTreeSet::new();
        for (name, _) in fields.iter() {
            if !seen.insert(name) {
                self.errors.push(&path.field(name), messages::DUPLICATE_FIELD);
            }
        }
        drop(seen);
        Some(fields)
    }

    /// The field with this name, or else one that was meant, which is an error: its name differs in case or separators
    /// only or, if the field is required, is a misspelling. Reports a required field that is missing.
    pub(super) fn find<'a>(
        &mut self,
        path: &Path,
        fields: &Object<'a>,
        name: &'static str,
        presence: Presence,
    ) -> Option<Field<'a>> {
        if let Some(value) = fields.get(name) {
            return Some(Field { name: Cow::Borrowed(name), value });
        }
        let names = || fields.iter().map(|(field, _)| field);
        let similar = names().find(|field| is_same_word(field, name)).or_else(|| match presence {
            Presence::Required(_) => names().find(|field| is_similar(field, name)),
            Presence::Optional => None,
        });
        match (presence, similar) {
            (Presence::Required(expected), _) => {
                self.errors.push(&path.field(name), messages::missing_field(name, expected, similar));
            }
            (Presence::Optional, Some(similar)) => {
                self.errors.push(&path.field(similar), messages::misspelled_field(name, similar));
            }
            (Presence::Optional, None) => {}
        }
        let similar = similar?;
        Some(Field { value: fields.get(similar)?, name: Cow::Owned(similar.to_owned()) })
    }

    /// A string that `parse` accepts.
    pub(super) fn read_string<T>(
        &mut self,
        path: &Path,
        field: Option<&Field<'_>>,
        parse: impl FnOnce(&str) -> Result<T, ParseIdError>,
    ) -> Option<T> {
        let field = field?;
        let message = match field.value.as_str() {
            Some(text) => match parse(&text) {
                Ok(value) => return Some(value),
                Err(error) => error.to_string(),
            },
            None => messages::wrong_type("a string", field.value),
        };
        self.errors.push(&path.field(&field.name), message);
        None
    }

    /// Reports fields that are neither known nor taken for a known field.
    pub(super) fn warn_unknown_fields(
        &mut self,
        path: &Path,
        fields: &Object<'_>,
        names: &KnownFields,
        taken: &[Option<&str>],
    ) {
        let KnownFields { known, extra, version_2 } = names;
        for (name, _) in fields.iter() {
            if known.contains(&name) || extra.contains(&name) || taken.contains(&Some(name)) {
                continue;
            }
            let code = DiagnosticCode::UnknownField;
            if version_2.contains(&name) {
                self.warnings.push(code, &path.field(name), messages::VERSION_2_FIELD);
                continue;
            }
            let similar = known.iter().copied().find(|known| is_similar(name, known));
            // The value of a misspelled field is lost, which is an error; other fields may well be meant for others.
            let severity = if similar.is_some() { Severity::Error } else { Severity::Warning };
            self.warnings
                .push_with_severity(severity, code, &path.field(name), || messages::unknown_field(similar));
        }
    }
}
