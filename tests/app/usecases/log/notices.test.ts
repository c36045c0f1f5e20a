// What a person should act on: shown while it holds, hidden once dismissed, back when it happens anew.
import { expect, test } from "bun:test";
import {
  createNotices,
  logNotices,
  routesNotice,
} from "../../../../src/app/usecases/log/notices.ts";
import type { Notice } from "../../../../src/ports/notices.ts";

const ids = (notices: readonly Notice[]) => notices.map(({ id }) => id);

test("a dismissed notice is gone until its state happens anew", () => {
  let lost = 3;
  const notices = createNotices([
    () => logNotices({ trouble: null, failure: null, dropped: { full: lost } }),
  ]);
  expect(ids(notices.current())).toEqual(["rows-lost:3"]);
  notices.dismiss("rows-lost:3");
  expect(notices.current()).toEqual([]);
  lost = 4;
  expect(ids(notices.current())).toEqual(["rows-lost:4"]);
});

test("dismissing what one saw does not hide what happened since", () => {
  const notices = createNotices([
    () => logNotices({ trouble: null, failure: null, dropped: { full: 4 } }),
  ]);
  notices.dismiss("rows-lost:3");
  expect(ids(notices.current())).toEqual(["rows-lost:4"]);
});

test("a state that ends when it is put right cannot be dismissed", () => {
  const trouble = { problems: ["routes.yaml:1:1: wrong"], since: 5 };
  const notices = createNotices([() => routesNotice(trouble)]);
  notices.dismiss("routes-file:5");
  expect(notices.current()).toHaveLength(1);
  expect(notices.current()[0]?.details).toEqual(trouble.problems);
});

test("several are shown in the order of their sources, and dismissed one by one", () => {
  const one = (id: string) => () => [{ id, message: id }];
  const notices = createNotices([one("a"), one("b"), one("c")]);
  notices.dismiss("b");
  expect(ids(notices.current())).toEqual(["a", "c"]);
  notices.dismiss("a");
  expect(ids(notices.current())).toEqual(["c"]);
});

test("while the store fails it says how many rows are lost; the loss alone is reported afterwards", () => {
  const dropped = { write_failed: 1200, queue_full: 0 };
  const failing = logNotices({ trouble: null, failure: "database is locked", dropped });
  expect(failing).toEqual([
    {
      id: "log-store",
      message: "The log's rows cannot be written. Requests are still routed.",
      details: ["database is locked", "Rows lost so far: 1,200 (write_failed)"],
      endsByItself: true,
    },
  ]);
  expect(logNotices({ trouble: null, failure: null, dropped })).toMatchObject([
    { id: "rows-lost:1200", details: ["Rows lost: 1,200 (write_failed)"] },
  ]);
  expect(logNotices({ trouble: null, failure: null, dropped: { write_failed: 0 } })).toEqual([]);
});

test.each(["database or disk is full", "ENOSPC: no space left on device, write"])(
  "a full disk is called that, and in /readyz without the system's words: %s",
  (failure) => {
    const trouble = "the log's store does not take rows";
    const [notice] = logNotices({ trouble, failure, dropped: {} });
    expect(notice?.message).toBe(
      "The disk is full: the log's rows cannot be written. Requests are still routed.",
    );
    expect(notice?.details).toEqual([failure]);
  },
);

test("a store that only cannot be read is a notice, too", () => {
  const trouble = "the log's store cannot be read";
  const [notice] = logNotices({ trouble, failure: null, dropped: {} });
  expect(notice?.message).toStartWith("The log's store cannot be read.");
});
