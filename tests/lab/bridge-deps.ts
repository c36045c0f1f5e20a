// What bridges made by hand in tests need to know.
import { createReasoningMemory } from "../../src/app/usecases/relay/reasoning-memory.ts";
import type { BridgeDeps } from "../../src/domain/protocols/choose-bridge.ts";
import { nothingShown } from "../../src/domain/protocols/choose-way.ts";
import { unknownServers } from "../../src/domain/protocols/server-traits.ts";

/** Nobody has counted anything yet, or signed. @param now epoch ms, for ever */
export function bridgeDeps(now = 0): BridgeDeps {
  const clock = { now: () => now };
  return {
    clock,
    spoken: nothingShown,
    promptTokens: () => 0,
    reasoning: createReasoningMemory(clock),
    servers: unknownServers,
    keepsAnswers: true,
  };
}
