// Who makes and gets reasoning in tests that have no routes file.
import type { ProtocolName } from "../../src/domain/call/endpoint.ts";
import { type Addressee, createAddressee } from "../../src/domain/protocols/neutral/addressee.ts";
import { type Maker, sealText } from "../../src/domain/protocols/neutral/seal.ts";

export function madeBy(protocol: ProtocolName, server = "s"): Maker {
  return { server, protocol };
}

/** Who gets a request, and has nothing remembered of it. */
export function sentTo(maker: Maker): Addressee {
  return createAddressee(maker, () => "nobody", null);
}

/** The seal of thinking that its maker did not sign. */
export function unsigned(maker: Maker): string {
  return sealText({ maker, kind: "text", data: "" });
}
