import { describe, expect, test } from "bun:test";
import { compilePattern, type Pattern } from "../../../src/domain/routing/pattern.ts";
import { anyTextMatches, parseTextMatcher } from "../../../src/domain/routing/text-matcher.ts";
import { ownMs } from "../../lab/own-time.ts";

function compiled(source: string): Pattern {
  const result = compilePattern(source);
  if ("problem" in result) throw new Error(result.problem);
  return result.pattern;
}

const long = 100_000;

describe("a pattern", () => {
  test.each([
    [".*-1.5b", "qwen-1.5b-chat", true],
    [".*-1.5b", "qwen-1x5b", true],
    ["^gpt-", "my-gpt-4", false],
    ["llama", "codellama-34b", true],
    ["(?i)LLaMA", "codellama", true],
    ["^\\p{Greek}+$", "λμ", true],
    ["^a$", "a\n", false],
  ])("%s searched in %p: %p", (source, text, found) => {
    expect(compiled(source).found(text)).toBe(found);
  });

  test("is anchored at the start where it rewrites, and yields its groups", () => {
    const pattern = compiled("gpt-(?P<size>\\d+)(-turbo)?");
    expect(pattern.matchAtStart("gpt-4")).toEqual(["gpt-4", "4", null]);
    expect(pattern.matchAtStart("gpt-35-turbo-16k")).toEqual(["gpt-35-turbo", "35", "-turbo"]);
    expect(pattern.matchAtStart("my-gpt-4")).toBeNull();
    expect(pattern.groupNames.get("size")).toBe(1);
  });

  test("answers the same when asked again, also after a thousand other names", () => {
    const pattern = compiled("^m-\\d*5$");
    for (let round = 0; round < 2; round++)
      for (let number = 0; number < 2_500; number++) {
        expect(pattern.found(`m-${number}`)).toBe(number % 10 === 5);
        expect(pattern.matchAtStart(`m-${number}`) !== null).toBe(number % 10 === 5);
      }
  });

  test.each([
    ["a(?=b)", 1, "look-ahead"],
    ["a(?!b)", 1, "look-ahead"],
    ["(?<=a)b", 0, "look-behind"],
    ["x(?<!a)b", 1, "look-behind"],
    ["(a)\\1", 3, "back-reference"],
    ["(?<n>a)\\k<n>", 7, "back-reference"],
    ["(?P<n>a)(?P=n)", 8, "back-reference"],
    ["(?>a)", 0, "atomic"],
    // What looks like it inside a class, an escape or a quotation is text.
    ["[(?=]\\(?=\\Q(?=\\1\\E(?!x)", 18, "look-ahead"],
    ["[]\\1](?=x)", 5, "look-ahead"],
    ["[[:alpha:](?=](?!a)", 14, "look-ahead"],
    ["ab(cd", 2, "never closed"],
    ["(a(b)", 0, "never closed"],
    ["a)b", 1, "closes nothing"],
    ["x[z-a]", 2, "range z-a"],
    ["(a*)**", 4, "repetition operator"],
    ["*a", 0, "repetition operator"],
    ["a|*", 2, "repetition operator"],
    ["ab[c", 2, "closing ]"],
    ["ab\\", 2, "trailing backslash"],
    ["\\d\\y", 2, "escape sequence \\y"],
    ["a{2}b{1001}", 5, "repeat count {1001}"],
    ["", 0, "empty"],
  ])("%s is refused with its position", (source, position, words) => {
    const result = compilePattern(source);
    if (!("problem" in result)) throw new Error("accepted");
    expect(result.position).toBe(position);
    expect(result.problem).toContain(words);
    expect(result.problem).toContain(`at character ${position + 1} of the pattern`);
  });

  test("that quotes or brackets such text is accepted", () => {
    expect(compiled("[(?=]\\Q(?=\\E").found("=(?=")).toBe(true);
  });

  test.each([
    ["counted repetitions that multiply", "((a{100}){100}){100}"],
    ["many counted repetitions", "a{1000}".repeat(100)],
    ["a dozen large ones", "a{1000}".repeat(12)],
    ["endless text", "a".repeat(long)],
    ["deep nesting", "(".repeat(990) + "a" + ")".repeat(990) + "*".repeat(50)],
  ])("with %s is refused within a blink", (_, source) => {
    const took = ownMs(() => {
      expect("problem" in compilePattern(source)).toBe(true);
    });
    expect(took).toBeLessThan(1_000);
  });
});

describe("a hostile name cannot stall the router", () => {
  // Each takes a backtracking engine longer than the age of the universe.
  test.each([
    ["(a+)+$", `${"a".repeat(long)}!`],
    ["(a|aa)+$", `${"a".repeat(long)}!`],
    ["(a|a?)+$", `${"a".repeat(long)}!`],
    ["(.*)*x$", "a".repeat(long)],
    ["(x+x+)+y", "x".repeat(long)],
    ["^(([a-z])+.)+[A-Z]([a-z])+$", "a".repeat(long)],
    ["(?:a?){200}a{200}$", `${"a".repeat(long)}!`],
    ["((a{0,30}){0,30}){0,1}!$", `${"a".repeat(long)}?`],
    [".*a.{20}$", "ab".repeat(long / 2)],
    ["(\\d+)*(\\d+)*(\\d+)*z", "1".repeat(long)],
  ])("%s on 100,000 characters", (source, name) => {
    const pattern = compiled(source);
    const took = ownMs(() => {
      pattern.found(name);
      pattern.matchAtStart(name);
    });
    expect(took).toBeLessThan(2_000);
  });

  test("the time grows with the length of the name, not faster", () => {
    const pattern = compiled("(a+)+$");
    const cost = (length: number): number => {
      const name = `${"a".repeat(length)}!`;
      const runs = Array.from({ length: 5 }, () => ownMs(() => void pattern.matchAtStart(name)));
      return Math.min(...runs);
    };
    cost(20_000);
    // Quadratic time would be 100 times as much.
    expect(cost(100_000)).toBeLessThan(Math.max(cost(10_000), 1) * 40);
  });

  test("an ordinary pattern still decides on a name of 100,000 characters", () => {
    const pattern = compiled("^(a+)+$");
    expect(pattern.found("a".repeat(long))).toBe(true);
    expect(pattern.found(`${"a".repeat(long)}!`)).toBe(false);
    expect(pattern.matchAtStart("a".repeat(long))?.[0]).toHaveLength(long);
  });
});

describe("text in a rule", () => {
  const holds = (written: string, text: string | null): boolean => {
    const parsed = parseTextMatcher(written);
    if ("problem" in parsed) throw new Error(parsed.problem);
    return anyTextMatches([parsed.matcher], text);
  };

  test.each([
    ["gpt-4", "gpt-4", true],
    ["gpt-4", "gpt-4o", false],
    ["gpt-4", "GPT-4", false],
    ["gpt.4", "gpt-4", false],
    ["/gpt.4/", "my-gpt-4o", true],
    ["/^GPT/", "gpt-4", false],
    ["/^GPT/i", "gpt-4", true],
    // A path is not a pattern: it lacks the second slash.
    ["/v1/embeddings", "/v1/embeddings", true],
    ["/v1/embeddings", "v1", false],
    ["/", "/", true],
    ["/models/mini", "/models/mini", true],
    ["/.*/", null, false],
  ])("%s holds for %p: %p", (written, text, held) => {
    expect(holds(written, text)).toBe(held);
  });
});
