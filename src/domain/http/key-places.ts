// Where keys stand in requests of Anthropic's API and in all others, and what else its servers want in the head.
import type { ProtocolName } from "../call/endpoint.ts";
import type { Server } from "../routing/types.ts";
import { type HeaderList, headerValue, type KeyPlaces, redacted } from "./headers.ts";

const inBearer: KeyPlaces = ["authorization"];
const inApiKey: KeyPlaces = ["x-api-key"];
/** Self-hosted servers that speak Messages besides look for their key in either. */
const inBoth: KeyPlaces = ["x-api-key", "authorization"];

/** Where a server of its own key is sent that key. @param protocol of the request */
export function keyPlaces({ type }: Pick<Server, "type">, protocol: ProtocolName): KeyPlaces {
  // Anthropic takes a bearer token for a user's session, and refuses its keys there.
  if (type === "anthropic") return inApiKey;
  return protocol === "anthropic-messages" ? inBoth : inBearer;
}

/** The protocol of the router's own questions to a server, such as which models it has. */
export function questionProtocol({ type }: Pick<Server, "type">): ProtocolName {
  return type === "anthropic" ? "anthropic-messages" : "openai-chat";
}

const versionHeader = "anthropic-version";
/** The only one there is (docs.anthropic.com/en/api/versioning). */
const version = "2023-06-01";

/** Anthropic's servers refuse a request that names no version of their API. */
export function withVersion(headers: HeaderList, protocol: ProtocolName): HeaderList {
  return protocol !== "anthropic-messages" || headerValue(headers, versionHeader) !== null
    ? headers
    : [...headers, [versionHeader, version]];
}

/** What is Anthropic's alone. */
const anthropics = new Set([versionHeader, "anthropic-beta"]);

/**
 * A client's headers for a request that is translated: its key where servers of the other protocol
 * look for it, and nothing of its own protocol that they do not know.
 */
export function inTheirPlaces(headers: HeaderList, protocol: ProtocolName): HeaderList {
  const own = headers.filter(([name]) => !anthropics.has(name));
  const shown = headerValue(headers, "x-api-key");
  // The router's own token stays here.
  const apiKey = shown === redacted ? null : shown;
  const bearer = /^bearer +(\S+) *$/i.exec(headerValue(headers, "authorization") ?? "")?.[1];
  if (protocol === "anthropic-messages") {
    const key = apiKey ?? bearer;
    if (key === undefined) return own;
    const rest = own.filter(([name]) => name !== "authorization" && name !== "x-api-key");
    return [...rest, ["x-api-key", key]];
  }
  if (apiKey === null) return own;
  const rest = own.filter(([name]) => name !== "x-api-key");
  return bearer === undefined ? [...rest, ["authorization", `Bearer ${apiKey}`]] : rest;
}
