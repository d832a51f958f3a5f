//! ARNs as values of parameters.

use crate::catalog::charset::{all_in_charset, is_digits};
use crate::region::is_region_name;

/// The kind of resource whose ARN a value must be. The documented patterns allow only the partition `aws` and Regions
/// with three parts; these checks also accept other partitions and their Regions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ArnType {
    /// An SNS topic.
    SnsTopic,
    /// A Firehose delivery stream.
    DeliveryStream,
    /// A SageMaker training job.
    TrainingJob,
    /// A secret in Secrets Manager.
    Secret,
    /// A secret in Secrets Manager as the Splunk connector documents it: its name has no slashes or dots.
    SplunkSecret,
}

impl ArnType {
    /// The form of the ARN, as messages show it.
    pub(super) fn template(self) -> &'static str {
        match self {
            Self::SnsTopic => "arn:aws:sns:REGION:ACCOUNT:TOPIC",
            Self::DeliveryStream => "arn:aws:firehose:REGION:ACCOUNT:deliverystream/NAME",
            Self::TrainingJob => "arn:aws:sagemaker:REGION:ACCOUNT:training-job/NAME",
            Self::Secret | Self::SplunkSecret => "arn:aws:secretsmanager:REGION:ACCOUNT:secret:NAME-SUFFIX",
        }
    }

    /// Whether a text is such an ARN.
    pub(super) fn matches(self, text: &str) -> bool {
        let parts: Vec<&str> = text.splitn(6, ':').collect();
        let [arn, partition, service, region, account, resource] = parts[..] else { return false };
        arn == "arn"
            && is_partition(partition)
            && service == self.service()
            && self.accepts_region(region)
            && self.accepts_account(account)
            && self.accepts_resource(resource)
    }

    fn service(self) -> &'static str {
        match self {
            Self::SnsTopic => "sns",
            Self::DeliveryStream => "firehose",
            Self::TrainingJob => "sagemaker",
            Self::Secret | Self::SplunkSecret => "secretsmanager",
        }
    }

    fn accepts_region(self, region: &str) -> bool {
        match self {
            Self::SnsTopic | Self::DeliveryStream | Self::SplunkSecret => is_region_name(region),
            Self::TrainingJob => all_in_charset("a-zA-Z0-9-", region),
            Self::Secret => all_in_charset("a-z0-9-", region),
        }
    }

    fn accepts_account(self, account: &str) -> bool {
        is_digits(account) && (account.len() == 12 || self == Self::TrainingJob)
    }

    fn accepts_resource(self, resource: &str) -> bool {
        match self {
            Self::SnsTopic => all_in_charset("a-zA-Z0-9_-", resource),
            Self::DeliveryStream => resource
                .strip_prefix("deliverystream/")
                .is_some_and(|name| all_in_charset("a-zA-Z0-9_.-", name)),
            Self::TrainingJob => resource.strip_prefix("training-job/").is_some_and(|name| {
                name.len() >= 2 && !name.starts_with('-') && all_in_charset("a-zA-Z0-9-", name)
            }),
            // Secrets Manager appends a hyphen and a suffix of letters and digits to the name.
            Self::Secret => {
                let name = resource.strip_prefix("secret:").and_then(|name| name.rsplit_once('-'));
                name.is_some_and(|(name, suffix)| {
                    all_in_charset("a-zA-Z0-9/_+=,.@-", name) && all_in_charset("a-zA-Z0-9", suffix)
                })
            }
            Self::SplunkSecret => resource.strip_prefix("secret:").is_some_and(|name| {
                let inner = name.get(1..name.len().saturating_sub(1)).unwrap_or_default();
                inner.contains('-') && all_in_charset("a-zA-Z0-9_-", name)
            }),
        }
    }
}

fn is_partition(partition: &str) -> bool {
    partition == "aws"
        || partition
            .strip_prefix("aws-")
            .is_some_and(|rest| rest.split('-').all(|word| all_in_charset("a-z", word)))
}
