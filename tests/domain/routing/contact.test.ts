import { expect, test } from "bun:test";
import { type ContactFacts, contactOf } from "../../../src/domain/routing/contact.ts";

test.each<[string, ContactFacts]>([
  ["unknown", { answeredAt: null, list: "unasked", listedAt: null }],
  ["reached", { answeredAt: 5, list: "unasked", listedAt: null }],
  ["reached", { answeredAt: null, list: "listed", listedAt: 5 }],
  ["reached", { answeredAt: null, list: "answered", listedAt: 5 }],
  ["not-reached", { answeredAt: null, list: "unreachable", listedAt: 5 }],
  ["not-reached", { answeredAt: 4, list: "unreachable", listedAt: 5 }],
  ["reached", { answeredAt: 6, list: "unreachable", listedAt: 5 }],
])("a server is %s, knowing %j", (contact, facts) => {
  expect(contactOf(facts)).toBe(contact as ReturnType<typeof contactOf>);
});
