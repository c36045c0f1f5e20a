// Ways to a server for tests that make bridges by hand.
import type { ProtocolName } from "../../src/domain/call/endpoint.ts";
import type { Way } from "../../src/domain/call/way.ts";

export const nativeChat: Way = {
  kind: "native",
  from: "openai-chat",
  into: "openai-chat",
  because: "type",
};

export function translating(from: ProtocolName, into: ProtocolName): Way {
  return { kind: "translated", from, into, because: "type" };
}
