// Every fault × plain and streamed × OpenAI and NDJSON × one, two and three candidates, the last of them healthy.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Behaviour } from "../../src/adapters/fake-model/behaviour.ts";
import type { FakeModel } from "../../src/adapters/fake-model/fake-model.ts";
import { startFakeModel } from "../../src/adapters/fake-model/start-fake-model.ts";
import { faultTable, type FaultRule } from "./fault-table.ts";
import type { LogRow } from "../../src/ports/browse.ts";
import { freePort } from "../lab/free-port.ts";
import { inParallel } from "../lab/in-parallel.ts";
import { rowsByQuery } from "../lab/log-rows.ts";
import { printTable } from "../lab/print-table.ts";
import { rawRequest } from "../lab/raw-request.ts";
import type { WireResponse } from "../lab/read-response.ts";
import { seenAnswer } from "../lab/seen-answer.ts";
import { startRouter, type TestRouter } from "../lab/start-router.ts";

const surfaces = {
  OpenAI: { kind: "chat", path: "/v1/chat/completions", type: "openai" },
  NDJSON: { kind: "ndjson", path: "/api/chat", type: "ollama" },
} as const;
type ClientSurface = keyof typeof surfaces;
type Mode = "plain" | "streamed";

interface Case {
  /** Also the alias and the query. */
  readonly id: string;
  readonly name: string;
  readonly fault: Behaviour | "down";
  readonly surface: ClientSurface;
  readonly mode: Mode;
  readonly candidates: 1 | 2 | 3;
  readonly rule: FaultRule;
}

const cases: readonly Case[] = faultTable.flatMap((row, index) =>
  (["plain", "streamed"] as const).flatMap((mode) =>
    (["OpenAI", "NDJSON"] as const).flatMap((surface) => {
      const rule =
        mode === "streamed" && surface === "NDJSON" ? (row.ndjson ?? row[mode]) : row[mode];
      return rule === null
        ? []
        : ([1, 2, 3] as const).map((candidates) => ({
            id: `f${index}-${mode}-${surface}-${candidates}`,
            name: `${row.name}, ${mode}, ${surface}, ${candidates} candidates`,
            fault: row.fault,
            surface,
            mode,
            candidates,
            rule,
          }));
    }),
  ),
);

/** Seconds of silence. What does not stall is waited for, however busy the machine is. All wait together. */
const patience = ({ fault }: Case): number =>
  typeof fault === "object" && fault.kind === "stall" ? 2 : 60;

const hungAfterMs = 120_000;

/** With one candidate that one is faulty; otherwise all but the last. */
const faultyOf = ({ candidates }: Case): number => Math.max(1, candidates - 1);

let fake: FakeModel;
let router: TestRouter;
const whole = new Map<string, string>();
/** Of each case; none where it hangs. */
const answers = new Map<string, WireResponse>();
let rows: ReadonlyMap<string, LogRow>;

beforeAll(async () => {
  fake = await startFakeModel({ name: "fake", models: ["m"], anyBasePath: true });
  const faults = new Map(cases.map(({ id, fault }) => [id, fault]));
  fake.script(({ target, query }) => {
    const fault = target.startsWith("/good/") ? undefined : faults.get(query.slice(1));
    return fault === "down" ? undefined : fault;
  });
  const down = `http://127.0.0.1:${await freePort()}`;
  // Each case has servers of its own, for failures add up.
  const servers = cases.flatMap((one) =>
    Array.from(
      { length: faultyOf(one) },
      (_, index) =>
        `  ${one.id}-${index}: { url: "${one.fault === "down" ? down : fake.url}/${one.id}-${index}", type: ${surfaces[one.surface].type}, request_timeout: ${patience(one)} }`,
    ),
  );
  const aliases = cases.map((one) => {
    const faulty = Array.from({ length: faultyOf(one) }, (_, index) => `${one.id}-${index}/m`);
    const good = one.candidates === 1 ? [] : [`good-${one.surface}/m`];
    return `  ${one.id}: { instances: [${[...faulty, ...good].join(", ")}] }`;
  });
  router = await startRouter({
    routes: [
      "servers:",
      `  good-OpenAI: { url: "${fake.url}/good", type: openai }`,
      `  good-NDJSON: { url: "${fake.url}/good", type: ollama }`,
      ...servers,
      "aliases:",
      ...aliases,
    ].join("\n"),
    env: { STRIP_THINKING: "false" },
  });
  for (const surface of ["OpenAI", "NDJSON"] as const)
    for (const mode of ["plain", "streamed"] as const)
      whole.set(
        `${surface} ${mode}`,
        (await ask(`${fake.url}/good`, surface, mode, "m")).body.toString(),
      );
  await inParallel(cases, 60, async ({ id, surface, mode }) => {
    const answer = ask(router.url, surface, mode, id).then((one) => answers.set(id, one));
    await Promise.race([answer, Bun.sleep(hungAfterMs)]);
  });
  // Once for all: hundreds of calls stand in the log.
  rows = await rowsByQuery(router.url);
});
afterAll(async () => {
  await router.stop();
  await fake.stop();
  printTable(
    "fault × mode × surface × candidates",
    ["outcome", "cases"],
    [...tally].toSorted(([a], [b]) => a.localeCompare(b)),
  );
});

const tally = new Map<string, number>();

async function ask(
  url: string,
  surface: ClientSurface,
  mode: Mode,
  model: string,
): Promise<WireResponse> {
  const base = new URL(url).pathname.replace(/\/$/, "");
  const exchange = await rawRequest(url, {
    path: `${base}${surfaces[surface].path}?${model}`,
    body: { model, stream: mode === "streamed", messages: [{ role: "user", content: "hi" }] },
  });
  return exchange.whole();
}

type FaultOutcome =
  | "the whole answer"
  | "an answer with an event that nobody can read"
  | "an error within the stream"
  | "as it came"
  | "an error";

function expectedOutcome({ rule, candidates }: Case): FaultOutcome {
  if (rule.strikes === "never") return "the whole answer";
  if (rule.strikes === "mars") return "an answer with an event that nobody can read";
  if (rule.strikes === "after") return "an error within the stream";
  if (candidates > 1) return "the whole answer";
  if (rule.reason === "error_event") return "an error within the stream";
  return rule.alone < 400 ? "as it came" : "an error";
}

function outcomeOf({ surface, mode }: Case, response: WireResponse): FaultOutcome | "nonsense" {
  const text = response.body.toString();
  const proper = whole.get(`${surface} ${mode}`)!;
  if (response.status >= 400) return isError(surface, text) ? "an error" : "nonsense";
  const isJson = response.headers.some(([, value]) => value.startsWith("application/json"));
  if (mode === "plain" || isJson) return text === proper ? "the whole answer" : "as it came";
  switch (seenAnswer(surfaces[surface].kind, response, proper)) {
    case "whole":
      return "the whole answer";
    case "marred":
      return "an answer with an event that nobody can read";
    case "reported":
      return "an error within the stream";
    case "broken":
      return "nonsense";
    case "truncated":
      return text.startsWith("<!doctype") ? "as it came" : "nonsense";
  }
}

function isError(surface: ClientSurface, text: string): boolean {
  const { error } = JSON.parse(text) as { error: unknown };
  return surface === "NDJSON" ? typeof error === "string" : typeof error === "object";
}

describe("each failure is rescued where another candidate is left and nothing has been sent, and reported otherwise", () => {
  test.each(cases.map((one) => [one.name, one] as const))("%s", (_name, one) => {
    const { id, rule, candidates } = one;
    const response = answers.get(id);
    if (response === undefined) throw new Error("it hangs");
    const outcome = outcomeOf(one, response);
    tally.set(outcome, (tally.get(outcome) ?? 0) + 1);
    expect(outcome).toBe(expectedOutcome(one));
    const rescued = rule.strikes === "before" && candidates > 1;
    expect(response.status).toBe(rescued ? 200 : rule.alone);
    expect(response.end).toBe("whole");

    const row = rows.get(`?${id}`);
    const marred = outcome === "an answer with an event that nobody can read";
    expect(row).toMatchObject({
      state: marred || outcome === "the whole answer" ? "completed" : "failed",
      status_code: response.status,
      warnings: marred ? ["malformed_event"] : [],
    });
    // A refused connection is an attempt, too, though the fake sees none.
    const each = Array.from({ length: Math.max(1, rule.asked) }, () => rule.reason);
    const tried = rule.strikes === "before" ? faultyOf(one) : 1;
    expect(row?.attempts.map(({ reason }) => reason)).toEqual([
      ...Array.from({ length: tried }, () => each).flat(),
      ...(rescued ? ["served"] : []),
    ]);
    const seen = fake.calls().filter(({ query }) => query === `?${id}`);
    expect(seen).toHaveLength(tried * rule.asked + (rescued ? 1 : 0));
  });
});
