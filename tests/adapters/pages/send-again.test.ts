// "Send again" on a request's page, and the page of a request that repeats another.
import { expect, test } from "bun:test";
import { Elysia } from "elysia";
import { pages } from "../../../src/adapters/pages/pages.ts";
import type { Again } from "../../../src/domain/call/resend.ts";
import type { SentAgain } from "../../../src/ports/actions.ts";
import type { LogDetail } from "../../../src/ports/browse.ts";
import { routingOf } from "../../lab/routing-of.ts";
import {
  openPage,
  sampleActions,
  sampleBrowse,
  sampleDeps,
  sampleDetail,
  elementText,
} from "./sample.ts";

const keyed = "servers: { fast: { url: 'http://f:1', api_key: k } }";
const secret: LogDetail["request_headers"] = [["authorization", "[redacted]"]];

async function show(over: Partial<LogDetail>, routes = "") {
  const detail = sampleDetail(over);
  const { document } = await openPage(sampleBrowse([detail]), `/request/${detail.id}`, {
    routing: () => routingOf(routes),
  });
  return document;
}

test("the form offers another model, aliases among them", async () => {
  const document = await show({}, `${keyed}\naliases: { coder: { instances: [fast/m] } }`);
  const form = document.querySelector("#again form");
  expect(form?.getAttribute("action")).toBe(`/request/${sampleDetail().id}/again`);
  expect(form?.querySelector("input[name=model]")?.getAttribute("placeholder")).toBe("llama3-8b");
  expect(form?.querySelector("option")?.getAttribute("value")).toBe("coder");
});

test.each<[string, Partial<LogDetail>, string, boolean]>([
  ["the client showed none", {}, "", false],
  ["the client's was redacted and the server has none", { request_headers: secret }, "", true],
  [
    "the client's was redacted but the server has its own",
    { request_headers: secret, original_model: "fast/m" },
    keyed,
    false,
  ],
])("a key is asked for where it is missed: %s", async (_, over, routes, asked) => {
  const document = await show(over, routes);
  expect(document.querySelector("input[name=key]") !== null).toBe(asked);
});

test.each<[Partial<LogDetail>, string]>([
  [{ request_body_truncated: true }, "truncated"],
  [{ request_body: null }, "no longer stored"],
  [{ state: "inflight" }, "still under way"],
])("a request that cannot be sent again says why: %j", async (over, why) => {
  const document = await show(over);
  expect(document.querySelector("#again button")?.hasAttribute("disabled")).toBe(true);
  expect(elementText(document, "#again-why")).toContain(why);
  expect(document.querySelector("#again form")).toBeNull();
});

async function post(
  body: string,
  answer: SentAgain,
): Promise<{ response: Response; sent: [string, Again][] }> {
  const sent: [string, Again][] = [];
  const deps = sampleDeps(sampleBrowse([sampleDetail()]), {
    actions: {
      ...sampleActions,
      sendAgain: (id, again) => {
        sent.push([id, again]);
        return Promise.resolve(answer);
      },
    },
  });
  const response = await new Elysia().use(pages(deps)).handle(
    new Request(`http://router.lan:1234/request/${sampleDetail().id}/again`, {
      method: "POST",
      body,
      headers: {
        host: "router.lan:1234",
        "content-type": "application/x-www-form-urlencoded",
      },
    }),
  );
  return { response, sent };
}

test("the form sends it and leads to the new request", async () => {
  const { response, sent } = await post("model=+other+&key=", { kind: "sent", id: "new/1" });
  expect(sent).toEqual([[sampleDetail().id, { model: "other", key: null }]]);
  expect(response.status).toBe(303);
  expect(response.headers.get("location")).toBe("/request/new%2F1");
});

test("a refusal is shown on the page, without the key that was given", async () => {
  const { response } = await post("key=s3cret", { kind: "refused", why: "It is <gone>." });
  expect(response.status).toBe(422);
  const text = await response.text();
  expect(text).toContain("It is &lt;gone");
  expect(text).not.toContain("s3cret");
});

const answer = (content: string): string =>
  JSON.stringify({ choices: [{ message: { content }, finish_reason: "stop" }] });
const first = sampleDetail({ id: "first", response_body: answer("The sky is blue today.") });

async function compare(over: Partial<LogDetail>) {
  const detail = sampleDetail({ id: "again", resent_from: "first", ...over });
  return openPage(sampleBrowse([detail, first]), "/request/again");
}

test("both answers stand side by side with what differs, linked to the first request", async () => {
  const { document } = await compare({ response_body: answer("The sea is blue.") });
  expect(document.querySelector(".compare header a")?.getAttribute("href")).toBe("/request/first");
  const texts = [...document.querySelectorAll(".columns .text")].map((text) => text.textContent);
  expect(texts).toEqual(["The sky is blue today.", "The sea is blue."]);
  const pieces = [...document.querySelectorAll(".diff > *")].map(
    (piece) => `${piece.tagName} ${piece.textContent}`,
  );
  expect(pieces).toEqual([
    "SPAN The ",
    "DEL sky ",
    "INS sea ",
    "SPAN is ",
    "DEL blue today",
    "INS blue",
    "SPAN .",
  ]);
});

test("while the answer comes in there is no difference to tell yet", async () => {
  const { document } = await compare({ state: "inflight", response_body: null });
  expect(elementText(document, ".columns > div:last-child")).toContain("Nothing yet.");
  expect(document.querySelector(".diff")).toBeNull();
});

test("equal answers are called so", async () => {
  const { document } = await compare({ response_body: first.response_body });
  expect(elementText(document, ".compare")).toContain("word for word");
});

test("a first request that the log no longer has is reported, not hidden", async () => {
  const detail = sampleDetail({ id: "again", resent_from: "first" });
  const { document } = await openPage(sampleBrowse([detail]), "/request/again");
  expect(elementText(document, ".compare")).toContain("no longer in the log");
});

test("the first request leads to those that repeat it", async () => {
  const later = sampleDetail({ id: "later", resent_from: "first", original_model: "other" });
  const { document } = await openPage(sampleBrowse([later, first]), "/request/first");
  expect(elementText(document, ".repeats")).toContain("other");
  const links = [...document.querySelectorAll(".repeats a")].map((link) =>
    link.getAttribute("href"),
  );
  expect(links).toEqual(["/request/later"]);
});

test("what a client writes into its headers links nothing", async () => {
  const claims = sampleDetail({
    id: "claims",
    request_headers: [["x-smolrouter-resent", "first"]],
  });
  const { document } = await openPage(sampleBrowse([claims, first]), "/request/claims");
  expect(document.querySelector(".compare")).toBeNull();
});
