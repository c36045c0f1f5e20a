// A parsed value beside the bytes it was parsed from, so that any part of it can be carried as it was written.
import { itemSpans, keysOf, memberSpan, type Span, valueSpan } from "./json-members.ts";
import { isRecord } from "./json.ts";
import { RawJson } from "./json-written.ts";

export interface JsonSource {
  /** What the text parsed to; undefined where there is nothing. */
  readonly value: unknown;
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
  let found: Place | null = null;
  return sourceAt(value, () => {
    if (found !== null) return found;
    const { bytes, start } = locate();
    found = { bytes, span: valueSpan(bytes, start) };
    return found;
  });
}

/** As `jsonSource`, of a body that holds one object and nothing else. */
export function bodySource(bytes: Uint8Array, value: unknown): JsonSource {
  return jsonSource(value, () => ({ bytes, start: bytes.indexOf(openBrace) }));
}

interface Place {
  readonly bytes: Uint8Array;
  readonly span: Span;
}

const openBrace = 0x7b;
const text = new TextDecoder();

function sourceAt(value: unknown, place: () => Place): JsonSource {
  return {
    value,
    member(key) {
      const held = isRecord(value) && Object.hasOwn(value, key) ? value[key] : undefined;
      return sourceAt(held, () => {
        const { bytes, span } = place();
        return { bytes, span: there(memberSpan(bytes, span.start, key)) };
      });
    },
    keys() {
      if (!isRecord(value)) return [];
      const { bytes, span } = place();
      return [...new Set(keysOf(bytes, span.start))];
    },
    items() {
      if (!Array.isArray(value)) return [];
      let spans: readonly Span[] | null = null;
      return (value as readonly unknown[]).map((item, at) =>
        sourceAt(item, () => {
          const { bytes, span } = place();
          spans ??= itemSpans(bytes, span.start);
          return { bytes, span: there(spans[at]) };
        }),
      );
    },
    raw() {
      const { bytes, span } = place();
      return new RawJson(text.decode(bytes.subarray(span.start, span.end)));
    },
  };
}

function there(span: Span | undefined): Span {
  if (span === undefined) throw new Error("the bytes are not those that the value was read from");
  return span;
}
