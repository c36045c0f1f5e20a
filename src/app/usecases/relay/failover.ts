// The loop: asks a plan's targets in order until one answers. What follows a failure is the domain's to judge.
import { mayRace } from "../../../domain/failover/race.ts";
import type { AttemptFailure } from "../../../domain/failover/judge.ts";
import type { RoutePlan } from "../../../domain/routing/plan.ts";
import { cancelledInQueue, noneCanServe, notAsked, queueFull } from "./attempt-failures.ts";
import { nextPermit } from "./next-permit.ts";
import { type RaceDeps, raceTargets } from "./race-targets.ts";
import type { RaceSession } from "./racer.ts";
import { type Lost, type Outcome, tryTarget } from "./try-target.ts";

/**
 * Asks the plan's targets until one answers or none is left.
 * @param session hears of every attempt: that it began, that it won, or how it was lost
 */
export async function failOver(
  session: RaceSession,
  plan: RoutePlan,
  deps: RaceDeps,
): Promise<Outcome> {
  const { call, cancellation } = session;
  const left = [...plan.targets];
  const isRaced = left.length > 1 && mayRace(call.endpoint.kind);
  const unfit: AttemptFailure[] = [];
  let asked: Lost | null = null;
  for (;;) {
    const found = nextPermit(left, plan.balance, call.id, cancellation, deps);
    const next = found instanceof Promise ? await found : found;
    if (next.kind === "full") {
      for (const target of left) session.notAsked(notAsked(target, queueFull, deps.clock.now()));
      return { kind: "lost", last: queueFull, passOn: false };
    }
    if (next.kind === "cancelled") {
      const last = cancelledInQueue(cancellation.reason());
      session.notAsked(notAsked(next.target, last, deps.clock.now()));
      return { kind: "lost", last, passOn: true };
    }
    const { target, permit } = next;
    left.splice(left.indexOf(target), 1);
    const races = target.policy.raceAfterMs !== null && left.length > 0;
    const tried = await (races && isRaced
      ? raceTargets(session, next, left, plan.balance, deps)
      : tryTarget(session, target, permit, left, deps));
    if (tried.kind === "won" || tried.passOn) return tried;
    if (tried.last.reason === "cannot") unfit.push(tried.last);
    else asked = tried;
    if (left.length === 0)
      return asked === null
        ? { kind: "lost", last: noneCanServe(unfit), passOn: false }
        : { ...asked, passOn: plan.targets.length === 1 };
  }
}
