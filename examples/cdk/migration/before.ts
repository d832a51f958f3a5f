import { AwsCustomResource, AwsCustomResourcePolicy, PhysicalResourceId } from 'aws-cdk-lib/custom-resources';
import { Construct } from 'constructs';

/** Creates a version with `AwsCustomResource`; returns its ARN. */
export function addVersion(scope: Construct, connectorDefinitionId: string, region: string): string {
  const version = new AwsCustomResource(scope, 'ConnectorVersion', {
    onUpdate: {
      service: 'Greengrass',
      action: 'createConnectorDefinitionVersion',
      parameters: {
        ConnectorDefinitionId: connectorDefinitionId,
        Connectors: [{
          Id: 'metrics',
          ConnectorArn: `arn:aws:greengrass:${region}::/connectors/CloudWatchMetrics/versions/5`,
          Parameters: { PublishInterval: '60', PublishRegion: region, MemorySize: '16384' },
        }],
      },
      physicalResourceId: PhysicalResourceId.fromResponse('Arn'),
    },
    policy: AwsCustomResourcePolicy.fromSdkCalls({ resources: AwsCustomResourcePolicy.ANY_RESOURCE }),
    installLatestAwsSdk: false,
  });
  return version.getResponseField('Arn');
}
