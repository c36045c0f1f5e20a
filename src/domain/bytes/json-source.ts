// A parsed value beside the bytes it was parsed from, so that any part of it can be carried as it was written.
import { itemSpans, keysOf, memberSpan, type ByteSpan, valueSpan } from "./json-members.ts";
import { isRecord, type JsonRecord } from "./json.ts";
import { inOrder, RawJson, type WrittenObject } from "./json-written.ts";

export interface JsonSource {
  /** What the text parsed to; undefined where there is nothing. */
  readonly value: unknown;
  /** The same, where it is an object; one without members where it is not. */
  readonly record: JsonRecord;
  /** An object's member; where a key is repeated, the last, as parsers take it. */
  member(key: string): JsonSource;
  /** An object's keys in the order written, each once; none of anything else. */
  keys(): readonly string[];
  /** An array's items; none of anything else. */
  items(): readonly JsonSource[];
  /** The value's own text; to be asked of what is there only. */
  raw(): RawJson;
}

/** JSON text in UTF-8 that stands in these bytes from `start` on. */
export interface LocatedJson {
  readonly bytes: Uint8Array;
  readonly start: number;
}

/**
 * Costs next to nothing until a text is asked for: only then are the bytes found, and each
 * container on the way looked through.
 * @param value what the text parsed to
 */
export function jsonSource(value: unknown, locate: () => LocatedJson): JsonSource {
  return new LazySource(value, () => {
    const { bytes, start } = locate();
    return { bytes, span: valueSpan(bytes, start) };
  });
}

/** As `jsonSource`, of a body that holds one object and nothing else. */
export function bodySource(bytes: Uint8Array, value: unknown): JsonSource {
  return jsonSource(value, () => ({ bytes, start: bytes.indexOf(openBrace) }));
}

/** An object with other values in some of the members that it has; all others as they were written. */
export function withValues(source: JsonSource, values: WrittenObject): RawJson {
  return inOrder(
    source.keys().map((key) => {
      const value = values[key];
      return [key, value === undefined ? source.member(key).raw() : value];
    }),
  );
}

interface LocatedValue {
  readonly bytes: Uint8Array;
  readonly span: ByteSpan;
}

/** Where a part stands: found by itself, or by its step from the part around it. */
type Way = (() => LocatedValue) | { readonly around: LazySource; readonly step: string | number };

const openBrace = 0x7b;
const text = new TextDecoder();
const noMembers: JsonRecord = {};

/** A class, for a stream's every event makes a dozen of them and asks hardly any for its text. */
class LazySource implements JsonSource {
  readonly value: unknown;
  readonly #way: Way;
  #place: LocatedValue | null = null;
  #itemSpans: readonly ByteSpan[] | null = null;

  constructor(value: unknown, way: Way) {
    this.value = value;
    this.#way = way;
  }

  get record(): JsonRecord {
    return isRecord(this.value) ? this.value : noMembers;
  }

  member(step: string): JsonSource {
    const { record } = this;
    return new LazySource(Object.hasOwn(record, step) ? record[step] : undefined, {
      around: this,
      step,
    });
  }

  keys(): readonly string[] {
    if (!isRecord(this.value)) return [];
    const { bytes, span } = this.place();
    return [...new Set(keysOf(bytes, span.start))];
  }

  items(): readonly JsonSource[] {
    if (!Array.isArray(this.value)) return [];
    return (this.value as readonly unknown[]).map(
      (item, step) => new LazySource(item, { around: this, step }),
    );
  }

  raw(): RawJson {
    const { bytes, span } = this.place();
    return new RawJson(text.decode(bytes.subarray(span.start, span.end)));
  }

  private place(): LocatedValue {
    this.#place ??=
      typeof this.#way === "function" ? this.#way() : this.#way.around.inside(this.#way.step);
    return this.#place;
  }

  private inside(step: string | number): LocatedValue {
    const { bytes, span } = this.place();
    const found = typeof step === "string" ? memberSpan(bytes, span.start, step) : this.item(step);
    if (found === undefined)
      throw new Error("the bytes are not those that the value was read from");
    return { bytes, span: found };
  }

  private item(at: number): ByteSpan | undefined {
    const { bytes, span } = this.place();
    this.#itemSpans ??= itemSpans(bytes, span.start);
    return this.#itemSpans[at];
  }
}
