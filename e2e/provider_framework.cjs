// Invokes the Provider framework with the event on standard input, as Lambda does, and ends with its response.
//
// usage: provider_framework.cjs ASSET PORT
// ASSET is the framework's code as the CDK packs it. The framework ignores the port of a ResponseURL, so the script makes PORT
// the default port of https.
const { readFileSync } = require('node:fs');
const https = require('node:https');

const [asset, port] = process.argv.slice(2);
https.globalAgent.defaultPort = Number(port);
const { onEvent } = require(`${asset}/framework.js`);

onEvent(JSON.parse(readFileSync(0, 'utf8'))).catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
