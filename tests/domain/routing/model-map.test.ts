import { describe, expect, test } from "bun:test";
import { array, assert, constantFrom, dictionary, property, string, uniqueArray } from "fast-check";
import { applyModelMap, compileModelMap } from "../../../src/domain/routing/model-map.ts";

function map(pairs: Record<string, string>) {
  const result = compileModelMap(Object.entries(pairs));
  if ("problems" in result) throw new Error(result.problems.join("; "));
  return result.modelMap;
}

describe("MODEL_MAP", () => {
  test.each([
    ["an exact key", { "gpt-4": "llama3" }, "gpt-4", "llama3"],
    ["an exact key is case-sensitive", { "gpt-4": "llama3" }, "GPT-4", null],
    ["a pattern is anchored at the start", { "/gpt/": "llama3" }, "my-gpt", null],
    ["a pattern need not reach the end", { "/gpt/": "llama3" }, "gpt-4", "llama3"],
    [
      "the replacement becomes the whole name",
      { "/gpt-(\\d)/": "local-$1" },
      "gpt-4-turbo",
      "local-4",
    ],
    ["alternatives are anchored, too", { "/x|gpt/": "y" }, "my-gpt", null],
    ["exact keys win over earlier patterns", { "/.*/": "any", "gpt-4": "mine" }, "gpt-4", "mine"],
    [
      "patterns are tried in the order written",
      { "/gpt/": "first", "/gpt-4/": "second" },
      "gpt-4",
      "first",
    ],
    ["case is ignored where asked", { "/GPT-(.*)/i": "$1" }, "gpt-4", "4"],
    ["$$ is a dollar sign", { "/gpt-(\\d)/": "$$1-$1" }, "gpt-4", "$1-4"],
    ["\\1 is a group", { "/gpt-(\\d)/": "local-\\1" }, "gpt-4", "local-4"],
    ["${1} keeps digits apart", { "/gpt-(\\d)/": "m${1}0" }, "gpt-4", "m40"],
    ["$10 with one group is the first and a zero", { "/gpt-(\\d)/": "m$10" }, "gpt-4", "m40"],
    ["$<name>", { "/gpt-(?<n>\\d)/": "m-$<n>" }, "gpt-4", "m-4"],
    ["${name}", { "/gpt-(?P<n>\\d)/": "m-${n}" }, "gpt-4", "m-4"],
    ["$& is the match", { "/gpt-\\d/": "local/$&" }, "gpt-4o", "local/gpt-4"],
    ["a group that took no part is empty", { "/gpt(-x)?/": "m$1" }, "gpt", "m"],
    ["a lone dollar sign stands for itself", { "/gpt/": "a$ b$x" }, "gpt", "a$ b$x"],
    ["what a group caught is not expanded again", { "/gpt-(.*)/": "m-$1" }, "gpt-$1$&", "m-$1$&"],
    ["a result that is empty leaves the name alone", { "/gpt(x)?/": "$1" }, "gpt", null],
    ["exact replacements are taken as written", { "gpt-4": "$1-\\1" }, "gpt-4", "$1-\\1"],
    ["JavaScript's own property names are not keys", { a: "b" }, "constructor", null],
  ])("%s", (_, pairs, model, expected) => {
    expect(applyModelMap(map(pairs), model)).toBe(expected);
  });

  test("tells of every bad key, each by name", () => {
    const result = compileModelMap([
      ["/(a/", "x"],
      ["", "x"],
      ["ok", "x"],
      ["b", ""],
      ["/(c)/", "$2"],
      ["/c/", "$<who>"],
    ]);
    if (!("problems" in result)) throw new Error("accepted");
    expect(result.problems).toEqual([
      'key "/(a/": this ( is never closed (at character 1 of the pattern)',
      'key "": a model name cannot be empty',
      'key "b": the replacement cannot be empty',
      'key "/(c)/": the replacement names group $2, but the pattern has 1 group (write $$ for a dollar sign)',
      'key "/c/": the replacement names group $<who>, but the pattern has no groups (write $$ for a dollar sign)',
    ]);
  });

  test("an exact key beats any set of patterns", () => {
    const patterns = uniqueArray(constantFrom("/.*/", "/a/", "/[a-z]+/i", "/(.)(.)/", "/^/"));
    assert(
      property(patterns, string({ minLength: 1 }), (keys, model) => {
        const exact = model.startsWith("/") ? `m${model}` : model;
        const pairs: [string, string][] = [
          ...keys.map((key): [string, string] => [key, "pattern"]),
          [exact, "exact"],
        ];
        const result = compileModelMap(pairs);
        if ("problems" in result) throw new Error(result.problems.join());
        expect(applyModelMap(result.modelMap, exact)).toBe("exact");
      }),
    );
  });

  test("without patterns it is a dictionary", () => {
    const name = string({ minLength: 1 }).filter((text) => !text.startsWith("/"));
    assert(
      property(dictionary(name, name), array(name), (pairs, asked) => {
        const modelMap = map(pairs);
        for (const model of [...asked, ...Object.keys(pairs)])
          expect(applyModelMap(modelMap, model)).toBe(
            Object.hasOwn(pairs, model) ? (pairs[model] ?? "") : null,
          );
      }),
    );
  });
});
