// Answers that later requests may refer to, as they are shipped: items once, by what they say.
import { zstdCompressSync } from "bun";
import { itemKey, ownerKey } from "../rows/answer-keys.ts";
import type { LogWrite } from "../pipeline/log-engine.ts";
import type { ShippedAnswer, ShippedItem } from "./shipment.ts";

export interface PackedAnswers {
  readonly answers: readonly ShippedAnswer[];
  readonly items: readonly ShippedItem[];
}

/** Bytes of a text from which on packing it pays. */
const minPacked = 256;

/** @param isThere whether an item was shipped already, and need not be once more */
export function packAnswers(
  writes: readonly LogWrite[],
  isThere: (key: string) => boolean,
): PackedAnswers {
  const answers: ShippedAnswer[] = [];
  const items = new Map<string, ShippedItem>();
  for (const { entry, answer } of writes) {
    if (answer === undefined) continue;
    const owner = ownerKey(answer.owner);
    const { id, head, input, output, upstream, isStored } = answer;
    const keys: string[] = [];
    for (const [at, item] of [...input, ...output].entries()) {
      const key = itemKey(owner, item.text);
      keys.push(key);
      if (items.has(key) || isThere(key)) continue;
      const text = Buffer.from(item.text);
      const packed = text.length >= minPacked;
      const data = packed ? zstdCompressSync(text) : text;
      const isOutput = at >= input.length;
      const maker = isOutput ? { upstream, isStored } : { upstream: null, isStored: false };
      items.set(key, { key, owner, id: item.id, ...maker, packed, data });
    }
    answers.push({
      owner,
      id,
      callId: entry.id,
      createdAt: entry.timestamp,
      items: keys,
      inputs: input.length,
      upstream,
      isStored,
      head,
    });
  }
  return { answers, items: [...items.values()] };
}
