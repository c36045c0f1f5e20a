// The queue when a reload changes how many a server takes at once.
import { expect, test } from "bun:test";
import { createCancellation } from "../../../../src/app/usecases/cancellation.ts";
import { createLimiter } from "../../../../src/app/usecases/servers/limiter.ts";
import type { Server } from "../../../../src/domain/routing/types.ts";
import { routingOf } from "../../../lab/routing-of.ts";

function server(maxConcurrency: number): Server {
  const { servers } = routingOf(`
servers: { a: { url: "http://a:1", max_concurrency: ${maxConcurrency} } }`);
  return servers.get("a")!;
}
const never = createCancellation(null, { report: () => undefined });

test("whoever waits gets a permit as soon as a reload makes room", async () => {
  const limiter = createLimiter();
  limiter.tryAcquire(server(1));
  const [first, second] = [1, 2, 3].map((id) => limiter.queue(server(1), `call-${id}`, never));
  limiter.adopt([server(3)]);
  await first;
  await second;
  expect(limiter.load("a")).toEqual({ active: 3, waiting: 1 });
});

test("a lower limit holds at once: permits that come free are not given away above it", async () => {
  const limiter = createLimiter();
  const leaves = [1, 2, 3].map(() => limiter.tryAcquire(server(3)));
  const waits = limiter.queue(server(3), "call", never);
  limiter.adopt([server(1)]);
  leaves[0]?.[Symbol.dispose]();
  leaves[1]?.[Symbol.dispose]();
  expect(limiter.load("a")).toEqual({ active: 1, waiting: 1 });
  leaves[2]?.[Symbol.dispose]();
  await waits;
  expect(limiter.load("a")).toEqual({ active: 1, waiting: 0 });
});

test("a call that was routed before the reload does not bring the old limit back", () => {
  const limiter = createLimiter();
  limiter.adopt([server(1)]);
  expect(limiter.tryAcquire(server(5))).not.toBeNull();
  expect(limiter.tryAcquire(server(5))).toBeNull();
});
