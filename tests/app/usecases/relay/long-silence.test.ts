// Minutes of silence before anything can be said, as clients of Responses hear them, on a clock moved by hand.
import { expect, test } from "bun:test";
import { createRelay } from "../../../../src/app/usecases/relay/relay.ts";
import type { AnswerStream } from "../../../../src/ports/service.ts";
import {
  createFakePorts,
  fakeCall,
  type FakeScenario,
  nothingHeld,
  settle,
} from "../../../lab/fake-ports.ts";
import { readResponseStream } from "../../../lab/responses-checker.ts";
import { responsesStream } from "../../../lab/responses-stream.ts";
import { sseValues } from "../../../lab/split-events.ts";

const stream = responsesStream("a", "b");
const begun = stream
  .split(/(?<=\n\n)/)
  .slice(0, 2)
  .join("");
const servers = `
servers:
  chats: { url: "http://chats:1", speaks: [chat], first_token_timeout: 200 }
  native: { url: "http://native:1", speaks: [responses] }
aliases: { both: { instances: [chats/m, native/m] } }`;

/** What the client of a call has got after some quarters of a minute; then it leaves. */
async function heard(
  model: string,
  upstreams: FakeScenario["upstreams"],
  quarters: number,
): Promise<readonly string[]> {
  const ports = createFakePorts({ routes: servers, upstreams, sseKeepaliveMs: 15_000 });
  const call = fakeCall({ model, input: "hi", stream: true }, "/v1/responses");
  const leaves = new AbortController();
  const coming = createRelay(ports.deps).handle(call, leaves.signal);
  const pieces: string[] = [];
  let body: AnswerStream | null = null;
  let waiting = coming.then((answer) => {
    body = answer.body as AnswerStream;
  });
  for (let quarter = 0; quarter < quarters; quarter++) {
    await settle();
    ports.hand.pass(15_000);
    await settle();
    await waiting;
    for (;;) {
      let isDue = false;
      waiting = (body as unknown as AnswerStream).next().then((piece) => {
        isDue = true;
        if (piece !== null) pieces.push(new TextDecoder().decode(piece));
        else isDue = false;
      });
      await settle();
      if (!isDue) break;
    }
  }
  const got = [...pieces];
  leaves.abort();
  await settle();
  expect(ports.held()).toEqual(nothingHeld);
  return got;
}

const types = (pieces: readonly string[]) => sseValues(pieces.join("")).map(({ type }) => type);

test("a translated response begins after two minutes, and a native one goes on from there", async () => {
  const upstreams = {
    "http://chats:1": ["hangs"],
    "http://native:1": [{ type: "text/event-stream", reads: [stream, { kind: "end" }] }],
  } as const;
  const pieces = await heard("both", upstreams, 16);
  expect(types(pieces).slice(0, 3)).toEqual([
    "response.created",
    "response.in_progress",
    "response.output_item.added",
  ]);
  const text = pieces.join("").replaceAll(": ping\n", "");
  const [first, last] = [sseValues(text)[0], sseValues(text).at(-1)];
  expect(first.response.id).toBe("resp_thecall");
  // By its own id its server finds it again.
  expect(last.response.id).toBe("resp_0199call");
  expect(readResponseStream(text.replaceAll("resp_0199call", "resp_thecall")).state).toBe(
    "completed",
  );
});

test("a native response that thinks in silence begins by its own events, and is kept alive", async () => {
  const upstreams = { "http://native:1": [{ type: "text/event-stream", reads: [begun] }] };
  const pieces = await heard("native/m", upstreams, 26);
  expect(pieces.filter((piece) => piece !== ": ping\n")).toEqual([
    begun,
    ...[2, 3].map(
      (number) => `event: keepalive\ndata: {"type":"keepalive","sequence_number":${number}}\n\n`,
    ),
  ]);
});

test("before a native response has begun there are comments only", async () => {
  const pieces = await heard("native/m", { "http://native:1": ["hangs"] }, 26);
  expect(new Set(pieces)).toEqual(new Set([": ping\n"]));
});
