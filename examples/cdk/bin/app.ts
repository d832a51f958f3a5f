import { App, Aws, CfnOutput, CfnParameter, Stack, Validations } from 'aws-cdk-lib';
import { CfnConnectorDefinition, CfnGroup, CfnGroupVersion } from 'aws-cdk-lib/aws-greengrass';
import { Function } from 'aws-cdk-lib/aws-lambda';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { Provider } from 'aws-cdk-lib/custom-resources';

import { ConnectorVersion } from '../lib/connector-version';

const app = new App();
Validations.of(app).acknowledge({
  id: 'CloudFormation-Validate::W3696',
  reason: "That AWS shuts the service down: known, and what the project's README says first",
});

// CloudFormation invokes the function directly.
const direct = new Stack(app, 'PackagingLine');
addLine(direct, functionArn(direct));

// CloudFormation invokes the Provider framework, which invokes the function and sends the response. Deploy that function with
// the parameter CustomResourceResponse=return. The framework logs every property of a request.
const behind = new Stack(app, 'PackagingLineBehindProvider');
const provider = new Provider(behind, 'Provider', {
  onEventHandler: Function.fromFunctionArn(behind, 'Function', functionArn(behind)),
});
addLine(behind, provider.serviceToken);

function functionArn(stack: Stack): string {
  return new CfnParameter(stack, 'ServiceToken', {
    description: "The output ServiceToken of the function's stack.",
    allowedPattern: '^arn:[^:]+:lambda:[^:]+:[0-9]{12}:function:.+$',
  }).valueAsString;
}

function addLine(stack: Stack, serviceToken: string): void {
  const alerts = new Topic(stack, 'Alerts');
  const definition = new CfnConnectorDefinition(stack, 'ConnectorDefinition', { name: `${Aws.STACK_NAME}-connectors` });
  const group = new CfnGroup(stack, 'Group', { name: Aws.STACK_NAME });

  const connectors = new ConnectorVersion(stack, 'Connectors', {
    serviceToken,
    connectorDefinitionId: definition.ref,
    connectors: [
      {
        id: 'alerts',
        connectorArn: connectorArn('SNS', 4),
        parameters: { DefaultSNSArn: alerts.topicArn, IsolationMode: 'GreengrassContainer' },
      },
      {
        id: 'metrics',
        connectorArn: connectorArn('CloudWatchMetrics', 5),
        parameters: {
          PublishInterval: '60',
          PublishRegion: Aws.REGION,
          MemorySize: '16384',
          MaxMetricsToRetain: '2000',
          IsolationMode: 'GreengrassContainer',
        },
      },
    ],
  });
  new CfnGroupVersion(stack, 'GroupVersion', {
    groupId: group.ref,
    connectorDefinitionVersionArn: connectors.arn,
  });

  new CfnOutput(stack, 'ConnectorDefinitionVersionArn', { value: connectors.arn });
  new CfnOutput(stack, 'Outcome', { value: connectors.outcome });
}

function connectorArn(name: string, version: number): string {
  return `arn:${Aws.PARTITION}:greengrass:${Aws.REGION}::/connectors/${name}/versions/${version}`;
}
