// Whatever is logged was written by someone else: none of it may become markup.
import { threadOfCalls } from "../../../src/app/usecases/log/thread-of-calls.ts";
import { describe, expect, test } from "bun:test";
import type { Document } from "happy-dom";
import type { LogDetail } from "../../../src/ports/browse.ts";
import { openPage, sampleBrowse, sampleStats } from "./sample.ts";
import { hostileDetail, hostileTexts } from "./hostile-detail.ts";
import { hostileRouting, hostileUpstream } from "./hostile-routing.ts";

/** Every element with its attributes' names, in order: what no text may change; those of Markdown aside, which tests of their own look at, and the pieces that a search makes of a text. */
function skeleton(document: Document): readonly string[] {
  const elements = [...document.querySelectorAll("*")];
  return elements
    .filter((element) => element.closest(".md > *") === null)
    .map((element) => {
      const names = [...element.attributes].map(({ name }) => name).toSorted();
      return `${element.tagName}[${names.join(" ")}]`;
    })
    .filter((element) => element !== "MARK[]" && element !== "SPAN[]");
}

function badAddresses(document: Document): readonly string[] {
  return [...document.querySelectorAll("[href], [src], [action]")]
    .flatMap((element) => ["href", "src", "action"].map((name) => element.getAttribute(name)))
    .filter((address) => address !== null)
    .filter((address) => !/^(?:\/(?!\/)|#|https?:\/\/)/.test(address));
}

const hostileThread = "0d1f2a3b-0000-8000-8000-00000000abcd";

async function allPages(text: string): Promise<readonly Document[]> {
  const detail: LogDetail = hostileDetail(text);
  const stats = sampleStats({ requests: 1 });
  const refusedCalls = () => ({
    count: 1,
    last: { at: 0, status: 401, address: text, reason: text },
  });
  const notices = {
    current: () => [{ id: text, message: text, details: [text] }],
    dismiss: () => {},
  };
  const browse = {
    ...sampleBrowse([detail], detail.id, stats),
    upstreams: () => ({ upstreams: [hostileUpstream(text)] }),
  };
  const sums = {
    ...threadOfCalls(hostileThread, [detail])!,
    title: text,
    user: text,
    client: text,
    models: [text],
  };
  const query = new URLSearchParams({
    q: text,
    model: text,
    upstream: text,
    status: text,
    state: text,
  });
  const routing = () => hostileRouting(text);
  const opened = [
    await openPage(browse, `/?${query.toString()}`, { routing, notices, refusedCalls }),
    await openPage(browse, `/request/${encodeURIComponent(detail.id)}`, { routing }),
    await openPage(browse, `/request/${encodeURIComponent(`${detail.id}-unknown`)}`),
    await openPage(browse, "/upstreams", { notices }),
    await openPage(
      { ...browse, threads: async () => ({ threads: [sums], next: null }) },
      "/threads",
    ),
    await openPage(browse, `/performance?by=user&${query.toString()}`, { routing }),
    await openPage(browse, `/routes?${query.toString()}`, { routing, routesFile: text }),
  ];
  return opened.map(({ document }) => document);
}

const harmless = await allPages("harmless");

describe.each(hostileTexts)("with %p in every field", (text) => {
  test("the pages have the elements and attributes they have without", async () => {
    const pages = await allPages(text);
    expect(pages.map(skeleton)).toEqual(harmless.map(skeleton));
    expect(pages.flatMap(badAddresses)).toEqual([]);
    const laidOut = pages.flatMap((page) => [...page.querySelectorAll(".md *")]);
    expect(
      laidOut.map(({ tagName }) => tagName).filter((name) => !/^(P|CODE)$/.test(name)),
    ).toEqual([]);
  });
});

test("what is shown of a hostile text is the text", async () => {
  const text = "</pre><script>alert(1)</script>";
  const [dashboard, request] = await allPages(text);
  expect(dashboard?.querySelector(".model")?.textContent).toBe(text);
  expect(request?.querySelector(".turn .text")?.textContent).toBe(text);
});
