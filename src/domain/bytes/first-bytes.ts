// What a stream is, by its first bytes: servers and proxies label streams as anything.
import { joinBytes } from "./join-bytes.ts";
import { isRecord, parseJsonBytes } from "./json.ts";
import type { Framing } from "./framing.ts";

/** The streams that a path can have. */
export type StreamKind = "sse" | "ndjson";

export interface FirstBytes {
  /** The next bytes; null where they do not decide it yet. */
  push(bytes: Uint8Array): Framing | null;
  /** No more will come. */
  end(): Framing;
}

/** White space that may come before the first event: some servers send it to keep a connection alive. */
const maxBlank = 1024 * 1024;
/** A first line of NDJSON that is longer is not waited for. */
const maxLine = 4 * 1024 * 1024;

const [lf, cr, space, tab, colon, brace, bracket] = [0x0a, 0x0d, 0x20, 0x09, 0x3a, 0x7b, 0x5b];
const byteOrderMark = [0xef, 0xbb, 0xbf];
const fieldNames = ["data", "event", "id", "retry"];
const longestName = 5;

/**
 * `data:`, `event:`, `id:`, `retry:` or a comment begins server-sent events; a JSON object and a
 * line break, NDJSON; any other JSON is a whole answer. What shows nothing is what it says it is.
 * @param kind what the path streams
 * @param declared by the answer's `Content-Type`
 * @param asked whether the call asked for a stream: else a lone object is a whole answer, whatever follows it
 */
export function createFirstBytes(kind: StreamKind, declared: Framing, asked: boolean): FirstBytes {
  return new FirstBytesReader(kind, declared, asked);
}

class FirstBytesReader implements FirstBytes {
  readonly #kind: StreamKind;
  readonly #declared: Framing;
  readonly #asked: boolean;
  #mark = 0;
  #blanks = 0;
  #indented = false;
  #name = "";
  #line: Uint8Array[] | null = null;
  #lineSize = 0;
  #lineEnded = false;

  constructor(kind: StreamKind, declared: Framing, asked: boolean) {
    this.#kind = kind;
    this.#declared = declared;
    this.#asked = asked;
  }

  push(bytes: Uint8Array): Framing | null {
    if (this.#lineEnded) return afterLine(bytes);
    if (this.#line !== null) return this.#takeLine(this.#line, bytes);
    for (let at = 0; at < bytes.length; at++) {
      const byte = bytes[at] ?? 0;
      if (this.#name === "") {
        const isMark = this.#blanks === 0 && byte === byteOrderMark[this.#mark];
        if (isMark && this.#mark < byteOrderMark.length) {
          this.#mark++;
          continue;
        }
        if (isBlank(byte)) {
          this.#indented = byte === space || byte === tab;
          if (++this.#blanks > maxBlank) return this.#declared;
          continue;
        }
        const found = this.#opened(byte, bytes, at);
        if (found !== null || this.#line !== null) return found;
      } else if (this.#name.length === longestName || byte < 0x61 || byte > 0x7a)
        return this.#fieldOr(byte);
      this.#name += String.fromCharCode(byte);
    }
    return null;
  }

  end(): Framing {
    return this.#name === "" ? this.#declared : this.#fieldOr(null);
  }

  #opened(byte: number, bytes: Uint8Array, at: number): Framing | null {
    const declared = this.#declared;
    if (this.#kind === "sse") {
      if (byte === brace || byte === bracket) return declared === "sse" ? "none" : declared;
      return byte === colon && !this.#indented ? "sse" : null;
    }
    // What says that it is NDJSON is not a whole answer merely because its first line is broken.
    if (byte !== brace || declared === "ndjson") return declared;
    this.#line = [];
    return this.#takeLine(this.#line, bytes.subarray(at));
  }

  #takeLine(line: Uint8Array[], bytes: Uint8Array): Framing | null {
    const end = bytes.indexOf(lf);
    const part = end < 0 ? bytes : bytes.subarray(0, end);
    line.push(part);
    this.#lineSize += part.length;
    if (end < 0) return this.#lineSize > maxLine ? this.#declared : null;
    if (!isRecord(parseJsonBytes(joinBytes(line)))) return "none";
    this.#lineEnded = true;
    return this.#asked ? "ndjson" : afterLine(bytes.subarray(end));
  }

  /** @param after the byte behind the name; null where the stream ended */
  #fieldOr(after: number | null): Framing {
    const closed = after === null || after === colon || after === lf || after === cr;
    const isField = closed && !this.#indented && fieldNames.includes(this.#name);
    return isField ? "sse" : this.#declared;
  }
}

function afterLine(bytes: Uint8Array): Framing | null {
  const next = bytes.find((byte) => !isBlank(byte));
  return next === undefined ? null : next === brace ? "ndjson" : "none";
}

function isBlank(byte: number): boolean {
  return byte === lf || byte === cr || byte === space || byte === tab;
}
