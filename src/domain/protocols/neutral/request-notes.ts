// What comes up while a client's request is read: its fields, those nobody has a place for included, and what is wrong with it.
import { isRecord, type JsonRecord, textMember } from "../../bytes/json.ts";
import type { JsonSource } from "../../bytes/json-source.ts";
import type { CacheMark, RequestField } from "./request.ts";

export interface RequestNotes {
  /** Takes a field down, and gives it back. */
  note<T extends RequestField>(field: T): T;
  /** The request is invalid; the first words count. */
  refuse(words: string): void;
  fields(): readonly RequestField[];
  problem(): string | null;
}

export function createRequestNotes(): RequestNotes {
  const fields: RequestField[] = [];
  let problem: string | null = null;
  return {
    note(field) {
      fields.push(field);
      return field;
    },
    refuse(words) {
      problem ??= words;
    },
    fields: () => fields,
    problem: () => problem,
  };
}

/** One object of a request, read member by member: what nobody asked it for becomes a field that no writer knows. */
export class RecordReader {
  readonly #source: JsonSource;
  readonly #prefix: string;
  readonly #notes: RequestNotes;
  readonly #read = new Set<string>();

  /** @param prefix of its members' paths */
  constructor(source: JsonSource, prefix: string, notes: RequestNotes) {
    this.#source = source;
    this.#prefix = prefix;
    this.#notes = notes;
  }

  get record(): JsonRecord {
    return this.#source.record;
  }

  path(key: string): string {
    return this.#prefix + key;
  }

  /** A member, which counts as read. */
  take(key: string): JsonSource {
    this.#read.add(key);
    return this.#source.member(key);
  }

  /** A member that is a text with something in it; anything else counts as unread. */
  takeText(key: string): string | null {
    const text = textMember(this.record, key);
    if (text !== null) this.#read.add(key);
    return text;
  }

  /** A text that may be missing, and then is empty. */
  text(key: string): string {
    const value = this.take(key).value ?? "";
    if (typeof value === "string") return value;
    this.#notes.refuse(`${this.path(key)} must be a text`);
    return "";
  }

  /** Takes down what was not read. */
  close(): void {
    const { record } = this;
    for (const key in record)
      if (!this.#read.has(key) && !saysNothing(record[key]))
        this.#notes.note({ path: this.path(key) });
  }
}

/** What asks for a cache of all up to here: one field wherever it stands. */
export function takeCache(reader: RecordReader, notes: RequestNotes): CacheMark | undefined {
  const mark = reader.take("cache_control");
  return isRecord(mark.value)
    ? notes.note({ path: "cache_control", value: mark.raw() })
    : undefined;
}

/** Values that ask for nothing, so that leaving them out loses nothing. */
export function saysNothing(value: unknown): boolean {
  if (value === undefined || value === null || value === "") return true;
  if (Array.isArray(value)) return value.length === 0;
  return isRecord(value) && Object.keys(value).length === 0;
}
