// What routers call out to each other through NOTIFY: short texts, as 8,000 bytes are all that one may have.
// Ids stand in them as 22 characters each.

export type GroupMessage =
  /** Calls of the sender have ended and are in the log. */
  | { readonly kind: "ended"; readonly from: string; readonly ids: readonly string[] }
  /** A call of the addressed router is to end. */
  | { readonly kind: "cancel"; readonly from: string; readonly to: string; readonly id: string }
  /** Whoever hears it should say soon how it stands. */
  | { readonly kind: "beat"; readonly from: string };

/** Of a message's ids: about 4,400 bytes. */
export const mostIds = 200;

const letters = { ended: "e", cancel: "c", beat: "b" } as const;
const idLength = 22;

export function messageText(message: GroupMessage): string {
  const ids = [message.from];
  if (message.kind === "ended") ids.push(...message.ids.slice(0, mostIds));
  if (message.kind === "cancel") ids.push(message.to, message.id);
  return letters[message.kind] + ids.map(shortId).join("");
}

/** @returns null for what a newer version may say, or somebody else */
export function readMessage(text: string): GroupMessage | null {
  const [from, ...ids] = (text.slice(1).match(/.{22}/gs) ?? []).map(longId);
  if (from === undefined || text.length !== 1 + idLength * (ids.length + 1)) return null;
  switch (text[0]) {
    case letters.ended:
      return { kind: "ended", from, ids };
    case letters.cancel: {
      const [to, id] = ids;
      return to === undefined || id === undefined ? null : { kind: "cancel", from, to, id };
    }
    case letters.beat:
      return { kind: "beat", from };
    default:
      return null;
  }
}

function shortId(id: string): string {
  return Buffer.from(id.replaceAll("-", ""), "hex").toString("base64url");
}

function longId(short: string): string {
  const hex = Buffer.from(short, "base64url").toString("hex");
  return [0, 8, 12, 16, 20].map((at, part) => hex.slice(at, [8, 12, 16, 20, 32][part])).join("-");
}
