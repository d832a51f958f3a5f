//! Definitions, versions and tokens. Everything that happens is a change, so that the journal is all there is.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use time::OffsetDateTime;
use time::macros::format_description;

/// Something that happened.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) enum Change {
    DefinitionCreated {
        id: String,
        name: Option<String>,
        tags: Option<BTreeMap<String, String>>,
        at: String,
        first: Option<NewVersion>,
        token: Option<String>,
    },
    DefinitionRenamed {
        id: String,
        name: Option<String>,
        at: String,
    },
    DefinitionDeleted {
        id: String,
    },
    VersionCreated {
        definition: String,
        version: NewVersion,
        token: Option<String>,
    },
}

/// A version that came to be.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct NewVersion {
    pub(super) id: String,
    pub(super) connectors: Value,
    pub(super) at: String,
}

#[derive(Debug)]
pub(super) struct Definition {
    pub(super) id: String,
    pub(super) name: Option<String>,
    pub(super) tags: Option<BTreeMap<String, String>>,
    pub(super) created: String,
    pub(super) updated: String,
    pub(super) versions: Vec<NewVersion>,
}

/// Everything the service knows.
#[derive(Debug, Default)]
pub(super) struct State {
    /// In the order in which they were made.
    pub(super) definitions: Vec<Definition>,
    /// What a token of CreateConnectorDefinition made.
    definition_tokens: HashMap<String, String>,
    /// What a token of CreateConnectorDefinitionVersion made, per definition.
    version_tokens: HashMap<(String, String), String>,
}

impl State {
    pub(super) fn apply(&mut self, change: Change) {
        match change {
            Change::DefinitionCreated { id, name, tags, at, first, token } => {
                if let Some(token) = token {
                    self.definition_tokens.insert(token, id.clone());
                }
                let versions = first.into_iter().collect();
                self.definitions.push(Definition {
                    id,
                    name,
                    tags,
                    created: at.clone(),
                    updated: at,
                    versions,
                });
            }
            Change::DefinitionRenamed { id, name, at } => {
                if let Some(definition) = self.definition_mut(&id) {
                    definition.name = name;
                    definition.updated = at;
                }
            }
            Change::DefinitionDeleted { id } => self.definitions.retain(|definition| definition.id != id),
            Change::VersionCreated { definition: id, version, token } => {
                if let Some(token) = token {
                    self.version_tokens.insert((id.clone(), token), version.id.clone());
                }
                if let Some(definition) = self.definition_mut(&id) {
                    definition.updated.clone_from(&version.at);
                    definition.versions.push(version);
                }
            }
        }
    }

    pub(super) fn definition(&self, id: &str) -> Option<&Definition> {
        self.definitions.iter().find(|definition| definition.id == id)
    }

    pub(super) fn version(&self, definition: &str, id: &str) -> Option<(&Definition, &NewVersion)> {
        let definition = self.definition(definition)?;
        Some((definition, definition.versions.iter().find(|version| version.id == id)?))
    }

    /// The definition that this token made, if it is still there.
    pub(super) fn definition_of_token(&self, token: &str) -> Option<&Definition> {
        self.definition(self.definition_tokens.get(token)?)
    }

    /// The version that this token made of this definition.
    pub(super) fn version_of_token(
        &self,
        definition: &str,
        token: &str,
    ) -> Option<(&Definition, &NewVersion)> {
        self.version(definition, self.version_tokens.get(&(definition.to_owned(), token.to_owned()))?)
    }

    fn definition_mut(&mut self, id: &str) -> Option<&mut Definition> {
        self.definitions.iter_mut().find(|definition| definition.id == id)
    }
}

/// The time as the real service writes it: `2019-06-24T20:46:30.134Z`.
pub(super) fn now() -> String {
    let format = format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3]Z");
    // All of its parts are there, so it can be formatted.
    OffsetDateTime::now_utc().format(format).unwrap_or_default()
}
