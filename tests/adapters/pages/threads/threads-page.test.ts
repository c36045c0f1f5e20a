// The list of threads as a page: what it says of each, how it filters, where it leads.
import { expect, test } from "bun:test";
import type { ThreadFilter, ThreadPage, ThreadRow } from "../../../../src/ports/threads.ts";
import { elementText, openPage, sampleBrowse } from "../sample.ts";

const id = "0d1f2a3b-0000-8000-8000-00000000abcd";
const thread: ThreadRow = {
  id,
  title: "Why is the sky blue?",
  user: "mara",
  client: "opencode/1.2",
  started_at: "2026-03-12T15:00:00.000Z",
  last_at: "2026-03-12T15:30:00.000Z",
  calls: 12,
  errors: 2,
  models: ["big-coder", "llama3"],
  prompt_tokens: 12_000,
  completion_tokens: 900,
  cost: 0.5,
  unpriced: 1,
  duration_ms: 60_000,
};

function asked(page: ThreadPage) {
  const filters: ThreadFilter[] = [];
  const browse = {
    ...sampleBrowse([]),
    threads: (filter: ThreadFilter) => {
      filters.push(filter);
      return Promise.resolve(page);
    },
  };
  return { browse, filters };
}

test("a thread says what it is about, whose it is and what it came to, and leads to its page", async () => {
  const { browse } = asked({ threads: [thread], next: null });
  const { status, document } = await openPage(browse, "/threads");
  expect(status).toBe(200);
  expect(elementText(document, "#threads tbody tr")).toBe(
    "Why is the sky blue?mara opencodebig-coder +112 calls2 failed12k / 900≥ $0.5030 min30 min ago",
  );
  const link = document.querySelector("#threads a.open");
  expect(link?.getAttribute("href")).toBe(`/thread/${id}`);
  expect(elementText(document, "nav [aria-current=page]")).toBe("Threads");
  expect(document.querySelector("#threads")?.hasAttribute("data-live")).toBe(true);
});

test("filters stand in the address, are passed on, and survive going to the next page", async () => {
  const next = `1773329400000.${id}`;
  const { browse, filters } = asked({ threads: [thread], next });
  const query = "q=SKY&model=coder&user=mara&client=opencode&since=2026-03-12T15:00Z";
  const { document } = await openPage(browse, `/threads?${query}`);
  const since = Date.parse("2026-03-12T15:00:00Z");
  const sought = { q: "SKY", model: "coder", user: "mara", client: "opencode", since };
  expect(filters).toEqual([{ limit: 50, ...sought }]);
  const older = document.querySelector("a.older")?.getAttribute("href") ?? "";
  expect(new URLSearchParams(older.split("?")[1]).get("q")).toBe("SKY");
  const second = await openPage(browse, older);
  expect(filters[1]).toEqual({ limit: 50, ...sought, before: { lastAt: 1_773_329_400_000, id } });
  expect(second.document.querySelector("#threads")?.hasAttribute("data-live")).toBe(false);
});

test("what cannot be read is said, and an empty list says why it is empty", async () => {
  const { browse } = asked({ threads: [], next: null });
  const fresh = await openPage(browse, "/threads");
  expect(elementText(fresh.document, "#threads .nothing")).toStartWith("No threads yet.");
  const odd = await openPage(browse, "/threads?before=x&state=failed");
  expect(elementText(odd.document, ".unread")).toBe(
    'before cannot be read and was left out."state" is not a parameter of this page.',
  );
  const none = await openPage(browse, "/threads?q=x");
  expect(elementText(none.document, "#threads .nothing")).toBe(
    "No thread matches. Clear the filter",
  );
});

test("a log that cannot be read is said", async () => {
  const browse = { ...sampleBrowse([]), threads: () => Promise.reject(new Error("secret")) };
  const { status, document } = await openPage(browse, "/threads");
  expect(status).toBe(503);
  expect(document.body.textContent).not.toContain("secret");
});
