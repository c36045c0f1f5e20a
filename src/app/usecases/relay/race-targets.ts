// A target asked, and where that takes long, the next as well: the first content wins. Who is asked when,
// and what becomes of the others, is the domain's to decide; here it is carried out.
import {
  calledOff,
  dropped,
  entered,
  isLost,
  letGo,
  nextAskAt,
  type Race,
  spokesman,
  tookTheLead,
} from "../../../domain/failover/race.ts";
import type { ServersNow } from "../../../domain/routing/candidate-order.ts";
import type { Target } from "../../../domain/routing/plan.ts";
import type { Balance } from "../../../domain/routing/types.ts";
import type { Limiter } from "../servers/limiter.ts";
import type { AttemptDeps } from "./attempt.ts";
import { freePermit, type Granted } from "./next-permit.ts";
import { Racer, type RaceSession, type Referee } from "./racer.ts";
import { type Lost, type Outcome, tryTarget, type Won } from "./try-target.ts";

export interface RaceDeps extends AttemptDeps {
  readonly limiter: Limiter;
  readonly serversNow: ServersNow;
  /** Whether a server that loads models when they are asked for has yet to load this one. */
  isLoading(target: Target): boolean;
}

/**
 * Settles with the first answer, or once all that were asked have failed. Never waits in a queue.
 * @param first who is asked now
 * @param left who may be asked as well; whoever is asked is taken out, and put back where it was let go for nothing
 */
export async function raceTargets(
  session: RaceSession,
  first: Granted,
  left: Target[],
  balance: Balance,
  deps: RaceDeps,
): Promise<Outcome> {
  const race = new TargetRace(session, left, balance, deps);
  race.ask(first);
  return race.outcome;
}

class TargetRace implements Referee {
  readonly outcome: Promise<Outcome>;
  readonly #session: RaceSession;
  readonly #left: Target[];
  readonly #balance: Balance;
  readonly #deps: RaceDeps;
  readonly #settle: (outcome: Outcome) => void;
  readonly #reject: (error: unknown) => void;
  /** Of each in `#racers`, at the same place. */
  #race: Race = [];
  readonly #racers: Racer[] = [];
  readonly #failures: Lost[] = [];
  /** When nobody was free last. */
  #lookedAt: number | null = null;
  #stopTimer: (() => void) | null = null;
  #isOver = false;

  constructor(session: RaceSession, left: Target[], balance: Balance, deps: RaceDeps) {
    const { promise, resolve, reject } = Promise.withResolvers<Outcome>();
    this.outcome = promise;
    this.#settle = resolve;
    this.#reject = reject;
    this.#session = session;
    this.#left = left;
    this.#balance = balance;
    this.#deps = deps;
  }

  ask({ target, permit }: Granted): void {
    const deps = this.#deps;
    const racer = new Racer(target, this.#session, this);
    const index = this.#racers.push(racer) - 1;
    tryTarget(racer, target, permit, this.#othersThan(racer), deps).then(
      (outcome) => this.#guarded(() => this.#came(index, outcome)),
      (error: unknown) => this.#faulted(error),
    );
    this.#guarded(() => {
      this.#race = entered(this.#race, deps.clock.elapsed(), target.policy.raceAfterMs);
      this.#setTimer();
    });
  }

  leads(racer: Racer): void {
    const leader = this.#racers.indexOf(racer);
    const before = this.#race;
    this.#race = tookTheLead(before, leader, (index) => this.#isToKeep(index));
    if (this.#race === before) return;
    this.#stopWaiting();
    this.#partFrom(before, racer.target);
  }

  heard(racer: Racer): void {
    const index = this.#racers.indexOf(racer);
    if (this.#race[index]?.place !== "kept") return;
    this.#race = letGo(this.#race, index);
    racer.close();
  }

  #isToKeep(index: number): boolean {
    const racer = this.#racers[index];
    return racer?.awaitsByte() === true && this.#deps.isLoading(racer.target);
  }

  /** Whom a racer's first content may be awaited from instead, as things stand. */
  #othersThan(racer: Racer): { readonly length: number } {
    const race = (): Race => this.#race;
    const left = this.#left;
    return {
      get length() {
        if (racer.isKept()) return 0;
        const running = race().filter(({ place }) => place === "running").length;
        return left.length + Math.max(0, running - 1);
      },
    };
  }

  #setTimer(): void {
    this.#stopWaiting();
    const { clock } = this.#deps;
    if (this.#left.length === 0 || this.#session.cancellation.reason() !== null) return;
    const at = nextAskAt(this.#race, this.#lookedAt);
    if (at === null) return;
    const ms = at - clock.elapsed();
    if (ms > 0) this.#stopTimer = clock.after(ms, () => this.#guarded(() => this.#askAnother()));
    else this.#askAnother();
  }

  #stopWaiting(): void {
    const stop = this.#stopTimer;
    this.#stopTimer = null;
    stop?.();
  }

  #askAnother(): void {
    const next = freePermit(this.#left, this.#balance, this.#deps);
    if (next === null) {
      this.#lookedAt = this.#deps.clock.elapsed();
      this.#setTimer();
      return;
    }
    this.#left.splice(this.#left.indexOf(next.target), 1);
    this.ask(next);
  }

  #came(index: number, outcome: Outcome): void {
    const place = this.#race[index]?.place;
    if (outcome.kind === "won") {
      if (place === "ahead" && !this.#isOver) this.#won(index, outcome);
      else this.#discard(index, outcome);
      return;
    }
    this.#racers[index]?.[Symbol.dispose]();
    if (this.#isOver || place === "let-go") return;
    const wasKept = this.#race.map((one) => one.place === "kept");
    this.#failures[index] = outcome;
    this.#race = dropped(this.#race, index);
    for (const [other, { place: now }] of this.#race.entries())
      if (wasKept[other] === true && now === "running") this.#racers[other]?.competeAgain();
    // A client that left has ended the others, too.
    if (outcome.passOn && outcome.last.reason !== "client_gone") this.#callOff(index);
    if (isLost(this.#race)) this.#lost();
    else this.#setTimer();
  }

  /** Those that have just lost hear of it. @param before the race as it was */
  #partFrom(before: Race, winner: Target): void {
    for (const [index, racer] of this.#racers.entries()) {
      if (before[index]?.place !== "running") continue;
      const place = this.#race[index]?.place;
      if (place === "kept") racer.keep(winner);
      if (place === "let-go") racer.letGo(winner);
    }
  }

  /** An answer that fails goes to the client as it is. @param index whose it is */
  #callOff(index: number): void {
    const before = this.#race;
    const target = this.#racers[index]?.target;
    if (target === undefined) return;
    this.#race = calledOff(before, (other) => this.#isToKeep(other));
    this.#partFrom(before, target);
  }

  #won(index: number, won: Won): void {
    this.#isOver = true;
    const permit = new DisposableStack();
    permit.use(won.permit);
    permit.use(this.#racers[index]);
    this.#settle({ ...won, permit });
  }

  #lost(): void {
    this.#stopWaiting();
    const last = spokesman(this.#race, (index) => this.#failures[index]?.last.reason !== "cannot");
    const ended = this.#failures.findIndex((failure) => failure?.passOn === true);
    const speaker = ended === -1 ? last : ended;
    const failure = this.#failures[speaker];
    if (failure === undefined) throw new Error("a race was lost by nobody");
    this.#racers[speaker]?.stands();
    for (const [index, { place }] of this.#race.entries()) {
      const target = this.#racers[index]?.target;
      if (place === "let-go" && target !== undefined) this.#left.push(target);
    }
    this.#isOver = true;
    this.#settle(failure);
  }

  /** An answer that came too late. */
  #discard(index: number, { attempt, permit }: Won): void {
    for (const held of [attempt, permit, this.#racers[index]])
      if (held !== undefined) this.#session.release(held);
  }

  #guarded(step: () => void): void {
    try {
      step();
    } catch (error) {
      this.#faulted(error);
    }
  }

  /** A fault of the router's own ends the call, and whatever is asked for it. */
  #faulted(error: unknown): void {
    if (this.#isOver) {
      this.#session.report(error);
      return;
    }
    this.#isOver = true;
    for (const racer of this.#racers) racer.giveUp("");
    try {
      this.#stopWaiting();
    } catch (another) {
      this.#session.report(another);
    }
    this.#reject(error);
  }
}
