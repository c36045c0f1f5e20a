// Which of the requests that were turned away the dashboard counts.
import { expect, test } from "bun:test";
import { createRefusals } from "../../../../src/app/usecases/log/refusals.ts";

const refused = {
  status: 401,
  surface: "openai",
  address: "10.0.0.9",
  reason: "no token",
} as const;

test("calls without permission are counted, and the last is kept with address and reason", () => {
  let now = 5;
  const refusals = createRefusals(() => now);
  expect(refusals.seen()).toEqual({ count: 0, last: null });
  refusals.note(refused);
  now = 7;
  refusals.note({ ...refused, status: 403, surface: "ollama", reason: "x".repeat(5_000) });
  const { count, last } = refusals.seen();
  expect(count).toBe(2);
  expect(last).toEqual({ at: 7, status: 403, address: "10.0.0.9", reason: "x".repeat(300) });
});

test("a person who has yet to sign in, and a path that does not exist, are not refused calls", () => {
  const refusals = createRefusals(() => 0);
  refusals.note({ ...refused, surface: "page" });
  refusals.note({ ...refused, status: 404 });
  refusals.note({ ...refused, status: 405 });
  expect(refusals.seen().count).toBe(0);
});
