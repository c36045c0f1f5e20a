// What servers say of a token and of those that might have stood in its place.
import { isRecord } from "../../bytes/json.ts";
import type { JsonSource } from "../../bytes/json-source.ts";
import type { Written, WrittenObject } from "../../bytes/json-written.ts";

/** The tokens of a list, each with the others that were likely there. */
export function readTokens(list: JsonSource): readonly WrittenObject[] {
  return list.items().filter(holdsRecord).map(token);
}

function token(entry: JsonSource): WrittenObject {
  const top = entry.member("top_logprobs").items().filter(holdsRecord).map(plainToken);
  return top.length > 0 ? { ...plainToken(entry), top_logprobs: top } : plainToken(entry);
}

function plainToken(entry: JsonSource): WrittenObject {
  const bytes = entry.member("bytes");
  return {
    token: writtenOrNull(entry.member("token")),
    logprob: writtenOrNull(entry.member("logprob")),
    ...(Array.isArray(bytes.value) ? { bytes: bytes.raw() } : {}),
  };
}

/** As its author wrote it; null where nothing is there. */
export function writtenOrNull(source: JsonSource | undefined): Written {
  return source === undefined || source.value === undefined ? null : source.raw();
}

function holdsRecord({ value }: JsonSource): boolean {
  return isRecord(value);
}
