// How a batch travels to the writer's thread: entries as one JSON string, which costs a fifth of
// cloning them as objects, their fields by place, which halves it again, and all bodies in one buffer,
// which is handed over, not copied again.
import type { AnswerReading } from "../../../domain/log/answer-reading.ts";
import type {
  AnswerToKeep,
  CapturedBodies,
  CapturedBody,
  LogEntry,
} from "../../../domain/log/log-entry.ts";

/** An entry as the recorder got it. */
export interface RecordedEntry {
  readonly entry: LogEntry;
  readonly bodies: CapturedBodies;
  /** What was read in the bodies before they were lost; absent where they are still to be read. */
  readonly reading?: AnswerReading;
}

export interface WireBatch {
  /** Of rows. */
  readonly count: number;
  /** JSON of `WireRow[]`. */
  readonly rows: string;
  /** The bodies of all rows, one behind the other: each row's request, then its response, and so on. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

interface WireRow {
  readonly fields: readonly LogEntry[keyof LogEntry][];
  readonly reading?: AnswerReading | undefined;
  readonly request: WireBody | null;
  readonly response: WireBody | null;
  readonly delivered: WireBody | null;
  readonly kept?: WireAnswer | undefined;
}

interface WireAnswer extends Omit<AnswerToKeep, "request"> {
  readonly request: WireBody | null;
}

interface WireBody {
  readonly length: number;
  readonly truncated: boolean;
}

/**
 * Packs entries for the journey. Bodies are copied exactly once, here: their pieces are often
 * windows into larger buffers, which cloning would copy whole.
 * @param maxBodyBytes a longer body is cut there and marked so
 */
export function packBatch(entries: readonly RecordedEntry[], maxBodyBytes: number): WireBatch {
  const rows: WireRow[] = [];
  const captured: (readonly [CapturedBody, number])[] = [];
  let total = 0;
  const wireBody = (body: CapturedBody | null): WireBody | null => {
    if (body === null) return null;
    const size = capturedSize(body);
    const length = Math.min(size, maxBodyBytes);
    captured.push([body, length]);
    total += length;
    return { length, truncated: body.truncated || size > maxBodyBytes };
  };
  const wireAnswer = (kept: AnswerToKeep | undefined): WireAnswer | undefined => {
    if (kept === undefined) return undefined;
    const { owner, upstream, request } = kept;
    if (request === null) return { owner, upstream, request };
    captured.push([{ chunks: [request], truncated: false }, request.length]);
    total += request.length;
    return { owner, upstream, request: { length: request.length, truncated: false } };
  };
  for (const { entry, bodies, reading } of entries)
    rows.push({
      fields: fieldsOf(entry),
      reading,
      request: wireBody(bodies.request),
      response: wireBody(bodies.response),
      delivered: wireBody(bodies.delivered ?? null),
      kept: wireAnswer(bodies.kept),
    });

  // Every byte is written below, and a buffer of its own is what can be handed over.
  const bytes = Buffer.allocUnsafeSlow(total);
  let at = 0;
  for (const [body, length] of captured) {
    const end = at + length;
    for (const chunk of body.chunks) {
      const piece = chunk.subarray(0, end - at);
      bytes.set(piece, at);
      at += piece.byteLength;
    }
  }
  return { count: rows.length, rows: JSON.stringify(rows), bytes };
}

/** What `packBatch` packed; each body in one piece. */
export function unpackBatch({ rows, bytes }: WireBatch): readonly RecordedEntry[] {
  let at = 0;
  const body = (wire: WireBody | null): CapturedBody | null => {
    if (wire === null) return null;
    const chunk = bytes.subarray(at, at + wire.length);
    at += wire.length;
    return { chunks: [chunk], truncated: wire.truncated };
  };
  const parsed = JSON.parse(rows) as readonly WireRow[];
  return parsed.map(({ fields, reading, request, response, delivered, kept }) => ({
    entry: entryOf(fields),
    ...(reading === undefined ? {} : { reading }),
    bodies: {
      request: body(request),
      response: body(response),
      delivered: body(delivered),
      ...(kept === undefined
        ? {}
        : { kept: { ...kept, request: body(kept.request)?.chunks[0] ?? null } }),
    },
  }));
}

/** The places of an entry's fields; the compiler names one that is missing. */
const places: Readonly<Record<keyof LogEntry, null>> = {
  id: null,
  timestamp: null,
  completedAt: null,
  state: null,
  sourceIp: null,
  method: null,
  path: null,
  service: null,
  userAgent: null,
  authUser: null,
  originalModel: null,
  mappedModel: null,
  upstream: null,
  upstreamUrl: null,
  upstreamRequestId: null,
  held: null,
  route: null,
  protocol: null,
  attempts: null,
  dropped: null,
  warnings: null,
  resentFrom: null,
  stream: null,
  statusCode: null,
  errorMessage: null,
  durationMs: null,
  ttftMs: null,
  requestSize: null,
  responseSize: null,
  requestHeaders: null,
  responseHeaders: null,
};
const names = Object.keys(places) as readonly (keyof LogEntry)[];

function fieldsOf(entry: LogEntry): WireRow["fields"] {
  const fields: LogEntry[keyof LogEntry][] = [];
  for (const name of names) fields.push(entry[name]);
  return fields;
}

function entryOf(fields: WireRow["fields"]): LogEntry {
  const entry: Partial<Record<keyof LogEntry, unknown>> = {};
  for (let at = 0; at < names.length; at++) {
    const name = names[at];
    if (name !== undefined) entry[name] = fields[at];
  }
  return entry as LogEntry;
}

/** Bytes of a captured body. */
export function capturedSize(body: CapturedBody | null): number {
  let size = 0;
  for (const chunk of body?.chunks ?? []) size += chunk.byteLength;
  return size;
}
