// What of a body stands in an earlier one, and that its parts are the body.
import { describe, expect, test } from "bun:test";
import { type BodyRun, sharedParts } from "../../../../src/adapters/logs/bodies/shared-parts.ts";
import { createRandom } from "../../../lab/random.ts";

const random = createRandom(11);
/** Text that repeats nothing. */
const text = (length: number): string =>
  Array.from({ length }, () => random.int(0, 35).toString(36)).join("");

function joined(body: Buffer, earlier: Buffer, parts: readonly BodyRun[]): Buffer {
  const pieces = parts.map(({ shared, at, length }) =>
    (shared ? earlier : body).subarray(at, at + length),
  );
  return Buffer.concat(pieces);
}

const own = (parts: readonly BodyRun[]): number =>
  parts.reduce((sum, { shared, length }) => sum + (shared ? 0 : length), 0);

const [a, b, c, d] = [text(3_000), text(2_000), text(2_500), text(400)];

test.each<[string, string, string, number]>([
  ["the same", a, a, 0],
  ["nothing alike", a, b, a.length],
  ["the earlier one, longer", a + d, a, d.length],
  ["the earlier one, shorter", a, a + d, 0],
  ["a turn more before what ends both", a + d + b, a + b, d.length],
  ["another beginning", d + a, a, d.length],
  ["an echo between its own parts", `1${d}${a}2${b}`, `3${d.slice(200)}${a}4${b}`, 202],
  ["empty", "", a, 0],
  ["no earlier bytes", a, "", a.length],
  ["less alike than is worth noting", a.slice(0, 200) + b, a.slice(0, 200) + c, b.length + 200],
])("a body that is %s", (_, body, earlier, expected) => {
  const [bytes, before] = [Buffer.from(body), Buffer.from(earlier)];
  const parts = sharedParts(bytes, before);
  expect(joined(bytes, before, parts).equals(bytes)).toBe(true);
  expect(own(parts)).toBeLessThanOrEqual(expected + 40);
});

describe("any two bodies", () => {
  test("give parts that are the body, none of them empty, few of them shared", () => {
    const stock = Array.from({ length: 6 }, () => text(random.int(1, 2_000)));
    const made = () =>
      Buffer.from(Array.from({ length: random.int(0, 12) }, () => random.pick(stock)).join(""));
    for (let round = 0; round < 500; round++) {
      const [body, earlier] = [made(), made()];
      const parts = sharedParts(body, earlier);
      expect(joined(body, earlier, parts).equals(body)).toBe(true);
      expect(parts.every(({ length }) => length > 0)).toBe(true);
      expect(parts.filter(({ shared }) => shared).length).toBeLessThanOrEqual(18);
    }
  });
});
