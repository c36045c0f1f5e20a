import { describe, expect, test } from "bun:test";
import { alertWords } from "../../../src/domain/alerts/alert-words.ts";
import {
  type Alert,
  type AlertFacts,
  allWell,
  nextAlerts,
} from "../../../src/domain/alerts/alerts.ts";

const begin = Date.parse("2026-03-12T16:00:00.000Z");
const well: AlertFacts = {
  servers: [],
  calls: { ended: 0, failed: 0 },
  rows: { lost: 0, cannotBeWritten: false },
  spool: null,
};

/** What is said while a look is taken every five seconds. @param facts at a second */
function saidOver(seconds: number, facts: (second: number) => Partial<AlertFacts>): string[] {
  let state = allWell;
  const said: string[] = [];
  for (let second = 0; second <= seconds; second += 5) {
    const step = nextAlerts(state, { ...well, ...facts(second) }, begin + second * 1_000);
    state = step.state;
    said.push(...step.alerts.map((alert) => `${second} ${alert.what}`));
  }
  return said;
}

const box = (isFailing: boolean, name = "box") => ({
  servers: [{ name, isFailing, why: "connection refused" }],
});

describe("servers", () => {
  test("one that fails for a minute is down, once, and back when it has answered for a while", () => {
    expect(saidOver(400, (at) => box(at >= 10 && at < 200))).toEqual([
      "70 server_down",
      "215 server_up",
    ]);
  });

  test("one that fails for less is not worth a word", () => {
    expect(saidOver(400, (at) => box(at >= 10 && at < 65))).toEqual([]);
  });

  test("one that answers once in between has not come back", () => {
    expect(saidOver(400, (at) => box(at !== 100))).toEqual(["60 server_down"]);
  });

  test("one that a reload takes away is neither down nor back", () => {
    expect(saidOver(400, (at) => (at < 100 ? box(true) : { servers: [] }))).toEqual([
      "60 server_down",
    ]);
  });

  test("each is watched by itself", () => {
    const two = (at: number) => ({
      servers: [...box(true).servers, ...box(at > 100, "other").servers],
    });
    expect(saidOver(400, two)).toEqual(["60 server_down", "165 server_down"]);
  });

  test("the word that it is back says since when, and how long it was away", () => {
    let state = allWell;
    let last: Alert | undefined;
    for (let second = 0; second <= 315; second += 5) {
      const facts = { ...well, ...box(second < 300) };
      const step = nextAlerts(state, facts, begin + second * 1_000);
      state = step.state;
      last = step.alerts[0] ?? last;
    }
    expect(last).toEqual({
      what: "server_up",
      server: "box",
      since: begin + 300_000,
      downSince: begin,
    });
    expect(alertWords(last!, "desk")).toEqual({
      title: "Server box is back",
      message:
        "SmolRouter on desk: server box has been answering again since 2026-03-12 16:05 UTC, after 5 minutes.",
      path: "/upstreams",
    });
  });
});

describe("calls", () => {
  test.each([
    [20, 4, true],
    [20, 3, false],
    [19, 19, false],
    [100, 20, true],
    [100, 19, false],
    [0, 0, false],
  ])("of %p, %p failed: said %p", (ended, failed, said) => {
    expect(saidOver(5, () => ({ calls: { ended, failed } }))).toEqual(said ? ["0 errors"] : []);
  });

  test("it is over below a tenth, and only then may be said again", () => {
    const failed = [20, 15, 11, 20, 9, 20];
    const calls = (at: number) => ({ calls: { ended: 100, failed: failed[at / 5]! } });
    expect(saidOver(25, calls)).toEqual(["0 errors", "25 errors"]);
  });

  test("when no call has come for five minutes it is over", () => {
    const calls = (at: number) => ({
      calls: at === 5 ? { ended: 0, failed: 0 } : { ended: 20, failed: 20 },
    });
    expect(saidOver(10, calls)).toEqual(["0 errors", "10 errors"]);
  });
});

describe("the log", () => {
  const rows = (lost: number, cannotBeWritten = false) => ({ rows: { lost, cannotBeWritten } });

  test("a lost row is said immediately, and once while more follow", () => {
    expect(saidOver(200, (at) => rows(Math.max(0, at - 50)))).toEqual(["55 rows_lost"]);
  });

  test("once no row was lost for five minutes, the next one is said again", () => {
    const lost = (at: number) => rows(at < 50 ? 0 : at < 400 ? 3 : 4);
    expect(saidOver(500, lost)).toEqual(["50 rows_lost", "400 rows_lost"]);
  });

  test("a store that takes no rows is said after a minute, and not again when rows are lost", () => {
    const stuck = (at: number) => rows(at > 100 ? at : 0, at < 300);
    expect(saidOver(300, stuck)).toEqual(["60 rows_lost"]);
  });

  test("a store that is stuck for a moment is not worth a word", () => {
    expect(saidOver(300, (at) => rows(0, at % 60 !== 0))).toEqual([]);
  });

  test("without a log nothing is lost", () => {
    expect(saidOver(300, () => ({ rows: null }))).toEqual([]);
  });
});

test("a spool is said when it is half full, and again only when it has been emptied in between", () => {
  const bytes = [49, 50, 80, 45, 60, 39, 50];
  const spool = (at: number) => ({ spool: { bytes: bytes[at / 5]!, maxBytes: 100 } });
  expect(saidOver(30, spool)).toEqual(["5 spool", "30 spool"]);
});

test("every alert has words that say which router speaks", () => {
  const since = begin;
  const all: Alert[] = [
    { what: "server_down", server: "box", why: null, since },
    { what: "server_up", server: "box", since, downSince: begin - 1 },
    { what: "errors", ended: 30, failed: 10, since },
    { what: "rows_lost", lost: 0, since },
    { what: "rows_lost", lost: 1_200, since },
    { what: "spool", bytes: 600 * 1024 * 1024, maxBytes: 1024 ** 3, since },
  ];
  const words = all.map((alert) => alertWords(alert, "desk"));
  expect(words.map(({ title }) => title)).toEqual([
    "Server box is failing",
    "Server box is back",
    "10 of 30 calls failed",
    "The log cannot be written",
    "The log is losing rows",
    "The spool is 59 % full",
  ]);
  for (const { message } of words) expect(message).toStartWith("SmolRouter on desk: ");
});
