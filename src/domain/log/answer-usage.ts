// The token counts an answer reports of itself, in every protocol's words: the one reader of them,
// for log, metrics and traces alike.
import { isRecord, type JsonRecord } from "../bytes/json.ts";
import { protocols } from "../protocols/protocol.ts";
import { type CountName, usageIn } from "../protocols/usage-words.ts";

/** null: not reported; 0 is as good as that. */
export interface ReportedUsage {
  /** What was read from and written to a cache included. */
  readonly prompt: number | null;
  readonly completion: number | null;
  readonly total: number | null;
  /** Of the prompt, what was read from a cache; 0 says that nothing was. */
  readonly cached: number | null;
  /** Of the completion, what was thinking; 0 says that nothing was. */
  readonly reasoning: number | null;
}

export const noUsage: ReportedUsage = {
  prompt: null,
  completion: null,
  total: null,
  cached: null,
  reasoning: null,
};

export interface UsageReader {
  /** The next document of the answer; see `visitDocuments`. */
  add(document: JsonRecord): void;
  usage(): ReportedUsage;
}

/** Every protocol's: an answer's documents show its form, not its call. */
const words = Object.values(protocols).map(({ usage }) => usage);
const names = [...new Set(words.flatMap(({ counts }) => Object.keys(counts) as CountName[]))];
const places = names.map((name) => {
  const ways = new Set(words.flatMap(({ counts }) => counts[name] ?? []));
  return [name, [...ways].map((way) => way.split("."))] as const;
});
const bare = words.flatMap((own) => Object.entries(own.bare) as [CountName, string][]);
const beginnings = new Set<unknown>(words.flatMap(({ beginning }) => beginning ?? []));
const cacheMarks = words.flatMap(({ includesCache }) => includesCache ?? []);

/** The last value of each counts; a 0 does not take the place of a number. */
type Counts = Record<CountName, number | null>;

export function createUsageReader(): UsageReader {
  return new LastCounts();
}

class LastCounts implements UsageReader {
  readonly #counts: Counts = {
    prompt: null,
    input: null,
    cacheRead: null,
    cacheWritten: null,
    completion: null,
    total: null,
    cached: null,
    reasoning: null,
  };
  /** Within the input already, as OpenAI counts it; else beside it, as Anthropic does. */
  #includesCache = false;

  add(document: JsonRecord): void {
    for (const one of bare) this.#report(one[0], count(document[one[1]]));
    const usage = usageOf(document);
    if (usage === null) return;
    for (const mark of cacheMarks) this.#includesCache ||= isRecord(usage[mark]);
    // What a stream counts before it has said anything is not what it will have said.
    const isBeginning = beginnings.has(document["type"]);
    for (const place of places)
      if (!isBeginning || place[0] !== "completion") this.#report(place[0], at(usage, place[1]));
  }

  usage(): ReportedUsage {
    const { input, cacheRead, cacheWritten, completion, total, cached, reasoning } = this.#counts;
    const beside = this.#includesCache ? 0 : (cacheRead ?? 0) + (cacheWritten ?? 0);
    const prompt = this.#counts.prompt ?? (input === null ? null : input + beside);
    return {
      prompt: positive(prompt),
      completion: positive(completion),
      total: positive(total),
      cached: cached ?? cacheRead,
      reasoning,
    };
  }

  #report(name: keyof Counts, value: number | null): void {
    if (value !== null && (value > 0 || this.#counts[name] === null)) this.#counts[name] = value;
  }
}

function usageOf(document: JsonRecord): JsonRecord | null {
  const own = usageIn(document);
  if (own !== null) return own;
  for (const each of words) {
    const found = each.nested(document);
    if (found !== null) return found;
  }
  return null;
}

function at(usage: JsonRecord, ways: readonly (readonly string[])[]): number | null {
  for (const way of ways) {
    const second = way[1];
    const inner = usage[way[0] ?? ""];
    const found = count(second === undefined ? inner : isRecord(inner) ? inner[second] : null);
    if (found !== null) return found;
  }
  return null;
}

function count(value: unknown): number | null {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? value : null;
}

function positive(value: number | null): number | null {
  return value === 0 ? null : value;
}
