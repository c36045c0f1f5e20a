// Kept answers as stores take them: whose they are by a key, and who made each of their items.
import type { CopiedAnswer } from "../../../ports/log-copy.ts";
import type { LogWrite } from "../pipeline/log-engine.ts";
import { ownerKey } from "./answer-keys.ts";

/** Those of a batch. What was asked was made by nobody that could be asked for it. */
export function answersIn(writes: readonly LogWrite[]): readonly CopiedAnswer[] {
  return writes.flatMap(({ entry, answer }) => {
    if (answer === undefined) return [];
    const { owner, id, head, input, output, upstream, isStored } = answer;
    const made = { upstream, isStored };
    return [
      {
        owner: ownerKey(owner),
        id,
        callId: entry.id,
        createdAt: entry.timestamp,
        head,
        items: [
          ...input.map((item) => ({ ...item, upstream: null, isStored: false })),
          ...output.map((item) => ({ ...item, ...made })),
        ],
        inputs: input.length,
        ...made,
      },
    ];
  });
}
