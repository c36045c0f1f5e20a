// What is remembered of servers that refused a protocol.
import { expect, test } from "bun:test";
import { createSpokenBoard } from "../../../../src/app/usecases/servers/spoken-board.ts";

test("a refusal is remembered for ten minutes, of this server and this protocol alone", () => {
  let now = 0;
  const board = createSpokenBoard({ now: () => now }, () => null);
  const known = () => board.isUnspoken("http://a", "anthropic-messages");
  expect(known()).toBe(false);
  board.refused("http://a", "anthropic-messages");
  expect(known()).toBe(true);
  expect(board.isUnspoken("http://b", "anthropic-messages")).toBe(false);
  expect(board.isUnspoken("http://a", "openai-responses")).toBe(false);
  now = 10 * 60_000 - 1;
  expect(known()).toBe(true);
  now += 1;
  expect([known(), known()]).toEqual([false, false]);
  board.refused("http://a", "anthropic-messages");
  expect(known()).toBe(true);
});
