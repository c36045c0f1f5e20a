// What is shown of the group: nothing of it alone, and all routers' calls where there are several.
import { expect, test } from "bun:test";
import {
  createGroupView,
  type GroupViewDeps,
} from "../../../../src/app/usecases/group/group-view.ts";
import { nothingRead } from "../../../../src/domain/log/answer-reading.ts";
import { logRow } from "../../../../src/adapters/logs/rows/log-row.ts";
import type { Member } from "../../../../src/ports/group.ts";
import { createHandClock } from "../../../lab/hand-clock.ts";
import { idAt, logEntry, noon, startedEntry } from "../../../lab/log-entries.ts";
import { member, snapshot } from "./members.ts";

const clock = createHandClock(noon + 4_000);

function view(members: readonly Member[], group: Partial<GroupViewDeps["group"]> = {}) {
  const read = members.length === 0 ? null : snapshot(members);
  return createGroupView({
    group: {
      inFlight: () => Promise.resolve([]),
      routersOf: () => Promise.resolve({}),
      cancel: () => Promise.resolve(true),
      ...group,
    },
    membership: { snapshot: () => read, others: () => members.slice(1) },
    shares: { of: () => 2 },
    clock,
  });
}

const row = (id = idAt(noon)) => logRow({ entry: logEntry({ id }), reading: nothingRead });
const two = [member("b"), member("a", { version: "2.0" })];
const unreachable = () => Promise.reject(new Error("away"));

test("alone, a router shows none of it, and asks for none of it", async () => {
  const fails = { inFlight: unreachable, routersOf: unreachable };
  for (const alone of [view([], fails), view([member("a")], fails)]) {
    expect(alone.routers()).toEqual([]);
    expect(alone.self()).toBeNull();
    expect(alone.share("gpu")).toBeNull();
    expect(await alone.inFlight()).toEqual([]);
    expect(await alone.withRouters([row()])).toEqual([row()]);
  }
});

test("routers stand by name, the one that was asked marked, with what differs", () => {
  expect(view(two).routers()).toMatchObject([
    { name: "a", self: false, differs_in: ["version"] },
    { name: "b", self: true, differs_in: [] },
  ]);
  expect(view(two).share("gpu")).toBe(2);
});

test("calls of others are in flight here, too, with their router and without tokens", async () => {
  const instance = { id: "x", name: "a" };
  const entry = startedEntry({ id: idAt(noon), timestamp: noon });
  const calls = [{ instance, row: logRow({ entry, reading: nothingRead }) }];
  const found = await view(two, { inFlight: () => Promise.resolve(calls) }).inFlight();
  expect(found).toMatchObject([
    { id: idAt(noon), instance, elapsed_ms: 4_000, tokens_so_far: null, position: null },
  ]);
});

test("each row says which router answered it; one that is not in the log yet is this router's", async () => {
  const [there, here] = [row(idAt(noon, 1)), row(idAt(noon, 2))];
  const known = { [there.id]: { id: "x", name: "a" } };
  const rows = await view(two, { routersOf: () => Promise.resolve(known) }).withRouters([
    there,
    here,
  ]);
  expect(rows.map(({ instance }) => instance?.name)).toEqual(["a", "b"]);
});

test("what others cannot be asked for is left out after a second", async () => {
  expect(await view(two, { inFlight: unreachable }).inFlight()).toEqual([]);
  const silent = view(two, { inFlight: () => new Promise(() => undefined) }).inFlight();
  clock.pass(1_000);
  expect(await silent).toEqual([]);
});
