// How a content is stored, by what it is and what came before it.
import { expect, test } from "bun:test";
import { storageForm } from "../../../../src/adapters/logs/bodies/storage-form.ts";
import { createRandom } from "../../../lab/random.ts";

const limit = 4_000;
/** So that it can hardly be compressed. */
const noise = (length: number, seed: number) => {
  const random = createRandom(seed);
  return Uint8Array.from({ length }, () => random.int(0, 255));
};
const text = (length: number) => new Uint8Array(length).fill(97);
const joined = (...parts: Uint8Array[]) => new Uint8Array(Buffer.concat(parts));

const talk = noise(10_000, 1);

test.each<[string, Uint8Array, Uint8Array | null, object]>([
  ["a few bytes, as they came", text(20), null, { packed: false, where: "row" }],
  ["a small text, compressed", text(2_000), null, { packed: true, where: "row" }],
  ["what does not shrink, as it came", noise(2_000, 2), null, { packed: false, where: "row" }],
  ["up to the limit, in the row", text(limit), null, { packed: true, where: "row" }],
  ["over the limit, in the blob store", text(limit + 1), null, { packed: true, where: "blob" }],
  [
    "what goes on from another, as the difference",
    joined(talk, text(9)),
    talk,
    { packed: true, where: "row", isDifference: true },
  ],
  [
    "a difference over the limit, whole",
    joined(talk, noise(20_000, 3)),
    talk,
    { where: "blob", isDifference: false },
  ],
  [
    "a difference of more than half, whole",
    joined(talk.slice(0, 1_000), noise(2_000, 4)),
    talk,
    { where: "row", isDifference: false },
  ],
])("%s", (_, bytes, base, expected) => {
  expect(storageForm(bytes, base, limit)).toMatchObject({ isDifference: false, ...expected });
});
