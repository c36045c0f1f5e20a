// A bridge that carries a chat as it is, for those who look at what is read through one.
import { endpointOf } from "../../src/domain/protocols/endpoint-of.ts";
import type { Bridge } from "../../src/domain/protocols/bridge.ts";
import { nativeChat } from "./ways.ts";

export const plainBridge: Bridge = {
  way: nativeChat,
  cannot: null,
  path: "",
  endpoint: endpointOf("POST", "/v1/chat/completions"),
  body: null,
  contentType: null,
  dropped: [],
  added: [],
  instead: null,
  retells: false,
  lost: () => [],
  isEstimated: () => false,
  lastWords: () => null,
  alive: () => null,
  beginning: () => null,
  soFar: () => null,
  editor: () => null,
  gather: () => null,
  client: (wire) => ({ wire, contentType: null }),
  whole: (body) => body,
  unsealed: null,
  error: null,
};
