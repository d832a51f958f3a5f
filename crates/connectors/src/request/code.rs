//! The kinds of remarks: stable names for programs.

/// How much a remark weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub enum Severity {
    /// Worth knowing; the request may well be meant so.
    Warning,
    /// A mistake: refused where somebody asked for it.
    Error,
}

impl Severity {
    /// Its name, as compilers and SARIF write it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

macro_rules! codes {
    ($($(#[doc = $meaning:literal])+ $name:ident $severity:ident,)+) => {
        /// The kinds of remarks.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize)]
        pub enum Code {
            $($(#[doc = $meaning])+ $name,)+
        }

        impl Code {
            /// Every kind.
            pub const ALL: &[Self] = &[$(Self::$name),+];

            /// What it says, in one sentence without an end.
            pub fn meaning(self) -> &'static str {
                match self {
                    $(Self::$name => concat!($($meaning),+).trim_ascii_start(),)+
                }
            }

            /// How much a remark of this kind weighs.
            pub fn severity(self) -> Severity {
                match self {
                    $(Self::$name => Severity::$severity,)+
                }
            }
        }
    };
}

codes! {
    /// a number or boolean was sent as the string it was written as
    ParameterConverted Warning,
    /// a field that is none of a request's was ignored; a mistake where a known one is near
    UnknownField Warning,
    /// a custom resource with an `AmznClientToken` of its own uses the same one for every update
    FixedClientToken Warning,
    /// the ARN is no connector's, or not of the form of AWS's connectors
    ConnectorArn Error,
    /// AWS has no connector of this name
    UnknownConnector Error,
    /// the connector has no such version
    UnknownVersion Error,
    /// there is a newer version of the connector
    SupersededVersion Warning,
    /// AWS no longer maintains the connector
    MaintenanceEnded Warning,
    /// the ARN's Region is the word `region`, none at all, another than the function's, or not of its partition
    ArnRegion Error,
    /// the ARN has an account; those of AWS's connectors have none
    ArnAccount Error,
    /// the same connector is there twice, in whatever versions
    RepeatedConnector Error,
    /// a parameter that the connector cannot do without is not there
    MissingParameter Error,
    /// the connector has no such parameter in this version; a remark only where AWS's own example has it
    UnknownParameter Error,
    /// the value does not have the form that is documented
    ParameterPattern Error,
    /// the number is too small or too large
    ParameterOutOfRange Error,
    /// the value is none of those that are allowed
    ParameterNotAllowed Error,
    /// the value does not go with another one
    ParametersDisagree Warning,
    /// something that stands for a value was left where the value belongs
    Placeholder Error,
    /// there were more remarks than the 1,000 that are listed
    More Error,
}

impl Code {
    /// Its name, as in results.
    pub fn name(self) -> String {
        format!("{self:?}")
    }
}
