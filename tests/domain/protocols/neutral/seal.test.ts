import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import {
  isMadeBy,
  isSeal,
  mayHoldSeal,
  readSeal,
  sealText,
} from "../../../../src/domain/protocols/neutral/seal.ts";
import { madeBy } from "../../../lab/made-by.ts";

const utf8 = new TextEncoder();
const maker = madeBy("openai-chat", "büro 🙂");

test("a seal holds what was sealed, in characters that nothing has to escape", () => {
  const kind = fc.constantFrom("text", "signature", "redacted");
  fc.assert(
    fc.property(kind, fc.string({ unit: "binary" }), fc.string(), (of, data, server) => {
      const seal = { maker: madeBy("ollama", server), kind: of, data } as const;
      const text = sealText(seal);
      expect(text).toMatch(/^sr1\.[\w-]+$/);
      expect(isSeal(text)).toBe(true);
      expect(readSeal(text)).toEqual({ ...seal, data: data.toWellFormed() });
      expect(mayHoldSeal(utf8.encode(`{"signature":"${text}"}`))).toBe(true);
    }),
  );
});

test("what others made is not one", () => {
  for (const other of ["", "sr1", "c2ln", "xsr1.", null, undefined, 1, {}])
    expect(isSeal(other)).toBe(false);
});

const packed = (value: unknown) =>
  `sr1.${utf8.encode(JSON.stringify(value)).toBase64({ alphabet: "base64url" })}`;
const held = { maker: ["s", "openai-chat"], kind: "text", data: "" };

describe("rubbish is read as nothing", () => {
  test.each([
    ["no base64", "sr1.§§"],
    ["nothing", "sr1."],
    ["no JSON", "sr1.AAAA"],
    ["no object", packed([1])],
    ["no maker", packed({ ...held, maker: null })],
    ["half a maker", packed({ ...held, maker: ["s"] })],
    ["a maker of numbers", packed({ ...held, maker: [1, 2] })],
    ["an unknown kind", packed({ ...held, kind: "toString" })],
    ["no data", packed({ ...held, data: null })],
    ["more than any signature is", `sr1.${"A".repeat(1_100_000)}`],
  ])("%s", (_, text) => {
    expect(readSeal(text)).toBeNull();
  });

  test("whatever it is", () => {
    expect(readSeal(packed(held))).toEqual({ ...held, maker: madeBy("openai-chat") } as never);
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: "binary" }), fc.jsonValue().map(packed)), (text) => {
        readSeal(`sr1.${text}`);
        readSeal(text);
      }),
    );
  });
});

test("reasoning is its maker's alone: the same server, asked in the same protocol", () => {
  const seal = { maker, kind: "signature", data: "s" } as const;
  expect(isMadeBy(seal, { ...maker })).toBe(true);
  expect(isMadeBy(seal, { ...maker, server: "other" })).toBe(false);
  expect(isMadeBy(seal, { ...maker, protocol: "ollama" })).toBe(false);
  expect(isMadeBy({ ...seal, maker: null }, maker)).toBe(false);
});

test("a body without a seal is known for one", () => {
  for (const text of ["", "1", "sr1", "sr 1.", "r1.", "sr11.", "0".repeat(99), "version 1.0"])
    expect(mayHoldSeal(utf8.encode(text))).toBe(false);
  for (const text of ["sr1.", '"1.sr1.0"', "sr1sr1."])
    expect(mayHoldSeal(utf8.encode(text))).toBe(true);
});
