// Calls such as figures are made of, at random: in all states, with and without models, tokens and prices,
// with names that are long or mean something elsewhere; and the batches that a log gets them in.
import type { LogWrite } from "../../src/adapters/logs/pipeline/log-engine.ts";
import { idAt, logWrite, startedEntry } from "./log-entries.ts";
import type { AskedNames } from "./periods.ts";
import type { Random } from "./random.ts";

const hostile = `'); drop table tallies; -- "\u{1F600}`;
/** So long as names may be that still have figures of their own. */
const long = "n".repeat(490);

const models = ["gpt-4", "Llama3.2", "größe-7b", "模型-1", hostile, long, "other", ""];
const users = ["ann", "Bob", "other", hostile];
const clients = ["codex/1.0", "codex/1.1", "curl", "größe/3", `${hostile}/1`];
const upstreams = ["fast-box", "büro", hostile];

/** What filters may ask for: of the calls, and such as no call has. */
export const askedNames: AskedNames = {
  models: [...models.filter((name) => name !== ""), "LAMA", "g", "ß", "none", "%", "_"],
  users: [...users, "10.0.0.1", "10.0.0.2", "none"],
  clients: [...clients, "codex", "curl", "cod"],
  upstreams: [...upstreams, "none"],
};

const words = ["weather", "sunny", "rain", "Köln"];
export const askedWords = [...words, "weather sunny", "absent", "gpt"];
export const threads = [1, 2, 3].map((at) => `0d1f2a3b-0000-8000-8000-00000000000${at}`);

/** One call of that time that has ended, or is in flight still. */
export function randomCall(random: Random, timestamp: number, counter: number): LogWrite {
  const orNull = <T>(share: number, value: () => T) => (random.chance(share) ? null : value());
  const state = random.pick([
    ...Array.from({ length: 8 }, () => "completed" as const),
    ...(["failed", "failed", "cancelled", "interrupted", "inflight"] as const),
  ]);
  const own = {
    id: idAt(timestamp, counter),
    timestamp,
    sourceIp: `10.0.0.${random.int(1, 3)}`,
    service: random.pick(["openai", "openai", "anthropic", "ollama"] as const),
    authUser: orNull(0.5, () => random.pick(users)),
    originalModel: orNull(0.1, () => random.pick(models)),
    mappedModel: orNull(0.2, () => random.pick(models)),
    upstream: orNull(0.1, () => random.pick(upstreams)),
    resentFrom: random.chance(0.05) ? idAt(1_000 + random.int(0, 3)) : null,
  };
  const tokens = () => orNull(0.2, () => random.pick([0, 7, random.int(0, 5_000), 9_000_000_000]));
  const [promptTokens, completionTokens] = [tokens(), tokens()];
  const isCounted = promptTokens !== null || completionTokens !== null;
  const write =
    state === "inflight"
      ? logWrite(startedEntry(own))
      : logWrite(
          {
            ...own,
            state,
            completedAt: timestamp + 9,
            statusCode: orNull(0.05, () => random.pick([200, 200, 200, 404, 429, 499, 500, 502])),
            durationMs: orNull(0.05, () =>
              random.pick([0, Math.round(10 * 1.001 ** random.int(0, 12_000)) / 10]),
            ),
            ttftMs: orNull(0.3, () => random.int(1, 900) + 0.5),
          },
          {},
          {
            promptTokens,
            completionTokens,
            totalTokens: isCounted ? (promptTokens ?? 0) + (completionTokens ?? 0) : null,
            cachedTokens: orNull(0.6, () => random.int(0, 400)),
          },
          Array.from({ length: 3 }, () => random.pick(words)).join(" "),
        );
  const sense = {
    ...write.sense,
    client: orNull(0.2, () => random.pick(clients)),
    threadId: orNull(0.3, () => random.pick(threads)),
    costNanos:
      state === "inflight" ? null : orNull(0.4, () => random.pick([0, 1, random.int(0, 2e9)])),
  };
  return { ...write, sense };
}

/** What a router writes of a call before it has ended. */
export function begun({ entry, ...write }: LogWrite): LogWrite {
  const { id, timestamp, sourceIp, service, authUser, originalModel, mappedModel } = entry;
  const own = { id, timestamp, sourceIp, service, authUser, originalModel, mappedModel };
  const { entry: started, reading } = logWrite(startedEntry({ ...own, upstream: null }));
  const sense = { ...write.sense, costNanos: null };
  return { ...write, entry: started, reading, sense };
}

/**
 * The calls in batches: in no order, some begun in an earlier batch than they end in, some batches written
 * again, some calls twice in one or with another end before their own.
 */
export function randomBatches(
  random: Random,
  calls: readonly LogWrite[],
): readonly (readonly LogWrite[])[] {
  const left = calls
    .map((write) => ({ write, at: random.next() }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ write }) => write);
  const batches: (readonly LogWrite[])[] = [];
  while (left.length > 0) {
    const own = left.splice(0, random.int(1, 150));
    const ended = own.filter(({ entry }) => entry.state !== "inflight");
    const early = ended.filter(() => random.chance(0.2)).map(begun);
    if (early.length > 0) batches.push(early);
    const others = ended
      .filter(() => random.chance(0.1))
      .map(({ entry: { id, timestamp } }) => {
        const other = randomCall(random, timestamp, 0);
        return { ...other, entry: { ...other.entry, id } };
      });
    batches.push([...others, ...own]);
    if (random.chance(0.1)) batches.push(own);
  }
  return batches;
}
