// A large body that was searched in place of being parsed, and turns out not to be JSON: whoever
// refuses it, the client gets 400 in the router's words, and no server's health suffers for it.
import { expect, test } from "bun:test";
import { createRelay } from "../../../../src/app/usecases/relay/relay.ts";
import type { IncomingCall } from "../../../../src/domain/call/incoming-call.ts";
import { readRequest } from "../../../../src/domain/call/read-request.ts";
import { createFakePorts, fakeCall, nothingHeld } from "../../../lab/fake-ports.ts";
import { findText } from "../../../lab/find-text.ts";

const [a, b] = ["http://a:1", "http://b:1"];
const routes = `
servers: { s: { url: "${a}" }, t: { url: "${b}" } }
aliases:
  both: { instances: [s/m, t/m] }
  hinted: { disable_thinking: true, instances: [s/m] }`;

const end = { kind: "end" } as const;
const refusing = (status: number) => ({
  status,
  reads: ['{"error":{"message":"expected a value at offset 4711"}}', end],
});
const whole = JSON.stringify({ choices: [{ message: { role: "assistant", content: "Hello" } }] });
const lenient = { reads: [whole, end] };

function unfit(model: string): IncomingCall {
  const call = fakeCall({ model, messages: [] });
  const body = new TextEncoder().encode(`{"model":"${model}","n":NaN,"a":"${"x".repeat(3_000)}"}`);
  const reading = readRequest(call.endpoint, "application/json", body, findText);
  if ("kind" in reading) throw new Error(reading.message);
  return { ...call, ...reading, body };
}

async function relayed(
  call: IncomingCall,
  upstreams: Parameters<typeof createFakePorts>[0]["upstreams"],
) {
  const ports = createFakePorts({ routes, upstreams });
  const answer = await createRelay(ports.deps).handle(call, new AbortController().signal);
  if (!(answer.body instanceof Uint8Array)) throw new Error("the answer is a stream");
  const said: unknown = JSON.parse(new TextDecoder().decode(answer.body));
  expect(ports.held()).toEqual(nothingHeld);
  return { ports, status: answer.status, said };
}

const inOurWords = {
  error: { code: "invalid_json", message: "the request's body is not valid JSON" },
};

test.each([400, 422, 500, 503])(
  "an upstream that answers %i is the last one asked",
  async (status) => {
    const { ports, ...got } = await relayed(unfit("both"), {
      [a]: [refusing(status)],
      [b]: [lenient],
    });
    expect(got).toMatchObject({ status: 400, said: inOurWords });
    expect(ports.requests).toHaveLength(1);
    expect(ports.ended).toMatchObject([
      {
        state: "failed",
        statusCode: 400,
        errorMessage: inOurWords.error.message,
        attempts: [{ status, reason: "status" }],
      },
    ]);
    // Three failures in a row would have it cool down.
    expect(ports.health.health(a)).toMatchObject({ failures: 0 });
  },
);

test("where the body has to be parsed on its way, nobody is asked", async () => {
  const { ports, ...got } = await relayed(unfit("hinted"), {});
  expect(got).toMatchObject({ status: 400, said: inOurWords });
  expect(ports.requests).toHaveLength(0);
});

test("what a lenient upstream takes, it gets as it came", async () => {
  const { ports, status } = await relayed(unfit("s/m"), { [a]: [lenient] });
  expect(status).toBe(200);
  const sent = new TextDecoder().decode(ports.requests[0]?.body ?? new Uint8Array());
  expect(sent).toStartWith('{"model":"m","n":NaN,');
});
