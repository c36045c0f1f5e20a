// Which trace a call belongs to, carried in `traceparent` (W3C Trace Context). Ids are made from the call's own: nothing has to be remembered.
import { type HeaderList, headerValue } from "../http/headers.ts";

export interface TraceContext {
  /** 32 hex digits. */
  readonly traceId: string;
  /** 16 hex digits. */
  readonly spanId: string;
}

const header = "traceparent";
/** Keeps the client's own span beside the call's; the prefix is the router's, so it goes to nobody. */
const parentHeader = "x-smolrouter-parent-span";

/** The context a `traceparent` names and whether it is recorded; null where it is malformed. */
function parseTraceparent(
  text: string | null,
): (TraceContext & { readonly sampled: boolean }) | null {
  const match = /^(?!ff)[\da-f]{2}-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})(?:$|-)/.exec(
    text?.trim() ?? "",
  );
  const [, traceId = "", spanId = "", flags = ""] = match ?? [];
  if (match === null || /^0+$/.test(traceId) || /^0+$/.test(spanId)) return null;
  return { traceId, spanId, sampled: (Number.parseInt(flags, 16) & 1) === 1 };
}

/** A call's own trace: where its client has none, named after the call. */
function ownTraceId(callId: string): string {
  return callId.replaceAll("-", "");
}

/** The span of the whole call: the random half of its id. */
function callSpanId(callId: string): string {
  return ownTraceId(callId).slice(16);
}

/** The span of a call's n-th attempt, from 1. */
export function attemptSpanId(callSpan: string, attempt: number): string {
  const id = (BigInt(`0x${callSpan}`) + BigInt(attempt)) & 0xffff_ffff_ffff_ffffn;
  return (id === 0n ? 1n : id).toString(16).padStart(16, "0");
}

/** The headers with the call's span in place of the client's, for whoever is asked next. */
export function withTraceparent(callId: string, headers: HeaderList): HeaderList {
  const client = parseTraceparent(headerValue(headers, header));
  // What its client does not record is recorded nowhere.
  if (client?.sampled === false) return headers;
  const traceId = client?.traceId ?? ownTraceId(callId);
  const own: [string, string][] = [[header, `00-${traceId}-${callSpanId(callId)}-01`]];
  if (client !== null) own.push([parentHeader, client.spanId]);
  return [...headers.filter(([name]) => name !== header && name !== parentHeader), ...own];
}

/**
 * The call's headers with the span of its n-th attempt in place of its own, for its upstream; as they
 * are where its trace is not recorded.
 */
export function withAttemptSpan(callId: string, headers: HeaderList, attempt: number): HeaderList {
  const own = contextOf(callId, headers);
  if (own === null) return headers;
  const value = `00-${own.traceId}-${attemptSpanId(own.spanId, attempt)}-01`;
  return headers.map(([name, before]) => [name, name === header ? value : before]);
}

/** The context that `withTraceparent` gave a call's headers; null where its trace is not recorded. */
export function contextOf(
  callId: string,
  headers: HeaderList,
): (TraceContext & { readonly parentSpanId: string | null }) | null {
  const own = parseTraceparent(headerValue(headers, header));
  if (own === null || own.spanId !== callSpanId(callId)) return null;
  const { traceId, spanId } = own;
  return { traceId, spanId, parentSpanId: headerValue(headers, parentHeader) };
}
