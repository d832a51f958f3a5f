// The same work in JavaScript: the AWS SDK's client, and node's own https for the response.
import { request as http } from "node:http";
import { request as https } from "node:https";
import { GreengrassClient, CreateConnectorDefinitionVersionCommand } from "@aws-sdk/client-greengrass";

const client = new GreengrassClient({});

async function create(token, request) {
  const { Arn, Id, Version, CreationTimestamp } = await client.send(
    new CreateConnectorDefinitionVersionCommand({
      AmznClientToken: token,
      ConnectorDefinitionId: request.ConnectorDefinitionId,
      Connectors: request.Connectors,
    }),
  );
  return { Arn, Id, Version, CreationTimestamp };
}

function put(url, body) {
  const headers = { "content-type": "", "content-length": Buffer.byteLength(body) };
  const request = url.startsWith("https:") ? https : http;
  return new Promise((resolve, reject) => {
    const sent = request(url, { method: "PUT", headers }, (response) => response.resume().on("end", resolve));
    sent.on("error", reject).end(body);
  });
}

export async function handler(event) {
  let [Status, Reason, Data] = ["SUCCESS", "", {}];
  try {
    Data = await create(event.RequestId, event.ResourceProperties);
  } catch (error) {
    [Status, Reason] = ["FAILED", String(error)];
  }
  const { StackId, RequestId, LogicalResourceId, ResponseURL } = event;
  const PhysicalResourceId = Data.Arn ?? "none";
  await put(ResponseURL, JSON.stringify({ Status, Reason, PhysicalResourceId, StackId, RequestId, LogicalResourceId, Data }));
}
