// Reads multipart/form-data (RFC 7578) as far as uploads to model servers use it.
import { Buffer } from "node:buffer";

export interface FormPart {
  readonly name: string;
  readonly filename: string | null;
  readonly bytes: Uint8Array;
}

/** The parts of a body with this content type, in order; none where it is no multipart body. */
export function readMultipart(contentType: string, body: Uint8Array): readonly FormPart[] {
  const boundary = /boundary="?([^";]+)"?/i.exec(contentType)?.[1];
  if (boundary === undefined) return [];
  const held = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  const delimiter = `--${boundary}`;
  const parts: FormPart[] = [];
  let at = held.indexOf(delimiter);
  while (at >= 0) {
    const headAt = at + delimiter.length + 2;
    const headEnd = held.indexOf("\r\n\r\n", headAt);
    const next = held.indexOf(`\r\n${delimiter}`, headEnd);
    if (headEnd < 0 || next < 0) break;
    const head = held.toString("utf8", headAt, headEnd);
    const name = /[; ]name="([^"]*)"/i.exec(head)?.[1];
    const filename = /filename="([^"]*)"/i.exec(head)?.[1] ?? null;
    if (name !== undefined) parts.push({ name, filename, bytes: held.subarray(headEnd + 4, next) });
    at = next + 2;
  }
  return parts;
}
