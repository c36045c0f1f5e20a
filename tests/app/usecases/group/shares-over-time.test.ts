// The limit of a server over a group whose members come and go and hear of each other late.
import { describe, expect, test } from "bun:test";
import { createRandom } from "../../../lab/random.ts";
import { simulateGroup, type SimulatedRouter } from "./simulated-group.ts";

/** Keeps so many calls waiting at a router. */
function keepBusy(router: SimulatedRouter, calls: number, ms: () => number): void {
  while (router.waiting() + router.active() < calls) router.call(ms());
}

test("whatever members do, the server never answers more calls at once than its limit", async () => {
  for (let seed = 1; seed <= 12; seed++) {
    const random = createRandom(seed);
    const limit = random.pick([1, 2, 4, 7]);
    const group = simulateGroup(limit, random, random.pick([20, 300, 900]));
    let routers = [group.join(), group.join()];
    const demands = new Map<string, number>();
    await group.pass(120_000, () => {
      if (random.chance(0.003) && routers.length < 6) routers.push(group.join());
      if (random.chance(0.002) && routers.length > 1) {
        const gone = random.pick(routers);
        routers = routers.filter((one) => one !== gone);
        if (random.chance(0.5)) gone.die();
        // It finishes its calls first.
        else if (gone.active() + gone.waiting() === 0) gone.leave();
        else routers.push(gone);
      }
      for (const router of routers) {
        if (random.chance(0.005)) demands.set(router.id, random.pick([0, 0, 1, 3, 12]));
        keepBusy(router, demands.get(router.id) ?? 0, () => random.int(20, 2_000));
      }
    });
    expect(group.most(), `seed ${seed}`).toBeLessThanOrEqual(limit);
  }
});

test("under skewed load nine tenths of the places are in use", async () => {
  const random = createRandom(5);
  const group = simulateGroup(4, random, 60);
  const [first, second, third] = [group.join(), group.join(), group.join()];
  await group.pass(5_000);
  let [used, looks] = [0, 0];
  await group.pass(120_000, () => {
    keepBusy(first, 12, () => random.int(100, 1_500));
    keepBusy(second, 2, () => random.int(100, 1_500));
    if (random.chance(0.01)) keepBusy(third, 1, () => random.int(100, 1_500));
    used += group.active();
    looks++;
  });
  expect(used / looks / 4).toBeGreaterThan(0.9);
  expect(third.served()).toBeGreaterThan(0);
});

test("with one place for three, each gets its turn, and the place is seldom empty", async () => {
  const random = createRandom(6);
  const group = simulateGroup(1, random, 60);
  const routers = [group.join(), group.join(), group.join()];
  await group.pass(5_000);
  let [used, looks] = [0, 0];
  await group.pass(120_000, () => {
    for (const router of routers) keepBusy(router, 3, () => random.int(100, 700));
    used += group.active();
    looks++;
  });
  const served = routers.map((router) => router.served());
  expect(Math.min(...served)).toBeGreaterThan(50);
  expect(used / looks).toBeGreaterThan(0.9);
});

test("a demand that moves to another router is followed within 10 s", async () => {
  for (let seed = 1; seed <= 10; seed++) {
    const random = createRandom(seed);
    const group = simulateGroup(4, random, 300);
    const [first, second] = [group.join(), group.join()];
    await group.pass(8_000, () => keepBusy(first, 10, () => 400));
    expect(first.active()).toBe(4);
    let moved = -1;
    const from = group.clock.now();
    await group.pass(10_000, () => {
      keepBusy(second, 10, () => 400);
      if (first.waiting() === 0 && second.active() === 4 && moved < 0)
        moved = group.clock.now() - from;
    });
    expect(second.active(), `seed ${seed}`).toBe(4);
    expect(moved).toBeGreaterThan(0);
  }
});

describe("without the database", () => {
  test("shares stay as they are, and whoever starts takes one call", async () => {
    const group = simulateGroup(4, createRandom(1), 20);
    const [first, second] = [group.join(), group.join()];
    await group.pass(5_000, () => {
      keepBusy(first, 9, () => 500);
      keepBusy(second, 9, () => 500);
    });
    group.database.reachable = false;
    const third = group.join();
    await group.pass(60_000, () => {
      keepBusy(first, 9, () => 500);
      keepBusy(third, 9, () => 500);
    });
    expect([first.share(), second.share(), third.share()]).toEqual([2, 2, 1]);
    expect(third.active()).toBe(1);
    group.database.reachable = true;
    await group.pass(10_000, () => {
      for (const router of [first, second, third]) keepBusy(router, 9, () => 500);
    });
    const shares = [first, second, third].map((router) => router.share() ?? 0);
    expect(shares.toSorted((a, b) => a - b)).toEqual([1, 1, 2]);
  });
});

test("whoever finds the database first after an outage leaves the others what they hold", async () => {
  for (let seed = 1; seed <= 5; seed++) {
    const random = createRandom(seed);
    const group = simulateGroup(4, random, random.pick([20, 300]));
    const routers = [group.join(), group.join(), group.join()];
    const busy = () => {
      for (const router of routers) keepBusy(router, 9, () => random.int(100, 900));
    };
    await group.pass(8_000, busy);
    group.database.reachable = false;
    await group.pass(random.int(5_000, 60_000), busy);
    group.database.reachable = true;
    await group.pass(8_000, busy);
    expect(group.most(), `seed ${seed}`).toBe(4);
  }
});

test("alone a router has all, and again once the others are gone for 15 s or have left", async () => {
  const group = simulateGroup(4, createRandom(1), 20);
  const first = group.join();
  await group.pass(1_000);
  expect(first.share()).toBe(4);
  const [second, third] = [group.join(), group.join()];
  await group.pass(6_000);
  expect([first, second, third].map((one) => one.share() ?? 0).toSorted((a, b) => a - b)).toEqual([
    1, 1, 2,
  ]);
  third.leave();
  await group.pass(4_000);
  expect([first.share(), second.share()]).toEqual([2, 2]);
  second.die();
  await group.pass(13_000);
  expect(first.share()).toBe(2);
  await group.pass(6_000);
  expect(first.share()).toBe(4);
});

test.each([
  ["where messages are heard", true, 1_000],
  ["without messages", false, 2_500],
])(
  "a call that comes in where no place is left gets one soon, %s",
  async (_, isHeard, withinMs) => {
    const group = simulateGroup(2, createRandom(3), 20, isHeard);
    const [first, second] = [group.join(), group.join()];
    await group.pass(6_000, () => {
      keepBusy(first, 9, () => 200);
    });
    expect(second.share()).toBe(0);
    second.call(200);
    let waited = 0;
    await group.pass(4_000, () => {
      keepBusy(first, 9, () => 200);
      if (second.served() === 0) waited += 20;
    });
    expect(second.served()).toBe(1);
    // What it takes itself is 200 ms of that.
    expect(waited).toBeLessThan(withinMs);
  },
);
