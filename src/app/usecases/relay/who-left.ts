// Whose wish it was that a call ends before its answer does.

/** What a call's signal fires with when someone cancels the call on the router's pages. */
export const cancelledHere = "cancelled on the router's pages";

/** Why nobody waits for the answer any more, in words. */
export function whoLeft(gone: AbortSignal): string {
  return gone.reason === cancelledHere ? cancelledHere : "the client went away";
}
