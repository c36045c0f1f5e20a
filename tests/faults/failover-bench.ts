// Runs the failover scenarios against a router, each with two fakes of its own, all at once.
import type { Behaviour } from "../../src/adapters/fake-model/behaviour.ts";
import type { FakeModel, Script } from "../../src/adapters/fake-model/fake-model.ts";
import { startFakeModel } from "../../src/adapters/fake-model/start-fake-model.ts";
import type { LogRow } from "../../src/ports/browse.ts";
import {
  failoverScenarios,
  furtherScenarios,
  refusal,
  type Expected,
  type ScenarioOutcome,
  type FailoverScenario,
} from "./failover-scenarios.ts";
import { freePort } from "../lab/free-port.ts";
import { rowsByQuery } from "../lab/log-rows.ts";
import { rawRequest } from "../lab/raw-request.ts";
import type { WireResponse } from "../lab/read-response.ts";
import { seenAnswer, type SeenAnswer } from "../lab/seen-answer.ts";
import { startRouter } from "../lab/start-router.ts";

export interface BenchSetting {
  /** What each scenario must come to. */
  readonly expects: "careful" | "plain";
  /** Keys of every alias. */
  readonly policy: string;
  /** Seconds, before they are scaled. */
  readonly firstTokenTimeout: number | null;
  readonly requestTimeout: number;
}

export const settings: Readonly<Record<"careful" | "plain", BenchSetting>> = {
  careful: {
    expects: "careful",
    policy: "commit: full, retries: 1, stop_on: [content_policy_violation], ",
    firstTokenTimeout: 10,
    requestTimeout: 15,
  },
  plain: { expects: "plain", policy: "", firstTokenTimeout: null, requestTimeout: 30 },
};

/** As `plain`, but the fallback is asked as well where the primary is slow; not to be scaled. */
export const racing: BenchSetting = { ...settings.plain, policy: "race_after: 2, " };

export interface ScenarioResult {
  readonly name: string;
  readonly status: number;
  readonly got: ScenarioOutcome | "a truncated answer as a success" | "a broken connection";
  /** Calls that the fakes saw. */
  readonly primary: number;
  readonly fallback: number;
  /** Of the fallback's calls, how many held what the client had sent, byte for byte but for the model. */
  readonly unchanged: number;
  readonly expected: Expected;
  readonly row: LogRow | undefined;
  readonly ms: number;
}

/** Longer than any timer of either setting, in seconds. */
const lateSeconds = 60;

/**
 * @param scale what the timers are multiplied with; 1: the real seconds
 * @param only names of scenarios; null: all
 */
export async function runFailoverBench(
  setting: BenchSetting,
  scale: number,
  only: readonly string[] | null = null,
): Promise<readonly ScenarioResult[]> {
  const fakes: FakeModel[] = [];
  const fake = async (name: string): Promise<FakeModel> => {
    const started = await startFakeModel({ name, models: ["m"] });
    fakes.push(started);
    return started;
  };
  const all = [...failoverScenarios(lateSeconds * 1000 * scale), ...furtherScenarios()];
  const scenarios = all.filter(({ name }) => only?.includes(name) ?? true);
  try {
    const pairs = await Promise.all(
      scenarios.map(async (scenario) => ({
        scenario,
        primary: scenario.primary === "down" ? null : await fake("primary"),
        fallback: await fake("fallback"),
      })),
    );
    const down = await freePort();
    const alias = (index: number, primary: FakeModel | null, fallback: FakeModel): string => {
      const url = primary?.url ?? `http://127.0.0.1:${down}`;
      return `  s${index}: { ${setting.policy}instances: [{ url: "${url}", model: m }, { url: "${fallback.url}", model: m }] }`;
    };
    const { firstTokenTimeout } = setting;
    const router = await startRouter({
      routes: `aliases:\n${pairs.map(({ primary, fallback }, index) => alias(index, primary, fallback)).join("\n")}`,
      env: {
        REQUEST_TIMEOUT: String(setting.requestTimeout * scale),
        ...(firstTokenTimeout === null
          ? {}
          : { FIRST_TOKEN_TIMEOUT: String(firstTokenTimeout * scale) }),
      },
    });
    try {
      const results = await Promise.all(
        pairs.map(async ({ scenario, primary, fallback }, index) => {
          prepare(scenario, primary, fallback);
          const started = performance.now();
          const exchange = await rawRequest(router.url, {
            path: `${path}?s${index}`,
            body: question(`s${index}`),
          });
          const response = await exchange.whole();
          return {
            name: scenario.name,
            status: response.status,
            got: await outcomeOf(response),
            primary: primary?.calls().length ?? 0,
            fallback: fallback.calls().length,
            unchanged: fallback
              .calls()
              .filter(
                ({ body }) => new TextDecoder().decode(body) === JSON.stringify(question("m")),
              ).length,
            expected: scenario[setting.expects],
            ms: Math.round(performance.now() - started),
          };
        }),
      );
      const rows = await rowsByQuery(router.url);
      return results.map((result, index) => ({ ...result, row: rows.get(`?s${index}`) }));
    } finally {
      await router.stop();
    }
  } finally {
    await Promise.all(fakes.map((one) => one.stop()));
  }
}

const path = "/v1/chat/completions";
const question = (model: string) => ({
  model,
  stream: true,
  messages: [{ role: "user", content: "hi" }],
});

function prepare(scenario: FailoverScenario, primary: FakeModel | null, fallback: FakeModel): void {
  if (scenario.primary !== "down") {
    primary?.script(scenario.primary);
    primary?.always(scenario.primary.at(-1));
  }
  if (scenario.refusesPrefill === true) fallback.script(withoutPrefill);
}

const withoutPrefill: Script = ({ fields }) => {
  const messages = fields["messages"] as readonly { readonly role: string }[] | undefined;
  if (messages?.at(-1)?.role !== "assistant") return undefined;
  const message = "This model does not support assistant message prefill.";
  return {
    kind: "status",
    status: 400,
    body: { error: { message, type: "invalid_request_error" } },
  };
};

async function outcomeOf(response: WireResponse): Promise<ScenarioResult["got"]> {
  if (isRefusal(response, refusal)) return "refusal";
  for (const name of ["primary", "fallback"] as const)
    if (isAnswer(seenAnswer("chat", response, await properAnswer(name)))) return name;
  switch (seenAnswer("chat", response, "")) {
    case "reported":
      return "reported";
    case "broken":
      return "a broken connection";
    case "whole":
    case "marred":
    case "truncated":
      return "a truncated answer as a success";
  }
}

/** An event that nobody can read passes once the answer has begun; a client gets the rest. */
function isAnswer(seen: SeenAnswer): boolean {
  return seen === "whole" || seen === "marred";
}

function isRefusal(response: WireResponse, reported: Behaviour): boolean {
  return (
    reported.kind === "status" &&
    response.status === reported.status &&
    response.body.toString() === JSON.stringify(reported.body)
  );
}

const proper = new Map<string, Promise<string>>();

/** What a fake of that name answers where nothing is wrong. */
function properAnswer(name: string): Promise<string> {
  const known = proper.get(name) ?? askDirectly(name);
  proper.set(name, known);
  return known;
}

async function askDirectly(name: string): Promise<string> {
  const fake = await startFakeModel({ name, models: ["m"] });
  const answer = await fetch(fake.url + path, {
    method: "POST",
    body: JSON.stringify(question("m")),
  });
  const text = await answer.text();
  await fake.stop();
  return text;
}
