// Ids of the router's own answers to calls of Responses, which hold the call's.

const prefix = "resp_";

/** @param callId a UUID, or whatever a call's id is in a test */
export function answerIdOf(callId: string): string {
  return prefix + callId.replaceAll(/[^a-zA-Z0-9]/g, "");
}

/** The id of the call that an answer belongs to; null where a server made the id. */
export function callIdIn(answerId: string): string | null {
  const [, ...parts] = uuid.exec(answerId) ?? [];
  return parts.length === 0 ? null : parts.join("-");
}

const uuid = /^resp_([0-9a-f]{8})([0-9a-f]{4})(7[0-9a-f]{3})([0-9a-f]{4})([0-9a-f]{12})$/;
