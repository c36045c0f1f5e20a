import { expect, test } from "bun:test";
import { isRedirect, redirectWords } from "../../../src/domain/http/redirect.ts";

test("every 3xx is a redirect but 304, which answers a question about a copy", () => {
  const statuses = [200, 300, 301, 302, 303, 304, 307, 308, 399, 400];
  expect(statuses.filter(isRedirect)).toEqual([300, 301, 302, 303, 307, 308, 399]);
});

const base = "http://one.example:8000";
const path = "/v1/chat/completions";
test.each<[string, string | null, string]>([
  [
    "the same path elsewhere",
    `https://elsewhere.example${path}`,
    "redirects to https://elsewhere.example; write that address into `url`",
  ],
  [
    "the same path below another",
    `https://elsewhere.example/api${path}`,
    "redirects to https://elsewhere.example/api; write that address into `url`",
  ],
  ["a relative one", "/login", "redirects to http://one.example:8000/login; correct its `url`"],
  [
    "one with secrets",
    "https://user:pass@login.example/sign-in?token=secret#secret",
    "redirects to https://login.example/sign-in; correct its `url`",
  ],
  ["another scheme", "mailto:someone@example.org", "redirects to mailto:; correct its `url`"],
  ["none", null, "status 302 redirects to nowhere; correct its `url`"],
])("%s is reported in words that help, and without secrets", (_name, location, words) => {
  const headers: [string, string][] = location === null ? [] : [["location", location]];
  expect(redirectWords(302, headers, `${base}${path}?key=secret`, base)).toBe(words);
});

test("an SDK's base URL is answered with another", () => {
  const own = "http://one.example/v1beta/openai";
  const to = "https://one.example/v1beta/openai/chat/completions";
  expect(redirectWords(301, [["location", to]], `${own}/chat/completions`, own)).toBe(
    "redirects to https://one.example/v1beta/openai; write that address into `url`",
  );
});
