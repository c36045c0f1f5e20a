// "Try a change" on `/routes`, form and outcomes.
import { describe, expect, test } from "bun:test";
import type { Document } from "happy-dom";
import type { PagesDeps } from "../../../../src/adapters/pages/shared/pages-deps.ts";
import type { RoutesEdit } from "../../../../src/ports/routes-edit.ts";
import { hostileTexts } from "../hostile-detail.ts";
import { elementText, openPage, sampleBrowse, sampleRoutesEdit, submitForm } from "../sample.ts";

const opened = { text: "aliases: {}\n", why: null, hash: "abc", isRedacted: false };

function deps(edit: Partial<RoutesEdit> = {}, mayEdit = true): Partial<PagesDeps> {
  return {
    routesFile: "lab/routes.yaml",
    mayEdit: () => Promise.resolve(mayEdit),
    routesEdit: { ...sampleRoutesEdit, open: () => Promise.resolve(opened), ...edit },
  };
}

const wishes = (document: Document) =>
  [...document.querySelectorAll(".change-do button")].map((one) => one.getAttribute("value"));

function reported(text: string): Partial<RoutesEdit> {
  const place = { upstream: text, url: text, model: text };
  return {
    try: () =>
      Promise.resolve({
        kind: "valid",
        tested: {
          calls: 5,
          unchanged: 2,
          changed: 2,
          unrouted: 1,
          isCut: false,
          changes: [
            {
              count: 2,
              before: { route: text, targets: [place] },
              after: { route: text, targets: [] },
              models: [text, null],
              example: text,
            },
          ],
        },
      }),
  };
}

test("the file stands in a form, folded away, with a mark of what was opened", async () => {
  const { document } = await openPage(sampleBrowse([]), "/routes", deps());
  expect(document.querySelector("details.change")?.hasAttribute("open")).toBe(false);
  expect(document.querySelector("[name=text]")?.textContent).toBe("aliases: {}\n");
  expect(document.querySelector("[name=hash]")?.getAttribute("value")).toBe("abc");
  expect(wishes(document)).toEqual(["try"]);
});

test("problems stand beside the text with line, column and what the line says", async () => {
  const { status, document } = await submitForm(
    "/routes",
    { do: "try", text: "a\r\n  serverz: x\r\n", hash: "abc" },
    deps({
      try: (text) =>
        Promise.resolve({
          kind: "problems",
          problems: [{ at: { line: 2, column: 3 }, message: `of ${text.length} characters` }],
        }),
    }),
  );
  expect(status).toBe(422);
  expect(document.querySelector("details.change")?.hasAttribute("open")).toBe(true);
  expect(elementText(document, ".problems li")).toBe("Line 2, column 3serverz: xof 15 characters");
  expect(document.querySelector("[name=text]")?.getAttribute("aria-invalid")).toBe("true");
  expect(document.querySelector("[name=text]")?.textContent).toBe("a\n  serverz: x\n");
  expect(wishes(document)).toEqual(["try"]);
});

test("a valid text says what would have gone elsewhere, and offers a download; saving only to who may", async () => {
  const fields = { do: "try", text: "aliases: {}", hash: "abc" };
  const { status, document } = await submitForm("/routes", fields, deps(reported("m")));
  expect(status).toBe(200);
  expect(elementText(document, ".change-says")).toBe(
    "Valid: 2 calls would have gone elsewhereDecided again: 5 calls of the last 24 hours. " +
      "2 would have gone where they went. 1 refused before routing, and so left out." +
      "2 × m, (no model)wentm: m/mwould gom: nowhereOne of them",
  );
  expect(wishes(document)).toEqual(["try", "download", "save"]);
  const viewed = await submitForm("/routes", fields, deps(reported("m"), false));
  expect(wishes(viewed.document)).toEqual(["try", "download"]);
  expect(viewed.document.querySelector("[name=hash]")).toBeNull();
});

test("a download is a file and nothing a browser would run; a text with problems is none", async () => {
  const text = "<script>alert(1)</script>\n";
  const sent = await submitForm("/routes", { do: "download", text }, deps());
  expect(sent.text).toBe(text);
  expect(sent.headers.get("content-disposition")).toBe('attachment; filename="routes.yaml"');
  expect(sent.headers.get("content-type")).toBe("application/octet-stream");
  expect(sent.headers.get("x-content-type-options")).toBe("nosniff");
  const wrong = { kind: "problems", problems: [{ at: null, message: "no" }] } as const;
  const refused = await submitForm(
    "/routes",
    { do: "download", text },
    deps({ try: () => Promise.resolve(wrong) }),
  );
  expect(refused.status).toBe(422);
});

test("a save leads back to the page, which names the copy; nothing else is taken from the address", async () => {
  const stamp = "20260312T160010123Z";
  const saved = await submitForm(
    "/routes",
    { do: "save", text: "t", hash: "abc" },
    deps({
      save: (text, hash) =>
        Promise.resolve(
          text === "t" && hash === "abc" ? { kind: "saved", stamp } : { kind: "changed" },
        ),
    }),
  );
  expect(saved.status).toBe(303);
  expect(saved.headers.get("location")).toBe(`/routes?saved=${stamp}`);
  const { document } = await openPage(sampleBrowse([]), `/routes?saved=${stamp}`, deps());
  expect(elementText(document, "#change .notice code")).toBe(`routes.yaml.${stamp}.bak`);
  const made = await openPage(sampleBrowse([]), "/routes?saved=call-0900", deps());
  expect(made.document.querySelector("#change .notice")).toBeNull();
});

test("a save by somebody who may not is refused without being tried; one over a file that has changed keeps the text", async () => {
  const fields = { do: "save", text: "mine", hash: "abc" };
  let saves = 0;
  const edit: Partial<RoutesEdit> = {
    save() {
      saves++;
      return Promise.resolve({ kind: "changed" });
    },
  };
  const refused = await submitForm("/routes", fields, deps(edit, false));
  expect([refused.status, saves]).toEqual([403, 0]);
  const changed = await submitForm("/routes", fields, deps(edit));
  expect([changed.status, saves]).toEqual([409, 1]);
  expect(changed.document.querySelector("[name=text]")?.textContent).toBe("mine");
  expect(changed.document.querySelector("[name=hash]")?.getAttribute("value")).toBe("abc");
});

describe.each(hostileTexts)("with %p in the file and in all that is said of it", (text) => {
  const elements = async (words: string) => {
    const fields = { do: "try", text: words, hash: words };
    const problems = [{ at: { line: 1, column: 1 }, message: words }];
    const shown = [
      await submitForm("/routes", fields, deps(reported(words))),
      await submitForm(
        "/routes",
        fields,
        deps({ try: () => Promise.resolve({ kind: "problems", problems }) }),
      ),
      await submitForm(
        "/routes",
        { ...fields, do: "save" },
        deps({ save: () => Promise.resolve({ kind: "failed", why: words }) }),
      ),
      await openPage(
        sampleBrowse([]),
        "/routes",
        deps({ open: () => Promise.resolve({ ...opened, text: words, why: words }) }),
      ),
    ];
    return shown.map(({ document }) =>
      [...document.querySelectorAll("*")].map(
        (one) => `${one.tagName}[${[...one.attributes].map(({ name }) => name).join(" ")}]`,
      ),
    );
  };

  test("the page has the elements it has without", async () => {
    expect(await elements(text)).toEqual(await elements("harmless"));
  });
});
