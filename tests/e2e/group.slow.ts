// Two and three routers on one database, as their users see them: events, calls in flight, cancelling,
// limits, loops, and what differs between them.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "bun:test";
import { SQL } from "bun";
import { createGate } from "../../src/adapters/fake-model/gate.ts";
import type { InFlight, LogPage, LogRow, Upstreams } from "../../src/ports/browse.ts";
import { until } from "../lab/live-view.ts";
import { withDatabase } from "../lab/postgres.ts";
import { createRandom } from "../lab/random.ts";
import { spawnRouter } from "../lab/spawn-router.ts";
import { startRouter, type RouterOptions, type TestRouter } from "../lab/start-router.ts";
import { withFakes } from "../lab/with-fakes.ts";

const path = "/v1/chat/completions";
const chat = { model: "m", messages: [{ role: "user", content: "hi" }] };

async function get<T>(router: { readonly url: string }, from: string): Promise<T> {
  return (await (await fetch(router.url + from)).json()) as T;
}

/** Routers of these names on one database, once each knows all. */
async function withGroup(
  names: readonly string[],
  options: (name: string) => RouterOptions,
  run: (routers: readonly TestRouter[], url: string) => Promise<void>,
): Promise<void> {
  await withDatabase(async (url) => {
    const routers: TestRouter[] = [];
    try {
      for (const name of names) routers.push(await startMember(url, name, options(name)));
      for (const router of routers) await knows(router, names.length);
      await run(routers, url);
    } finally {
      for (const router of routers) await router.stop();
    }
  });
}

function startMember(url: string, name: string, { env, routes }: RouterOptions) {
  return startRouter({
    env: { DATABASE_URL: url, INSTANCE_NAME: name, ...env },
    ...(routes === undefined ? {} : { routes }),
  });
}

async function knows(router: TestRouter, count: number): Promise<void> {
  await until(async () => {
    const { routers = [] } = await get<Upstreams>(router, "/api/upstreams");
    return count === 1 ? routers.length === 0 : routers.length === count;
  });
}

async function warnings(router: TestRouter): Promise<readonly string[]> {
  return (await get<{ warnings: string[] }>(router, "/readyz")).warnings;
}

/** Rows of the events of a kind, for as long as the stream is open. */
async function openEvents(router: TestRouter, kind: "started" | "completed") {
  const rows: LogRow[] = [];
  const leave = new AbortController();
  const answer = await fetch(`${router.url}/api/events`, { signal: leave.signal });
  const reading = (async () => {
    let text = "";
    for await (const part of answer.body!.pipeThrough(new TextDecoderStream())) {
      text += part;
      const whole = text.split("\n\n");
      text = whole.pop() ?? "";
      for (const event of whole)
        if (event.startsWith(`event: ${kind}`))
          rows.push(JSON.parse(event.slice(event.indexOf("data: ") + 6)) as LogRow);
    }
  })().catch(() => undefined);
  return {
    rows,
    async close() {
      leave.abort();
      await reading;
    },
  };
}

test("calls that another router answers are events and rows here, each once, with its name", () =>
  withFakes({ a: {} }, ({ a }) =>
    withGroup(
      ["east", "west"],
      () => ({ env: { DEFAULT_UPSTREAM: a.url } }),
      async ([east, west]) => {
        const events = await openEvents(east!, "completed");
        // From the next beat on the other one tells of its calls.
        await until(async () => {
          if (events.rows.length > 0) return true;
          await west!.post(path, chat);
          await Bun.sleep(200);
          return events.rows.length > 0;
        });
        const before = events.rows.length;
        const asked = performance.now();
        const answers = await Promise.all(
          Array.from({ length: 20 }, (_, at) => west!.post(`${path}?n=${at}`, chat)),
        );
        for (const answer of answers) await answer.arrayBuffer();
        const numbered = () => events.rows.filter(({ path: of }) => of.includes("?n="));
        await until(async () => numbered().length >= 20);
        console.log(`20 events of another router within ${performance.now() - asked} ms`);
        await Bun.sleep(300);
        expect(new Set(numbered().map(({ id }) => id)).size).toBe(numbered().length);
        expect(numbered()).toHaveLength(20);
        expect(before).toBeGreaterThan(0);
        await events.close();
        const { logs } = await get<LogPage>(east!, "/api/logs?limit=5");
        expect(logs.map(({ instance }) => instance?.name)).toEqual(Array(5).fill("west"));
      },
    ),
  ));

test("a call that another router answers is seen here, and ended from here", () =>
  withFakes({ a: {} }, ({ a }) =>
    withGroup(
      ["east", "west"],
      () => ({ env: { DEFAULT_UPSTREAM: a.url } }),
      async ([east, west]) => {
        const gate = createGate();
        a.script([{ kind: "answer", gate }]);
        const answer = west!.post(path, chat);
        await gate.reached;
        const seen = async () => (await get<InFlight>(east!, "/api/inflight")).inflight;
        await until(async () => (await seen()).length > 0);
        const [call] = await seen();
        expect(call).toMatchObject({ instance: { name: "west" }, tokens_so_far: null });
        const own = (await get<InFlight>(west!, "/api/inflight")).inflight;
        expect(own.map(({ id }) => id)).toEqual([call!.id]);
        const asked = performance.now();
        const cancelled = await fetch(`${east!.url}/api/inflight/${call!.id}/cancel`, {
          method: "POST",
        });
        expect(await cancelled.json()).toEqual({ cancelled: call!.id });
        expect((await answer).status).toBe(499);
        console.log(`a call of another router was ended within ${performance.now() - asked} ms`);
        gate.open();
        const unknown = await fetch(
          `${east!.url}/api/inflight/0195a2c4-0000-7000-8000-000000000001/cancel`,
          { method: "POST" },
        );
        expect(unknown.status).toBe(404);
        await until(async () => (await seen()).length === 0);
      },
    ),
  ));

test("a limit of four holds over routers that come and go, and is used", async () => {
  let [active, most, used, looks] = [0, 0, 0, 0];
  const server = Bun.serve({
    port: 0,
    async fetch(request) {
      if (request.method === "GET") return Response.json({ object: "list", data: [] });
      most = Math.max(most, ++active);
      await Bun.sleep(60);
      active--;
      return Response.json({ choices: [{ message: { role: "assistant", content: "hi" } }] });
    },
  });
  const routes = `servers: { gpu: { url: "http://127.0.0.1:${server.port}", max_concurrency: 4, max_queue: 1000 } }
routes: [{ match: { model: m }, route: { upstream: gpu } }]`;
  const random = createRandom(1);
  try {
    await withGroup(
      ["a", "b", "c"],
      () => ({ routes }),
      async (routers, url) => {
        let running = true;
        const answers = new Map<TestRouter, number>();
        async function keepAsking(router: TestRouter, wanted: () => boolean): Promise<void> {
          while (running && wanted()) {
            const answer = await router.post(path, chat);
            await answer.arrayBuffer();
            if (answer.status === 200) answers.set(router, (answers.get(router) ?? 0) + 1);
          }
        }
        const [a, b, c] = routers as [TestRouter, TestRouter, TestRouter];
        const always = () => true;
        const clients = [
          ...Array.from({ length: 10 }, () => keepAsking(a, always)),
          ...Array.from({ length: 2 }, () => keepAsking(b, always)),
        ];
        await Bun.sleep(1_000);
        const watch = setInterval(() => {
          used += active;
          looks++;
        }, 5);
        await Bun.sleep(2_000);
        clearInterval(watch);
        console.log(`${Math.round((used / looks / 4) * 100)} % of the places in use`);
        expect(used / looks / 4).toBeGreaterThan(0.5);
        // One joins, asks, and leaves; another asks from time to time.
        const d = await startMember(url, "d", { routes });
        let joined = true;
        const guests = Array.from({ length: 4 }, () => keepAsking(d, () => joined));
        for (let call = 0; call < 4; call++) {
          await (await c.post(path, chat)).arrayBuffer();
          await Bun.sleep(random.int(0, 300));
        }
        await until(async () => (answers.get(d) ?? 0) > 0);
        joined = false;
        await Promise.all(guests);
        await d.stop();
        running = false;
        await Promise.all(clients);
        for (const router of [a, b]) expect(answers.get(router)).toBeGreaterThan(0);
      },
    );
    expect(most).toBeLessThanOrEqual(4);
    expect(most).toBe(4);
  } finally {
    await server.stop(true);
  }
});

test("a loop through a balancer before three routers ends within three hops", async () => {
  const members: string[] = [];
  let hops = 0;
  const balancer = Bun.serve({
    port: 0,
    idleTimeout: 60,
    async fetch(request) {
      const { pathname } = new URL(request.url);
      if (request.method === "POST") hops++;
      const to = members[hops % members.length];
      if (to === undefined) return Response.json({ object: "list", data: [] });
      const headers = new Headers(request.headers);
      headers.delete("host");
      return fetch(to + pathname, {
        method: request.method,
        headers,
        ...(request.method === "POST" ? { body: await request.arrayBuffer() } : {}),
      });
    },
  });
  try {
    await withGroup(
      ["a", "b", "c"],
      () => ({ env: { DEFAULT_UPSTREAM: `http://127.0.0.1:${balancer.port}`, RETRIES: "0" } }),
      async (routers) => {
        members.push(...routers.map(({ url }) => url));
        const answer = await fetch(`http://127.0.0.1:${balancer.port}${path}`, {
          method: "POST",
          body: JSON.stringify(chat),
        });
        expect(answer.status).toBe(508);
        expect(hops).toBeLessThanOrEqual(3);
      },
    );
  } finally {
    await balancer.stop(true);
  }
});

test("a router with another routes file is told of everywhere, until the files are the same", async () => {
  const routes = (host: string) => `servers: { gpu: { url: "http://${host}:1" } }`;
  await withGroup(
    ["east", "west"],
    (name) => ({ routes: routes(name === "east" ? "one" : "other") }),
    async ([east, west]) => {
      const message = "1 of 2 routers runs another routes file than this one.";
      const says = async (router: TestRouter) => (await warnings(router)).includes(message);
      await until(async () => (await says(east!)) && (await says(west!)));
      const page = await (await fetch(`${east!.url}/routes`)).text();
      expect(page).toContain(message);
      expect(page).toContain("west (");
      writeFileSync(join(west!.folder, "routes.yaml"), routes("one"));
      await until(async () => !(await says(east!)) && !(await says(west!)));
    },
  );
});

test("the calls of a router that was killed are interrupted, and nobody else's", () =>
  withFakes({ a: {} }, ({ a }) =>
    withGroup(
      ["east"],
      () => ({ env: { DEFAULT_UPSTREAM: a.url } }),
      async ([east], url) => {
        const gates = [createGate(), createGate()];
        a.script(gates.map((gate) => ({ kind: "answer", gate })));
        const mine = east!.post(`${path}?mine`, chat);
        await gates[0]!.reached;
        const west = await spawnRouter({
          env: { DEFAULT_UPSTREAM: a.url, DATABASE_URL: url, INSTANCE_NAME: "west" },
        });
        const theirs = fetch(`${west.url}${path}?theirs`, {
          method: "POST",
          body: JSON.stringify(chat),
        }).catch(() => undefined);
        await gates[1]!.reached;
        await until(
          async () => (await get<InFlight>(east!, "/api/inflight")).inflight.length === 2,
        );
        process.kill(west.pid, "SIGKILL");
        await west.exited;
        await theirs;
        const sql = new SQL(url, { max: 1, prepare: false });
        // As if a minute had gone by.
        await sql`update instances set seen_at = now() - interval '61 seconds' where name = 'west'`;
        await sql.close();
        const states = async () => {
          const { logs } = await get<LogPage>(east!, "/api/logs");
          return Object.fromEntries(logs.map((row) => [row.path.split("?")[1], row.state]));
        };
        await until(async () => (await states())["theirs"] === "interrupted");
        expect((await states())["mine"]).toBe("inflight");
        for (const gate of gates) gate.open();
        expect((await mine).status).toBe(200);
      },
    ),
  ));
