import { expect, test } from "bun:test";
import { createRecentCalls } from "../../../../src/app/usecases/alerts/recent-calls.ts";
import { watchAlerts } from "../../../../src/app/usecases/alerts/watch-alerts.ts";
import type { AlertFacts } from "../../../../src/domain/alerts/alerts.ts";
import type { LogEntry } from "../../../../src/domain/log/log-entry.ts";
import type { AlertMessage } from "../../../../src/ports/alerts.ts";
import { createHandClock } from "../../../lab/hand-clock.ts";

const start = Date.parse("2026-03-12T16:00:00.000Z");
const noBodies = { request: null, response: null, clean: null } as never;
const ended = (state: LogEntry["state"]) => ({ state }) as LogEntry;

test("calls are counted for five minutes", () => {
  const clock = createHandClock(start);
  const calls = createRecentCalls(clock);
  const happen = (count: number, state: LogEntry["state"]) => {
    for (let one = 0; one < count; one++) calls.ended(ended(state), noBodies);
  };
  happen(3, "failed");
  happen(2, "completed");
  happen(1, "cancelled");
  expect(calls.count()).toEqual({ ended: 6, failed: 3 });
  clock.pass(120_000);
  happen(4, "completed");
  expect(calls.count()).toEqual({ ended: 10, failed: 3 });
  clock.pass(180_000);
  expect(calls.count()).toEqual({ ended: 4, failed: 0 });
  clock.pass(3_600_000);
  expect(calls.count()).toEqual({ ended: 0, failed: 0 });
  happen(1, "failed");
  expect(calls.count()).toEqual({ ended: 1, failed: 1 });
});

test("what begins is sent with the page that says more, stands on every page, and goes with its cause", () => {
  const clock = createHandClock(start);
  const sent: AlertMessage[] = [];
  let isFailing = true;
  const facts = (): AlertFacts => ({
    servers: [{ name: "<b>", isFailing, why: "connection refused" }],
    calls: { ended: 20, failed: 20 },
    rows: null,
    spool: null,
  });
  const watch = watchAlerts({
    facts,
    sink: { send: (message) => void sent.push(message), stop: () => {} },
    clock,
    router: "desk",
    address: (path) => `http://desk:1234${path}`,
  });
  clock.pass(5_000);
  expect(sent.map(({ what }) => what)).toEqual(["errors"]);
  clock.pass(60_000);
  expect(sent[1]).toEqual({
    title: "Server <b> is failing",
    message:
      "SmolRouter on desk: server <b> has been failing since 2026-03-12 16:00 UTC. The last failure: connection refused",
    url: "http://desk:1234/upstreams",
    what: "server_down",
    since: "2026-03-12T16:00:05.000Z",
  });
  expect(watch.notices().map(({ message, details }) => [message, details])).toEqual([
    [
      "A server is failing; what it serves goes elsewhere where it can.",
      ["<b>: connection refused"],
    ],
    ["Many calls have failed within the last five minutes.", ["20 of 20"]],
  ]);
  isFailing = false;
  clock.pass(30_000);
  expect(sent.map(({ what }) => what)).toEqual(["errors", "server_down", "server_up"]);
  expect(watch.notices()).toHaveLength(1);
  watch.stop();
  expect(clock.pending()).toBe(0);
});

test("without a webhook the pages say it all the same", () => {
  const clock = createHandClock(start);
  const watch = watchAlerts({
    facts: () => ({ servers: [], calls: { ended: 20, failed: 4 }, rows: null, spool: null }),
    sink: null,
    clock,
    router: "desk",
    address: (path) => path,
  });
  expect(watch.notices()).toEqual([]);
  clock.pass(5_000);
  expect(watch.notices()).toHaveLength(1);
  watch.stop();
});
