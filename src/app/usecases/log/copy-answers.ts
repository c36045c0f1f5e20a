// Copies the answers that requests may refer to from one store to another, the newest first. One that
// the target has already is left as it is.
import type { AnswerSource, AnswerTarget, CopiedAnswer } from "../../../ports/log-copy.ts";

export interface AnswerCopyOptions {
  readonly source: AnswerSource;
  readonly target: AnswerTarget;
  /** Epoch ms; null: all answers. */
  readonly since: number | null;
}

export interface AnswerCopyReport {
  /** Answers of the source. */
  readonly seen: number;
  readonly copied: number;
}

/** @throws what a store throws; what was copied until then stays */
export async function copyAnswers(options: AnswerCopyOptions): Promise<AnswerCopyReport> {
  let [seen, copied] = [0, 0];
  for await (const { answers, twins } of matchedAnswers(options)) {
    const missing = answers.filter((answer) => !twins.has(nameOf(answer)));
    if (missing.length > 0) await options.target.keep(missing);
    seen += answers.length;
    copied += missing.length;
  }
  return { seen, copied };
}

export interface AnswerComparison {
  readonly source: number;
  /** Of those, the ones that the target has alike, or newer. */
  readonly target: number;
  /** Ids of the others, the first few. */
  readonly differing: readonly string[];
}

const shownDiffering = 5;

/** Compares what a copy should have made equal, answer by answer. */
export async function compareAnswers(options: AnswerCopyOptions): Promise<AnswerComparison> {
  let [source, target] = [0, 0];
  const differing: string[] = [];
  for await (const { answers, twins } of matchedAnswers(options))
    for (const answer of answers) {
      source++;
      const twin = twins.get(nameOf(answer));
      if (twin !== undefined && isSameOrNewer(twin, answer)) target++;
      else if (differing.length < shownDiffering) differing.push(answer.id);
    }
  return { source, target, differing };
}

async function* matchedAnswers({ source, target, since }: AnswerCopyOptions) {
  for (let last: CopiedAnswer | null = null; ;) {
    const answers: readonly CopiedAnswer[] = await source.page(last, since);
    last = answers.at(-1) ?? null;
    if (last === null) return;
    const found = await target.find(answers);
    yield { answers, twins: new Map(found.map((answer) => [nameOf(answer), answer])) };
  }
}

function nameOf({ owner, id }: CopiedAnswer): string {
  return `${owner} ${id}`;
}

/** A server may have used the id again since. Who made an item stands once for all answers that have it. */
function isSameOrNewer(twin: CopiedAnswer, answer: CopiedAnswer): boolean {
  return twin.createdAt > answer.createdAt || contentOf(twin) === contentOf(answer);
}

function contentOf(answer: CopiedAnswer): string {
  const { callId, createdAt, head, inputs, items, upstream, isStored } = answer;
  const said = items.map(({ id, text }) => [id, text]);
  return JSON.stringify([callId, createdAt, head, inputs, said, upstream, isStored]);
}
