import { Construct } from 'constructs';

import { ConnectorVersion } from '../lib/connector-version';

/** Declares the same version with the construct; returns its ARN. */
export function addVersion(
  scope: Construct, connectorDefinitionId: string, region: string, serviceToken: string,
): string {
  const version = new ConnectorVersion(scope, 'Connectors', {
    serviceToken,
    connectorDefinitionId,
    connectors: [{
      id: 'metrics',
      connectorArn: `arn:aws:greengrass:${region}::/connectors/CloudWatchMetrics/versions/5`,
      parameters: { PublishInterval: '60', PublishRegion: region, MemorySize: '16384' },
    }],
  });
  return version.arn;
}
