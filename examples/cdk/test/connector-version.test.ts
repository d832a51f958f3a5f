import assert from 'node:assert/strict';
import { test } from 'node:test';

import { App, Duration, Lazy, SecretValue, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';

import { Connector, ConnectorVersion, ConnectorVersionProps } from '../lib/connector-version';

const serviceToken = 'arn:aws:lambda:us-east-1:123456789012:function:connector-versions';
const connectorArn = 'arn:aws:greengrass:us-east-1::/connectors/SNS/versions/4';

function stackOf(connectors: Connector[], props: Partial<ConnectorVersionProps> = {}): Template {
  const stack = new Stack(new App(), 'Stack');
  new ConnectorVersion(stack, 'Connectors', { serviceToken, connectorDefinitionId: 'd', connectors, ...props });
  return Template.fromStack(stack);
}

test('the properties are those of the request', () => {
  stackOf([{ connectorArn, id: 'alerts' }], { revision: '2', serviceTimeout: Duration.seconds(30) })
    .hasResourceProperties('Custom::GreengrassConnectorVersion', Match.exact({
      ServiceToken: serviceToken,
      ServiceTimeout: '30',
      ConnectorDefinitionId: 'd',
      Connectors: [{ ConnectorArn: connectorArn, Id: 'alerts' }],
      Revision: '2',
    }));
});

test('synthesis fails with everything that the function would reject', () => {
  const connectors: Connector[] = [
    { connectorArn, id: 'a b' },
    { connectorArn, id: 'twice' },
    { connectorArn, id: 'twice' },
    { connectorArn, id: 'x'.repeat(129) },
    { connectorArn, id: 'secret', parameters: { Token: SecretValue.secretsManager('s').unsafeUnwrap() } },
    { connectorArn, id: 'inside', parameters: { Url: `https://${SecretValue.ssmSecure('p')}@example.com` } },
  ];
  assert.throws(() => stackOf(connectors), ({ message }: Error) => [
    /connector id 'a b': must be 1 to 128/,
    /connector id 'twice': must be unique/,
    /connector id 'x{129}': must be 1 to 128/,
    /connectors\[4\]\.parameters\.Token: is a secret/,
    /connectors\[5\]\.parameters\.Url: is a secret/,
  ].every((problem) => problem.test(message)));
});

test('values that only a deployment knows are accepted', () => {
  const open = (value: string) => Lazy.string({ produce: () => value });
  stackOf([
    { connectorArn: open(connectorArn), id: open('a'), parameters: { DefaultSNSArn: open('b') } },
    { connectorArn, id: open('a'), parameters: { DefaultSNSArn: '{{resolve:ssm:topic}}' } },
  ]);
});
