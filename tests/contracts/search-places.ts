// Where a log store says that a search has found a row; run on each implementation.
import { describe, expect, test } from "bun:test";
import { spokenText } from "../../src/adapters/logs/pipeline/spoken-text.ts";
import { bodyBytes } from "../../src/adapters/logs/rows/log-row.ts";
import type { LogWrite } from "../../src/adapters/logs/pipeline/log-engine.ts";
import type { LogEntry } from "../../src/domain/log/log-entry.ts";
import type { ListedRow } from "../../src/ports/browse.ts";
import { captured, idAt, logWrite, noon, startedEntry } from "../lab/log-entries.ts";
import type { ContractedLog } from "./log-store.ts";

type Store = ContractedLog;

interface Said {
  readonly messages?: readonly { readonly role: string; readonly content: string }[];
  readonly answer?: string;
  readonly asked?: string | null;
}

/** A call that is found by what its bodies say. */
function spoken(
  own: Partial<LogEntry>,
  { messages = [], answer = "", asked = null }: Said,
): LogWrite {
  const request = captured(JSON.stringify({ model: "m", messages }));
  const pieces = answer.match(/.{1,5}/gsu) ?? [];
  const events = pieces.map(
    (content) => `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content } }] })}\n\n`,
  );
  const response = captured(`${events.join("")}data: [DONE]\n\n`);
  const write = logWrite(own, { request, response });
  return {
    ...write,
    said: spokenText(bodyBytes(request), bodyBytes(response)),
    sense: { ...write.sense, asked },
  };
}

const user = (content: string) => ({ role: "user", content });
const assistant = (content: string) => ({ role: "assistant", content });
const at = (minutes: number) => noon + minutes * 60_000;

/** @param withStore runs a test on an empty store and clears up after it */
export function searchPlacesContract(
  name: string,
  withStore: (run: (store: Store) => Promise<void>) => Promise<void>,
): void {
  const on = (rule: string, run: (store: Store) => Promise<void>) =>
    test(rule, () => withStore(run));
  const found = async (store: Store, q: string) => (await store.list({ limit: 50, q })).logs;
  const marked = ({ match }: ListedRow) =>
    match === undefined ? null : [match.in, ...match.at.map((own) => match.text.slice(...own))];

  describe(`${name}: a search shows where it has found a row:`, () => {
    const one = spoken(
      { errorMessage: "50% of_it broke", state: "failed" },
      {
        messages: [
          user("Is it raining in Köln?"),
          assistant("No."),
          user("And the thunder?\n\n\tWhere is <b>it</b>"),
        ],
        answer: "The zebra sleeps in the Straße. It is so sunny, 今日は晴れ",
        asked: "Where is <b>it</b>",
      },
    );
    const table: readonly [string, string, readonly string[] | null][] = [
      ["in what was asked last", "thunder", ["request", "thunder"]],
      ["in what was asked before", "koln", ["request", "Köln"]],
      ["in the answer, whatever lies between its events", "zebra", ["response", "zebra"]],
      ["by the beginning of a word", "sun", ["response", "sunny"]],
      ["by a phrase", '"so sunny"', ["response", "so sunny"]],
      ["by several words, of which one is near", "zebra straße", ["response", "zebra", "Straße"]],
      ["by several words of different texts", "thunder zebra", ["request", "thunder"]],
      ["in a script without spaces", "晴れ", ["response", "晴れ"]],
      ["in the model", "gpt-4", ["model", "gpt-4"]],
      ["in the number of a model", "llama 3", ["model", "llama3"]],
      ["in the upstream", "fast-box", ["upstream", "fast-box"]],
      ["in the address", "10.0.0.5", ["address", "10.0.0.5"]],
      ["in the error", "broke", ["error", "broke"]],
      ["in the path", "completions", ["path", "completions"]],
      ["in the id", idAt(noon).slice(0, 13), ["id", idAt(noon).slice(0, 13)]],
      ["nowhere, where its last words say it", "where b", null],
      ["in what else was sought than its last words", "where zebra", ["response", "zebra"]],
    ];
    for (const [rule, q, expected] of table)
      on(rule, async (store) => {
        await store.write([one]);
        const rows = await found(store, q);
        expect(rows).toHaveLength(1);
        expect(rows.map(marked)).toEqual([expected === null ? null : [...expected]]);
        expect(await store.get(idAt(noon))).not.toHaveProperty("match");
      });

    on("in one line, as it was written", async (store) => {
      await store.write([one]);
      const [row] = await found(store, "thunder");
      expect(row?.match).toEqual({
        in: "request",
        text: "And the thunder? Where is <b>it</b>",
        at: [[8, 15]],
      });
    });

    on("only where something was searched for", async (store) => {
      await store.write([one]);
      expect((await store.list({ limit: 5 })).logs[0]).not.toHaveProperty("match");
      expect((await store.list({ limit: 5, model: "gpt" })).logs[0]).not.toHaveProperty("match");
    });

    on("on every page, in every order", async (store) => {
      const three = [0, 1, 2].map((minute) =>
        spoken({ timestamp: at(minute), durationMs: minute }, { answer: `sunny ${minute}` }),
      );
      await store.write(three);
      const first = await store.list({ limit: 2, q: "sunny" });
      const second = await store.list({ limit: 2, q: "sunny", before: first.next ?? "" });
      const texts = [...first.logs, ...second.logs].map(({ match }) => match?.text);
      expect(texts).toEqual(["sunny 2", "sunny 1", "sunny 0"]);
      const longest = await store.list({ limit: 1, q: "sunny", sort: "duration" });
      expect(longest.logs[0]?.match?.text).toBe("sunny 2");
    });

    on("the same when it is asked again", async (store) => {
      await store.write([one]);
      expect(await found(store, "zebra")).toEqual([...(await found(store, "zebra"))]);
    });

    on("of a call under way by its row, and by its bodies once it has ended", async (store) => {
      const timestamp = at(1);
      await store.write([{ ...logWrite(), entry: startedEntry({ timestamp }) }]);
      expect((await found(store, "gpt-4")).map(marked)).toEqual([["model", "gpt-4"]]);
      expect((await found(store, "completions")).map(marked)).toEqual([["path", "completions"]]);
      await store.write([spoken({ timestamp }, { answer: "completions it is" })]);
      const [ended] = await found(store, "completions");
      expect(ended?.match?.in).toBe("response");
    });

    on("not where its bodies have been removed", async (store) => {
      await store.write([one, spoken({ timestamp: at(5) }, { answer: "a zebra" })]);
      expect((await found(store, "zebra")).map(marked)).toEqual([
        ["response", "zebra"],
        ["response", "zebra"],
      ]);
      while (await store.removeOlder(null, at(1), 10));
      expect((await found(store, "zebra")).map(marked)).toEqual([["response", "zebra"], null]);
    });

    on("not in bodies that are larger than a list has the time for", async (store) => {
      const large = Array.from({ length: 6_000 }, (_, number) => user(`${number} `.repeat(40)));
      await store.write([
        spoken({ timestamp: at(1) }, { messages: large, answer: "zebra" }),
        spoken({ timestamp: at(2) }, { answer: "zebra" }),
      ]);
      expect((await found(store, "zebra")).map(marked)).toEqual([["response", "zebra"], null]);
    });

    on("in rows without bodies, and with bodies that are no conversation", async (store) => {
      const said = { asked: "", answered: "zebra" };
      const response = captured(Uint8Array.of(0xff, 0, 0x7b));
      await store.write([
        { ...logWrite({ timestamp: at(1) }), said },
        { ...logWrite({ timestamp: at(2) }, { request: captured("{"), response }), said },
      ]);
      expect((await found(store, "zebra")).map(marked)).toEqual([null, null]);
      expect((await found(store, "gpt-4 zebra")).map(marked)).toEqual([
        ["model", "gpt-4"],
        ["model", "gpt-4"],
      ]);
    });
  });
}
