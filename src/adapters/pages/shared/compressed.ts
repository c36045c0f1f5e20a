// Text for a browser, compressed where it takes that: a log's pages are mostly repetition.
import { PassThrough, Readable, type Transform } from "node:stream";
import { promisify } from "node:util";
import { constants, createGzip, gzip } from "node:zlib";

/** Below this the headers cost what the body saves. */
const worthIt = 1_400;
/** Characters from which on compressing takes so long that it is done beside the calls, not between them. */
const large = 200_000;

const level = 5;
const gzipBeside = promisify(gzip);

/** A text that is given again and again. */
export interface Packed {
  readonly text: string;
  readonly gzipped: Uint8Array<ArrayBuffer>;
}

export function pack(text: string): Packed {
  return { text, gzipped: Bun.gzipSync(new TextEncoder().encode(text), { level: 9 }) };
}

/** @param accepts the request's `Accept-Encoding` */
export function packedResponse(
  { text, gzipped }: Packed,
  accepts: string | null,
  headers: Readonly<Record<string, string>>,
): Response {
  const vary = { ...headers, vary: "accept-encoding" };
  return takesGzip(accepts) && text.length >= worthIt
    ? new Response(gzipped, { headers: { ...vary, "content-encoding": "gzip" } })
    : new Response(text, { headers: vary });
}

/** @param accepts the request's `Accept-Encoding` */
export async function textResponse(
  text: string,
  accepts: string | null,
  status: number,
  headers: Readonly<Record<string, string>>,
): Promise<Response> {
  const vary = { ...headers, vary: "accept-encoding" };
  if (!takesGzip(accepts) || text.length < worthIt)
    return new Response(text, { status, headers: vary });
  const bytes =
    text.length < large
      ? Bun.gzipSync(new TextEncoder().encode(text), { level })
      : new Uint8Array(await gzipBeside(text, { level: 1 }));
  return new Response(bytes, { status, headers: { ...vary, "content-encoding": "gzip" } });
}

/**
 * An answer of two parts: the first goes out at once, the second when it is known.
 * @param accepts the request's `Accept-Encoding`
 */
export function textInTwo(
  first: string,
  second: Promise<string>,
  accepts: string | null,
  status: number,
  headers: Readonly<Record<string, string>>,
): Response {
  const vary = { ...headers, vary: "accept-encoding" };
  if (!takesGzip(accepts)) {
    const body = new PassThrough();
    body.write(first);
    return new Response(finishing(body, second), { status, headers: vary });
  }
  const body = createGzip({ level });
  body.write(first);
  // So that a browser can read the first part before the second is there.
  body.flush(constants.Z_SYNC_FLUSH);
  return new Response(finishing(body, second), {
    status,
    headers: { ...vary, "content-encoding": "gzip" },
  });
}

function finishing(body: Transform, second: Promise<string>): ReadableStream {
  second.then(
    (text) => body.end(text),
    (error: unknown) => body.destroy(error as Error),
  );
  return Readable.toWeb(body);
}

function takesGzip(accepts: string | null): boolean {
  return accepts !== null && /\bgzip\b(?!\s*;\s*q=0(?:\.0*)?(?:\s*,|\s*$))/i.test(accepts);
}
