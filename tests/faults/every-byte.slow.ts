// A fault at every byte of three recorded streams: no truncated answer may pass for a success, none may hang.
// By default at each byte around an event's end, where states change, and at every tenth of the others; there
// each way that a call can go has every fourth.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { Buffer } from "node:buffer";
import type { Behaviour } from "../../src/adapters/fake-model/behaviour.ts";
import type { FakeModel } from "../../src/adapters/fake-model/fake-model.ts";
import { startFakeModel } from "../../src/adapters/fake-model/start-fake-model.ts";
import type { LogRow } from "../../src/ports/browse.ts";
import { inParallel } from "../lab/in-parallel.ts";
import { rowsByQuery } from "../lab/log-rows.ts";
import { printTable } from "../lab/print-table.ts";
import { rawRequest } from "../lab/raw-request.ts";
import { recordedStreams, type RecordedStream } from "./recorded-streams.ts";
import { seenAnswer, type SeenAnswer } from "../lab/seen-answer.ts";
import { isWhole } from "../lab/sweep.ts";
import { spawnRouter, type SpawnedRouter } from "../lab/spawn-router.ts";

/**
 * Ends whatever event is under way and adds one that no JSON reader takes. Garbage that leaves valid
 * events behind (a letter within a string, say) is beyond what any relay can see.
 */
const garbage = { sse: "\n\ndata: {garbage\n\n", ndjson: "\n{garbage\n" };

/** Time for what came before the fault to reach the client, where nothing holds it back; silence may be longer. */
const beforeFaultMs = 700;
const betweenMs = 20;

const faults: Readonly<Record<string, (afterBytes: number, stream: RecordedStream) => Behaviour>> =
  {
    "cut by FIN": (afterBytes) => ({ kind: "cut", when: { afterBytes }, beforeFaultMs }),
    "cut by RST": (afterBytes) => ({ kind: "reset", when: { afterBytes }, beforeFaultMs }),
    "proper HTTP end, too early": (afterBytes) => ({ kind: "truncate", when: { afterBytes } }),
    stall: (afterBytes) => ({ kind: "stall", when: { afterBytes } }),
    garbage: (afterBytes, { kind }) => ({
      kind: "garbage",
      when: { afterBytes },
      bytes: kind === "ndjson" ? garbage.ndjson : garbage.sse,
    }),
  };

/** For stalls; the good server is waited for, however busy the machine is. */
const impatient = "request_timeout: 1";

const commits = ["first_content", "full"] as const;
type Commit = (typeof commits)[number];

const ways = (["one", "two"] as const).flatMap((candidates) =>
  commits.map((commit) => ({ candidates, commit })),
);

interface Injection {
  readonly faultName: string;
  readonly candidates: "one" | "two";
  readonly commit: Commit;
  readonly at: number;
}

/** What names take of a fault and the byte where it strikes. */
const strike = (faultName: string, at: number): string =>
  `${faultName.replaceAll(/\W+/g, "-")}-${at}`;

/** A server of its own for each fault at each byte: one that fails thrice in a row would cool down, and not be asked. */
function routesFor(fake: FakeModel, stream: RecordedStream, bytes: readonly number[]): string {
  const type = stream.kind === "ndjson" ? "ollama" : "openai";
  const server = (name: string, more = ""): string =>
    `  ${name}: { url: "${fake.url}/${name}", type: ${type}${more} }`;
  const strikes = Object.keys(faults).flatMap((name) => bytes.map((at) => strike(name, at)));
  return [
    "servers:",
    server("good"),
    ...commits.map((commit) => server(`one-${commit}`, `, commit: ${commit}, ${impatient}`)),
    ...strikes.map((name) => server(name, `, ${impatient}`)),
    "aliases:",
    ...commits.flatMap((commit) =>
      strikes.map(
        (name) => `  two-${commit}-${name}: { commit: ${commit}, instances: [${name}/m, good/m] }`,
      ),
    ),
  ].join("\n");
}

/** Whether an event ends there, or nearly. */
function isNearEnd(text: Buffer, at: number): boolean {
  return at === text.length || text.subarray(Math.max(0, at - 2), at + 2).includes("\n");
}

/** Bytes after which the fault strikes. */
function positionsIn(text: Buffer): readonly number[] {
  const all = Array.from({ length: text.length + 1 }, (_, at) => at);
  return all.filter((at) => isWhole || at % 10 === 0 || isNearEnd(text, at));
}

const nameOf = ({ faultName, candidates, commit, at }: Injection): string =>
  candidates === "one" ? `one-${commit}/m` : `two-${commit}-${strike(faultName, at)}`;
const queryOf = ({ faultName, candidates, commit, at }: Injection): string =>
  `?${candidates}-${commit}-${strike(faultName, at)}`;

async function inject(
  url: string,
  stream: RecordedStream,
  injection: Injection,
): Promise<SeenAnswer | "hung"> {
  const exchange = await rawRequest(url, {
    path: stream.path + queryOf(injection),
    body: { model: nameOf(injection), ...stream.request },
  });
  const late = Promise.withResolvers<null>();
  const timer = setTimeout(late.resolve, 60_000, null);
  const response = await Promise.race([exchange.whole(), late.promise]);
  clearTimeout(timer);
  if (response === null) exchange.leave();
  return response === null ? "hung" : seenAnswer(stream.kind, response, stream.text);
}

/** What is wrong about one injection; null where nothing is. */
function complaint(injection: Injection, seen: SeenAnswer | "hung", row: LogRow | undefined) {
  const { candidates, commit } = injection;
  const wrong = (why: string) => `${queryOf(injection)}: ${why}`;
  if (seen === "marred" && row?.warnings.includes("malformed_event") !== true)
    return wrong("marred without a warning");
  if (seen !== "whole" && seen !== "reported" && seen !== "marred")
    return wrong(`the answer ${seen}`);
  if (seen === "reported" && candidates === "two" && commit === "full") return wrong("not rescued");
  const state = seen === "reported" ? "failed" : "completed";
  return row?.state === state ? null : wrong(`${seen}, but its row is ${row?.state}`);
}

/** By fault: answers of two candidates that it struck when the client had some of it. */
const struckLate = new Map<string, number>();
const figures: (string | number)[][] = [];
afterAll(() => {
  printTable(
    "a fault at every byte: answers that came whole / whose failure was reported / with unreadable events",
    ["stream", "fault", "positions", "1 first", "1 full", "2 first", "2 full", "seconds"],
    figures,
  );
});

describe.each(Object.entries(recordedStreams))("%s", (streamName, stream) => {
  const text = Buffer.from(stream.text);
  const positions = positionsIn(text);
  const whole: Behaviour = {
    kind: "answer",
    pieces: stream.text.split(stream.kind === "ndjson" ? /(?<=\n)/ : /(?<=\n\n)/),
    contentType: stream.contentType,
  };

  let a: FakeModel;
  let router: SpawnedRouter;
  beforeAll(async () => {
    a = await startFakeModel({ name: "a", models: ["m"], anyBasePath: true });
    router = await spawnRouter({
      routes: routesFor(a, stream, positions),
      env: { STRIP_THINKING: "false" },
    });
  });
  afterAll(async () => {
    await router.stop();
    await a.stop();
  });

  test.each(Object.entries(faults))(
    "%s at any byte never ends as a success with a truncated answer unless the client sees why, and never hangs",
    async (faultName, fault) => {
      a.reset();
      a.script(({ target, query, isCall }) => {
        if (!isCall) return undefined;
        if (target.startsWith("/good/")) return whole;
        return { ...whole, betweenMs, ...fault(Number(query.split("-").at(-1)), stream) };
      });
      const started = performance.now();
      const injections = positions.flatMap((at, turn) =>
        ways
          .filter((_, which) => isWhole || isNearEnd(text, at) || turn % ways.length === which)
          .map((way): Injection => ({ faultName, ...way, at })),
      );
      const seen = await inParallel(injections, 200, (injection) =>
        inject(router.url, stream, injection),
      );
      const rows = await rowsByQuery(router.url);
      const count = (candidates: string, commit: string, what: SeenAnswer) =>
        injections.filter(
          (one, index) =>
            one.candidates === candidates && one.commit === commit && seen[index] === what,
        ).length;
      figures.push([
        streamName,
        faultName,
        positions.length,
        ...ways.map(
          ({ candidates, commit }) =>
            `${count(candidates, commit, "whole")} / ${count(candidates, commit, "reported")} / ${count(candidates, commit, "marred")}`,
        ),
        ((performance.now() - started) / 1000).toFixed(1),
      ]);
      const complaints = injections.flatMap(
        (injection, index) =>
          complaint(injection, seen[index]!, rows.get(queryOf(injection))) ?? [],
      );
      expect(complaints.slice(0, 20)).toEqual([]);
      // The faults did strike: an answer of the one candidate is whole at its very end only.
      const alone = injections.filter((one) => one.candidates === "one" && one.commit === "full");
      expect(count("one", "full", "reported")).toBeGreaterThan(alone.length / 2);
      const struck = count("two", "first_content", faultName === "garbage" ? "marred" : "reported");
      struckLate.set(faultName, (struckLate.get(faultName) ?? 0) + struck);
    },
  );
});

// How many reach the client before the fault does depends on how busy the machine is: of one stream it may be none.
test.each(Object.keys(faults))("%s struck answers that a client was reading", (faultName) => {
  expect(struckLate.get(faultName)).toBeGreaterThan(0);
});
