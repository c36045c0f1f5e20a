// What an event of a stream costs on its way through the relay's reading of it, with nothing that waits.
import { createCapture } from "../../src/app/usecases/relay/capture.ts";
import { createLiveSource } from "../../src/app/usecases/relay/event-stream.ts";
import { createBudget } from "../../src/domain/failover/budget.ts";
import type { Bridge } from "../../src/domain/protocols/bridge.ts";
import type { Clock } from "../../src/ports/clock.ts";
import type { BodyRead } from "../../src/ports/upstream.ts";

export const stillClock: Clock = {
  now: () => 0,
  elapsed: () => 0,
  id: () => "",
  after: () => () => {},
  watch: () => {},
  unwatch: () => {},
  chance: () => 0,
};

const limits = { captureCap: 10_000_000, captureBudget: createBudget(2 ** 40) };
const streams = 100;

/**
 * Reads the same chat stream again and again, as the relay does.
 * @param reads an event each
 * @param bridge makes the bridge of each time
 * @returns µs of processor time an event
 */
export async function streamCost(
  reads: readonly BodyRead[],
  bridge: () => Bridge,
): Promise<number> {
  const start = process.cpuUsage();
  for (let count = 0; count < streams; count++) await readOnce(reads, bridge());
  const { user, system } = process.cpuUsage(start);
  return (user + system) / (streams * reads.length);
}

/** Returns the bytes that leave, so that no work can be left out. */
async function readOnce(reads: readonly BodyRead[], bridge: Bridge): Promise<number> {
  let at = 0;
  const body = {
    read: () => Promise.resolve(reads[at++] ?? { kind: "end" as const }),
    cancel: () => {},
  };
  const wire = { framing: "sse", protocol: "openai-chat" } as const;
  const capture = createCapture(limits);
  const source = createLiveSource(body, wire, "first_content", bridge, capture, stillClock);
  let sent = 0;
  for (;;) {
    const step = await source.next();
    for (const piece of step.pieces) sent += piece.length;
    if (step.outcome !== "open") return sent;
  }
}
