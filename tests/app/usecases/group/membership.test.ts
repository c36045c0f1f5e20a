// When a router says how it stands, and what it does of what others say.
import { describe, expect, test } from "bun:test";
import { createMembership } from "../../../../src/app/usecases/group/membership.ts";
import type { Board, GroupSnapshot, Heard } from "../../../../src/ports/group.ts";
import { createHandClock } from "../../../lab/hand-clock.ts";
import { member, snapshot } from "./members.ts";

interface Scene {
  urgency?: "now" | "soon" | "none";
  watching?: boolean;
  answer?: () => Promise<GroupSnapshot>;
}

function start(scene: Scene = {}) {
  const clock = createHandClock(0);
  const said: (Board & { at: number })[] = [];
  const [cancelled, ended]: [string[], string[]] = [[], []];
  let [unreachable, calls] = [0, 0];
  let hand: (heard: Heard | null) => void = () => undefined;
  const membership = createMembership({
    group: {
      beat(board) {
        said.push({ ...board, at: clock.now() });
        return (scene.answer ?? (() => Promise.resolve(snapshot([member("a"), member("b")]))))();
      },
      hear: () => new Promise((resolve) => (hand = resolve)),
      call: () => Promise.resolve(void calls++),
    },
    shares: {
      toSay: () => ({}),
      settle: () => undefined,
      unreachable: () => void unreachable++,
      urgency: () => scene.urgency ?? "none",
    },
    clock: { elapsed: () => clock.now(), after: (ms, then) => clock.after(ms, then) },
    board: () => ({ routesHash: null, secretHash: null, watching: scene.watching ?? false }),
    cancel: (id) => void cancelled.push(id),
    ended: (rows) => void ended.push(...rows.map(({ id }) => id)),
    seen: () => undefined,
  });
  return {
    scene,
    membership,
    said,
    cancelled,
    unreachable: () => unreachable,
    calls: () => calls,
    hear: (heard: Heard | null) => {
      hand(heard);
    },
    async pass(ms: number) {
      for (let passed = 0; passed < ms; passed += 100) {
        clock.pass(100);
        for (let turn = 0; turn < 10; turn++) await Promise.resolve();
      }
    },
  };
}

describe("a router says how it stands", () => {
  test("at once, and every two seconds", async () => {
    const router = start();
    expect(router.said).toHaveLength(1);
    await router.pass(8_000);
    expect(router.said.map(({ at }) => at)).toEqual([0, 2_000, 4_000, 6_000, 8_000]);
    expect(router.membership.others().map(({ name }) => name)).toEqual(["b"]);
  });

  test("sooner where it has news, and has the others say theirs, at most four times a second", async () => {
    const router = start();
    await router.pass(500);
    router.scene.urgency = "now";
    await router.pass(1_000);
    expect(router.said.length).toBeGreaterThan(5);
    expect(router.calls()).toBeGreaterThan(1);
    expect(router.calls()).toBeLessThanOrEqual(5);
  });

  test("sooner where somebody begins to look, once", async () => {
    const router = start();
    await router.pass(500);
    router.scene.watching = true;
    await router.pass(1_000);
    expect(router.said.map(({ watching }) => watching)).toEqual([false, true]);
    expect(router.calls()).toBe(1);
  });

  test("when another one calls", async () => {
    const router = start();
    await router.pass(500);
    router.hear({ ended: [], cancelled: ["x"], beat: true });
    await router.pass(500);
    expect(router.said).toHaveLength(2);
    expect(router.cancelled).toEqual(["x"]);
  });

  test("never twice at once, and not in a hurry while the database fails", async () => {
    const router = start({ answer: () => new Promise(() => undefined), urgency: "now" });
    await router.pass(4_000);
    expect(router.said).toHaveLength(1);
    const failing = start({ answer: () => Promise.reject(new Error("away")), urgency: "now" });
    await failing.pass(4_000);
    expect(failing.said).toHaveLength(3);
  });
});

test("a database that refuses is out of reach at once, one that is silent after five seconds", async () => {
  const refused = start({ answer: () => Promise.reject(new Error("refused")) });
  await refused.pass(100);
  expect(refused.unreachable()).toBe(1);
  const silent = start({ answer: () => new Promise(() => undefined) });
  await silent.pass(4_900);
  expect(silent.unreachable()).toBe(0);
  await silent.pass(200);
  expect(silent.unreachable()).toBe(1);
});

test("a call that someone has cancelled elsewhere is ended with the next beat", async () => {
  const read = snapshot([member("a")], { cancelled: ["call"] });
  const router = start({ answer: () => Promise.resolve(read) });
  await router.pass(100);
  expect(router.cancelled).toEqual(["call"]);
});

test("whoever goes says so last, unless the database does not answer", async () => {
  const router = start();
  await router.pass(100);
  await router.membership.leave();
  expect(router.said.map(({ leaves }) => leaves)).toEqual([false, true]);
  await router.pass(5_000);
  expect(router.said).toHaveLength(2);
  const failing = start({ answer: () => Promise.reject(new Error("away")) });
  await failing.pass(100);
  await failing.membership.leave();
  expect(failing.said).toHaveLength(1);
});
