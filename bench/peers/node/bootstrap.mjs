// What Lambda's own runtime does for a handler, in few lines: its npm package compiles C++ against libcurl.
import http from "node:http";
import { handler } from "./app.mjs";

const [hostname, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(":");
const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });

function call(method, path, body = "") {
  return new Promise((resolve, reject) => {
    const headers = { "content-length": Buffer.byteLength(body) };
    const sent = http.request({ hostname, port, agent, method, path: `/2018-06-01/runtime/${path}`, headers }, (response) => {
      const chunks = [];
      response.on("data", (chunk) => chunks.push(chunk));
      response.on("end", () => resolve({ headers: response.headers, text: Buffer.concat(chunks).toString() }));
    });
    sent.on("error", reject).end(body);
  });
}

for (;;) {
  const { headers, text } = await call("GET", "invocation/next");
  const id = headers["lambda-runtime-aws-request-id"];
  try {
    const result = await handler(JSON.parse(text));
    await call("POST", `invocation/${id}/response`, JSON.stringify(result ?? null));
  } catch (error) {
    const body = JSON.stringify({ errorType: error.name, errorMessage: error.message });
    await call("POST", `invocation/${id}/error`, body);
  }
}
