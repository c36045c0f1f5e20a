// Calls at an even pace, whatever becomes of those before, so that a router that holds them up does
// not slow the load down, unless very many wait; every answer is looked at.
import type { FakeModel } from "../../src/adapters/fake-model/fake-model.ts";
import { sseEvents } from "../lab/split-events.ts";

export interface SteadyLoadOptions {
  readonly perSecond: number;
  /** Characters of each request and each answer, which no packing makes much smaller. */
  readonly size: number;
}

export interface SteadyLoad {
  /** Calls sent so far. */
  sent(): number;
  /** What was wrong with answers, in words. */
  readonly wrong: readonly string[];
  /** The ids of calls answered. */
  readonly ids: ReadonlySet<string>;
  /** Quick calls answered since `takeLatencies` was asked last. */
  measured(): number;
  /** ms from sending to the last byte, of these. */
  takeLatencies(): readonly number[];
  /** Sends no more; settles once every call is answered. */
  stop(): Promise<void>;
}

/** Every third call is a plain one, every third a quick stream, every third a stream of some 100 ms. */
const kinds = [
  { stream: false, betweenMs: 0 },
  { stream: true, betweenMs: 0 },
  { stream: true, betweenMs: 25 },
] as const;

/** A machine that has no time for so many has even less for more. */
const maxUnderWay = 40;

/** Has the fake answer what it is asked for, in the manner that the load wants. */
export function answerLoad(fake: FakeModel): void {
  fake.script(({ fields }) => {
    const { answer, betweenMs } = (fields["metadata"] ?? {}) as Record<string, unknown>;
    if (typeof answer !== "string" || typeof betweenMs !== "number") return undefined;
    return { kind: "answer", content: answer, betweenMs };
  });
}

export function startSteadyLoad(url: string, { perSecond, size }: SteadyLoadOptions): SteadyLoad {
  const wrong: string[] = [];
  const ids = new Set<string>();
  const underWay = new Set<Promise<void>>();
  let latencies: number[] = [];
  let sent = 0;
  /** Calls that were due while too many were under way. */
  let skipped = 0;
  const startedAt = performance.now();

  async function call(number: number): Promise<void> {
    const { stream, betweenMs } = kinds[number % kinds.length] ?? kinds[0];
    const answer = `answer ${number} ${randomText(size)} end`;
    const before = performance.now();
    const response = await fetch(`${url}/v1/chat/completions`, {
      method: "POST",
      body: JSON.stringify({
        model: "m",
        stream,
        metadata: { answer, betweenMs },
        messages: [{ role: "user", content: `call ${number}` }],
      }),
    });
    const text = await response.text();
    if (betweenMs === 0) latencies.push(performance.now() - before);
    ids.add(response.headers.get("x-request-id") ?? `call ${number}`);
    const said = response.status === 200 ? contentOf(text, stream) : null;
    if (said !== answer)
      wrong.push(`call ${number}: status ${response.status}: ${text.slice(0, 200)}`);
  }

  function send(): void {
    const number = ++sent;
    const done = call(number)
      .catch((error: unknown) => {
        wrong.push(`call ${number}: ${String(error)}`);
      })
      .finally(() => underWay.delete(done));
    underWay.add(done);
  }

  const timer = setInterval(() => {
    const due = Math.floor(((performance.now() - startedAt) * perSecond) / 1_000) - skipped;
    while (sent < due && underWay.size < maxUnderWay) send();
    skipped += Math.max(0, due - sent);
  }, 2);

  return {
    sent: () => sent,
    wrong,
    ids,
    measured: () => latencies.length,
    takeLatencies() {
      const taken = latencies;
      latencies = [];
      return taken;
    },
    async stop() {
      clearInterval(timer);
      await Promise.all(underWay);
    },
  };
}

/** Drawn once: to draw anew for each call would cost more than to answer it. */
const randomPool = Buffer.from(
  Array.from({ length: 16 }, () => [...crypto.getRandomValues(new Uint8Array(65_536))]).flat(),
).toString("base64");

/** Another part of the pool each time, so that no two texts are alike. */
function randomText(characters: number): string {
  const from = Math.floor(Math.random() * (randomPool.length - characters));
  return randomPool.slice(from, from + characters);
}

/** What a whole answer says; null where it is not whole. */
function contentOf(text: string, stream: boolean): string | null {
  interface ChatMessage {
    readonly content?: string;
  }
  interface ChatDocument {
    readonly choices: readonly { readonly message?: ChatMessage; readonly delta?: ChatMessage }[];
  }
  if (!stream) return (JSON.parse(text) as ChatDocument).choices[0]?.message?.content ?? null;
  const events = sseEvents(text).map(({ data }) => data);
  if (events.pop() !== "[DONE]") return null;
  return events
    .map((data) => (JSON.parse(data) as ChatDocument).choices[0]?.delta?.content ?? "")
    .join("");
}
