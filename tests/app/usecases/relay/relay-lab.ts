// The whole relay over fake ports, with a call whose every look-up is a step, and a client that can leave.
import { createRelay } from "../../../../src/app/usecases/relay/relay.ts";
import type { IncomingCall } from "../../../../src/domain/call/incoming-call.ts";
import {
  createFakePorts,
  fakeCall,
  type FakeScenario,
  type Step,
} from "../../../lab/fake-ports.ts";

export interface RelayScenario extends FakeScenario {
  readonly path?: string;
  readonly body: object;
  /** Permits of the server of that name that others hold until the call is queued. */
  readonly occupied?: string;
}

export function createRelayLab(scenario: RelayScenario, step: Step) {
  const ports = createFakePorts(scenario, step);
  const { board, hand, limiter, routing } = ports;
  const occupied =
    scenario.occupied === undefined ? undefined : routing.servers.get(scenario.occupied);
  const permits = occupied === undefined ? [] : [limiter.tryAcquire(occupied)];
  return {
    relay: createRelay(ports.deps),
    call: steppedCall(scenario, step),
    clientGone: new AbortController(),
    cancel: () => void board.cancel("the-call"),
    started: () => ports.started,
    ended: () => ports.ended,
    faults: () => ports.faults,
    /** Moves on whatever waits: for its permit, or for time to pass. */
    async nudge() {
      await new Promise((resolve) => setImmediate(resolve));
      if (limiter.position("the-call") !== null)
        for (const permit of permits) permit?.[Symbol.dispose]();
      else hand.pass(500);
    },
    held() {
      for (const permit of permits) permit?.[Symbol.dispose]();
      return ports.held();
    },
  };
}

/** A call whose every look-up is a step, so that bridges and editors are spoilt, too. */
function steppedCall({ path, body }: RelayScenario, step: Step): IncomingCall {
  return new Proxy(fakeCall(body, path), {
    get(target, key, receiver) {
      step(`call.${String(key)}`);
      return Reflect.get(target, key, receiver) as unknown;
    },
  });
}
