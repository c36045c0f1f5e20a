// "Check now" on the page of the servers.
import { expect, test } from "bun:test";
import {
  checkUpstreams,
  createHealthBoard,
} from "../../../../src/app/usecases/servers/health-board.ts";
import { createHandClock } from "../../../lab/hand-clock.ts";
import { routingOf } from "../../../lab/routing-of.ts";

test("a server that cools down and answers the check is tried by the next request; one that does not cools down further", async () => {
  const clock = createHandClock(1_000);
  const health = createHealthBoard(clock, () => undefined);
  for (const url of ["http://back:1", "http://gone:1"])
    for (let failures = 0; failures < 3; failures++)
      health.failed(url, { reason: "refused", status: null, message: "connection refused" });
  const errors: Record<string, string> = { gone: "connection refused" };
  await checkUpstreams({
    routing: () => routingOf('servers: { back: "http://back:1", gone: "http://gone:1" }'),
    models: {
      refresh: () => Promise.resolve(),
      state: (name) => ({
        models: [],
        fetchedAt: 1_000,
        triedAt: null,
        standing: name in errors ? "unreachable" : "listed",
        error: errors[name] ?? null,
      }),
    },
    health,
  });
  expect(health.standing("http://back:1")).toBe("half-open");
  expect(health.standing("http://gone:1")).toBe("cooling-down");
  expect(health.standing("http://default:8000")).toBe("healthy");
});

test("a server has answered when a call brought a status, whatever it was", () => {
  const clock = createHandClock(1_000);
  const health = createHealthBoard(clock, () => undefined);
  const url = "http://box:1";
  health.failed(url, { reason: "refused", status: null, message: "connection refused" });
  expect(health.answeredAt(url)).toBeNull();
  health.failed(url, { reason: "status", status: 500, message: "500" });
  expect(health.answeredAt(url)).toBe(1_000);
});
