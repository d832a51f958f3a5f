# A connector definition version by the function: made when this is applied, made anew when its input changes.

terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
      # Since 5.82 what reads the result sees that an update changes it.
      version = ">= 5.82"
    }
  }
}

variable "function_name" {
  description = "The function: its name, or its ARN."
  type        = string
}

variable "connector_definition_id" {
  description = "Id or ARN of the connector definition."
  type        = string
}

variable "alert_topic_arn" {
  description = "The SNS topic that the devices' alerts go to."
  type        = string
}

variable "region" {
  description = "The Region of the function and the topic."
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
        # Strings: the provider reads numbers and writes them anew, so that 1.10 would become 1.1.
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
  description = "The version that a group version takes."
  value       = jsondecode(aws_lambda_invocation.connectors.result).Arn
}
