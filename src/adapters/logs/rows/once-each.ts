// A batch of writes, each call once, and their bodies in the form in which they are packed.
import type { CapturedBody } from "../../../domain/log/log-entry.ts";
import type { TurnContents } from "../bodies/segment.ts";
import type { LogWrite } from "../pipeline/log-engine.ts";
import { bodyBytes } from "./log-row.ts";

/** Of writes for the same id the last, with those bodies of earlier ones that it has none in place of. */
export function onceEach(writes: readonly LogWrite[]): readonly LogWrite[] {
  const byId = new Map<string, LogWrite>();
  for (const write of writes) {
    const earlier = byId.get(write.entry.id)?.bodies;
    const { request, response, delivered } = write.bodies;
    const bodies = {
      request: request ?? earlier?.request ?? null,
      response: response ?? earlier?.response ?? null,
      delivered: delivered ?? earlier?.delivered ?? null,
    };
    byId.set(write.entry.id, earlier === undefined ? write : { ...write, bodies });
  }
  return byId.size === writes.length ? writes : [...byId.values()];
}

/** The bodies of a write, in the form in which they are packed. */
export function contentsOf({ entry, bodies }: LogWrite): TurnContents {
  const bytes = (body: CapturedBody | null | undefined) =>
    body === null || body === undefined ? null : bodyBytes(body);
  return {
    failed: entry.state === "failed",
    timestamp: entry.timestamp,
    bodies: {
      request: bytes(bodies.request),
      response: bytes(bodies.response),
      delivered: bytes(bodies.delivered),
    },
  };
}
