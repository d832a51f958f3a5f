// Hands the event on standard input to the Provider framework, as Lambda would, and ends when it has answered.
//
// usage: provider_framework.cjs ASSET PORT
// ASSET is the framework's code as the CDK packs it. It leaves the port out of a ResponseURL, so PORT is made that of https.
const { readFileSync } = require('node:fs');
const https = require('node:https');

const [asset, port] = process.argv.slice(2);
https.globalAgent.defaultPort = Number(port);
const { onEvent } = require(`${asset}/framework.js`);

onEvent(JSON.parse(readFileSync(0, 'utf8'))).catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
