// What bridges made by hand in tests need to know.
import type { BridgeDeps } from "../../src/domain/protocols/choose-bridge.ts";
import { nothingLearned } from "../../src/domain/protocols/choose-way.ts";

/** Nobody has counted anything yet. @param now epoch ms, for ever */
export function bridgeDeps(now = 0): BridgeDeps {
  return {
    clock: { now: () => now },
    spoken: nothingLearned,
    promptTokens: () => 0,
  };
}
