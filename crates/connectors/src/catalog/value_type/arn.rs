//! ARNs as values of parameters.

use crate::catalog::charset::{all_of, is_digits, is_region};

/// Which ARN a value must be. The documented patterns allow the partition `aws` and Regions of three parts only; that
/// is not held against values of other partitions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arn {
    /// An SNS topic.
    SnsTopic,
    /// A Firehose delivery stream.
    DeliveryStream,
    /// A SageMaker training job.
    TrainingJob,
    /// A secret in Secrets Manager.
    Secret,
    /// A secret in Secrets Manager, as the Splunk connector takes it: its name has no slashes or dots.
    PlainSecret,
}

impl Arn {
    /// Its form, for a person.
    pub fn form(self) -> &'static str {
        match self {
            Self::SnsTopic => "arn:aws:sns:REGION:ACCOUNT:TOPIC",
            Self::DeliveryStream => "arn:aws:firehose:REGION:ACCOUNT:deliverystream/NAME",
            Self::TrainingJob => "arn:aws:sagemaker:REGION:ACCOUNT:training-job/NAME",
            Self::Secret | Self::PlainSecret => "arn:aws:secretsmanager:REGION:ACCOUNT:secret:NAME-SUFFIX",
        }
    }

    /// Whether a text is such an ARN.
    pub(super) fn fits(self, text: &str) -> bool {
        let parts: Vec<&str> = text.splitn(6, ':').collect();
        let [arn, partition, service, region, account, resource] = parts[..] else { return false };
        arn == "arn"
            && is_partition(partition)
            && service == self.service()
            && self.takes_region(region)
            && self.takes_account(account)
            && self.takes_resource(resource)
    }

    fn service(self) -> &'static str {
        match self {
            Self::SnsTopic => "sns",
            Self::DeliveryStream => "firehose",
            Self::TrainingJob => "sagemaker",
            Self::Secret | Self::PlainSecret => "secretsmanager",
        }
    }

    fn takes_region(self, region: &str) -> bool {
        match self {
            Self::SnsTopic | Self::DeliveryStream | Self::PlainSecret => is_region(region),
            Self::TrainingJob => all_of("a-zA-Z0-9-", region),
            Self::Secret => all_of("a-z0-9-", region),
        }
    }

    fn takes_account(self, account: &str) -> bool {
        is_digits(account) && (account.len() == 12 || self == Self::TrainingJob)
    }

    fn takes_resource(self, resource: &str) -> bool {
        match self {
            Self::SnsTopic => all_of("a-zA-Z0-9_-", resource),
            Self::DeliveryStream => {
                resource.strip_prefix("deliverystream/").is_some_and(|name| all_of("a-zA-Z0-9_.-", name))
            }
            Self::TrainingJob => resource
                .strip_prefix("training-job/")
                .is_some_and(|name| name.len() >= 2 && !name.starts_with('-') && all_of("a-zA-Z0-9-", name)),
            // A suffix of letters and digits, which Secrets Manager adds, behind the last hyphen.
            Self::Secret => {
                let name = resource.strip_prefix("secret:").and_then(|name| name.rsplit_once('-'));
                name.is_some_and(|(name, suffix)| {
                    all_of("a-zA-Z0-9/_+=,.@-", name) && all_of("a-zA-Z0-9", suffix)
                })
            }
            Self::PlainSecret => resource.strip_prefix("secret:").is_some_and(|name| {
                let inner = name.get(1..name.len().saturating_sub(1)).unwrap_or_default();
                inner.contains('-') && all_of("a-zA-Z0-9_-", name)
            }),
        }
    }
}

fn is_partition(partition: &str) -> bool {
    partition == "aws"
        || partition.strip_prefix("aws-").is_some_and(|rest| rest.split('-').all(|word| all_of("a-z", word)))
}
