import { expect, test } from "bun:test";
import { isTokenForm, pastedToken } from "../../../src/domain/security/pasted-token.ts";

const token = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhZGEifQ.c2lnbmF0dXJl-_";
const cut = `${token.slice(0, 20)}\n${token.slice(20, 40)}\r\n  ${token.slice(40)}`;

test.each([
  ["as it is", token],
  ["with blanks around", `  ${token}\n`],
  ["with line breaks", cut],
  ["with its scheme", `Bearer ${token}`],
  ["with its scheme, in small letters", `bearer  ${token}`],
  ["with its scheme on a line of its own, which a field joins", `Bearer${token}`],
  ["with its header and line breaks", `Authorization: Bearer ${cut}`],
  ["in quotation marks", `"${token}"`],
  ["with a header in quotation marks", `'Authorization: Bearer ${token}'`],
])("a token pasted %s is found", (_, text) => {
  expect(pastedToken(text)).toBe(token);
  expect(isTokenForm(pastedToken(text))).toBe(true);
});

test.each(["", "Bearer", "sk-1234", `${token}.more`, token.split(".").slice(0, 2).join(".")])(
  "%p has not the form of a token",
  (text) => {
    expect(isTokenForm(pastedToken(text))).toBe(false);
  },
);
