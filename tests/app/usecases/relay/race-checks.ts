// What must hold of a race in whatever order its events came.
import { expect } from "bun:test";
import type { LoggedAttempt } from "../../../../src/domain/log/log-entry.ts";
import { nothingHeld } from "../../../lab/fake-ports.ts";
import { type Deed, everyRace, type RaceScenario, type Ran, serverNames } from "./race-lab.ts";

/** What a server does for a call, by a name. */
export const lives = {
  answers: ["head", "role", "says", "done"],
  "is cut early": ["head", "role", "cut"],
  "is cut late": ["head", "says", "cut"],
  refuses: ["refuses"],
  "resets, then answers": ["resets", "head", "says", "done"],
  "is busy, then answers": ["busy", "head", "says", "done"],
  "sends a head": ["head"],
  "is silent": [],
} as const satisfies Readonly<Record<string, readonly Deed[]>>;

export type Life = keyof typeof lives;

export interface RaceCase extends Omit<RaceScenario, "lives" | "times" | "mayLeave"> {
  readonly lives: readonly Life[];
}

/** Runs it in every order and checks each. @returns how many there are */
export function checkEveryOrder(race: RaceCase, check: (ran: Ran) => void = () => undefined) {
  const scenario = {
    ...race,
    lives: race.lives.map((life) => lives[life]),
    times: [2_000, 2_000],
    mayLeave: true,
  };
  return everyRace(scenario, (ran) => {
    try {
      checkRan(ran, race);
      check(ran);
    } catch (error) {
      throw new Error(`${race.lives.join(" | ")}; ${race.keys}: ${ran.path.join(", ")}`, {
        cause: error,
      });
    }
  });
}

const harmless: ReadonlySet<string> = new Set(["served", "outrun", "client_gone"]);

function checkRan(ran: Ran, race: RaceCase): void {
  const { rows, faults, held, answer, text, asked, left } = ran;
  // One answer, one row, and nothing left behind; never more than two at once.
  expect({ faults, held, rows: rows.length, lingering: ran.lingering }).toEqual({
    faults: [],
    held: nothingHeld,
    rows: 1,
    lingering: [],
  });
  expect(ran.mostOpen).toBeLessThanOrEqual(2);
  const [row] = rows as [Ran["rows"][number]];
  const { attempts } = row;
  // Everyone who was asked is in the row, each time; who was given up before that may be, too.
  for (const [index, times] of asked.entries()) {
    const listed = attempts.filter(({ upstream }) => upstream === serverNames[index]).length;
    expect(listed).toBeGreaterThanOrEqual(times);
    if (!left) expect(listed).toBe(times);
  }
  const served = attempts.filter(({ reason }) => reason === "served");
  expect(served).toHaveLength(row.state === "completed" ? 1 : 0);
  const says = serverNames.filter((name) => text.includes(`from ${name}`));
  if (row.state === "completed") {
    expect(says).toEqual([row.upstream as (typeof says)[number]]);
    expect(served[0]?.upstream).toBe(row.upstream as string);
    if (race.stream) expect(text).toEndWith("data: [DONE]\n\n");
    // The row has the winner's answer.
    const kept = ran.bodies[0]?.response?.chunks.map((chunk) => new TextDecoder().decode(chunk));
    expect(kept?.join("")).toBe(text);
  } else {
    expect(text).not.toContain("[DONE]");
    expect(row.state).toBe(left ? "cancelled" : "failed");
  }
  if (answer !== null && row.state !== "cancelled") expect(row.statusCode).toBe(answer.status);
  if (!left && mustAnswer(race)) expect(row.state).toBe("completed");
  if (row.state === "failed") checkFailed(attempts, row.upstream, asked);
  checkHealth(ran, attempts, race.loading ?? []);
}

/** Where a candidate answers in the end, and none has begun an answer that cannot be taken back, so must the call. */
function mustAnswer({ lives: all, keys }: RaceCase): boolean {
  const retries = keys.includes("retries: 1");
  const answers = all.some(
    (life) =>
      life === "answers" ||
      life === "resets, then answers" ||
      (life === "is busy, then answers" && retries),
  );
  // One that is given up at its timer might have been the one to answer.
  if (keys.includes("first_token_timeout")) return false;
  return answers && (keys.includes("commit: full") || !all.includes("is cut late"));
}

/** Where nobody was let go, the later in order is whose failure the client hears of. */
function checkFailed(
  attempts: readonly LoggedAttempt[],
  upstream: string | null,
  asked: readonly number[],
): void {
  if (attempts.some(({ reason }) => reason === "outrun" || reason === "broken")) return;
  const last = asked.findLastIndex((times) => times > 0);
  expect(upstream).toBe(serverNames[last] as string);
}

/**
 * A server that did not fail is no worse off than before, however its attempt ended.
 * @param loading those whose attempts are kept after they were outrun: a failure that follows counts, too
 */
function checkHealth(
  { failures }: Ran,
  attempts: readonly LoggedAttempt[],
  loading: readonly string[],
): void {
  for (const [index, count] of failures.entries()) {
    const own = attempts.filter(({ upstream }) => upstream === serverNames[index]);
    if (!own.every(({ reason }) => harmless.has(reason))) continue;
    const wasKept =
      loading.includes(serverNames[index] ?? "") && own.some(({ reason }) => reason === "outrun");
    if (wasKept) expect([0, 3, 4]).toContain(count);
    else expect(count).toBe(own.some(({ reason }) => reason === "served") ? 0 : 3);
  }
}
