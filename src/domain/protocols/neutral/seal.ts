// Seals: what only its maker can read of reasoning, together with who that is, in one text that clients
// keep with it and hand back. They come from clients: nothing that depends on them is trusted.
import { decodeBase64, encodeBase64Url } from "../../bytes/base64.ts";
import { isRecord, parseJsonBytes } from "../../bytes/json.ts";
import { jsonBytes } from "../../bytes/json-written.ts";
import type { ProtocolName } from "../../call/endpoint.ts";

/** Who made reasoning, and takes it back: a server, by its name in the routes file, in one of its protocols. */
export interface Maker {
  readonly server: string;
  readonly protocol: ProtocolName;
}

/** Beside a text of reasoning: nothing, for the text is all there is to it; what signs it; or reasoning that has no text. */
export type SealKind = "text" | "signature" | "redacted";

export interface Seal {
  /** null: nobody says who. */
  readonly maker: { readonly server: string; readonly protocol: string } | null;
  readonly kind: SealKind;
  /** In its maker's words. */
  readonly data: string;
}

/** With which each seal begins, and nothing that others make. */
const mark = "sr1.";

/** Characters beyond which a seal is not read: more than any maker's signature has. */
const longest = 1_048_576;

/** A seal as clients get it. */
export function sealText({ maker, kind, data }: Seal & { readonly maker: Maker }): string {
  const { server, protocol } = maker;
  return mark + encodeBase64Url(jsonBytes({ maker: [server, protocol], kind, data }));
}

/** Whether a signature, or whatever stands in its place, is a seal, readable or not. */
export function isSeal(text: unknown): text is string {
  return typeof text === "string" && text.startsWith(mark);
}

/** What a seal holds; null where it cannot be read. */
export function readSeal(text: string): Seal | null {
  const bytes = text.length > longest ? null : decodeBase64(text.slice(mark.length));
  const held = bytes === null ? null : parseJsonBytes(bytes);
  if (!isRecord(held) || !Array.isArray(held["maker"])) return null;
  const { kind, data } = held;
  const [server, protocol] = held["maker"] as readonly unknown[];
  const isWhole =
    typeof server === "string" && typeof protocol === "string" && typeof data === "string";
  return isWhole && isKind(kind) ? { maker: { server, protocol }, kind, data } : null;
}

/** What stood in a seal's place: one of the router's own, or its maker's very words. @param kind of the latter */
export function sealAt(kind: SealKind, text: string): Seal {
  if (!isSeal(text)) return { maker: null, kind, data: text };
  return readSeal(text) ?? { maker: null, kind: "text", data: "" };
}

function isKind(kind: unknown): kind is SealKind {
  return kind === "text" || kind === "signature" || kind === "redacted";
}

/** Whether reasoning goes back to who made it. */
export function isMadeBy({ maker }: Pick<Seal, "maker">, { server, protocol }: Maker): boolean {
  return maker !== null && maker.server === server && maker.protocol === protocol;
}

const [one, r, s, dot] = [0x31, 0x72, 0x73, 0x2e];

/** Whether a seal may stand in a body: a search at memory speed, for the rarest of its characters. */
export function mayHoldSeal(body: Uint8Array): boolean {
  for (let at = body.indexOf(one); at >= 0; at = body.indexOf(one, at + 1))
    if (body[at + 1] === dot && body[at - 1] === r && body[at - 2] === s) return true;
  return false;
}
