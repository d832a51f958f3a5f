//! The codes and severities of diagnostics.

/// The severity of a diagnostic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub enum Severity {
    /// The request may be intended.
    Warning,
    /// The request, or its deployment to a device, would fail.
    Error,
}

impl Severity {
    /// The name, as in SARIF: `warning` or `error`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

macro_rules! codes {
    ($($(#[doc = $description:literal])+ $name:ident $severity:ident,)+) => {
        /// The kind of a diagnostic. The names are stable, for use by programs.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize)]
        pub enum DiagnosticCode {
            $($(#[doc = $description])+ $name,)+
        }

        impl DiagnosticCode {
            /// Every code.
            pub const ALL: &[Self] = &[$(Self::$name),+];

            /// The meaning, as one sentence.
            pub fn description(self) -> &'static str {
                match self {
                    $(Self::$name => concat!($($description),+).trim_ascii_start(),)+
                }
            }

            /// The default severity of a diagnostic with this code.
            pub fn severity(self) -> Severity {
                match self {
                    $(Self::$name => Severity::$severity,)+
                }
            }
        }
    };
}

codes! {
    /// The request is invalid; the function rejects it.
    InvalidRequest Error,
    /// JSON text was read where an object or a list belongs.
    TextDecoded Warning,
    /// A number or boolean was sent as the string it was written as.
    ParameterConverted Warning,
    /// An unknown field was ignored; an error where its name is close to a known one.
    UnknownField Warning,
    /// A custom resource with its own `AmznClientToken` uses the same token for every update.
    FixedClientToken Warning,
    /// The ARN is not that of a connector, or does not have the form of AWS's connectors.
    ConnectorArn Error,
    /// AWS has no connector with this name.
    UnknownConnector Error,
    /// The connector has no such version.
    UnknownVersion Error,
    /// The connector has a newer version.
    SupersededVersion Warning,
    /// AWS no longer maintains the connector.
    MaintenanceEnded Warning,
    /// The ARN's Region is missing, a placeholder, not the function's, or not of the ARN's partition.
    ArnRegion Error,
    /// The ARN has an account; the ARNs of AWS's connectors have none.
    ArnAccount Error,
    /// The request has the same connector twice.
    RepeatedConnector Error,
    /// A required parameter is missing.
    MissingParameter Error,
    /// The connector has no such parameter in this version; a warning where one of AWS's own examples has it.
    UnknownParameter Error,
    /// The value does not have the documented form.
    ParameterPattern Error,
    /// The number is out of range.
    ParameterOutOfRange Error,
    /// The value is not one of the allowed values.
    ParameterNotAllowed Error,
    /// The value does not fit the value of another parameter.
    ParametersDisagree Warning,
    /// A placeholder was left where a value belongs.
    Placeholder Error,
    /// A template has a key twice, of which only the last counts.
    DuplicateKey Warning,
    /// A file with a template has several YAML documents, of which CloudFormation takes one.
    SeveralDocuments Warning,
    /// There were more diagnostics than the 1,000 that are listed.
    Truncated Error,
}

impl DiagnosticCode {
    /// The name, as in results.
    pub fn name(self) -> String {
        format!("{self:?}")
    }
}
