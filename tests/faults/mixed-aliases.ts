// Aliases whose instances speak four protocols, before clients of all four: the first instance fails in
// every way of the fault table, and no client may notice more than it must.
import { expect } from "bun:test";
import type { Behaviour } from "../../src/adapters/fake-model/behaviour.ts";
import { startFakeModel } from "../../src/adapters/fake-model/start-fake-model.ts";
import type { InFlight, LogRow, Upstreams } from "../../src/ports/browse.ts";
import { clients, type ClientName, type ClientView, clientView } from "../lab/client-view.ts";
import { freePort } from "../lab/free-port.ts";
import { inParallel } from "../lab/in-parallel.ts";
import { until } from "../lab/live-view.ts";
import { rowsByQuery } from "../lab/log-rows.ts";
import { rawRequest } from "../lab/raw-request.ts";
import { withRouter } from "../lab/start-router.ts";
import { type FaultRow, faultTable, type FaultRule } from "./fault-table.ts";

const upstreams = {
  ollama: "type: ollama",
  chat: "speaks: [chat]",
  anthropic: "type: anthropic",
  responses: "speaks: [responses]",
} as const;
type UpstreamName = keyof typeof upstreams;

export type Order = readonly UpstreamName[];

/** Each comes behind each of the others. */
export const orders: readonly Order[] = [
  ["ollama", "chat", "anthropic", "responses"],
  ["ollama", "responses", "anthropic", "chat"],
  ["chat", "responses", "ollama", "anthropic"],
  ["chat", "anthropic", "ollama", "responses"],
  ["anthropic", "chat", "ollama", "responses"],
  ["anthropic", "responses", "chat", "ollama"],
  ["responses", "anthropic", "ollama", "chat"],
  ["responses", "ollama", "chat", "anthropic"],
];

interface Case {
  /** Its alias, its faulty servers' base path, and the query. */
  readonly id: string;
  readonly client: ClientName;
  readonly order: Order;
  readonly streams: boolean;
  readonly fault: Behaviour | "down";
  /** The same for plain calls. */
  readonly rules: Pick<FaultRow, "ndjson"> & { readonly streamed: FaultRule | null };
  /** How many of the alias's instances fail. */
  readonly failing: number;
}

/** Whether a row of the fault table is a silence. */
export function isStall(row: number): boolean {
  const fault = rows[row]?.fault;
  return typeof fault === "object" && fault.kind === "stall";
}

const clientNames = Object.keys(clients) as readonly ClientName[];
const said = "Grüße, ich sehe nach 🌦, wie gewünscht";

const harmless: FaultRule = { reason: "served", strikes: "never", alone: 200, asked: 1 };
const busy: FaultRule = { reason: "status", strikes: "before", alone: 529, asked: 1 };

/** The table, and what only matters where protocols differ. */
const rows: readonly FaultRow[] = [
  ...faultTable,
  { name: "status 529", fault: { kind: "status", status: 529 }, plain: busy, streamed: busy },
  {
    name: "another content type",
    fault: { kind: "answer", headers: { "content-type": "text/plain" } },
    plain: null,
    streamed: harmless,
  },
  {
    name: "a whole answer instead of a stream",
    fault: { kind: "answer", stream: false },
    plain: null,
    streamed: harmless,
  },
  {
    name: "a stream instead of a whole answer",
    fault: { kind: "answer", stream: true },
    plain: harmless,
    streamed: null,
  },
  {
    name: "a coding that nobody asked for",
    fault: { kind: "answer", encoding: "gzip" },
    plain: harmless,
    streamed: harmless,
  },
];

/** @param wanted which orders are taken of a row of the table, and how many of their instances fail */
function casesOf(wanted: (row: number, client: number) => readonly (readonly [Order, number])[]) {
  return rows.flatMap((row, at) =>
    [true, false].flatMap((streams) =>
      clientNames.flatMap((client, index) =>
        wanted(at, index).flatMap(([order, failing]): readonly Case[] => {
          const rules = streams ? row : { streamed: row.plain };
          if (rules.streamed === null) return [];
          const id = `f${at}-${streams ? "s" : "p"}-${client}-${order.join("-")}-${failing}`;
          return [{ id, client, order, streams, fault: row.fault, rules, failing }];
        }),
      ),
    ),
  );
}

/** Seconds of silence; whoever does not stall is waited for. */
const patience = ({ fault }: Case) =>
  typeof fault === "object" && fault.kind === "stall" ? 1 : 60;

function routesOf(cases: readonly Case[], url: string, down: string): string {
  const servers = Object.entries(upstreams).map(
    ([name, keys]) => `  good-${name}: { url: "${url}/good-${name}", ${keys} }`,
  );
  const aliases: string[] = [];
  for (const one of cases) {
    const instances = one.order.map((upstream, at) => {
      if (at >= one.failing) return `good-${upstream}/m`;
      const base = one.fault === "down" ? down : url;
      // Each case has servers of its own, for failures add up.
      servers.push(
        `  ${one.id}-${at}: { url: "${base}/${one.id}-${at}", ${upstreams[upstream]}, request_timeout: ${patience(one)} }`,
      );
      return `${one.id}-${at}/m`;
    });
    aliases.push(`  ${one.id}: { instances: [${instances.join(", ")}] }`);
  }
  return ["servers:", ...servers, "aliases:", ...aliases].join("\n");
}

async function ask(url: string, { id, client, streams }: Case): Promise<ClientView | string> {
  const said = [{ role: "user", content: "hi" }];
  const asked =
    client === "responses"
      ? { max_output_tokens: 100, input: said }
      : { max_tokens: 100, messages: said };
  const body = { model: id, stream: streams, ...asked };
  const exchange = await rawRequest(url, { path: `${clients[client].path}?${id}`, body });
  const response = await exchange.whole();
  if (response.end !== "whole") return `the connection ended: ${response.end}`;
  const type = response.headers.find(([name]) => name.toLowerCase() === "content-type")?.[1] ?? "";
  // What nobody can read passes; a client that stops at it is served no worse than without a router.
  const text = response.body.toString().replaceAll(/\n*data: \{garbage\n\n/g, "\n\n");
  try {
    return clientView(client, response.status, type, text.replace(/^\n+/, ""));
  } catch (error) {
    return `${String(error)}\n${text}`;
  }
}

/** The end of NDJSON and of Messages is one event; a chat's may be said twice. */
function ruleOf({ client, rules }: Case, row: LogRow): FaultRule | null {
  const way = row.attempts[0]?.protocol ?? "native";
  const isChat = way === "native" ? client === "chat" : way.endsWith(">chat");
  return (isChat ? undefined : rules.ndjson) ?? rules.streamed;
}

/** What is wrong about one case; null: nothing. */
function complaint(one: Case, view: ClientView | string, row: LogRow | undefined): string | null {
  const wrong = (why: string) => `${one.id}: ${why}`;
  if (typeof view === "string") return wrong(view);
  if (row === undefined) return wrong("it left no row");
  const rule = ruleOf(one, row);
  if (rule === null) return wrong("no rule");
  const { strikes, reason } = rule;
  const all = one.failing === one.order.length;
  // On a busy machine a fault may be noticed together with the content that came ahead of it.
  const isEarly = strikes !== "before" && row.attempts.length > 1;
  const usual =
    strikes === "after" ? "reported" : all && strikes === "before" ? "refused" : "whole";
  // Then the next instance's may be noticed later, and so on: what the client got has to agree with the row.
  const expected = isEarly ? view.outcome : usual;
  if (view.outcome !== expected)
    return wrong(`${view.outcome} (${view.error}) instead of ${expected}`);
  if (expected === "refused" && !all) return wrong("refused, though an instance is well");
  if (expected === "whole" && view.text !== said) return wrong(`it said ${view.text}`);
  if (expected === "reported" && !said.startsWith(view.text)) return wrong(`it said ${view.text}`);
  if ((row.state === "completed") !== (expected === "whole")) return wrong(`row ${row.state}`);
  const [first] = row.attempts;
  if (first?.reason !== reason && !isEarly) return wrong(`${first?.reason} instead of ${reason}`);
  const served = row.attempts.at(-1);
  const translated = served?.protocol !== "native";
  const plainId = row.id.replaceAll("-", "");
  const own = {
    messages: `msg_${plainId}`,
    responses: `resp_${plainId}`,
    chat: `chatcmpl-${row.id}`,
    ollama: null,
  }[one.client];
  if (expected === "whole" && translated && view.id !== null && view.id !== own)
    return wrong(`the answer's id is ${view.id}`);
  return null;
}

/** Makes every call, and says what is wrong; @param more checks the router once all have ended */
export async function sweepMixed(
  wanted: Parameters<typeof casesOf>[0],
): Promise<readonly string[]> {
  const cases = casesOf(wanted);
  const faults = new Map(cases.map((one) => [one.id, one.fault]));
  const fake = await startFakeModel({ name: "fake", models: ["m"], anyBasePath: true });
  fake.script(({ target }) => {
    const base = target.split("/")[1] ?? "";
    const fault = faults.get(base.replace(/-\d$/, "")) ?? { kind: "answer" };
    return fault === "down" ? undefined : { content: said, perEvent: true, ...fault };
  });
  try {
    const routes = routesOf(cases, fake.url, `http://127.0.0.1:${await freePort()}`);
    // On a machine that has much to do, a connection takes its time, and where pings have gone out an
    // error would come as an event.
    const env = { SSE_KEEPALIVE: "0", CONNECT_TIMEOUT: "120" };
    return await withRouter({ routes, env }, async ({ url }) => {
      const views = await inParallel(cases, 100, (one) => ask(url, one));
      const logged = await rowsByQuery(url);
      await holdsNothing(url);
      const reported = views.filter(
        (view) => typeof view !== "string" && view.outcome === "reported",
      );
      expect(reported.length).toBeGreaterThan(0);
      return cases.flatMap(
        (one, at) => complaint(one, views[at] ?? "nothing", logged.get(`?${one.id}`)) ?? [],
      );
    });
  } finally {
    await fake.stop();
  }
}

/** No call, no place at a server is left. */
async function holdsNothing(url: string): Promise<void> {
  const get = async <T>(path: string) => (await (await fetch(url + path)).json()) as T;
  await until(async () => (await get<InFlight>("/api/inflight")).inflight.length === 0);
  const { upstreams: states } = await get<Upstreams>("/api/upstreams");
  expect(states.filter(({ active, waiting }) => active + waiting > 0)).toEqual([]);
}
