// Answers of four protocols cut at every byte before clients of all four, another protocol's server behind
// them: each comes whole, from whichever server, or its break is reported in the client's own form.
import { afterAll, expect, test } from "bun:test";
import { Buffer } from "node:buffer";
import type { Behaviour } from "../../src/adapters/fake-model/behaviour.ts";
import type { FakeModel } from "../../src/adapters/fake-model/fake-model.ts";
import { startFakeModel } from "../../src/adapters/fake-model/start-fake-model.ts";
import type { LogRow } from "../../src/ports/browse.ts";
import { clients, type ClientName, type ClientView, clientView } from "../lab/client-view.ts";
import { inParallel } from "../lab/in-parallel.ts";
import { rowsByQuery } from "../lab/log-rows.ts";
import { messageEvents, messageStream } from "../lab/messages-answer.ts";
import { printTable } from "../lab/print-table.ts";
import { rawRequest } from "../lab/raw-request.ts";
import { responseEvents, responseStream } from "../lab/responses-answer.ts";
import { spawnRouter } from "../lab/spawn-router.ts";
import { isWhole } from "../lab/sweep.ts";
import { recordedStreams } from "./recorded-streams.ts";

interface Recorded {
  readonly keys: string;
  readonly text: string;
  readonly type: string;
  /** Between two pieces that are sent apart. */
  readonly between: RegExp;
  readonly says: Pick<ClientView, "text" | "calls">;
}

const call = 'weather({"place":"Zürich"})';
const messages = messageStream(
  messageEvents(
    {
      content: [
        { type: "thinking", thinking: "Mal sehen", signature: "c2ln" },
        { type: "text", text: "Grüße 🌦 hier" },
        { type: "tool_use", id: "toolu_1", name: "weather", input: { place: "Zürich" } },
      ],
      stop: "tool_use",
      usage: {
        input_tokens: 9,
        cache_creation_input_tokens: 0,
        cache_read_input_tokens: 0,
        output_tokens: 21,
      },
    },
    12,
  ).map((event) =>
    event["type"] === "message_delta"
      ? {
          ...event,
          usage: {
            input_tokens: 9,
            cache_creation_input_tokens: 0,
            cache_read_input_tokens: 0,
            output_tokens: 21,
          },
        }
      : event,
  ),
);

const responses = responseStream(
  responseEvents(
    {
      output: [
        { type: "reasoning", summary: [{ type: "summary_text", text: "Mal sehen" }] },
        { type: "message", content: [{ type: "output_text", text: "Grüße 🌦 dort" }] },
        {
          type: "function_call",
          call_id: "call_b",
          name: "weather",
          arguments: '{"place":"Zürich"}',
        },
      ],
    },
    12,
  ),
);

const recorded = {
  chat: {
    keys: "speaks: [chat]",
    text: recordedStreams.chatWithTools.text,
    type: "text/event-stream",
    between: /(?<=\n\n)/,
    says: { text: "Grüße, ich sehe nach 🌦", calls: [call] },
  },
  anthropic: {
    keys: "type: anthropic",
    text: messages,
    type: "text/event-stream",
    between: /(?<=\n\n)/,
    says: { text: "Grüße 🌦 hier", calls: [call] },
  },
  responses: {
    keys: "speaks: [responses]",
    text: responses,
    type: "text/event-stream",
    between: /(?<=\n\n)/,
    says: { text: "Grüße 🌦 dort", calls: [call] },
  },
  ollama: {
    keys: "type: ollama",
    text: recordedStreams.ndjson.text,
    type: "application/x-ndjson",
    between: /(?<=\n)/,
    says: { text: "Grüße 🌦\n", calls: [call] },
  },
} as const satisfies Record<string, Recorded>;
type Upstream = keyof typeof recorded;

const upstreams = Object.keys(recorded) as readonly Upstream[];
const nextOf: Record<Upstream, Upstream> = {
  chat: "anthropic",
  anthropic: "responses",
  responses: "ollama",
  ollama: "chat",
};

/** What answers a path, whatever the server's type: one that speaks several is asked in any of them. */
function streamAt(target: string): Upstream {
  if (target.includes("/messages")) return "anthropic";
  if (target.includes("/responses")) return "responses";
  return target.includes("/api/") ? "ollama" : "chat";
}

const faults: Readonly<Record<string, (afterBytes: number) => Behaviour>> = {
  cut: (afterBytes) => ({ kind: "cut", when: { afterBytes }, beforeFaultMs: 500 }),
  reset: (afterBytes) => ({ kind: "reset", when: { afterBytes }, beforeFaultMs: 500 }),
  "early end": (afterBytes) => ({ kind: "truncate", when: { afterBytes }, betweenMs: 10 }),
};

interface Injection {
  readonly id: string;
  /** The whole answer is held: every cut is mended. */
  readonly isHeld: boolean;
  readonly client: ClientName;
  readonly upstream: Upstream;
  readonly faultName: string;
  readonly fault: Behaviour;
}

/** By default after each line's end, where states change, and at some of the others. */
function positionsIn(text: string): readonly number[] {
  const bytes = Buffer.from(text);
  const newline = "\n".charCodeAt(0);
  const step = Math.max(40, Math.floor(bytes.length / 60));
  return Array.from({ length: bytes.length + 1 }, (_, at) => at).filter(
    (at) => isWhole || at % step === 0 || at === bytes.length || bytes[at - 1] === newline,
  );
}

const clientNames = Object.keys(clients) as readonly ClientName[];
const injections: readonly Injection[] = upstreams.flatMap((upstream) =>
  positionsIn(recorded[upstream].text).flatMap((at, turn) =>
    Object.entries(faults).flatMap(([faultName, fault], which) =>
      clientNames.flatMap((client, index) =>
        isWhole || (turn + index) % 3 === which
          ? [false, true].map((isHeld) => ({
              id: `${upstream}-${client}-${which}-${at}${isHeld ? "-held" : ""}`,
              isHeld,
              client,
              upstream,
              faultName,
              fault: fault(at),
            }))
          : [],
      ),
    ),
  ),
);

/** Taken whole, they are more servers than one routes file should name. */
const groups: readonly (readonly [string, readonly Injection[]])[] = isWhole
  ? upstreams.flatMap((upstream) =>
      clientNames.flatMap((client) =>
        Object.keys(faults).flatMap((name) => {
          const all = injections.filter(
            (one) => one.upstream === upstream && one.client === client && one.faultName === name,
          );
          return dealt(all).map(
            (some, at) => [`${upstream} before ${client}, ${name}, ${at + 1}`, some] as const,
          );
        }),
      ),
    )
  : [["all", injections]];

/** Into hands of some thousand, each with cuts from everywhere. */
function dealt(all: readonly Injection[]): readonly (readonly Injection[])[] {
  // Of an odd number each gets answers that are held, and others.
  const hands = 2 * Math.floor(all.length / 2_000) + 1;
  return Array.from({ length: hands }, (_, hand) => all.filter((_, at) => at % hands === hand));
}

function routes(fake: FakeModel, injected: readonly Injection[]): string {
  const good = upstreams.map(
    (name) => `  good-${name}: { url: "${fake.url}/good-${name}", ${recorded[name].keys} }`,
  );
  // Each has a server of its own, for failures add up.
  const bad = injected.map(
    ({ id, upstream }) => `  ${id}: { url: "${fake.url}/${id}", ${recorded[upstream].keys} }`,
  );
  const aliases = injected.map(
    ({ id, upstream, isHeld }) =>
      `  a-${id}: { ${isHeld ? "commit: full, " : ""}instances: [${id}/m, good-${nextOf[upstream]}/m] }`,
  );
  return ["servers:", ...good, ...bad, "aliases:", ...aliases].join("\n");
}

async function ask(url: string, { id, client }: Injection): Promise<ClientView | string> {
  const exchange = await rawRequest(url, {
    path: `${clients[client].path}?${id}`,
    body: { model: `a-${id}`, stream: true, tools: tools[client], ...asked[client] },
  });
  const late = Promise.withResolvers<null>();
  const timer = setTimeout(late.resolve, 120_000, null);
  const response = await Promise.race([exchange.whole(), late.promise]);
  clearTimeout(timer);
  if (response === null) {
    exchange.leave();
    return `it hangs: ${exchange.text()}`;
  }
  if (response.end !== "whole") return `the connection ended: ${response.end}`;
  // A blank line more says nothing, and one less at the very end is the upstream's own.
  const body = response.body.toString().replaceAll(/\n{3,}/g, "\n\n");
  const text = client === "ollama" ? body : `${body.trimEnd()}\n\n`;
  const type = response.headers.find(([name]) => name.toLowerCase() === "content-type")?.[1] ?? "";
  try {
    return clientView(client, response.status, type, text);
  } catch (error) {
    return `${String(error)}\n${text}`;
  }
}

const said = [{ role: "user", content: "weather?" }];
const asChat = { max_tokens: 100, messages: said };
const asked: Record<ClientName, object> = {
  messages: asChat,
  chat: asChat,
  ollama: asChat,
  responses: { max_output_tokens: 100, input: said },
};
const parameters = { type: "object", properties: { place: { type: "string" } } };
const asFunction = { type: "function", function: { name: "weather", parameters } };
const tools: Record<ClientName, readonly object[]> = {
  messages: [{ name: "weather", input_schema: parameters }],
  chat: [asFunction],
  responses: [{ type: "function", name: "weather", parameters }],
  ollama: [asFunction],
};

function complaint(
  { id, upstream, isHeld }: Injection,
  view: ClientView | string,
  row: LogRow | undefined,
): string | null {
  if (typeof view === "string") return `${id}: ${view}`;
  if (isHeld && view.outcome !== "whole") return `${id}: not mended`;
  const possible = [upstream, nextOf[upstream], "chat" as const].map((name) => recorded[name].says);
  const fits = possible.some(({ text, calls }) =>
    view.outcome === "whole"
      ? view.text === text && view.calls.join() === calls.join()
      : text.startsWith(view.text),
  );
  if (!fits) return `${id}: ${view.outcome}, but it said ${JSON.stringify(view)}`;
  const state = view.outcome === "whole" ? "completed" : "failed";
  return row?.state === state ? null : `${id}: ${view.outcome}, but its row is ${row?.state}`;
}

const figures: (string | number)[][] = [];
afterAll(() => {
  printTable(
    "answers cut at every byte, another protocol's server behind: whole / reported",
    ["server", "client", "cuts", "whole", "reported"],
    figures,
  );
});

test.each(groups)(
  "a cut at any byte is mended by another protocol's server, or reported as the client's own error: %s",
  async (_, injected) => {
    const byId = new Map(injected.map((one) => [one.id, one]));
    const fake = await startFakeModel({ name: "fake", models: ["m"], anyBasePath: true });
    fake.script(({ target, isCall }) => {
      if (!isCall) return undefined;
      const { text, type, between } = recorded[streamAt(target)];
      const whole = { pieces: text.split(between), contentType: type, stream: true } as const;
      const fault = byId.get(target.split("/")[1] ?? "")?.fault ?? { kind: "answer" };
      return { ...whole, ...fault };
    });
    const router = await spawnRouter({
      routes: routes(fake, injected),
      env: { STRIP_THINKING: "false" },
    });
    try {
      const views = await inParallel(injected, 200, (one) => ask(router.url, one));
      const rows = await rowsByQuery(router.url);
      for (const upstream of upstreams)
        for (const client of clientNames) {
          const seen = views.filter((_, at) => {
            const one = injected[at];
            return one?.upstream === upstream && one.client === client && !one.isHeld;
          });
          const count = (outcome: ClientView["outcome"]) =>
            seen.filter((view) => typeof view !== "string" && view.outcome === outcome).length;
          if (seen.length === 0) continue;
          figures.push([upstream, client, seen.length, count("whole"), count("reported")]);
          expect(Math.min(count("whole"), count("reported"))).toBeGreaterThan(0);
        }
      const complaints = injected.flatMap(
        (one, at) => complaint(one, views[at] ?? "nothing", rows.get(`?${one.id}`)) ?? [],
      );
      expect(complaints.slice(0, 20)).toEqual([]);
    } finally {
      await router.stop();
      await fake.stop();
    }
  },
);
