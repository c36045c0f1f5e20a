// Log probabilities of a choice as a flat list of tokens.
import { isRecord } from "../../bytes/json.ts";
import type { JsonSource } from "../../bytes/json-source.ts";
import type { Written, WrittenObject } from "../../bytes/json-written.ts";

/** The tokens of a choice of a chat, or of a completion in its older form; none where it has none. */
export function readLogprobs(choice: JsonSource): readonly WrittenObject[] {
  if (!isRecord(choice.record["logprobs"])) return [];
  const logprobs = choice.member("logprobs");
  const content = logprobs.member("content");
  if (Array.isArray(content.value)) return content.items().filter(holdsRecord).map(token);
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
        logprob: asWritten(top?.member(other)),
      }));
      const held = others.length > 0 ? { top_logprobs: others } : {};
      return { token: asWritten(text), logprob: asWritten(values[index]), ...held };
    });
}

function token(entry: JsonSource): WrittenObject {
  const top = entry.member("top_logprobs").items().filter(holdsRecord).map(plainToken);
  return top.length > 0 ? { ...plainToken(entry), top_logprobs: top } : plainToken(entry);
}

function plainToken(entry: JsonSource): WrittenObject {
  const bytes = entry.member("bytes");
  return {
    token: asWritten(entry.member("token")),
    logprob: asWritten(entry.member("logprob")),
    ...(Array.isArray(bytes.value) ? { bytes: bytes.raw() } : {}),
  };
}

function asWritten(source: JsonSource | undefined): Written {
  return source === undefined || source.value === undefined ? null : source.raw();
}

function holdsRecord({ value }: JsonSource): boolean {
  return isRecord(value);
}
