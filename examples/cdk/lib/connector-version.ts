import { CustomResource, Duration, Stack, Token } from 'aws-cdk-lib';
import { Construct } from 'constructs';

/** A connector of the Greengrass V1 API. */
export interface Connector {
  /** `arn:PARTITION:greengrass:REGION::/connectors/NAME/versions/NUMBER`. */
  readonly connectorArn: string;
  /** 1 to 128 of `[a-zA-Z0-9:_-]`, unique in the version. */
  readonly id: string;
  /** Strings, which is what the service stores: no numbers, booleans or secrets. */
  readonly parameters?: Readonly<Record<string, string>>;
}

export interface ConnectorVersionProps {
  /** ARN of the function, or the `serviceToken` of a `Provider` in front of it. */
  readonly serviceToken: string;
  /** ID or ARN of the connector definition. */
  readonly connectorDefinitionId: string;
  readonly connectors: readonly Connector[];
  /** Change it to get a new version with the same content. */
  readonly revision?: string;
  /**
   * How long CloudFormation waits for a response.
   * @default Duration.minutes(2)
   */
  readonly serviceTimeout?: Duration;
}

/** A Greengrass V1 connector definition version. */
export class ConnectorVersion extends Construct {
  /** ARN of the version, for `connectorDefinitionVersionArn` of `CfnGroupVersion`. */
  readonly arn: string;
  /** ID of the version. */
  readonly version: string;
  readonly connectorDefinitionId: string;
  /** Creation time, ISO 8601. */
  readonly creationTimestamp: string;
  /** `Created`, or `Existing` for an earlier version with the same content. */
  readonly outcome: string;

  constructor(scope: Construct, id: string, props: ConnectorVersionProps) {
    super(scope, id);
    this.node.addValidation({ validate: () => problems(Stack.of(this), props.connectors) });

    const resource = new CustomResource(this, 'Resource', {
      resourceType: 'Custom::GreengrassConnectorVersion',
      serviceToken: props.serviceToken,
      serviceTimeout: props.serviceTimeout ?? Duration.minutes(2),
      properties: {
        ConnectorDefinitionId: props.connectorDefinitionId,
        Connectors: props.connectors.map(({ connectorArn, id, parameters }) => ({
          ConnectorArn: connectorArn,
          Id: id,
          Parameters: parameters,
        })),
        Revision: props.revision,
      },
    });
    this.arn = resource.ref;
    this.version = resource.getAttString('Version');
    this.connectorDefinitionId = resource.getAttString('ConnectorDefinitionId');
    this.creationTimestamp = resource.getAttString('CreationTimestamp');
    this.outcome = resource.getAttString('Outcome');
  }
}

/** Finds what the function would reject, as far as it is known at synthesis. Never contains a parameter's value. */
function problems(stack: Stack, connectors: readonly Connector[]): string[] {
  const ids = connectors.map(({ id }) => id).filter((id) => !Token.isUnresolved(id));
  return [
    ...ids
      .filter((id) => !/^[a-zA-Z0-9:_-]{1,128}$/.test(id))
      .map((id) => `connector id '${id}': must be 1 to 128 of a-z, A-Z, 0-9, ':', '_' and '-'`),
    ...[...new Set(ids.filter((id, index) => ids.indexOf(id) !== index))]
      .map((id) => `connector id '${id}': must be unique in the version`),
    ...connectors.flatMap(({ parameters = {} }, index) => Object.entries(parameters)
      .filter(([, value]) => isSecret(stack, value))
      .map(([name]) => `connectors[${index}].parameters.${name}: is a secret, which CloudFormation does not resolve `
        + 'for custom resources; anyone who can read a version can read its parameters')),
  ];
}

function isSecret(stack: Stack, value: string): boolean {
  return /{{resolve:(secretsmanager|ssm-secure):/.test(JSON.stringify(stack.resolve(value)));
}
