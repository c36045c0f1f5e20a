// Answers that come encoded although identity was asked for: decoded as they are read, so that memory
// stays bounded, and understood by what they are where their header does not hold.
import {
  type Coding,
  decodingOf,
  knownCoding,
  type DecodingFormat,
} from "../../domain/bytes/content-codings.ts";
import { joinBytes } from "../../domain/bytes/join-bytes.ts";
import type { HeaderList } from "../../domain/http/headers.ts";

type Bytes = ReadableStream<Uint8Array>;

/** What the two kinds of readers that Bun's types know have in common. */
interface Reader {
  /** No value: the end. */
  read(): Promise<{ readonly value?: Uint8Array | undefined }>;
  cancel(reason?: unknown): Promise<void>;
}

export interface DecodedBody {
  readonly headers: HeaderList;
  readonly stream: Bytes | null;
}

/** Thrown by reads: what came is not in the coding that its header names. */
export class NotInCoding extends Error {
  constructor(coding: Coding) {
    super(`the upstream's body is not ${coding} although its Content-Encoding says so`);
  }
}

/** Bytes that tell text from every coding. */
const sniffed = 8;

/** The body as identity, its headers without the coding; codings nobody knows pass as they are. */
export function decodeBody(headers: HeaderList, stream: DecodedBody["stream"]): DecodedBody {
  const named = headers.find(([name]) => name === "content-encoding")?.[1];
  if (named === undefined) return { headers, stream };
  const codings = named
    .split(",")
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== "" && name !== "identity")
    .map(knownCoding);
  const known = codings.filter((coding) => coding !== null);
  if (known.length < codings.length || (stream === null && known.length > 0))
    return { headers, stream };
  const rest = headers.filter(([name]) => name !== "content-encoding");
  // The last coding named was applied last.
  return { headers: rest, stream: stream && known.reduceRight(decodeLayer, stream) };
}

/** Opens the body with the first read, when its bytes show what it is. */
function decodeLayer(source: Bytes, coding: Coding): Bytes {
  let opened: Reader | null = null;
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        opened ??= await open(source, coding);
        const { value } = await opened.read();
        if (value === undefined) controller.close();
        else controller.enqueue(value);
      },
      cancel: (reason) => (opened ?? source).cancel(reason),
    },
    { highWaterMark: 0 },
  );
}

async function open(source: Bytes, coding: Coding): Promise<Reader> {
  const reader = source.getReader();
  const pieces: Uint8Array[] = [];
  let size = 0;
  while (size < sniffed) {
    const { value } = await reader.read();
    if (value === undefined) break;
    pieces.push(value);
    size += value.length;
  }
  const start = joinBytes(pieces);
  const format = decodingOf(coding, start);
  if (format === "damaged") {
    reader.cancel().catch(() => undefined);
    throw new NotInCoding(coding);
  }
  return format === "plain"
    ? after(start, reader).getReader()
    : decoded(start, reader, coding, format);
}

/** Tells a body that cannot be decoded from one that breaks off. */
function decoded(
  start: Uint8Array,
  source: Reader,
  coding: Coding,
  format: DecodingFormat,
): Reader {
  let broke = false;
  const whole = after(start, source, () => (broke = true));
  const decoder = new DecompressionStream(format) as ReadableWritablePair<Uint8Array, Uint8Array>;
  const reader = whole.pipeThrough<Uint8Array>(decoder).getReader();
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { value } = await reader.read();
          if (value === undefined) controller.close();
          else controller.enqueue(value);
        } catch (error) {
          controller.error(broke ? error : new NotInCoding(coding));
        }
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  ).getReader();
}

/** What was read already, then the rest. */
function after(start: Uint8Array, rest: Reader, onBreak: () => void = () => undefined): Bytes {
  let first = start.length > 0;
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        if (first) {
          first = false;
          controller.enqueue(start);
          return;
        }
        try {
          const { value } = await rest.read();
          if (value === undefined) controller.close();
          else controller.enqueue(value);
        } catch (error) {
          onBreak();
          controller.error(error);
        }
      },
      cancel: (reason) => rest.cancel(reason),
    },
    { highWaterMark: 0 },
  );
}
