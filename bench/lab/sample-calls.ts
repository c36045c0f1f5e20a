// Calls as a log has them, for measurements on large ones: models, states, times and words that are
// spread as real ones are, the same in every run.
import type { LogWrite } from "../../src/adapters/logs/pipeline/log-engine.ts";
import { captured, logWrite } from "../../tests/lab/log-entries.ts";
import { createRandom } from "../../tests/lab/random.ts";

const chance = createRandom(1);
const random = () => chance.next();
const below = (most: number) => Math.floor(random() * most);
/** Few are common and most are rare, as words are. */
const skewed = (most: number) => Math.floor(most * random() ** 3);

/** The commonest first. */
export const vocabulary: readonly string[] = Array.from({ length: 30_000 }, (_, at) =>
  (at * 7_919 + 1_000).toString(36),
);
/** The commonest first. */
export const models: readonly string[] = Array.from(
  { length: 24 },
  (_, at) => `model-${String.fromCodePoint(97 + at)}:${at}b`,
);
const upstreams = ["desk", "rack-1", "rack-2", "hosted", "default"];
const text = (words: number) =>
  Array.from({ length: words }, () => vocabulary[skewed(vocabulary.length)]).join(" ");

/** An id of that time, in epoch ms: a UUIDv7. */
export function sampleId(time: number): string {
  const hex = time.toString(16).padStart(12, "0");
  const tail = below(2 ** 32)
    .toString(16)
    .padStart(8, "0");
  const counter = below(4_096).toString(16).padStart(3, "0");
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7${counter}-8000-0000${tail}`;
}

/** A call of that time, in epoch ms, with its bodies. */
export function sampleCall(timestamp: number): LogWrite {
  const model = models[skewed(models.length)] ?? "";
  const failed = below(50) === 0;
  const cancelled = !failed && below(100) === 0;
  const stream = below(3) > 0;
  const state = failed ? "failed" : cancelled ? "cancelled" : "completed";
  const durationMs = Math.round(200 * 30 ** random());
  const said = [text(40 + below(40)), text(60 + below(60))] as const;
  const [promptTokens, completionTokens] = [below(3_000), below(800)];
  return logWrite(
    {
      id: sampleId(timestamp),
      timestamp,
      state,
      completedAt: timestamp + durationMs,
      service: below(10) === 0 ? "ollama" : "openai",
      originalModel: model,
      mappedModel: below(4) === 0 ? models[skewed(models.length)]! : model,
      upstream: upstreams[skewed(upstreams.length)]!,
      statusCode: failed ? [500, 502, 503, 429, 404][below(5)]! : cancelled ? 499 : 200,
      errorMessage: failed ? "upstream desk: connection refused" : null,
      path: "/v1/chat/completions",
      durationMs,
      ttftMs: stream ? durationMs / 5 : null,
      stream,
    },
    { request: captured(said[0]), response: captured(said[1]) },
    { promptTokens, completionTokens, totalTokens: promptTokens + completionTokens },
    said.join("\n"),
  );
}
