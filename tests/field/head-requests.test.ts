// HEAD has no body, whatever its type promises.
import { afterAll, afterEach, beforeAll, expect, test } from "bun:test";
import { type FieldLab, startFieldLab } from "../lab/field-lab.ts";

let lab: FieldLab;
beforeAll(async () => {
  lab = await startFieldLab();
});
afterEach(() => lab.reset());
afterAll(() => lab.stop());

test("HEAD to a path of an upstream that answers as an event stream passes, without a 502", async () => {
  lab.one.script(({ method }) =>
    method === "HEAD"
      ? { kind: "raw", chunks: ["HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n"] }
      : undefined,
  );
  const answer = await fetch(`${lab.router.url}/v1/chat/completions`, { method: "HEAD" });
  expect(answer.status).toBe(200);
});
