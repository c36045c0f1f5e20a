// Answers that later requests may refer to, as they are shipped: items once, by what they say.
import { zstdCompressSync } from "bun";
import type { CopiedAnswer } from "../../../ports/log-copy.ts";
import { itemKey } from "../rows/answer-keys.ts";
import type { ShippedAnswer, ShippedItem } from "./shipment.ts";

export interface PackedAnswers {
  readonly answers: readonly ShippedAnswer[];
  readonly items: readonly ShippedItem[];
}

/** Bytes of a text from which on packing it pays. */
const minPacked = 256;

/** @param isThere whether an item was shipped already, and need not be once more */
export function packAnswers(
  kept: readonly CopiedAnswer[],
  isThere: (key: string) => boolean,
): PackedAnswers {
  const answers: ShippedAnswer[] = [];
  const items = new Map<string, ShippedItem>();
  for (const { items: said, ...answer } of kept) {
    const { owner } = answer;
    const keys: string[] = [];
    for (const item of said) {
      const key = itemKey(owner, item.text);
      keys.push(key);
      if (items.has(key) || isThere(key)) continue;
      const text = Buffer.from(item.text);
      const packed = text.length >= minPacked;
      const data = packed ? zstdCompressSync(text) : text;
      const { id, upstream, isStored } = item;
      items.set(key, { key, owner, id, upstream, isStored, packed, data });
    }
    answers.push({ ...answer, items: keys });
  }
  return { answers, items: [...items.values()] };
}
