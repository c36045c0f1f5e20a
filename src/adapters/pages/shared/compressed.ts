// Text for a browser, compressed where it takes that: a log's pages are mostly repetition.
import { promisify } from "node:util";
import { constants, crc32, deflateRawSync, gzip } from "node:zlib";

/** Below this the headers cost what the body saves. */
const worthIt = 1_400;
/** Characters from which on compressing takes so long that it is done beside the calls, not between them. */
const large = 200_000;

const level = 5;
const gzipBeside = promisify(gzip);

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
  headers: Readonly<Record<string, string>>,
): Response {
  const zipped = takesGzip(accepts);
  const text = new TextEncoder();
  const begin = text.encode(first);
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(zipped ? gzipBegin(begin) : begin);
    },
    async pull(controller) {
      const end = text.encode(await second);
      controller.enqueue(zipped ? gzipEnd(begin, end) : end);
      controller.close();
    },
  });
  return new Response(body, {
    headers: {
      ...headers,
      vary: "accept-encoding",
      ...(zipped ? { "content-encoding": "gzip" } : {}),
    },
  });
}

function takesGzip(accepts: string | null): boolean {
  return accepts !== null && /\bgzip\b(?!\s*;\s*q=0(?:\.0*)?(?:\s*,|\s*$))/i.test(accepts);
}

/** Magic, deflate, no flags, no time, any system (RFC 1952 §2.3). */
const gzipHead = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];

/** A gzip file up to where it can be read so far: its deflate blocks end on a byte. */
function gzipBegin(begin: Uint8Array): Uint8Array {
  const finishFlush = constants.Z_SYNC_FLUSH;
  return Buffer.concat([Uint8Array.from(gzipHead), deflateRawSync(begin, { level, finishFlush })]);
}

/** The rest of it: the last blocks, then the check sum and the size of all. */
function gzipEnd(begin: Uint8Array, end: Uint8Array): Uint8Array {
  const foot = Buffer.alloc(8);
  foot.writeUInt32LE(crc32(end, crc32(begin)), 0);
  foot.writeUInt32LE((begin.length + end.length) % 2 ** 32, 4);
  return Buffer.concat([deflateRawSync(end, { level }), foot]);
}
