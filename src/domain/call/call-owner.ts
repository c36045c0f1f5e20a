// Whose a call is: what is kept from one call for a later one is its owner's alone.
import { hashText } from "../bytes/hash-text.ts";
import { headerValue, redacted } from "../http/headers.ts";
import type { IncomingCall } from "./incoming-call.ts";

/** The `sub` of the client's token, else the key that it sends, as a hash, else its address. */
export function callOwner({
  user,
  headers,
  sourceIp,
}: Pick<IncomingCall, "user" | "headers" | "sourceIp">): string {
  if (user !== null) return `user ${user}`;
  const key = keyIn(headers, "authorization") ?? keyIn(headers, "x-api-key");
  return key === null ? `address ${sourceIp}` : `key ${hashText(key)}${hashText(`key ${key}`)}`;
}

function keyIn(headers: IncomingCall["headers"], name: string): string | null {
  const value = headerValue(headers, name)?.trim() ?? "";
  return value === "" || value.endsWith(redacted) ? null : value.replace(/^bearer +/i, "");
}
