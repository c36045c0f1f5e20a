// What the routes file demands of an answer (`require`), as far as the call can be held to it.
import type { IncomingCall } from "../call/incoming-call.ts";
import type { EndpointKind } from "../call/endpoint.ts";
import type { JsonRecord } from "../bytes/json.ts";
import { askedForm } from "../protocols/asked-form.ts";
import type { Policy } from "../routing/types.ts";

export interface Demands {
  /** Some text, refusal or call. */
  readonly content: boolean;
  /** The text parses as JSON. */
  readonly json: boolean;
  /** What it is valid against; undefined: anything. */
  readonly schema: JsonRecord | undefined;
}

const answering: ReadonlySet<EndpointKind> = new Set([
  "chat",
  "completion",
  "responses",
  "messages",
  "generate",
]);

/** @returns null where nothing is demanded of the call's answer, as of nearly all */
export function demandsOf(
  { endpoint, json }: Pick<IncomingCall, "endpoint" | "json">,
  { require }: Pick<Policy, "require">,
): Demands | null {
  if (require.length === 0 || !answering.has(endpoint.kind)) return null;
  const content = require.includes("content");
  const bySchema = require.includes("schema");
  const request = bySchema || require.includes("json") ? json() : null;
  const form = request === null ? null : askedForm(endpoint.protocol, request);
  const schema = bySchema ? form?.schema : undefined;
  const asJson = form !== null && (require.includes("json") || schema !== undefined);
  return content || asJson ? { content, json: asJson, schema } : null;
}
