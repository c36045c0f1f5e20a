// Log probabilities of a choice as a flat list of tokens.
import { isRecord } from "../../bytes/json.ts";
import type { JsonSource } from "../../bytes/json-source.ts";
import type { WrittenObject } from "../../bytes/json-written.ts";
import { readTokens, writtenOrNull } from "../neutral/token-probability.ts";

/** The tokens of a choice of a chat, or of a completion in its older form; none where it has none. */
export function readLogprobs(choice: JsonSource): readonly WrittenObject[] {
  if (!isRecord(choice.record["logprobs"])) return [];
  const logprobs = choice.member("logprobs");
  const content = logprobs.member("content");
  if (Array.isArray(content.value)) return readTokens(content);
  const values = logprobs.member("token_logprobs").items();
  const tops = logprobs.member("top_logprobs").items();
  return logprobs
    .member("tokens")
    .items()
    .map((text, index) => {
      const top = tops[index];
      // In their own order: the likeliest first, also where a token is a number.
      const others = (top?.keys() ?? []).map((other) => ({
        token: other,
        logprob: writtenOrNull(top?.member(other)),
      }));
      const held = others.length > 0 ? { top_logprobs: others } : {};
      return { token: writtenOrNull(text), logprob: writtenOrNull(values[index]), ...held };
    });
}
