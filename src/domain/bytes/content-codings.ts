// Content codings (RFC 9110 §8.4.1): which a body is sent in, and whether it really is.
import { type HeaderList, headerValue } from "../http/headers.ts";
import { problem, type RequestProblem } from "../http/problem.ts";

/** In the words of `DecompressionStream`. */
export type DecodingFormat = "gzip" | "deflate" | "deflate-raw" | "brotli" | "zstd";

/** A body's coding, with its name in the header. */
export type Coding = "gzip" | "x-gzip" | "deflate" | "br" | "zstd";

/** What `Accept-Encoding` says beside a 415 (RFC 9110 §15.5.16). */
const accepted = "gzip, deflate, br, zstd";

/** Each layer costs a decoder; nobody means more. */
const maxLayers = 3;

/**
 * The codings of a request's body in the order they were applied; empty where it is plain.
 * @returns a problem (415) where one of them is not known here
 */
export function requestCodings(headers: HeaderList): readonly Coding[] | RequestProblem {
  const header = headerValue(headers, "content-encoding");
  if (header === null) return none;
  const names = header
    .split(",")
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== "" && name !== "identity");
  const unknown = names.find((name) => !isCoding(name));
  if (unknown !== undefined) return unsupported(`the content coding ${JSON.stringify(unknown)}`);
  if (names.length > maxLayers) return unsupported(`more than ${maxLayers} content codings`);
  return names.filter(isCoding);
}

const none: readonly Coding[] = [];

/** The coding of a name in lower case; null where it is not known here. */
export function knownCoding(name: string): Coding | null {
  return isCoding(name) ? name : null;
}

function isCoding(name: string): name is Coding {
  return Object.hasOwn(readers, name);
}

function unsupported(what: string): RequestProblem {
  return problem(
    "unsupported_encoding",
    `${what} is not supported for request bodies; use one of ${accepted}, or none`,
    { headers: [["accept-encoding", accepted]] },
  );
}

/** Why a body cannot be read (400): neither in its coding nor plain. */
export function notInCoding(coding: Coding): RequestProblem {
  return problem(
    "invalid_encoding",
    `the request's body is cut off or damaged: it cannot be decoded as ${coding} (Content-Encoding)`,
  );
}

type FormatReader = (bytes: Uint8Array) => DecodingFormat | null;

const gzip: FormatReader = ([first, second]) => (first === 0x1f && second === 0x8b ? "gzip" : null);

const readers: Readonly<Record<Coding, FormatReader>> = {
  gzip,
  "x-gzip": gzip, // RFC 9110 §8.4.1.3
  // RFC 1950 §2.2. Browsers and curl take deflate without this head, too, since servers have always sent it.
  deflate: ([first = 0, second = 0]) =>
    first % 16 === 8 && (first * 256 + second) % 31 === 0 ? "deflate" : "deflate-raw",
  br: () => "brotli",
  // RFC 8878 §3.1: a frame, or a skippable one.
  zstd: ([a = 0, b = 0, c = 0, d = 0]) =>
    (b === 0xb5 && a === 0x28 && c === 0x2f && d === 0xfd) ||
    (a >= 0x50 && a < 0x60 && b === 0x2a && c === 0x4d && d === 0x18)
      ? "zstd"
      : null,
};

/** How a body has to be decoded; null: whatever its header says, it is not in this coding. */
export function formatOf(coding: Coding, bytes: Uint8Array): DecodingFormat | null {
  return readers[coding](bytes);
}

/**
 * What a body is by its first bytes, whatever its header says: in a format, plain, or neither.
 * @param start some 8 bytes, or the whole body where it is shorter
 */
export function decodingOf(
  coding: Coding,
  start: Uint8Array,
): DecodingFormat | "plain" | "damaged" {
  const format = formatOf(coding, start);
  // These two have nothing of their own at their beginning that could be looked for.
  const certain = format !== null && format !== "brotli" && format !== "deflate-raw";
  if (start.length === 0 || (!certain && looksPlain(start))) return "plain";
  return format ?? "damaged";
}

const looked = 256;

/**
 * Whether bytes that could not be decoded are what clients send under a header that does not hold:
 * text, or an upload that begins as text.
 */
export function looksPlain(bytes: Uint8Array): boolean {
  const start = bytes.subarray(0, looked);
  // The last character may be cut: a decoder that expects more leaves it out.
  const text = new TextDecoder().decode(start, { stream: true });
  return !/[\p{Cc}\ufffd]/u.test(text.replace(/[\t\r\n]/g, ""));
}
