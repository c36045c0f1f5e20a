// Which behaviour a request meets: the scripted one, or the usual one.
import type { Behaviour } from "./behaviour.ts";
import type { FakeModel, FakeModelOptions, Script } from "./fake-model.ts";
import type { RecordedRequest } from "./request-log.ts";

export interface Behaviours extends Pick<FakeModel, "script" | "always" | "reset"> {
  /** Of this request; a scripted list gives up one for each call. */
  next(request: RecordedRequest): Behaviour;
}

export function createBehaviours({ failing }: Pick<FakeModelOptions, "failing">): Behaviours {
  let queue: Behaviour[] = [];
  let script: Script | undefined;
  let usual = failing;
  return {
    next(request) {
      const scripted = script?.(request) ?? (request.isCall ? queue.shift() : undefined);
      return scripted ?? (request.isCall ? usual : undefined) ?? { kind: "answer" };
    },
    script(behaviours) {
      script = typeof behaviours === "function" ? behaviours : undefined;
      queue = typeof behaviours === "function" ? [] : [...behaviours];
    },
    always(behaviour) {
      usual = behaviour;
    },
    reset() {
      script = undefined;
      queue = [];
      usual = failing;
    },
  };
}
