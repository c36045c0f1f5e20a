// Whether an answer that is held whole may go to its client: it has what the routes file demands of it.
import { joinBytes } from "../../../domain/bytes/join-bytes.ts";
import type { Demands } from "../../../domain/fitness/demands.ts";
import { readFitness } from "../../../domain/fitness/read-fitness.ts";
import type { SchemaCheck } from "../../../ports/schema-check.ts";

export interface Fitness {
  /** Why the answer falls short, in words; null: it does not. */
  readonly unfit: string | null;
  /** Why nobody can say whether it matches the schema; null: that was judged, or not demanded. */
  readonly notJudged: string | null;
}

const fit: Fitness = { unfit: null, notJudged: null };

/** @param pieces of the answer as its client would get it, whole */
export async function judgeFitness(
  pieces: readonly Uint8Array[],
  demands: Demands,
  schemas: SchemaCheck,
): Promise<Fitness> {
  const { unfit, texts } = readFitness(joinBytes([...pieces]), demands);
  if (unfit !== null) return { unfit, notJudged: null };
  if (demands.schema === undefined || texts.length === 0) return fit;
  const verdict = await schemas.check(
    JSON.stringify(demands.schema),
    texts.map(({ text }) => text),
  );
  switch (verdict.kind) {
    case "valid":
      return fit;
    case "invalid": {
      const of = texts[verdict.at]?.of ?? "";
      return {
        unfit: `${of}the answer does not match the request's schema: ${verdict.why}`,
        notJudged: null,
      };
    }
    case "unknown":
      return { unfit: null, notJudged: verdict.why };
  }
}

/** What held answers are too large for. */
export const tooLargeToJudge: Fitness = {
  unfit: null,
  notJudged: "the answer is larger than may be held",
};
