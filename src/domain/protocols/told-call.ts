// A call that goes on from answers before it, as each of its targets is told of them: by their ids where the
// target keeps them, else in full.
import { joinBytes } from "../bytes/join-bytes.ts";
import type { IncomingCall } from "../call/incoming-call.ts";
import type { Way } from "../call/way.ts";
import type { Target } from "../routing/plan.ts";

type Told = Pick<Target, "server">;

/** The call as its target understands it. */
export function toldTo(call: IncomingCall, { server }: Told, way: Way): IncomingCall {
  const { continues } = call;
  if (continues === undefined) return call;
  if (way.kind === "translated") return { ...call, ...continues.whole };
  if (server.name !== continues.maker) return { ...call, ...continues.elsewhere() };
  return continues.isStored ? call : { ...call, ...continues.whole };
}

/** What of a call its target has not said itself: it takes back what it made. */
export function newTo(
  call: IncomingCall,
  { server }: Told,
): Pick<IncomingCall, "endpoint" | "json"> {
  const { continues, endpoint } = call;
  if (continues === undefined || continues.maker === server.name) return call;
  return { endpoint, json: () => continues.elsewhere().json() };
}

/**
 * The call for a target that has not kept what it made.
 * @returns null: that is how it is told already
 */
export function toldInFull(call: IncomingCall, { server }: Told): IncomingCall | null {
  const { continues } = call;
  return continues === undefined || continues.maker !== server.name
    ? null
    : { ...call, continues: { ...continues, maker: null } };
}

/**
 * Whether an answer goes on from the one that the call names: those that do say so. A server that leaves
 * the id out of account has answered the last turn alone.
 * @param held the answer's beginning, where it says what it is
 */
export function isGoneOn(
  { continues }: IncomingCall,
  { server }: Told,
  held: readonly Uint8Array[],
): boolean {
  if (continues === undefined || continues.previous === null) return true;
  if (continues.maker !== server.name || !continues.isStored) return true;
  return new TextDecoder().decode(joinBytes([...held])).includes(`"${continues.previous}"`);
}

/**
 * The id that a target was not told by, though another server keeps the answer, or it should have itself.
 * @param told the call as the target got it at last
 */
export function replayedId(
  call: IncomingCall,
  told: IncomingCall,
  { server }: Told,
): readonly string[] {
  const { continues } = call;
  const isKept = continues !== undefined && continues.maker !== null && continues.isStored;
  return isKept && told.continues?.maker !== server.name ? replayed : nothing;
}

const nothing: readonly string[] = [];
const replayed: readonly string[] = ["previous_response_id (replayed)"];
