// The waiting line when a reload changes how many a server takes at once.
import { expect, test } from "bun:test";
import { createGate } from "../../../../src/app/usecases/servers/limiter.ts";
import type { Server } from "../../../../src/domain/routing/types.ts";
import { routingOf } from "../../../lab/routing-of.ts";

function server(maxConcurrency: number): Server {
  const { servers } = routingOf(`
servers: { a: { url: "http://a:1", max_concurrency: ${maxConcurrency} } }`);
  return servers.get("a")!;
}
const never = new AbortController().signal;

test("whoever waits enters as soon as a reload makes room", async () => {
  const gate = createGate();
  gate.tryEnter(server(1));
  const [first, second] = [1, 2, 3].map((id) => gate.wait(server(1), `call-${id}`, never));
  gate.adopt([server(3)]);
  await first;
  await second;
  expect(gate.load("a")).toEqual({ active: 3, waiting: 1 });
});

test("a lower limit holds at once: places that come free are not given away above it", async () => {
  const gate = createGate();
  const leaves = [1, 2, 3].map(() => gate.tryEnter(server(3)));
  const waits = gate.wait(server(3), "call", never);
  gate.adopt([server(1)]);
  leaves[0]?.[Symbol.dispose]();
  leaves[1]?.[Symbol.dispose]();
  expect(gate.load("a")).toEqual({ active: 1, waiting: 1 });
  leaves[2]?.[Symbol.dispose]();
  await waits;
  expect(gate.load("a")).toEqual({ active: 1, waiting: 0 });
});

test("a call that was routed before the reload does not bring the old limit back", () => {
  const gate = createGate();
  gate.adopt([server(1)]);
  expect(gate.tryEnter(server(5))).not.toBeNull();
  expect(gate.tryEnter(server(5))).toBeNull();
});
