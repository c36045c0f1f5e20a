// What of the list shows that a search has found a request: marks, and a line beneath where there are none.
import { describe, expect, test } from "bun:test";
import type { MatchedPlace } from "../../../../src/domain/log/matched-place.ts";
import type { LogDetail } from "../../../../src/ports/browse.ts";
import { hostileDetail, hostileTexts } from "../hostile-detail.ts";
import { openPage, sampleBrowse, sampleDetail } from "../sample.ts";

/** The list after a search that has found one request. */
async function listed(own: Partial<LogDetail>, q: string, match?: MatchedPlace) {
  const row = { ...sampleDetail(own), ...(match === undefined ? {} : { match }) };
  const { document } = await openPage(sampleBrowse([row]), `/?q=${encodeURIComponent(q)}`);
  const texts = (selector: string) =>
    [...document.querySelectorAll(selector)].map((element) => element.textContent);
  return { document, texts, line: texts("#requests .place")[0] ?? null };
}

test("what was found in an answer stands in a line of its own, marked", async () => {
  const match: MatchedPlace = { in: "response", text: "…it is so sunny today", at: [[10, 15]] };
  const { texts, line, document } = await listed({ asked: "Why?" }, "sunny", match);
  expect(line).toBe("in the answer: …it is so sunny today");
  expect(texts("#requests .place mark")).toEqual(["sunny"]);
  expect(document.querySelector(".place")?.parentElement?.id).toStartWith("r-");
});

test("a request that was not searched for has no such line", async () => {
  expect((await listed({ asked: "Why?" }, "")).line).toBeNull();
});

describe("A place has a line", () => {
  const at = [[0, 4]] as const;
  const own = { auth_user: null, source_ip: "10.0.0.5", error_message: null };
  const table: readonly [string, Partial<LogDetail>, MatchedPlace["in"], string | null][] = [
    ["in what was asked before", own, "request", "in what was asked: text"],
    ["in the path", own, "path", "in the path: text"],
    ["in the id", own, "id", "in the id: text"],
    ["not in the model, which is marked", own, "model", null],
    ["not in the user, who is marked", { ...own, auth_user: "text" }, "user", null],
    ["not in the address, which is marked", own, "address", null],
    [
      "in the address where a user stands there",
      { auth_user: "ann" },
      "address",
      "in the address: text",
    ],
    ["in the upstream, for windows without its column", own, "upstream", "in the upstream: text"],
    [
      "not in a short error, which is marked",
      { state: "failed", error_message: "text" },
      "error",
      null,
    ],
    [
      "in a long error",
      { state: "failed", error_message: "text ".repeat(40) },
      "error",
      "in the error: text",
    ],
    [
      "in an error of what was cancelled",
      { state: "cancelled", error_message: "text" },
      "error",
      "in the error: text",
    ],
  ];
  for (const [rule, detail, place, expected] of table)
    test(rule, async () => {
      const { line, texts } = await listed(detail, "text", { in: place, text: "text", at });
      expect(line).toBe(expected);
      expect(texts("#requests .place.narrow").length).toBe(place === "upstream" ? 1 : 0);
    });
});

test("every field of the line that has a word of the search is marked", async () => {
  const own = {
    asked: "Mend the llama3 box",
    original_model: "llama3.2",
    mapped_model: "big-llama3",
    upstream: "box-3",
    auth_user: "ann",
    state: "failed",
    error_message: "the box is full",
  } as const;
  const { texts } = await listed(own, "llama box ann 3.2");
  expect(texts("#requests mark")).toEqual([
    "ann",
    "llama3",
    "box",
    "box",
    "llama3.2",
    "llama3",
    "box",
  ]);
});

describe.each(hostileTexts)("with %p searched for and found", (text) => {
  test("nothing of it becomes markup", async () => {
    const words = `${text} a`;
    const row = {
      ...hostileDetail(words),
      asked: words,
      match: { in: "response", text: words, at: [[0, text.length]] },
    } as const;
    const { document } = await openPage(sampleBrowse([row]), `/?q=${encodeURIComponent(words)}`);
    expect(document.querySelector(".place")?.textContent).toBe(`in the answer: ${words}`);
    expect(document.querySelector(".place mark")?.textContent).toBe(text);
    expect(document.querySelector(".place mark, .place span")?.children.length).toBe(0);
    expect(document.querySelector("#requests :is(script, img, svg, b, [onmouseover])")).toBeNull();
  });
});
