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
  let mark = 0;
  let blanks = 0;
  let indented = false;
  let name = "";
  let line: Uint8Array[] | null = null;
  let lineSize = 0;
  let lineEnded = false;

  function afterLine(bytes: Uint8Array): Framing | null {
    const next = bytes.find((byte) => !isBlank(byte));
    return next === undefined ? null : next === brace ? "ndjson" : "none";
  }

  /** @param after the byte behind the name; null where the stream ended */
  function fieldOr(after: number | null): Framing {
    const closed = after === null || after === colon || after === lf || after === cr;
    return closed && !indented && fieldNames.includes(name) ? "sse" : declared;
  }

  function takeLine(bytes: Uint8Array): Framing | null {
    const end = bytes.indexOf(lf);
    const part = end < 0 ? bytes : bytes.subarray(0, end);
    line?.push(part);
    lineSize += part.length;
    if (end < 0) return lineSize > maxLine ? declared : null;
    if (!isRecord(parseJsonBytes(joinBytes(line ?? [])))) return "none";
    lineEnded = true;
    return asked ? "ndjson" : afterLine(bytes.subarray(end));
  }

  function opened(byte: number, rest: Uint8Array): Framing | null {
    if (kind === "sse") {
      if (byte === brace || byte === bracket) return declared === "sse" ? "none" : declared;
      return byte === colon && !indented ? "sse" : null;
    }
    // What says that it is NDJSON is not a whole answer merely because its first line is broken.
    if (byte !== brace || declared === "ndjson") return declared;
    line = [];
    return takeLine(rest);
  }

  return {
    push(bytes) {
      if (lineEnded) return afterLine(bytes);
      if (line !== null) return takeLine(bytes);
      for (let at = 0; at < bytes.length; at++) {
        const byte = bytes[at] ?? 0;
        if (name === "") {
          if (blanks === 0 && mark < byteOrderMark.length && byte === byteOrderMark[mark]) {
            mark++;
            continue;
          }
          if (isBlank(byte)) {
            indented = byte === space || byte === tab;
            if (++blanks > maxBlank) return declared;
            continue;
          }
          const found = opened(byte, bytes.subarray(at));
          if (found !== null || line !== null) return found;
        } else if (name.length === longestName || byte < 0x61 || byte > 0x7a) return fieldOr(byte);
        name += String.fromCharCode(byte);
      }
      return null;
    },
    end() {
      return name === "" ? declared : fieldOr(null);
    },
  };
}

function isBlank(byte: number): boolean {
  return byte === lf || byte === cr || byte === space || byte === tab;
}
