// A request as Bun's fetch takes it, and the head of its answer as the rest of the program reads it.
import { type HeaderList, headerListOf } from "../../domain/http/headers.ts";
import type { UpstreamRequest } from "../../ports/upstream.ts";
import { createCertificates } from "./certificates.ts";
import { isDistrust } from "./fetch-errors.ts";
import { withoutNoProxy } from "./proxied.ts";

/** Sends the request; settles with the answer's head, its body unread. */
export function beginFetch(request: UpstreamRequest, signal: AbortSignal): Promise<Response> {
  const { ca } = request;
  return ca === null ? begin(request, signal) : trusting(request, ca, signal);
}

/** A certificate that is refused may be vouched for by a CA that was renewed: then it is asked once more. */
async function trusting(
  request: UpstreamRequest,
  ca: string,
  signal: AbortSignal,
): Promise<Response> {
  try {
    return await begin(request, signal);
  } catch (error) {
    if (!isDistrust(error) || !(await certificates.renewed(ca))) throw error;
    return begin(request, signal);
  }
}

function begin(request: UpstreamRequest, signal: AbortSignal): Promise<Response> {
  const init = {
    method: request.method,
    headers: fieldsOf(request.headers),
    body: request.body as Uint8Array<ArrayBuffer> | null,
    signal,
    redirect: "manual",
    decompress: false,
    keepalive: !request.freshConnection,
    // Bun's own idle limit of 300 s would cut a slow model; the exchange's deadlines stand in for it.
    timeout: false,
    // Proxy variables would apply even to servers on this machine.
    proxy: request.proxy ?? false,
    tls: tlsOf(request),
  } as RequestInit;
  const { url, proxy } = request;
  return proxy === null ? fetch(url, init) : withoutNoProxy(() => fetch(url, init));
}

/** As a record, which costs Bun half of what pairs do; as pairs where a field stands there twice. */
function fieldsOf(headers: HeaderList): Record<string, string> | [string, string][] {
  const fields: Record<string, string> = {};
  for (const field of headers) {
    // Also what every object has, such as `constructor`.
    if (fields[field[0]] !== undefined) return headers as [string, string][];
    fields[field[0]] = field[1];
  }
  return fields;
}

export function headersOf(headers: Headers): HeaderList {
  return headerListOf(headers.toJSON());
}

const certificates = createCertificates(() => performance.now());

function tlsOf({ insecure, ca }: UpstreamRequest): object | undefined {
  if (insecure) return { rejectUnauthorized: false };
  return ca === null ? undefined : { ca: certificates.of(ca) };
}
