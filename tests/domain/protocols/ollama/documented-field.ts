// A field of Ollama's requests, and how the tables of them are written down.
import type { OllamaKind } from "../../../../src/domain/protocols/ollama/endpoints.ts";

export type FieldFate = "carried" | "renamed" | "dropped";

export interface DocumentedField {
  /** Dotted; a list's items have no step of their own (`messages.role`). */
  readonly name: string;
  readonly on: readonly OllamaKind[];
  /** Carried: the same name and value. Renamed: another name, place or form. */
  readonly fate: FieldFate;
  /** The fields of OpenAI's request that hold it. */
  readonly to: readonly string[];
  /** Unknown to OpenAI's own API: goes only to servers that accept more (`ServerTraits.extras`). */
  readonly extra: boolean;
  /** For the documentation; empty where nothing needs saying. */
  readonly note: string;
}

export type FieldRow = readonly [name: string, to: string | readonly string[], note?: string];

/** Rows that share their fate. */
export function rows(
  on: readonly OllamaKind[],
  fate: FieldFate,
  list: readonly FieldRow[],
  extra = false,
): readonly DocumentedField[] {
  return list.map(([name, to, note = ""]) => {
    const targets = typeof to === "string" ? (to === "" ? [] : [to]) : to;
    return { name, on, fate, to: targets, extra, note };
  });
}
