// A call that continues an answer, in the form in which each of its targets gets it: with the answer's id where the
// target keeps it, else with the whole conversation.
import { joinBytes } from "../bytes/join-bytes.ts";
import type { IncomingCall } from "../call/incoming-call.ts";
import type { Way } from "../call/way.ts";
import type { Target } from "../routing/plan.ts";

type AskedServer = Pick<Target, "server">;

/** The call as its target understands it. */
export function callFor(call: IncomingCall, { server }: AskedServer, way: Way): IncomingCall {
  const { continues } = call;
  if (continues === undefined) return call;
  if (way.kind === "translated") return { ...call, ...continues.whole };
  if (server.name !== continues.maker) return { ...call, ...continues.elsewhere() };
  return continues.isStored ? call : { ...call, ...continues.whole };
}

/** What a call holds that its target has not said itself: that it takes back whatever it is. */
export function newContents(
  call: IncomingCall,
  { server }: AskedServer,
): Pick<IncomingCall, "endpoint" | "json"> {
  const { continues, endpoint } = call;
  if (continues === undefined || continues.maker === server.name) return call;
  return { endpoint, json: () => continues.elsewhere().json() };
}

/**
 * The call for a target that has not kept what it made.
 * @returns null: it gets it so already
 */
export function callInFull(call: IncomingCall, { server }: AskedServer): IncomingCall | null {
  const { continues } = call;
  return continues === undefined || continues.maker !== server.name
    ? null
    : { ...call, continues: { ...continues, maker: null } };
}

/**
 * Whether an answer continues the one that the call names: it says so if it does. A server that ignores
 * the id has answered the last turn alone.
 * @param held the answer's beginning, where it says what it is
 */
export function continuesPrevious(
  { continues }: IncomingCall,
  { server }: AskedServer,
  held: readonly Uint8Array[],
): boolean {
  if (continues === undefined || continues.previous === null) return true;
  if (continues.maker !== server.name || !continues.isStored) return true;
  return new TextDecoder().decode(joinBytes([...held])).includes(`"${continues.previous}"`);
}

/**
 * What a target got in place of an id, though another server keeps that answer, or should have itself.
 * @param sent the call as the target got it in the end
 */
export function replayedId(
  call: IncomingCall,
  sent: IncomingCall,
  { server }: AskedServer,
): readonly string[] {
  const { continues } = call;
  const isKept = continues !== undefined && continues.maker !== null && continues.isStored;
  return isKept && sent.continues?.maker !== server.name ? replayed : nothing;
}

const nothing: readonly string[] = [];
const replayed: readonly string[] = ["previous_response_id (replayed)"];
