// A thread that does nothing but check answers against schemas: whoever started it ends it where that takes too long.
import { parentPort } from "node:worker_threads";
import { checkSchema } from "./check-schema.ts";
import type { SchemaJob } from "./schema-thread.ts";

if (parentPort === null) throw new Error("this file is a worker; smolrouter starts it");
const port = parentPort;

port.on("message", ({ schema, texts }: SchemaJob) => {
  port.postMessage(checkSchema(schema, texts));
});
// Whoever counts the time begins now: starting took as long as it took.
port.postMessage("ready");
