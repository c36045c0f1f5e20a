// What goes to a Messages server natively, of thinking that the router has sealed: nothing, and all else as it came.
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { JsonRecord } from "../../../../src/domain/bytes/json.ts";
import { withoutOwnSeals } from "../../../../src/domain/protocols/anthropic-messages/own-seals.ts";
import { madeBy, unsigned } from "../../../lab/made-by.ts";

const seal = unsigned(madeBy("openai-chat"));
const utf8 = new TextEncoder();
const text = new TextDecoder();

function unsealed(body: string): string {
  const bytes = utf8.encode(body);
  return text.decode(withoutOwnSeals(bytes, () => JSON.parse(body) as JsonRecord));
}

const ours = `{"type":"thinking","thinking":"hm","signature":"${seal}"}`;
const hidden = `{ "data" : "${seal}", "type":"redacted_thinking" }`;
const theirs = '{"type":"thinking","thinking":"hm","signature":"EqQB1.0=="}';
const said = '{"type":"text","text":"a \\u0041 1.0"}';
const use = '{"type":"tool_use","id":"t","name":"f","input":{"n":1.0,"b":12345678901234567890}}';
const user = '{"role":"user","content":"Hi"}';

const request = (...messages: readonly string[]) =>
  `{"model":"m", "messages":[${messages.join(",")}], "max_tokens":9}`;
const assistant = (...blocks: readonly string[]) =>
  `{"role":"assistant","content":[${blocks.join(" ,\n")}]}`;

describe("blocks with a seal of ours", () => {
  test.each([
    ["first", [ours, said, use], [said, use]],
    ["last", [said, ours], [said]],
    ["between", [said, ours, use], [said, use]],
    ["many", [ours, hidden, said, ours, ours, use, hidden], [said, use]],
    ["beside the server's own", [theirs, ours, use], [theirs, use]],
  ])("%s", (_, blocks, left) => {
    const sent = unsealed(request(user, assistant(...blocks), user));
    expect(JSON.parse(sent)).toEqual(JSON.parse(request(user, assistant(...left), user)));
    for (const block of left) expect(sent).toContain(block);
  });

  test("a message of nothing else goes, too", () => {
    expect(unsealed(request(user, assistant(ours), user))).toBe(request(user, user));
    expect(unsealed(request(user, assistant(ours, hidden)))).toBe(request(user));
    expect(unsealed(request(assistant(ours), user))).toBe(request(user));
  });
});

describe("the very same bytes", () => {
  const same = (body: string, parses: boolean) => {
    const bytes = utf8.encode(body);
    const json = () => {
      if (!parses) throw new Error("nobody needs it parsed");
      return JSON.parse(body) as JsonRecord;
    };
    expect(withoutOwnSeals(bytes, json)).toBe(bytes);
  };

  test("where there is no seal, unparsed", () => {
    same(request(user, assistant(theirs, said, use)), false);
    same(request(user, `{"role":"user","content":"${"1.0 ".repeat(250_000)}"}`), false);
  });

  test("where it only stands in a text", () => {
    same(request(`{"role":"user","content":"what is ${seal}?"}`), true);
    same(request(user, assistant(said.replace("1.0", seal))), true);
    same(`{"model":"${seal}"}`, true);
    same(request(`[${ours}]`, "null", '{"content":[null,1]}', `{"x":"${seal}"}`), true);
  });
});

test("what is left is what was not sealed, whatever the blocks and their spacing", () => {
  const space = fc.constantFrom("", " ", "\n", "\t ");
  const block = fc.record({
    block: fc.constantFrom(ours, hidden, theirs, said, use),
    before: space,
    behind: space,
  });
  const message = fc.array(block, { maxLength: 5 });
  fc.assert(
    fc.property(fc.array(message, { maxLength: 5 }), (messages) => {
      const written = (list: typeof messages) =>
        request(
          ...list.map(
            (blocks) =>
              `{"content": [${blocks.map(({ block: one, before, behind }) => before + one + behind).join(",")}]}`,
          ),
        );
      const left = messages
        .map((blocks) => blocks.filter(({ block: one }) => !one.includes(seal)))
        .filter((blocks, at) => blocks.length > 0 || messages[at]?.length === 0);
      const sent = unsealed(written(messages));
      expect(JSON.parse(sent)).toEqual(JSON.parse(written(left)));
      expect(sent.replaceAll(/\s/g, "")).toBe(written(left).replaceAll(/\s/g, ""));
    }),
  );
});
