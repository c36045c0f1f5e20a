// A router before three scripted upstreams, two that speak /v1 and an Ollama one, as public bug reports need them.
import { afterAll, afterEach, beforeAll } from "bun:test";
import type { Behaviour } from "../../src/adapters/fake-model/behaviour.ts";
import type { FakeModel } from "../../src/adapters/fake-model/fake-model.ts";
import { startFakeModel } from "../../src/adapters/fake-model/start-fake-model.ts";
import type { LogDetail } from "../../src/ports/browse.ts";
import { startRouter, type TestRouter } from "./start-router.ts";

/** What a client got, and the row that it left. */
export interface Asked {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The server that answered. */
  readonly upstream: string | null;
  /** The row, once the call has ended. */
  row(): Promise<LogDetail>;
}

export interface AskOptions {
  readonly path?: string;
  readonly stream?: boolean;
  /** Fields of the body beside model, stream and messages. */
  readonly more?: object;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface FieldLab {
  readonly one: FakeModel;
  readonly two: FakeModel;
  readonly nat: FakeModel;
  readonly router: TestRouter;
  ask(model: string, asking?: AskOptions): Promise<Asked>;
  /** The row of an answer that a client got. */
  rowOf(headers: Headers): Promise<LogDetail>;
  /** Forgets what was scripted, and lets servers that rest after failures serve again. */
  reset(): Promise<void>;
  stop(): Promise<void>;
}

const patienceMs = 60_000;

/** Says `from two`, so that a test sees who answered. */
const usualTwo: Behaviour = { kind: "answer", content: "from two" };

/**
 * Servers `one`, `two` and `nat` (native Ollama); aliases `both` (one, two), `nboth` (nat, two), and
 * the same with `commit: full`: `full`, `nfull`, and `alone`, `nalone` without the second.
 * @param routes further lines of the routes file; `one`, `two` and `nat` are the servers' URLs
 */
export async function startFieldLab(
  env: Readonly<Record<string, string>> = {},
  routes: (urls: { one: string; two: string; nat: string }) => string = () => "",
): Promise<FieldLab> {
  const one = await startFakeModel({ name: "one", kind: "openai", models: ["m"] });
  const two = await startFakeModel({ name: "two", kind: "openai", models: ["m"] });
  const nat = await startFakeModel({ name: "nat", kind: "ollama", models: ["m"] });
  const router = await startRouter({
    env: { DEFAULT_UPSTREAM: one.url, ...env },
    routes: `
servers:
  one: "${one.url}"
  two: "${two.url}"
  nat: { url: "${nat.url}", type: ollama }
aliases:
  both: { instances: ["one/m", "two/m"] }
  nboth: { instances: ["nat/m", "two/m"] }
  full: { commit: full, instances: ["one/m", "two/m"] }
  nfull: { commit: full, instances: ["nat/m", "two/m"] }
  alone: { commit: full, instances: ["one/m"] }
  nalone: { commit: full, instances: ["nat/m"] }
${routes({ one: one.url, two: two.url, nat: nat.url })}`,
  });
  two.always(usualTwo);
  const fakes = [one, two, nat];
  /** Since the servers were last known to be well. */
  let asked = 0;

  /** Without fields where the log does not know it yet. */
  const detail = async (headers: Headers): Promise<LogDetail | Partial<LogDetail>> => {
    const found = await fetch(`${router.url}/api/logs/${headers.get("x-request-id")}`);
    return (await found.json()) as LogDetail;
  };
  const rowOf = async (headers: Headers): Promise<LogDetail> => {
    for (const due = performance.now() + patienceMs; performance.now() < due;) {
      const found = await detail(headers);
      if ((found.state ?? "inflight") !== "inflight") return found as LogDetail;
      // The client may know of the end a moment before the log does.
      await Bun.sleep(2);
    }
    throw new Error("the call's row did not end");
  };
  return {
    one,
    two,
    nat,
    router,
    rowOf,
    async ask(
      model,
      { path = "/v1/chat/completions", stream = true, more = {}, headers = {} } = {},
    ) {
      const said = /\/(generate|v1\/completions)/.test(path)
        ? { prompt: "hi" }
        : { messages: [{ role: "user", content: "hi" }] };
      asked++;
      const response = await router.post(path, { model, stream, ...said, ...more }, headers);
      return {
        status: response.status,
        headers: response.headers,
        text: await response.text(),
        upstream: response.headers.get("x-smolrouter-upstream"),
        row: () => rowOf(response.headers),
      };
    },
    async reset() {
      for (const fake of fakes) fake.reset();
      two.always(usualTwo);
      // A server rests after three failures in a row; one success clears it.
      if (asked < 2) return;
      asked = 0;
      await Promise.all(
        [
          ["/v1/chat/completions", "one/m"],
          ["/v1/chat/completions", "two/m"],
          ["/api/chat", "nat/m"],
        ].map(async ([path, model]) => {
          const answer = await router.post(path!, { model, stream: false, messages: [] });
          await answer.arrayBuffer();
        }),
      );
      for (const fake of fakes) fake.reset();
      two.always(usualTwo);
    },
    async stop() {
      await router.stop();
      await Promise.all(fakes.map((fake) => fake.stop()));
    },
  };
}

/**
 * A lab for every test of a file: started before the first, reset after each, stopped after the last.
 * Whoever reads it outside a test gets an error.
 */
export function useFieldLab(...options: Parameters<typeof startFieldLab>): Omit<FieldLab, "stop"> {
  let started: FieldLab | null = null;
  beforeAll(async () => {
    started = await startFieldLab(...options);
  });
  afterEach(() => started?.reset());
  afterAll(() => started?.stop());
  const lab = (): FieldLab => {
    if (started === null) throw new Error("the lab runs while tests do");
    return started;
  };
  return {
    get one() {
      return lab().one;
    },
    get two() {
      return lab().two;
    },
    get nat() {
      return lab().nat;
    },
    get router() {
      return lab().router;
    },
    ask: (...question) => lab().ask(...question),
    rowOf: (headers) => lab().rowOf(headers),
    reset: () => lab().reset(),
  };
}

/** The texts that a stream's events or lines bring, joined. */
export function textOf(stream: string): string {
  return documentsOf(stream)
    .map((one) => one.choices?.[0]?.delta?.content ?? one.message?.content ?? one.response ?? "")
    .join("");
}

interface StreamDocument {
  readonly choices?: readonly {
    readonly delta?: { readonly content?: string | null } | null;
    readonly finish_reason?: string | null;
  }[];
  readonly message?: { readonly content?: string; readonly thinking?: string };
  readonly response?: string;
  readonly done?: boolean;
  readonly done_reason?: string;
  readonly error?: unknown;
  readonly [field: string]: unknown;
}

/** Every JSON document of a stream, events or lines; `[DONE]`, comments and what is not JSON left out. */
export function documentsOf(stream: string): readonly StreamDocument[] {
  return stream.split(/\r\n|\n|\r/).flatMap((line) => {
    const data = line.startsWith("data:") ? line.slice(5) : line;
    try {
      const parsed = JSON.parse(data) as StreamDocument | null;
      return typeof parsed === "object" && parsed !== null ? [parsed] : [];
    } catch {
      return [];
    }
  });
}
