// The page of a thread reads as one conversation, with the calls behind it.
import { describe, expect, test } from "bun:test";
import type { Document } from "happy-dom";
import { answerIdOf } from "../../../../src/domain/call/answer-id.ts";
import { askedTurns } from "../../../../src/domain/conversation/asked.ts";
import { turnKeys } from "../../../../src/domain/conversation/turn-keys.ts";
import type { LogDetail } from "../../../../src/ports/browse.ts";
import { hostileDetail, hostileTexts } from "../hostile-detail.ts";
import { elementText, openPage, sampleBrowse, sampleDetail } from "../sample.ts";

const thread = "0d1f2a3b-0000-8000-8000-00000000abcd";
const user = (content: string) => ({ role: "user", content });
const said = (content: string) => ({ role: "assistant", content });

function callOf(number: number, messages: readonly object[], over: Partial<LogDetail> = {}) {
  return sampleDetail({
    id: `0195a2c4-0000-7000-8000-00000000000${number}`,
    timestamp: `2026-03-12T16:00:0${number}.000Z`,
    thread_id: thread,
    turns_key: turnKeys(askedTurns({ messages })).at(-1) ?? null,
    asked: `question ${number}`,
    auth_user: "mara",
    client: "opencode/1.2",
    cost: 0.5,
    request_body: JSON.stringify({ messages }),
    response_body: JSON.stringify({ choices: [{ message: said(`answer ${number}`) }] }),
    ...over,
  });
}

const first = callOf(1, [user("question 1")]);
const second = callOf(2, [user("question 1"), said("answer 1"), user("question 2")]);
const branch = callOf(3, [user("question 1"), said("answer 1"), user("question 3")], {
  state: "failed",
  status_code: 502,
  error_message: "connection refused",
});
const longer = [
  user("question 1"),
  said("answer 1"),
  user("question 2"),
  said("answer 2"),
  user("question 4"),
];
const third = callOf(4, longer);

const open = (calls: readonly LogDetail[], next: string | null = null, query = "") =>
  openPage(sampleBrowse(calls, next), `/thread/${thread}${query}`);

/** Turns by their words, calls by the last figure of their ids, in the order of the page. */
function lines(document: Document, within: string): readonly string[] {
  return [...document.querySelectorAll(`${within} .turn .text, ${within} .call-line`)].map((line) =>
    line.classList.contains("call-line")
      ? `call ${line.querySelector("a")?.getAttribute("href")?.slice(-1)}`
      : line.textContent.trim(),
  );
}

test("each answer follows the call that brought it, and other branches are listed below", async () => {
  const { status, document } = await open([third, branch, second, first]);
  expect(status).toBe(200);
  expect(lines(document, ".conversation")).toEqual([
    "question 1",
    "call 1",
    "answer 1",
    "question 2",
    "call 2",
    "answer 2",
    "question 4",
    "call 4",
    "answer 4",
  ]);
  expect(lines(document, ".branches")).toEqual(["call 3"]);
  expect(elementText(document, ".branches .call-line")).toContain("connection refused");
  expect(elementText(document, ".branches .asked")).toBe("question 3");
});

const title = callOf(5, [user("A title for: question 1")]);
const agent = [
  callOf(6, [user("search for it")]),
  callOf(7, [user("search for it"), said("answer 6"), user("deeper")]),
] as const;

test("a question beside the conversation does not take its place", async () => {
  const { document } = await open([title, second, first]);
  expect(lines(document, ".conversation").at(-1)).toBe("answer 2");
  expect(lines(document, ".branches")).toEqual(["call 5"]);
});

test("what a sub-agent was sent to do is one fold, with its calls, and can be read by itself", async () => {
  const calls = [callOf(8, longer), agent[1], title];
  const { document } = await open([...calls, agent[0], second, first]);
  expect(lines(document, ".conversation").at(-1)).toBe("answer 8");
  expect(lines(document, ".branches")).toEqual(["call 6", "call 7", "call 5"]);
  const fold = document.querySelector("details.branch");
  expect(elementText(document, "details.branch summary")).toContain("question 6");
  expect(elementText(document, "details.branch summary")).toContain("2 calls");
  const address = fold?.querySelector(".read a")?.getAttribute("href") ?? "";
  expect(address).toBe(`/thread/${thread}?at=${agent[1].id}`);
  const read = await openPage(sampleBrowse([...calls, agent[0], second, first]), address);
  expect(lines(read.document, ".conversation")).toEqual([
    "search for it",
    "call 6",
    "answer 6",
    "deeper",
    "call 7",
    "answer 7",
  ]);
  expect(elementText(read.document, ".conversation .notice")).toContain("As of the call of");
  expect(
    read.document.querySelector(`.conversation .notice a[href="/thread/${thread}"]`),
  ).not.toBeNull();
});

test("no more than eight requests are opened, and the rest is listed", async () => {
  const calls = Array.from({ length: 9 }, (_, index) =>
    callOf(9 - index, [user(`alone ${index}`)]),
  );
  let opened = 0;
  const browse = sampleBrowse(calls);
  const get = (id: string) => {
    opened++;
    return browse.get(id);
  };
  const { document } = await openPage({ ...browse, get }, `/thread/${thread}`);
  expect(opened).toBe(8);
  expect(lines(document, ".conversation")).toEqual(["alone 0", "call 9", "answer 9"]);
  expect(lines(document, ".branches")).toHaveLength(8);
});

test("large requests are opened for the conversation alone", async () => {
  const [one, other] = [callOf(2, [user("alone")]), callOf(1, [user("apart")])];
  const large = { request_size: 1_500_000 };
  let opened = 0;
  const browse = sampleBrowse([other, one, title].map((call) => ({ ...call, ...large })));
  const get = (id: string) => {
    opened++;
    return browse.get(id);
  };
  await openPage({ ...browse, get }, `/thread/${thread}`);
  expect(opened).toBe(2);
});

test("what of the address cannot be read is said", async () => {
  const { document } = await open([second, first], null, "?at=nope&bogus=1");
  expect(elementText(document, ".notice.unread")).toContain("at cannot be read");
  expect(elementText(document, ".notice.unread")).toContain('"bogus" is not a parameter');
  expect(lines(document, ".conversation").at(-1)).toBe("answer 2");
});

test("what a cleaner removed of the last answer is marked", async () => {
  const answerOf = (content: string) => JSON.stringify({ choices: [{ message: said(content) }] });
  const cleaned = {
    ...first,
    response_body: answerOf("<think>a plan</think>The answer."),
    response_body_clean: answerOf("The answer."),
  };
  const { document } = await open([cleaned]);
  expect(elementText(document, ".conversation .removed")).toContain("a plan");
  expect(lines(document, ".conversation").at(-1)).toBe("The answer.");
});

test("its head says what it is about, whose it is and what it used", async () => {
  const { document } = await open([third, branch, second, first]);
  expect(elementText(document, "h1")).toBe("question 1");
  expect(elementText(document, ".request-head .state")).toContain("maraopencode/1.2");
  expect([...document.querySelectorAll(".facts > div")].map((fact) => fact.textContent)).toEqual([
    "Calls4",
    "Tokens48 in136 out",
    "Cost$2.00",
    "Time span1 s",
    "Errors1",
  ]);
  expect(document.querySelector(`.crumbs a[href="/?thread=${thread}"]`)).not.toBeNull();
});

test("a call says when it was, who answered and what it used", async () => {
  const { document } = await open([first]);
  expect(elementText(document, ".call-line").replace(/ /g, "")).toBe(
    "completed2026-03-1216:00:01UTCllama3-8bfast-box12in,34out$0.502.1s",
  );
});

test("where the newest request is not kept, the one before is read", async () => {
  const gone = { ...third, request_body: null, response_body: null };
  const { document } = await open([gone, second, first]);
  expect(lines(document, ".conversation").at(-1)).toBe("answer 2");
  expect(lines(document, ".branches")).toEqual(["call 4"]);
});

test("where no request is kept, the calls are listed", async () => {
  const { document } = await open([{ ...first, request_body: null }]);
  expect(elementText(document, ".conversation .nothing")).toContain("bodies are gone");
  expect(elementText(document, "#branches-title")).toBe("Calls");
  expect(lines(document, ".branches")).toEqual(["call 1"]);
});

test("a call under way stands at the end", async () => {
  const running = callOf(5, [], {
    state: "inflight",
    duration_ms: null,
    turns_key: null,
    request_body: null,
    response_body: null,
  });
  const { document } = await open([running, first]);
  expect(lines(document, ".conversation")).toEqual(["question 1", "call 1", "answer 1", "call 5"]);
  expect(document.querySelector(".branches")).toBeNull();
});

test("of a long conversation the beginning is folded, and its calls with it", async () => {
  const messages = Array.from({ length: 81 }, (_, index) =>
    index % 2 === 0 ? user(`q${index}`) : said(`a${index}`),
  );
  const { document } = await open([callOf(2, messages), callOf(1, messages.slice(0, 1))]);
  expect(document.querySelectorAll(".turn").length).toBeLessThan(messages.length);
  expect(document.querySelector("details.fetched a")?.getAttribute("href")).toContain("/turns/0-");
  expect(elementText(document, ".folded-calls summary")).toBe("1 call in these turns");
});

test("a thread of more calls than are shown says so", async () => {
  const { document } = await open([first], first.id);
  expect(elementText(document, ".request-head .notice")).toContain("newest 1 calls");
});

test.each([`/thread/${thread}`, "/thread/nope", "/thread/%3Cb%3E"])(
  "%s is a page with 404 where the log has no such thread",
  async (path) => {
    const { status, document } = await openPage(sampleBrowse([]), path);
    expect(status).toBe(404);
    expect(elementText(document, "h1")).toBe("No such thread");
  },
);

test("a log that cannot be read is a page with 503", async () => {
  const locked = () => Promise.reject(new Error("locked"));
  const browse = { ...sampleBrowse([first]), threadRow: locked, thread: locked };
  expect((await openPage(browse, `/thread/${thread}`)).status).toBe(503);
});

test("a log that cannot be read any more is reported where the calls would stand", async () => {
  const browse = { ...sampleBrowse([first]), thread: () => Promise.reject(new Error("locked")) };
  const opened = await openPage(browse, `/thread/${thread}`, {}, { accept: "text/html" });
  expect(opened.status).toBe(200);
  expect(elementText(opened.document, "main .notice")).toContain("The log cannot be read");
});

test("the page of a request leads to its thread", async () => {
  const { document } = await openPage(sampleBrowse([first]), `/request/${first.id}`);
  expect(document.querySelector(`.crumbs a[href="/thread/${thread}"]`)).not.toBeNull();
});

describe.each(hostileTexts)("with %p in every field", (text) => {
  test("the page has the elements it has without", async () => {
    const skeleton = async (words: string) => {
      const hostile = { ...hostileDetail(words), thread_id: thread, asked: words, client: words };
      const { document } = await open([
        { ...hostile, turns_key: words },
        { ...hostile, id: words },
      ]);
      const elements = [...document.querySelectorAll("*")];
      return elements
        .filter((element) => element.closest(".md > *") === null)
        .map(({ tagName, attributes }) => {
          const names = [...attributes].map(({ name }) => name).toSorted();
          return `${tagName}[${names.join(" ")}]`;
        });
    };
    expect(await skeleton(text)).toEqual(await skeleton("harmless"));
  });
});

/** A call of Responses: it holds its own turn, and names the answer before it. */
function linkOf(number: number, before: number | null, over: Partial<LogDetail> = {}) {
  const id = `0195a2c4-0000-7000-8000-00000000000${number}`;
  const idBefore = `0195a2c4-0000-7000-8000-00000000000${before}`;
  return callOf(number, [], {
    id,
    turns_key: null,
    request_body: JSON.stringify({
      input: `question ${number}`,
      ...(before === null ? {} : { previous_response_id: answerIdOf(idBefore) }),
    }),
    response_body: JSON.stringify({
      id: answerIdOf(id),
      object: "response",
      output: [
        {
          type: "message",
          role: "assistant",
          content: [{ type: "output_text", text: `answer ${number}` }],
        },
      ],
    }),
    ...over,
  });
}

test("calls that continue each other's answers by their ids read as one text", async () => {
  const calls = [linkOf(4, 3), linkOf(3, 1), linkOf(2, 1), linkOf(1, null)];
  const { document } = await open(calls);
  expect(lines(document, ".conversation")).toEqual([
    "question 1",
    "call 1",
    "answer 1",
    "question 3",
    "call 3",
    "answer 3",
    "question 4",
    "call 4",
    "answer 4",
  ]);
  expect(document.querySelector(".continues")).toBeNull();
  expect(lines(document, ".branches")).toEqual(["call 2"]);
  const ids = [...document.querySelectorAll(".turn")].map(({ id }) => id);
  expect(ids).toEqual([0, 1, 2, 3, 4, 5].map((place) => `turn-${place}`));
});

test("a chain whose ids a server made is followed by its answers, as far as they are kept", async () => {
  const own = (number: number, before: string) =>
    linkOf(number, null, {
      request_body: JSON.stringify({ input: `question ${number}`, previous_response_id: before }),
      response_body: JSON.stringify({ id: `resp_own${number}`, object: "response", output: [] }),
    });
  const { document } = await open([own(3, "resp_own2"), own(2, "resp_own1")]);
  expect(lines(document, ".conversation")).toEqual([
    "question 2",
    "call 2",
    "question 3",
    "call 3",
  ]);
  expect(elementText(document, ".continues")).toBe("Continues resp_own1");
});

test("its head has the sums of all calls, those included whose rows have gone", async () => {
  const sums = { title: "The first of all", calls: 1_234, errors: 7, prompt_tokens: 4_500_000 };
  const browse = sampleBrowse([third]);
  const { document } = await openPage(
    {
      ...browse,
      async thread(id) {
        const own = await browse.thread(id);
        return own === null ? null : { ...own, ...sums, cost: 12.5, unpriced: 3 };
      },
    },
    `/thread/${thread}`,
  );
  expect(elementText(document, "h1")).toBe("The first of all");
  const facts = elementText(document, ".facts");
  for (const fact of ["1,234", "4.5M in", "$12.50", "3 calls without a price", "Errors7"])
    expect(facts.replaceAll(/ ?Errors ?/g, "Errors")).toContain(fact);
});

test("what two branches of named answers share is read once", async () => {
  const calls = [linkOf(5, 3), linkOf(4, 3), linkOf(3, 2), linkOf(2, 1), linkOf(1, null)];
  const browse = sampleBrowse(calls);
  const opened: string[] = [];
  const get = (id: string) => {
    opened.push(id.slice(-1));
    return browse.get(id);
  };
  const { document } = await openPage({ ...browse, get }, `/thread/${thread}`);
  expect(opened.toSorted()).toEqual(["1", "2", "3", "4", "5"]);
  expect(lines(document, ".conversation").filter((line) => line.startsWith("call"))).toEqual([
    "call 1",
    "call 2",
    "call 3",
    "call 5",
  ]);
  expect(lines(document, ".branches")).toEqual(["call 4"]);
});

test("a question that was asked again is listed, and stands in the conversation once", async () => {
  const again = callOf(9, [user("question 1")]);
  const { document } = await open([second, again, first]);
  expect(lines(document, ".conversation")).toEqual([
    "question 1",
    "call 9",
    "answer 1",
    "question 2",
    "call 2",
    "answer 2",
  ]);
  expect(lines(document, ".branches")).toEqual(["call 1"]);
});
