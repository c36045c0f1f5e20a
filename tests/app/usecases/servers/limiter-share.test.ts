// The limiter where other routers ask the same server, and this one has a share of its limit.
import { expect, test } from "bun:test";
import { createCancellation } from "../../../../src/app/usecases/cancellation.ts";
import { createLimiter } from "../../../../src/app/usecases/servers/limiter.ts";
import { routingOf } from "../../../lab/routing-of.ts";

const { servers } = routingOf(`
servers:
  a: { url: "http://a:1", max_concurrency: 3 }
  free: { url: "http://free:1" }
  strict: { url: "http://strict:1", max_concurrency: 1, max_queue: 0 }`);
const [a, free, strict] = [servers.get("a")!, servers.get("free")!, servers.get("strict")!];
const never = createCancellation(null, { report: () => undefined });

test("a share holds in place of the limit, and never beyond it", () => {
  const limiter = createLimiter();
  limiter.share(new Map([["a", 2]]), 9);
  const [first] = [limiter.tryAcquire(a), limiter.tryAcquire(a)];
  expect(first).not.toBeNull();
  expect(limiter.tryAcquire(a)).toBeNull();
  limiter.share(new Map([["a", 9]]), 9);
  expect(limiter.tryAcquire(a)).not.toBeNull();
  expect(limiter.tryAcquire(a)).toBeNull();
});

test("a smaller share waits for calls under way to end", async () => {
  const limiter = createLimiter();
  const permits = [1, 2, 3].map(() => limiter.tryAcquire(a));
  const waits = limiter.queue(a, "call", never);
  limiter.share(new Map([["a", 1]]), 0);
  permits[0]?.[Symbol.dispose]();
  permits[1]?.[Symbol.dispose]();
  expect(limiter.load("a")).toEqual({ active: 1, waiting: 1 });
  permits[2]?.[Symbol.dispose]();
  await waits;
  expect(limiter.load("a")).toEqual({ active: 1, waiting: 0 });
});

test("whoever waits gets a permit as soon as the share grows", async () => {
  const limiter = createLimiter();
  limiter.share(new Map(), 0);
  const waits = limiter.queue(a, "call", never);
  expect(limiter.load("a")).toEqual({ active: 0, waiting: 1 });
  limiter.share(new Map([["a", 1]]), 0);
  expect(await waits).not.toBeNull();
});

test("a server without a limit has no share either", () => {
  const limiter = createLimiter();
  limiter.share(new Map(), 0);
  expect(limiter.tryAcquire(free)).not.toBeNull();
});

test("a call that finds neither a place nor a queue is known until it was asked for", () => {
  const limiter = createLimiter();
  limiter.share(new Map(), 0);
  expect(limiter.takeTurnedAway("strict")).toBe(false);
  expect(limiter.tryAcquire(strict)).toBeNull();
  expect(limiter.queue(strict, "call", never)).toBeNull();
  expect(limiter.takeTurnedAway("strict")).toBe(true);
  expect(limiter.takeTurnedAway("strict")).toBe(false);
});
