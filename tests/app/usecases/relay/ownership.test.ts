// Everything that a call holds is given back when it is over, whatever ended it: at each step of each
// way a call can take, a port throws, throws from then on, or the client leaves, or somebody cancels.
import { describe, expect, test } from "bun:test";
import type { Answer } from "../../../../src/ports/service.ts";
import { listenersLeft } from "./count-listeners.ts";
import { nothingHeld, type Scripted, type Step } from "../../../lab/fake-ports.ts";
import { createRelayLab, type RelayScenario } from "./relay-lab.ts";

const [a, b] = ["http://a:1", "http://b:1"];
const single = `servers: { s: { url: "${a}", max_concurrency: 1 } }`;
const alias = (keys = "") => `
servers: { s: { url: "${a}", max_concurrency: 1 }, t: { url: "${b}", max_concurrency: 1 } }
aliases: { both: { ${keys} instances: [s/m, t/m] } }`;

const chunk = (delta: object, finish: string | null = null) =>
  `data: ${JSON.stringify({ choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`;
const role = chunk({ role: "assistant", content: "" });
const done = `${chunk({}, "stop")}data: [DONE]\n\n`;
const end = { kind: "end" } as const;
const sse = "text/event-stream";
const streamed: Scripted = {
  type: sse,
  reads: [
    role,
    chunk({ content: "Hello <think>hm" }),
    chunk({ content: "</think>you" }),
    done,
    end,
  ],
};
const whole = JSON.stringify({
  choices: [{ index: 0, message: { role: "assistant", content: "Hello" }, finish_reason: "stop" }],
  usage: { prompt_tokens: 1, completion_tokens: 1 },
});
const plain: Scripted = { reads: [whole.slice(0, 20), whole.slice(20), end] };
const busy: Scripted = { status: 503, reads: ['{"error":{"message":"busy"}}', end] };
const cutEarly: Scripted = { type: sse, reads: [role, { kind: "broke", message: "cut" }] };
const cutLate: Scripted = {
  type: sse,
  reads: [role, chunk({ content: "Hello" }), { kind: "broke", message: "cut" }],
};
const unknownPath: Scripted = { status: 404, reads: ['{"detail":"Not Found"}', end] };
const reset = { kind: "reset", message: "reset", connectMs: null } as const;
const silent: Scripted = { type: sse, reads: [] };

const messages = [{ role: "user", content: "hi" }];
const chat = (model: string, stream = true) => ({ model, stream, messages });

const scenarios: readonly (readonly [name: string, scenario: RelayScenario])[] = [
  ["a plain answer", { routes: single, body: chat("s/m", false), upstreams: { [a]: [plain] } }],
  ["a stream", { routes: single, body: chat("s/m"), upstreams: { [a]: [streamed] } }],
  [
    "a stream held to its end",
    { routes: alias("commit: full,"), body: chat("both"), upstreams: { [a]: [streamed] } },
  ],
  [
    "a translated answer",
    { routes: single, path: "/api/chat", body: chat("s/m", false), upstreams: { [a]: [plain] } },
  ],
  [
    "a translated stream",
    { routes: single, path: "/api/chat", body: chat("s/m"), upstreams: { [a]: [streamed] } },
  ],
  [
    "an alias whose first candidate is busy",
    {
      routes: alias("retries: 1,"),
      body: chat("both"),
      upstreams: { [a]: [busy], [b]: [streamed] },
    },
  ],
  [
    "an alias whose first candidate resets, then breaks",
    { routes: alias(), body: chat("both"), upstreams: { [a]: [reset, cutEarly], [b]: [streamed] } },
  ],
  [
    "an alias whose first candidate takes too long",
    {
      routes: alias("first_token_timeout: 1,"),
      body: chat("both"),
      upstreams: { [a]: [silent], [b]: [streamed] },
    },
  ],
  [
    "an alias whose candidates all fail",
    { routes: alias(), body: chat("both", false), upstreams: { [a]: [busy], [b]: [reset, busy] } },
  ],
  ["a single failure", { routes: single, body: chat("s/m", false), upstreams: { [a]: [busy] } }],
  ["a cut stream", { routes: single, body: chat("s/m"), upstreams: { [a]: [cutLate] } }],
  [
    "a wait in a queue, with pings",
    {
      routes: single,
      body: chat("s/m"),
      upstreams: { [a]: [streamed] },
      occupied: "s",
      sseKeepaliveMs: 300,
    },
  ],
  [
    "a call that has to be translated after all",
    {
      routes: single,
      path: "/v1/messages",
      body: { ...chat("s/m"), max_tokens: 9 },
      upstreams: { [a]: [unknownPath, streamed] },
    },
  ],
  [
    "a race that the second candidate wins",
    {
      routes: alias("race_after: 1,"),
      body: chat("both"),
      upstreams: { [a]: [silent], [b]: [streamed] },
    },
  ],
  [
    "a race whose winner fails before it is committed to",
    {
      routes: alias("race_after: 1, commit: full,"),
      body: chat("both"),
      upstreams: { [a]: [silent, streamed], [b]: [cutLate] },
    },
  ],
  [
    "a plain answer where pings have begun",
    {
      routes: alias("first_token_timeout: 1,"),
      body: chat("both"),
      upstreams: { [a]: [silent], [b]: [plain] },
      sseKeepaliveMs: 300,
    },
  ],
];

type Lab = ReturnType<typeof createRelayLab>;

/** What goes wrong at a step; null: the step goes well. */
type Spoil = (lab: Lab) => void;

const throws: Spoil = () => {
  throw new Error("spoilt");
};
const leaves: Spoil = ({ clientGone }) => clientGone.abort();
const cancels: Spoil = ({ cancel }) => cancel();

interface Ran {
  readonly lab: Lab;
  readonly steps: readonly string[];
  readonly listeners: number;
}

/**
 * Runs a call to its end.
 * @param at the step that is spoilt; later ones of the same port are, too, where `again`
 */
async function run(
  scenario: RelayScenario,
  at: number,
  spoil: Spoil,
  again: boolean,
): Promise<Ran> {
  const steps: string[] = [];
  const step: Step = (what) => {
    const place = steps.push(what) - 1;
    if (place === at || (again && place > at && what === steps[at])) spoil(lab);
  };
  const lab: Lab = createRelayLab(scenario, step);
  const listeners = await listenersLeft(async () => {
    await finish(lab);
  });
  return { lab, steps, listeners };
}

/** As a client would, as long as it is there. */
async function finish(lab: Lab): Promise<void> {
  const { relay, call, clientGone } = lab;
  const answer: Answer | null = await settled(lab, relay.handle(call, clientGone.signal), null);
  if (answer !== null && answer.body !== null && "next" in answer.body) {
    const { body } = answer;
    let pulls = 0;
    while (!clientGone.signal.aborted && (await settled(lab, body.next(), null)) !== null)
      if (++pulls > 200) throw new Error("the answer has no end");
    if (clientGone.signal.aborted) body.cancel();
  }
  // Whatever goes on in the background comes to its end; time stands still, or a timer that was left
  // behind would fire unseen.
  for (let n = 0; n < 4; n++) await new Promise((resolve) => setImmediate(resolve));
}

/** @returns `broken` where it rejects */
async function settled<T>(lab: Lab, work: Promise<T>, broken: T): Promise<T> {
  let over = false;
  const watched = work
    .catch(() => broken)
    .finally(() => {
      over = true;
    });
  for (let n = 0; n < 50; n++) {
    await Promise.resolve();
    await Promise.resolve();
    if (over) return watched;
    await lab.nudge();
  }
  throw new Error("the call has no end");
}

describe.each(scenarios)("%s", (_name, scenario) => {
  test("goes as it should where nothing is spoilt, and leaves nothing behind", async () => {
    const { lab, listeners } = await run(scenario, -1, throws, false);
    expect(lab.faults()).toEqual([]);
    expect(lab.ended()).toHaveLength(1);
    expect({ ...lab.held(), listeners }).toEqual({ ...nothingHeld, listeners: 0 });
  });

  test.each<[what: string, spoil: Spoil, again: boolean]>([
    ["a throw", throws, false],
    ["a port that throws from then on", throws, true],
    ["the client's leaving", leaves, false],
    ["someone's cancelling", cancels, false],
  ])(
    "gives everything back and ends its row once after %s at any step",
    async (_what, spoil, again) => {
      const { steps } = await run(scenario, -1, throws, false);
      for (const [at, what] of steps.entries()) {
        // A call is a value: its look-ups stand for throws of what is done with it, no more.
        if (what.startsWith("call.") && (spoil !== throws || again)) continue;
        const { lab, listeners } = await run(scenario, at, spoil, again);
        const where = `step ${at}, ${what}`;
        expect({ where, ...lab.held(), listeners }).toEqual({
          where,
          ...nothingHeld,
          listeners: 0,
        });
        const ends = lab.ended().map(({ state }) => state);
        // Without any clock at all there may be no row, but never two.
        if (!again) expect({ where, ends }).toEqual({ where, ends: [expect.any(String)] });
        else expect(ends.length).toBeLessThanOrEqual(1);
        expect(lab.started().length).toBeLessThanOrEqual(1);
        if (spoil !== throws)
          expect({ where, faults: lab.faults() }).toEqual({ where, faults: [] });
      }
    },
  );
});

test("a throw before the answer began is a 500 in the surface's own form, and reported", async () => {
  for (const [path, words] of [
    ["/v1/chat/completions", { error: expect.objectContaining({ code: "internal_error" }) }],
    ["/api/chat", { error: expect.stringContaining("internal error") }],
  ] as const) {
    const scenario = { routes: single, path, body: chat("s/m"), upstreams: { [a]: [streamed] } };
    let thrown = false;
    const lab = createRelayLab(scenario, (what) => {
      if (thrown || what !== "upstream.send") return;
      thrown = true;
      throw new Error("spoilt");
    });
    const answer = await lab.relay.handle(lab.call, lab.clientGone.signal);
    expect(answer.status).toBe(500);
    expect(JSON.parse(new TextDecoder().decode(answer.body as Uint8Array))).toEqual(words);
    expect(lab.ended()).toMatchObject([
      { state: "failed", statusCode: 500, attempts: [{ reason: "internal_error" }] },
    ]);
    expect(lab.faults()).toEqual([new Error("spoilt")]);
  }
});

test("a throw within a started stream is an error event and no proper end", async () => {
  const scenario = { routes: single, body: chat("s/m"), upstreams: { [a]: [streamed] } };
  let reads = 0;
  const lab = createRelayLab(scenario, (what) => {
    if (what === "body.read" && ++reads === 3) throw new Error("spoilt");
  });
  const { body } = await lab.relay.handle(lab.call, lab.clientGone.signal);
  let got = "";
  if (body !== null && "next" in body)
    for (let piece = await body.next(); piece !== null; piece = await body.next())
      got += new TextDecoder().decode(piece);
  expect(got).toContain("Hello");
  expect(got).toContain('"code":"internal_error"');
  expect(got).not.toContain("[DONE]");
  expect(lab.ended()).toMatchObject([{ state: "failed", statusCode: 200 }]);
  expect(lab.held()).toEqual(nothingHeld);
});
