import assert from 'node:assert/strict';
import { test } from 'node:test';

import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';

import * as after from '../migration/after';
import * as before from '../migration/before';

/** The properties of the only resource of a type in a stack. */
function propertiesOf(type: string, add: (stack: Stack) => void): any {
  const stack = new Stack(new App(), 'Stack');
  add(stack);
  const [resource, ...others] = Object.values(Template.fromStack(stack).findResources(type));
  assert.ok(resource && others.length === 0);
  return resource.Properties;
}

test('the request is the same before and after the migration', () => {
  const called = propertiesOf('Custom::AWS', (stack) => before.addVersion(stack, 'd', 'us-east-1'));
  const requested = propertiesOf('Custom::GreengrassConnectorVersion', (stack) => {
    after.addVersion(stack, 'd', 'us-east-1', 'arn:aws:lambda:us-east-1:123456789012:function:f');
  });
  const { ConnectorDefinitionId, Connectors } = requested;
  for (const call of [called.Create, called.Update]) {
    assert.deepEqual(JSON.parse(call).parameters, { ConnectorDefinitionId, Connectors });
  }
  assert.equal(called.Delete, undefined);
});
