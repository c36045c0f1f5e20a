// An OpenAI request in the making: what is in it so far, what was left out, what is wrong.
import { isRecord } from "../../bytes/json.ts";
import type { JsonRecord } from "../../bytes/json.ts";
import type { Written, WrittenObject } from "../../bytes/json-written.ts";
import type { OllamaKind } from "./endpoints.ts";
import { requestField } from "./request-fields.ts";
import type { ServerTraits } from "./server-traits.ts";

export interface RequestDraft {
  readonly kind: OllamaKind;
  readonly traits: ServerTraits;
  /** Puts a field of OpenAI's API in; undefined puts none in.
   * @param source the client's field, where it set one; it counts as dropped if the server refuses it */
  set(field: string, value: Written | undefined, source?: string): void;
  /** As `set`, for fields that only servers with `extras` know. */
  setExtra(field: string, value: Written | undefined, source: string): void;
  /** Names a field of the client's that is left out. */
  drop(source: string): void;
  /** Drops the members that the table says cannot be carried, and those it does not know. */
  dropUncarried(record: JsonRecord, prefix: string): void;
  /** The request is invalid; the first words count. */
  refuse(words: string): void;
  body(): WrittenObject;
  dropped(): readonly string[];
  problem(): string | null;
}

/** @param chat whether the request goes to /v1/chat/completions */
export function createRequestDraft(
  kind: OllamaKind,
  traits: ServerTraits,
  chat: boolean,
): RequestDraft {
  const body: Record<string, Written> = {};
  const dropped = new Set<string>();
  let problem: string | null = null;

  const draft: RequestDraft = {
    kind,
    traits,
    set(field, value, source) {
      if (value === undefined) return;
      const name = chat ? traits.chatNames.get(field) : undefined;
      if (name !== null) body[name ?? field] = value;
      else if (source !== undefined) dropped.add(source);
    },
    setExtra(field, value, source) {
      if (value === undefined) return;
      if (traits.extras) body[field] = value;
      else dropped.add(source);
    },
    drop: (source) => void dropped.add(source),
    dropUncarried(record, prefix) {
      for (const [key, value] of Object.entries(record)) {
        if (saysNothing(value)) continue;
        const name = prefix + key;
        const field = requestField(kind, name);
        if (field === null || field.fate === "dropped") dropped.add(name);
      }
    },
    refuse(words) {
      problem ??= words;
    },
    body: () => body,
    dropped: () => [...dropped],
    problem: () => problem,
  };
  return draft;
}

/** Values that ask for nothing, so that leaving them out loses nothing. */
export function saysNothing(value: unknown): boolean {
  if (value === undefined || value === null || value === "") return true;
  if (Array.isArray(value)) return value.length === 0;
  return isRecord(value) && Object.keys(value).length === 0;
}
