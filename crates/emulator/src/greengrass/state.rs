//! Definitions, versions and client tokens. The state is changed only by applying a [`Change`], so that the journal can
//! restore it.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use time::OffsetDateTime;
use time::macros::format_description;

/// A change to the state. Its JSON is the format of the data file, so the names in it stay as they are.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) enum Change {
    DefinitionCreated {
        id: String,
        name: Option<String>,
        tags: Option<BTreeMap<String, String>>,
        #[serde(rename = "at")]
        created_at: String,
        #[serde(rename = "first")]
        initial_version: Option<Version>,
        token: Option<String>,
    },
    DefinitionRenamed {
        id: String,
        name: Option<String>,
        #[serde(rename = "at")]
        updated_at: String,
    },
    DefinitionDeleted {
        id: String,
    },
    VersionCreated {
        definition: String,
        version: Version,
        token: Option<String>,
    },
}

/// A version of a definition.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Version {
    pub(super) id: String,
    pub(super) connectors: Value,
    #[serde(rename = "at")]
    pub(super) created_at: String,
}

#[derive(Debug)]
pub(super) struct Definition {
    pub(super) id: String,
    pub(super) name: Option<String>,
    pub(super) tags: Option<BTreeMap<String, String>>,
    pub(super) created_at: String,
    pub(super) updated_at: String,
    /// In the order of creation.
    pub(super) versions: Vec<Version>,
}

/// All definitions and client tokens.
#[derive(Debug, Default)]
pub(super) struct State {
    /// In the order of creation.
    pub(super) definitions: Vec<Definition>,
    /// Client token of CreateConnectorDefinition to definition ID.
    definition_tokens: HashMap<String, String>,
    /// Definition ID and client token of CreateConnectorDefinitionVersion to version ID.
    version_tokens: HashMap<(String, String), String>,
}

impl State {
    pub(super) fn apply(&mut self, change: Change) {
        match change {
            Change::DefinitionCreated { id, name, tags, created_at, initial_version, token } => {
                if let Some(token) = token {
                    self.definition_tokens.insert(token, id.clone());
                }
                let versions = initial_version.into_iter().collect();
                self.definitions.push(Definition {
                    id,
                    name,
                    tags,
                    updated_at: created_at.clone(),
                    created_at,
                    versions,
                });
            }
            Change::DefinitionRenamed { id, name, updated_at } => {
                if let Some(definition) = self.definition_mut(&id) {
                    definition.name = name;
                    definition.updated_at = updated_at;
                }
            }
            Change::DefinitionDeleted { id } => self.definitions.retain(|definition| definition.id != id),
            Change::VersionCreated { definition: id, version, token } => {
                if let Some(token) = token {
                    self.version_tokens.insert((id.clone(), token), version.id.clone());
                }
                if let Some(definition) = self.definition_mut(&id) {
                    definition.updated_at.clone_from(&version.created_at);
                    definition.versions.push(version);
                }
            }
        }
    }

    pub(super) fn definition(&self, id: &str) -> Option<&Definition> {
        self.definitions.iter().find(|definition| definition.id == id)
    }

    pub(super) fn version(&self, definition: &str, id: &str) -> Option<(&Definition, &Version)> {
        let definition = self.definition(definition)?;
        Some((definition, definition.versions.iter().find(|version| version.id == id)?))
    }

    /// The definition that was created with this client token, if it was not deleted.
    pub(super) fn definition_by_token(&self, token: &str) -> Option<&Definition> {
        self.definition(self.definition_tokens.get(token)?)
    }

    /// The version of this definition that was created with this client token.
    pub(super) fn version_by_token(&self, definition: &str, token: &str) -> Option<(&Definition, &Version)> {
        self.version(definition, self.version_tokens.get(&(definition.to_owned(), token.to_owned()))?)
    }

    fn definition_mut(&mut self, id: &str) -> Option<&mut Definition> {
        self.definitions.iter_mut().find(|definition| definition.id == id)
    }
}

/// The current time in the API's format, such as `2019-06-24T20:46:30.134Z`.
pub(super) fn timestamp_now() -> String {
    let format = format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3]Z");
    // Formatting fails only if the value lacks a component, and a date with a time and an offset lacks none.
    OffsetDateTime::now_utc().format(format).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// Data files of earlier builds have these names.
    #[test]
    fn the_data_file_format_is_stable() {
        let version = json!({ "id": "v", "connectors": [], "at": "2" });
        for line in [
            json!({ "DefinitionCreated": {
                "id": "d", "name": "n", "tags": { "k": "v" }, "at": "1", "first": version, "token": "t",
            } }),
            json!({ "DefinitionRenamed": { "id": "d", "name": null, "at": "3" } }),
            json!({ "DefinitionDeleted": { "id": "d" } }),
            json!({ "VersionCreated": { "definition": "d", "version": version, "token": null } }),
        ] {
            let change: Change = serde_json::from_value(line.clone()).unwrap();
            assert_eq!(serde_json::to_value(&change).unwrap(), line);
        }
    }
}
