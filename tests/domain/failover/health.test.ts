import { describe, expect, test } from "bun:test";
import {
  asked,
  failed,
  type Health,
  standing,
  undecided,
  wellHealth,
} from "../../../src/domain/failover/health.ts";

const failing = (times: number, now: number, from: Health = wellHealth) =>
  Array.from({ length: times }).reduce<Health>((health) => failed(health, now, "boom"), from);

describe("a failing server rests", () => {
  test("two failures in a row do not make it rest, three do", () => {
    expect(standing(failing(2, 0), 0)).toBe("well");
    expect(standing(failing(3, 0), 0)).toBe("resting");
  });

  test("it cools down for 10 s, then one request probes it while the others still pass it over", () => {
    const resting = failing(3, 0);
    expect(standing(resting, 9_999)).toBe("resting");
    expect(standing(resting, 10_000)).toBe("probe-due");
    expect(standing(asked(resting, 10_000), 10_000)).toBe("probing");
  });

  test("each failed probe makes the rest longer: 20 s, then at most 30", () => {
    let health = failing(3, 0);
    const lengths: number[] = [];
    for (let round = 0; round < 4; round++) {
      const now = health.restUntil ?? 0;
      health = failed(asked(health, now), now, "still down");
      lengths.push((health.restUntil ?? 0) - now);
    }
    expect(lengths).toEqual([20_000, 30_000, 30_000, 30_000]);
  });

  test("a failure during the rest does not prolong it", () => {
    const resting = failing(3, 0);
    expect(failing(5, 5_000, resting).restUntil).toBe(10_000);
  });

  test("a probe whose client left leaves the next one to find out", () => {
    const probing = asked(failing(3, 0), 10_000);
    expect(standing(undecided(probing), 10_000)).toBe("probe-due");
  });
});
