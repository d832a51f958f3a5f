# A connector definition version: created when this is applied, and again when its input changes.

terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
      # Since 5.82, dependents of the result see that an update changes it.
      version = ">= 5.82"
    }
  }
}

variable "function_name" {
  description = "Name or ARN of the function."
  type        = string
}

variable "connector_definition_id" {
  description = "ID or ARN of the connector definition."
  type        = string
}

variable "alert_topic_arn" {
  description = "ARN of the SNS topic for the devices' alerts."
  type        = string
}

variable "region" {
  description = "Region of the function and the topic."
  type        = string
}

provider "aws" {
  region = var.region
}

data "aws_partition" "current" {}

resource "aws_lambda_invocation" "connectors" {
  function_name   = var.function_name
  lifecycle_scope = "CRUD"

  input = jsonencode({
    ConnectorDefinitionId = var.connector_definition_id
    Connectors = [
      {
        Id           = "alerts"
        ConnectorArn = "arn:${data.aws_partition.current.partition}:greengrass:${var.region}::/connectors/SNS/versions/4"
        Parameters = {
          DefaultSNSArn = var.alert_topic_arn
          IsolationMode = "GreengrassContainer"
        }
      },
      {
        Id           = "metrics"
        ConnectorArn = "arn:${data.aws_partition.current.partition}:greengrass:${var.region}::/connectors/CloudWatchMetrics/versions/5"
        # Use strings: the provider parses and reformats numbers, so 1.10 would become 1.1.
        Parameters = {
          PublishInterval    = "60"
          PublishRegion      = var.region
          MemorySize         = "16384"
          MaxMetricsToRetain = "2000"
          IsolationMode      = "GreengrassContainer"
        }
      },
    ]
  })
}

output "connector_definition_version_arn" {
  description = "ARN for a group version's ConnectorDefinitionVersionArn."
  value       = jsondecode(aws_lambda_invocation.connectors.result).Arn
}
