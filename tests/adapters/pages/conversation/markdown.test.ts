// Markdown as HTML that can do nothing, whatever was written.
import { describe, expect, test } from "bun:test";
import { Window } from "happy-dom";
import { renderMarkdown } from "../../../../src/adapters/pages/conversation/markdown.ts";

function laidOut(text: string) {
  const { document } = new Window();
  document.body.innerHTML = renderMarkdown(text) ?? "";
  return document.body;
}

test("text, lists, tables and code are laid out, with a code's language and a button that copies it", () => {
  const body = laidOut("A **b**\nc\n\n- d\n\n|e|f|\n|-|-|\n|1|2|\n\n```ts\nx < 1\n```");
  expect(body.querySelector("strong")?.textContent).toBe("b");
  expect(body.querySelector("p br")).not.toBeNull();
  expect(body.querySelector("li")?.textContent).toBe("d");
  expect([...body.querySelectorAll("th, td")].map((cell) => cell.textContent)).toEqual([
    "e",
    "f",
    "1",
    "2",
  ]);
  expect(body.querySelector(".code .language")?.textContent).toBe("ts");
  expect(body.querySelector(".code button[data-copy]")).not.toBeNull();
  expect(body.querySelector(".code pre")?.textContent).toBe("x < 1\n");
});

test.each([
  ["[a](https://x.example/?q=1&r=2)", "https://x.example/?q=1&r=2", "a"],
  ["<mailto:a@x.example>", "mailto:a@x.example", "mailto:a@x.example"],
  ["see https://x.example/a_b_c.", "https://x.example/a_b_c", "https://x.example/a_b_c"],
  ["![a chart](https://x.example/a.png)", "https://x.example/a.png", "a chart"],
  ["[https://y.example](https://x.example)", "https://x.example", "https://y.example"],
])("%p leads to %p and passes nothing on", (text, address, words) => {
  const links = [...laidOut(text).querySelectorAll("a")];
  expect(links.map((link) => [link.getAttribute("href"), link.textContent])).toEqual([
    [address, words],
  ]);
  expect(links[0]?.getAttribute("rel")).toBe("noopener noreferrer nofollow");
});

describe.each([
  "<script>alert(1)</script>",
  "<img src=x onerror=alert(1)>",
  "[a](javascript:alert(1))",
  "[a](JaVaScRiPt:alert(1))",
  "[a](&#106;avascript:alert(1))",
  "[a](data:text/html;base64,PHNjcmlwdD4=)",
  "![a](data:image/svg+xml;base64,PHN2Zz4=)",
  "![a](javascript:alert(1))",
  "[a](//elsewhere.example)",
  "[a](/notices/dismiss)",
  "[a](vbscript:x)",
  "<javascript:alert(1)>",
  "[a]: javascript:alert(1)\n\n[a]",
  '```"><script>alert(1)</script>\nx\n```',
  "<details open ontoggle=alert(1)>",
  "<!-- --><style>*{display:none}</style>",
])("%p", (text) => {
  test("becomes no markup, no image and no link", () => {
    const body = laidOut(text);
    const tags = [...body.querySelectorAll("*")].map(({ tagName }) => tagName);
    expect(tags.filter((tag) => !/^(P|DIV|SMALL|BUTTON|PRE|CODE)$/.test(tag))).toEqual([]);
    expect(body.querySelector("[href], [src], [style], [onload], [onerror]")).toBeNull();
  });
});

test("what looks like markup is shown as it stands", () => {
  const text = "<system-reminder>Be <b>brief</b></system-reminder>";
  expect(laidOut(text).textContent).toBe(text);
});

test("marks that turn the direction of text stay within their own element", () => {
  const body = laidOut("a \u202eb\n\nc");
  expect([...body.querySelectorAll("p")].map((p) => p.textContent)).toEqual(["a \u202eb", "c"]);
});

test.each([
  ["quotes", `${"> ".repeat(5_000)}x`],
  ["lists", `${"- ".repeat(5_000)}x`],
  ["numbers", "1. ".repeat(5_000)],
  [
    "a table of more cells than text",
    `${"|a".repeat(900)}\n${"|-".repeat(900)}\n${"x\n".repeat(9_000)}`,
  ],
])("%s out of proportion are left to be shown as they are", (_, text) => {
  expect(renderMarkdown(text)).toBeNull();
});

const hostile: readonly (readonly [string, string])[] = [
  ["open emphasis", "**a *b _c "],
  ["stars", "*"],
  ["brackets", "["],
  ["images", "!["],
  ["link texts", "[a]("],
  ["link titles", '[a](b "'],
  ["angle brackets", "<"],
  ["comments", "<!--"],
  ["bare addresses", "http://a/'"],
  ["schemes", "http://"],
  ["address ends", "http://a....) "],
  ["struck text", "~~a "],
  ["references", "[a\n"],
  ["backslashes", "\\"],
  ["one line", "x"],
  ["an unclosed fence", "```\n"],
];

/** Time for a text of some length, the best of a few. */
function timeOf(piece: string, length: number): number {
  const text = piece.repeat(Math.ceil(length / piece.length)).slice(0, length);
  const times = Array.from({ length: 4 }, () => {
    const start = performance.now();
    renderMarkdown(text);
    return performance.now() - start;
  });
  return Math.min(...times);
}

test.each(hostile)("%s without end take no more than their length's share of time", (_, piece) => {
  timeOf(piece, 2_000);
  // Four times the text: the square of it would be sixteen times, however often a busy machine is asked.
  let [short, long] = [2, Number.POSITIVE_INFINITY];
  for (let round = 0; round < 6 && long / short >= 12; round++) {
    short = Math.max(2, timeOf(piece, 10_000));
    long = Math.min(long, timeOf(piece, 40_000));
  }
  expect(long / short).toBeLessThan(12);
});
