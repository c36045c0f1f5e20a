import { expect, test } from "bun:test";
import { createWebhook } from "../../../src/adapters/alerts/webhook.ts";
import type { AlertMessage } from "../../../src/ports/alerts.ts";
import { createHandClock } from "../../lab/hand-clock.ts";

const down: AlertMessage = {
  title: "Server box is failing",
  message: "SmolRouter on desk: server box has been failing since 16:00.",
  url: "http://desk:1234/upstreams",
  what: "server_down",
  since: "2026-03-12T16:00:00.000Z",
};

interface Got {
  readonly path: string;
  readonly headers: Headers;
  readonly body: string;
}

/** A receiver that gives these answers in turn, then 204. */
function receiver(answers: readonly (() => Response | Promise<Response>)[] = []) {
  const got: Got[] = [];
  let heard = Promise.withResolvers<void>();
  const left = [...answers];
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    async fetch(request) {
      const { pathname, search } = new URL(request.url);
      got.push({
        path: pathname + search,
        headers: request.headers,
        body: await request.text(),
      });
      const answer = left.shift();
      heard.resolve();
      heard = Promise.withResolvers();
      return answer === undefined ? new Response(null, { status: 204 }) : answer();
    },
  });
  return {
    url: (rest: string) => `http://127.0.0.1:${server.port}${rest}`,
    got,
    /** Settles once so many posts have come. */
    async posts(count: number) {
      while (got.length < count) await heard.promise;
    },
    stop: () => server.stop(true),
  };
}

function hook(url: string, limitMs?: number) {
  const clock = createHandClock();
  const lines: string[] = [];
  let waits = Promise.withResolvers<void>();
  const note = (message: string, fields: object = {}) => {
    lines.push(`${message} ${JSON.stringify(fields)}`);
    waits.resolve();
    waits = Promise.withResolvers();
  };
  const sink = createWebhook({
    url,
    version: "1.2.3",
    clock: {
      after(ms, then) {
        const cancel = clock.after(ms, then);
        waits.resolve();
        waits = Promise.withResolvers();
        return cancel;
      },
    },
    logger: { warn: note, info: note },
    ...(limitMs === undefined ? {} : { limitMs }),
  });
  return {
    sink,
    clock,
    lines,
    /** Settles when so many lines are there. */
    said: async (count: number) => {
      while (lines.length < count) await waits.promise;
    },
    waiting: async () => {
      while (clock.pending() === 0) await waits.promise;
    },
  };
}

test("an alert is a POST of JSON with exactly five fields", async () => {
  const there = receiver();
  const { sink, lines } = hook(there.url("/hook/s3cret?a=b"));
  sink.send(down);
  await there.posts(1);
  const [{ path, headers, body }] = there.got as [Got];
  expect(path).toBe("/hook/s3cret?a=b");
  expect(headers.get("content-type")).toBe("application/json");
  expect(headers.get("user-agent")).toBe("smolrouter/1.2.3");
  expect(JSON.parse(body)).toEqual(down);
  expect(lines).toEqual([]);
  await there.stop();
});

test("a URL with format=text gets plain text, and a name and password go as credentials", async () => {
  const there = receiver();
  const { sink } = hook(there.url("/topic?format=text").replace("//", "//me:s%3Acret@"));
  sink.send(down);
  await there.posts(1);
  const [{ headers, body }] = there.got as [Got];
  expect(headers.get("content-type")).toBe("text/plain; charset=utf-8");
  expect(headers.get("authorization")).toBe(`Basic ${btoa("me:s:cret")}`);
  expect(body).toBe(`${down.title}\n${down.message}\n${down.url}\n`);
  await there.stop();
});

test("a receiver that fails is tried again, in order, and the secret stands in no line", async () => {
  const fail = () => new Response("no", { status: 503 });
  const there = receiver([fail, fail]);
  const { sink, clock, lines, waiting } = hook(there.url("/hook/s3cret"));
  sink.send(down);
  sink.send({ ...down, what: "server_up" });
  for (const ms of [2_000, 10_000]) {
    await waiting();
    clock.pass(ms);
  }
  await there.posts(4);
  expect(there.got.map(({ body }) => (JSON.parse(body) as AlertMessage).what)).toEqual([
    "server_down",
    "server_down",
    "server_down",
    "server_up",
  ]);
  expect(lines).toHaveLength(2);
  expect(lines[0]).toContain("status 503");
  expect(lines.join()).not.toContain("s3cret");
  await there.stop();
});

test("the tries are bounded: after the fourth the alert is given up, and the next goes out", async () => {
  const fail = () => new Response("no", { status: 500 });
  const there = receiver([fail, fail, fail, fail]);
  const { sink, clock, lines, waiting, said } = hook(there.url("/hook"));
  sink.send(down);
  for (const ms of [2_000, 10_000, 60_000]) {
    await waiting();
    clock.pass(ms);
  }
  await said(2);
  expect(lines[1]).toStartWith("an alert could not be delivered to ALERT_WEBHOOK");
  sink.send(down);
  await there.posts(5);
  await there.stop();
});

test.each([
  [302, "status 302: redirects are not followed"],
  [404, "status 404"],
])("status %p is final", async (status, why) => {
  const elsewhere = receiver();
  const location = elsewhere.url("/taken");
  const there = receiver([() => new Response(null, { status, headers: { location } })]);
  const { sink, lines, said } = hook(there.url("/hook/s3cret"));
  sink.send(down);
  await said(1);
  expect(lines[0]).toContain(why);
  expect(lines[0]).not.toContain("s3cret");
  expect(there.got).toHaveLength(1);
  expect(elsewhere.got).toEqual([]);
  await there.stop();
  await elsewhere.stop();
});

test("a receiver that never answers is given up after the limit", async () => {
  const there = receiver([() => new Promise<Response>(() => {})]);
  const { sink, lines, said } = hook(there.url("/hook"), 50);
  sink.send(down);
  await said(1);
  expect(lines[0]).toContain("no answer within 0.05 s");
  sink.stop();
  await there.stop();
});

test("one that cannot be reached costs a line, and a stop ends the waiting", async () => {
  const there = receiver();
  const url = there.url("/hook/s3cret");
  await there.stop();
  const { sink, clock, lines, said } = hook(url);
  sink.send(down);
  await said(1);
  expect(lines[0]).toContain("it cannot be reached");
  expect(lines[0]).not.toContain("s3cret");
  sink.stop();
  expect(clock.pending()).toBe(0);
});
