// Ids of answers, and the calls that they hold.
import { expect, test } from "bun:test";
import { answerIdOf, callIdIn } from "../../../src/domain/call/answer-id.ts";
import { idAt } from "../../lab/log-entries.ts";

test("an answer's id holds its call's", () => {
  const call = idAt(1_700_000_000_000);
  expect(answerIdOf(call)).toMatch(/^resp_[0-9a-f]{32}$/);
  expect(callIdIn(answerIdOf(call))).toBe(call);
});

test.each([
  "resp_68a1b2",
  "resp_0123456789abcdef0123456789abcdef",
  "msg_01a223a8356f735292853cb384ced560",
  "",
])("a server's own holds none: %p", (id) => {
  expect(callIdIn(id)).toBeNull();
});
