import { describe, expect, test } from "bun:test";
import {
  asked,
  failed,
  type Health,
  standing,
  undecided,
  noFailures,
} from "../../../src/domain/failover/health.ts";

const failing = (times: number, now: number, from: Health = noFailures) =>
  Array.from({ length: times }).reduce<Health>((health) => failed(health, now, "boom"), from);

describe("a failing server cools down", () => {
  test("two failures in a row do not make it cool down, three do", () => {
    expect(standing(failing(2, 0), 0)).toBe("healthy");
    expect(standing(failing(3, 0), 0)).toBe("cooling-down");
  });

  test("it cools down for 10 s, then one request probes it while the others still pass it over", () => {
    const cooling = failing(3, 0);
    expect(standing(cooling, 9_999)).toBe("cooling-down");
    expect(standing(cooling, 10_000)).toBe("half-open");
    expect(standing(asked(cooling, 10_000), 10_000)).toBe("probing");
  });

  test("each failed probe makes the cool-down longer: 20 s, then at most 30", () => {
    let health = failing(3, 0);
    const lengths: number[] = [];
    for (let round = 0; round < 4; round++) {
      const now = health.coolsUntil ?? 0;
      health = failed(asked(health, now), now, "still down");
      lengths.push((health.coolsUntil ?? 0) - now);
    }
    expect(lengths).toEqual([20_000, 30_000, 30_000, 30_000]);
  });

  test("a failure during the cool-down does not prolong it", () => {
    const cooling = failing(3, 0);
    expect(failing(5, 5_000, cooling).coolsUntil).toBe(10_000);
  });

  test("a probe whose client left leaves the next one to find out", () => {
    const probing = asked(failing(3, 0), 10_000);
    expect(standing(undecided(probing), 10_000)).toBe("half-open");
  });
});
