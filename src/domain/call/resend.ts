// A logged request made whole again, so that it can be sent once more: same bytes, another model or key where asked.
import type { IncomingCall } from "./incoming-call.ts";
import { type HeaderList, headerValue, redacted } from "../http/headers.ts";
import type { LogState } from "../log/log-entry.ts";
import { endpointOf } from "../protocols/endpoint-of.ts";
import { bodyWithModel } from "../protocols/native-bridge.ts";
import { readRequest } from "./read-request.ts";
import { isKeyHeader } from "../security/credential-names.ts";

/** What the log has of a request; a row of the read API is one. */
export interface StoredRequest {
  readonly id: string;
  readonly state: LogState;
  readonly method: string;
  /** With its query, secrets redacted. */
  readonly path: string;
  readonly source_ip: string;
  readonly auth_user: string | null;
  readonly request_headers: HeaderList;
  /** Bytes. */
  readonly request_size: number;
  readonly request_body: string | null;
  readonly request_body_truncated: boolean;
}

/** Why a request cannot be sent again, in a sentence; null where it can. */
export function whyNotAgain(stored: StoredRequest): string | null {
  if (stored.state === "inflight") return "The call is still under way.";
  if (stored.request_body === null && stored.request_size > 0)
    return "The body is no longer stored.";
  if (stored.request_body_truncated)
    return "The stored body was truncated (MAX_BLOB_SIZE), so it cannot be sent again.";
  return null;
}

/** Whether the client showed a key that the log does not have, and that was not the router's own token. */
export function keyIsMissing({
  path,
  request_headers: headers,
  auth_user,
}: StoredRequest): boolean {
  if (path.includes(redacted)) return true;
  const keys = headers.filter(isRedactedKey).length;
  const besideToken = auth_user === null || headerValue(headers, "x-smolrouter-token") !== null;
  return keys > (besideToken ? 0 : 1);
}

function isRedactedKey([name, value]: HeaderList[number]): boolean {
  return value === redacted && isKeyHeader(name);
}

export interface Again {
  /** null: the one that was asked for. */
  readonly model: string | null;
  /** For this send only; null: none is shown. */
  readonly key: string | null;
}

/**
 * The call that repeats a stored request, as its front door would have read it.
 * @param body the stored body's bytes
 * @param now epoch ms
 * @returns null where the body is not what its path promises any more
 */
export function callAgain(
  stored: StoredRequest,
  body: Uint8Array,
  { model, key }: Again,
  { id, now }: { readonly id: string; readonly now: number },
): IncomingCall | null {
  const mark = stored.path.indexOf("?");
  const path = mark < 0 ? stored.path : stored.path.slice(0, mark);
  const headers = withKey(stored.request_headers, key);
  const type = headerValue(headers, "content-type");
  const endpoint = endpointOf(stored.method, path);
  const read = (bytes: Uint8Array): IncomingCall | null => {
    const reading = readRequest(endpoint, type, bytes);
    if ("kind" in reading) return null;
    return {
      id,
      receivedAt: now,
      endpoint,
      method: stored.method,
      path,
      query: mark < 0 ? "" : queryWithKey(stored.path.slice(mark), key),
      headers,
      sourceIp: stored.source_ip,
      user: stored.auth_user,
      resentFrom: stored.id,
      ...reading,
      body: bytes,
    };
  };
  const call = read(body);
  return call === null || model === null ? call : read(bodyWithModel(call, model));
}

function withKey(headers: HeaderList, key: string | null): HeaderList {
  return headers.flatMap((field): HeaderList => {
    const [name, value] = field;
    if (value !== redacted) return [field];
    if (key === null || !isRedactedKey(field)) return [];
    return [[name, name === "authorization" ? `Bearer ${key}` : key]];
  });
}

function queryWithKey(query: string, key: string | null): string {
  const pairs = query
    .slice(1)
    .split("&")
    .filter((pair) => key !== null || !pair.endsWith(`=${redacted}`))
    .map((pair) =>
      key !== null && pair.endsWith(`=${redacted}`)
        ? pair.slice(0, -redacted.length) + percentEncoded(key)
        : pair,
    );
  return pairs.length === 0 ? "" : `?${pairs.join("&")}`;
}

/** Safe within a query, whatever the key holds (RFC 3986 §2.1). */
function percentEncoded(text: string): string {
  return new URLSearchParams({ k: text }).toString().slice("k=".length);
}
