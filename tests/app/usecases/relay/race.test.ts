// A race between candidates: single orders by what they come to, and some in every order in which their
// events can come; the other pairs are in race.slow.ts.
import { describe, expect, test } from "bun:test";
import { headerValue } from "../../../../src/domain/http/headers.ts";
import { checkEveryOrder, lives, type RaceCase } from "./race-checks.ts";
import { type Deed, raceInOrder, type RaceScenario, type Ran } from "./race-lab.ts";

const keys = "race_after: 2,";
const stream = true;

test.each<RaceCase>([
  { keys, stream, lives: ["answers", "answers"] },
  { keys, stream: false, lives: ["answers", "answers"] },
  { keys: `${keys} commit: full,`, stream, lives: ["answers", "is cut late"], loading: ["a"] },
  { keys: `${keys} retries: 1,`, stream, lives: ["is busy, then answers", "answers"] },
  { keys, stream, lives: ["is silent", "is cut early", "answers"] },
])("whatever comes when: $lives ($keys)", async (race) => {
  expect(await checkEveryOrder(race)).toBeGreaterThan(20);
});

const base: RaceScenario = {
  keys,
  stream,
  lives: [lives.answers, lives.answers],
  times: [1_999, 1, 2_000],
  mayLeave: false,
};

const attemptsOf = ({ rows: [row] }: Ran) =>
  row?.attempts.map(({ upstream, reason, error }) =>
    [upstream, reason, ...(error === null ? [] : [error])].join(" "),
  );

test("the next candidate is asked when the first has had no content for as long as race_after says", async () => {
  const early = await raceInOrder(base, ["1999 ms", "a head", "a role", "a says", "1 ms"]);
  expect(early.asked).toEqual([1, 0]);
  const late = await raceInOrder(base, ["1999 ms", "a head", "a role", "1 ms", "b head"]);
  expect(late.asked).toEqual([1, 1]);
});

test("the first content wins; the row says who outran whom, the headers who answered", async () => {
  const order = ["1999 ms", "a head", "1 ms", "b head", "a role", "b role", "b says"];
  const ran = await raceInOrder(base, order);
  expect(attemptsOf(ran)).toEqual(["a outrun b answered first", "b served"]);
  expect(ran.rows).toMatchObject([{ state: "completed", upstream: "b" }]);
  const headers = ran.answer?.headers ?? [];
  expect(headerValue(headers, "x-smolrouter-upstream")).toBe("b");
  expect(headerValue(headers, "x-smolrouter-attempts")).toBe("2");
});

test("of answers that are not streams the first that is complete wins", async () => {
  const order = ["1999 ms", "1 ms", "a head", "a role", "b head", "b role", "b says", "b done"];
  const ran = await raceInOrder({ ...base, stream: false }, order);
  expect(attemptsOf(ran)).toEqual(["a outrun b answered first", "b served"]);
});

test("where both fail, the later in order gives the status, though the earlier failed last", async () => {
  const scenario = {
    ...base,
    keys: `${keys} retries: 0,`,
    lives: [lives.refuses, ["busy"]],
  } as const;
  const ran = await raceInOrder(scenario, ["1999 ms", "1 ms", "b busy", "a refuses"]);
  expect(attemptsOf(ran)).toEqual(["a refused refused", "b status status 503: busy"]);
  expect(ran.rows).toMatchObject([{ state: "failed", upstream: "b", statusCode: 503 }]);
  expect(ran.answer?.status).toBe(503);
});

test("one that fails leaves the other alone, and a third is asked as well only after race_after without content", async () => {
  const scenario = { ...base, lives: [[], lives.refuses, lives.answers] } as const;
  const ran = await raceInOrder(scenario, ["1999 ms", "1 ms", "b refuses", "c head"]);
  // The first has been silent for as long already.
  expect(attemptsOf(ran)).toEqual(["a outrun c answered first", "b refused refused", "c served"]);
});

test("never more than two are asked at once", async () => {
  const scenario = {
    ...base,
    lives: [[], [], lives.answers],
    times: [2_000, 2_000, 2_000],
  } as const;
  const ran = await raceInOrder(scenario, ["2000 ms", "2000 ms", "2000 ms"]);
  expect(ran.mostOpen).toBe(2);
});

test("one that was let go for an answer that then failed is a candidate again", async () => {
  const scenario = {
    ...base,
    keys: `${keys} commit: full,`,
    lives: [lives.answers, lives["is cut late"]],
  };
  const ran = await raceInOrder(scenario, [
    "1999 ms",
    "1 ms",
    "b head",
    "b says",
    "b cut",
    "a head",
  ]);
  expect(attemptsOf(ran)).toEqual(["a outrun b answered first", "b broken cut", "a served"]);
});

test("an error that ends the chain ends the other attempt, too", async () => {
  const scenario = { ...base, keys: `${keys} stop_on: [full],`, lives: [[], ["busy"]] } as const;
  const ran = await raceInOrder({ ...scenario, code: "full" }, ["1999 ms", "1 ms", "b busy"]);
  expect(attemptsOf(ran)).toEqual(["a outrun b answered first", "b status status 503: busy"]);
  expect(ran.answer?.status).toBe(503);
});

test("a call that may change something on its server is asked of one at a time", async () => {
  const scenario = { ...base, lives: [[], lives.answers], path: "/v1/audio/transcriptions" };
  const ran = await raceInOrder(scenario, ["1999 ms", "1 ms"]);
  expect(ran.mostOpen).toBe(1);
});

test("a client that leaves ends both, and nobody else is asked", async () => {
  const scenario = { ...base, lives: [lives.answers, [], []], mayLeave: true } as const;
  const ran = await raceInOrder(scenario, ["1999 ms", "1 ms", "a head", "the client leaves"]);
  expect(ran.rows).toMatchObject([{ state: "cancelled" }]);
  const left = "client_gone the client went away";
  expect(attemptsOf(ran)).toEqual([`a ${left}`, `b ${left}`]);
});

describe("a candidate without a free permit", () => {
  const busy = { ...base, occupied: ["b"], times: [2_000, 2_000] } as const;

  test("is not asked as well, and nobody waits in its queue for that", async () => {
    const ran = await raceInOrder(busy, ["2000 ms", "a head"]);
    expect(ran.asked).toEqual([1, 0]);
  });

  test("is passed over for the next that has one", async () => {
    const scenario = { ...busy, lives: [[], lives.answers, lives.answers] } as const;
    const ran = await raceInOrder(scenario, ["2000 ms", "c head"]);
    expect(attemptsOf(ran)).toEqual(["a outrun c answered first", "c served"]);
  });

  test("is asked once it has one, where there is no content for as long again", async () => {
    const ran = await raceInOrder({ ...busy, freed: true }, [
      "2000 ms",
      "b's permit comes free",
      "2000 ms",
      "b head",
      "b role",
      "b says",
    ]);
    expect(attemptsOf(ran)).toEqual(["a outrun b answered first", "b served"]);
  });
});

describe("one that is loading its model", () => {
  const loading = { ...base, loading: ["a"] };
  const kept =
    "a outrun b answered first; kept until its first byte, since it was loading the model";

  test("is kept until its first byte, and then let go", async () => {
    const order = ["1999 ms", "1 ms", "b head", "b role", "b says", "a head", "b done"];
    const ran = await raceInOrder(loading, order);
    // Nothing that it says is read any more.
    expect(ran.path).toEqual(order);
    expect(attemptsOf(ran)).toEqual([kept, "b served"]);
    expect(ran.rows[0]?.attempts[0]).toMatchObject({ status: 200 });
  });

  test("holds back neither the answer nor its row, though it loads for longer", async () => {
    const order = ["1999 ms", "1 ms", "b head", "b role", "b says", "b done", "a head"];
    const ran = await raceInOrder(loading, order);
    expect(ran.path).toEqual(order);
    expect(attemptsOf(ran)).toEqual([kept, "b served"]);
    expect(ran.rows[0]?.attempts[0]).toMatchObject({ status: null });
  });

  test("is kept for longer than first_token_timeout", async () => {
    const scenario = { ...loading, keys: `${keys} first_token_timeout: 3,`, times: [2_000, 9_000] };
    const order = ["2000 ms", "b head", "b role", "b says", "9000 ms", "a head", "b done"];
    const ran = await raceInOrder(scenario, order);
    expect(ran.path).toEqual(order);
    expect(attemptsOf(ran)).toEqual([kept, "b served"]);
  });

  test("is let go like any other once a byte of its answer has come", async () => {
    const order = ["1999 ms", "1 ms", "a head", "b head", "b role", "b says", "b done"];
    const ran = await raceInOrder(loading, order);
    expect(attemptsOf(ran)).toEqual(["a outrun b answered first", "b served"]);
  });

  test("may win after all where the one ahead fails", async () => {
    const scenario = {
      ...loading,
      keys: `${keys} commit: full,`,
      lives: [lives.answers, lives["is cut late"]],
    };
    const order = ["1999 ms", "1 ms", "b head", "b says", "b cut", "a head"];
    const ran = await raceInOrder(scenario, order);
    expect(attemptsOf(ran)).toEqual(["a served", "b broken cut"]);
    expect(ran.asked).toEqual([1, 1]);
  });

  test("ends with a client that leaves before the answer is complete", async () => {
    const order = ["1999 ms", "1 ms", "b head", "b role", "b says", "the client leaves"];
    const ran = await raceInOrder({ ...loading, mayLeave: true }, order);
    expect(ran.path).toEqual(order);
    expect(ran.rows).toMatchObject([{ state: "cancelled" }]);
  });

  test.each<[Deed, number]>([
    ["refuses", 4],
    ["resets", 3],
  ])("that %s is not asked again", async (deed, failures) => {
    const scenario = { ...loading, keys: `${keys} retries: 1,`, lives: [[deed], lives.answers] };
    const order = ["1999 ms", "1 ms", "b head", "b role", "b says", `a ${deed}`, "b done"];
    const ran = await raceInOrder(scenario, order);
    expect(ran.asked).toEqual([1, 1]);
    expect(attemptsOf(ran)).toEqual([kept, "b served"]);
    // A failure of its own speaks against it as ever.
    expect(ran.failures).toEqual([failures, 0]);
  });
});

test("a last candidate alone is not given up for its first token, whatever the race began with", async () => {
  const scenario = {
    ...base,
    keys: `${keys} first_token_timeout: 3,`,
    lives: [lives.answers, lives.refuses],
    times: [2_000, 9_000],
  } as const;
  const ran = await raceInOrder(scenario, ["2000 ms", "b refuses", "9000 ms", "a head"]);
  expect(attemptsOf(ran)).toEqual(["a served", "b refused refused"]);
});
