// The selftest: every sample call against every fault, and for each that was not rescued, the key that would change it.
import {
  isBetter,
  type Outcome,
  outcomeOf,
  worstOutcome,
} from "../../../domain/selftest/outcome.ts";
import type { SeenAnswer } from "../../../domain/selftest/client-view.ts";
import { type Remedy, remedies } from "../../../domain/selftest/remedies.ts";
import { type SampleCall, sampleCalls } from "../../../domain/selftest/sample-call.ts";
import type { Routing } from "../../../domain/routing/types.ts";

export interface FaultTrial<Fault> {
  readonly routing: Routing;
  readonly call: SampleCall;
  readonly fault: Fault;
}

export interface SelftestParts<Fault> {
  readonly faults: readonly (Fault & { readonly name: string })[];
  /** Text of a healthy server's answer. */
  readonly whole: string;
  /** Has the call answered by built-in servers of which the one that is asked first has the fault. */
  readonly tried: (trial: FaultTrial<Fault>) => Promise<readonly SeenAnswer[]>;
}

export interface FaultResult {
  readonly fault: string;
  readonly outcome: Outcome;
  /** ms that a client waited for the end of its answer, at most. */
  readonly waitedMs: number;
  /** What would make it better; null: nothing has to, or nothing known does. */
  readonly remedy: Pick<Remedy, "key" | "says"> | null;
}

export interface TargetResult extends Pick<SampleCall, "name" | "says"> {
  /** Empty where no call was found that gets there. */
  readonly faults: readonly FaultResult[];
}

/** ms; a client that waited longer is not well served by a whole answer either. */
const longWaitMs = 35_000;

export async function runSelftest<Fault>(
  routing: Routing,
  parts: SelftestParts<Fault>,
): Promise<readonly TargetResult[]> {
  const results: TargetResult[] = [];
  for (const call of sampleCalls(routing)) {
    const faults: FaultResult[] = [];
    if (call.question !== null)
      for (const fault of parts.faults)
        faults.push(await resultOf({ routing, call, fault }, parts));
    results.push({ name: call.name, says: call.says, faults });
  }
  return results;
}

async function resultOf<Fault>(
  trial: FaultTrial<Fault & { readonly name: string }>,
  parts: SelftestParts<Fault>,
): Promise<FaultResult> {
  const now = await judged(trial, parts);
  const remedy = isWell(now) ? null : await remedyFor(trial, now, parts);
  return { fault: trial.fault.name, ...now, remedy };
}

/** A better outcome, or the same much sooner. */
function helps(then: Judged, now: Judged): boolean {
  return then.outcome === now.outcome
    ? now.waitedMs > longWaitMs && then.waitedMs < now.waitedMs / 2
    : isBetter(then.outcome, now.outcome);
}

type Judged = Pick<FaultResult, "outcome" | "waitedMs">;

const isWell = ({ outcome, waitedMs }: Judged) => outcome === "rescued" && waitedMs <= longWaitMs;

async function judged<Fault>(
  trial: FaultTrial<Fault>,
  { tried, whole }: SelftestParts<Fault>,
): Promise<Judged> {
  const seen = await tried(trial);
  return {
    outcome: worstOutcome(seen.map((one) => outcomeOf(one, whole))),
    waitedMs: Math.max(...seen.map(({ tookMs }) => tookMs)),
  };
}

/** At most two: what one of them cannot do alone, a second may do on top of it. */
const mostRemedies = 2;

async function remedyFor<Fault>(
  { routing, call, fault }: FaultTrial<Fault>,
  now: Judged,
  parts: SelftestParts<Fault>,
): Promise<FaultResult["remedy"]> {
  const taken: Remedy[] = [];
  let at: Changed = { routing, result: now };
  while (taken.length < mostRemedies && !isWell(at.result)) {
    const best = await bestRemedy({ routing: at.routing, call, fault }, at.result, parts);
    if (best === null) break;
    taken.push(best.remedy);
    at = best;
  }
  if (taken.length === 0) return null;
  return {
    key: taken.map(({ key }) => key).join(", "),
    says: taken.map(({ says }) => says).join(", "),
  };
}

interface Changed {
  readonly routing: Routing;
  readonly result: Judged;
}

/** The first that makes it well, else the one that helps most. */
async function bestRemedy<Fault>(
  { routing, call, fault }: FaultTrial<Fault>,
  now: Judged,
  parts: SelftestParts<Fault>,
): Promise<(Changed & { readonly remedy: Remedy }) | null> {
  let best: (Changed & { readonly remedy: Remedy }) | null = null;
  for (const remedy of remedies) {
    const changed = remedy.apply(routing, call);
    if (changed === null) continue;
    const result = await judged({ routing: changed, call, fault }, parts);
    if (isWell(result)) return { remedy, routing: changed, result };
    if (helps(result, best?.result ?? now)) best = { remedy, routing: changed, result };
  }
  return best;
}
