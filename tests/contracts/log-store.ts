// What every log store must do; run on each implementation.
import { nothingSensed } from "../../src/domain/log/call-sense.ts";
import { describe, expect, test } from "bun:test";
import type { LogFilter, PointsFilter } from "../../src/ports/browse.ts";
import type { LogEngine, LogUpkeep } from "../../src/adapters/logs/pipeline/log-engine.ts";
import type { LogPlace } from "../../src/adapters/logs/pipeline/log-place.ts";
import type { LogReader } from "../../src/ports/log-reader.ts";
import { nothingRead } from "../../src/domain/log/answer-reading.ts";
import { captured, idAt, logWrite, noon, startedEntry } from "../lab/log-entries.ts";

/** What an engine does, with a reader that sees what it has written. */
export interface ContractedLog
  extends LogReader, Pick<LogEngine, "write">, Pick<LogUpkeep, "removeOlder"> {
  /** As `open` does after an end of the process. */
  interruptLeftovers(now: number): Promise<number>;
}

type Store = ContractedLog;

/** An engine that is open, with what it is asked for at its place. */
export function contractedLog(engine: LogEngine, place: LogPlace): ContractedLog {
  return {
    list: async (filter) => (await engine.reader(place)).list(filter),
    get: async (id) => (await engine.reader(place)).get(id),
    stats: async (since) => (await engine.reader(place)).stats(since),
    points: async (filter) => (await engine.reader(place)).points(filter),
    period: async (question) => (await engine.reader(place)).period(question),
    count: async (filter) => (await engine.reader(place)).count(filter),
    threads: async (filter) => (await engine.reader(place)).threads(filter),
    thread: async (id) => (await engine.reader(place)).thread(id),
    write: (batch) => engine.write(batch),
    removeOlder: (...limits) => engine.upkeep.removeOlder(...limits),
    async interruptLeftovers(now) {
      await engine.close();
      return (await engine.open(place, now)).interrupted;
    },
  };
}

/** @param withStore runs a test on an empty store and clears up after it */
export function logStoreContract(
  name: string,
  withStore: (run: (store: Store) => Promise<void>) => Promise<void>,
): void {
  const on = (rule: string, run: (store: Store) => Promise<void>) =>
    test(rule, () => withStore(run));
  const ids = async (store: Store, filter: Partial<LogFilter>) =>
    (await store.list({ limit: 50, ...filter })).logs.map((row) => row.id);

  describe(`${name}: a row`, () => {
    on("comes back with every field as it was written", async (store) => {
      await store.write([
        logWrite(
          { completedAt: noon + 1, authUser: "ann", errorMessage: "cut off" },
          {},
          { promptTokens: 3, completionTokens: 4, totalTokens: 7, finishReason: "stop" },
        ),
      ]);
      expect((await store.list({ limit: 1 })).logs).toEqual([
        {
          id: idAt(noon),
          timestamp: "2026-03-01T12:00:00.000Z",
          completed_at: "2026-03-01T12:00:00.001Z",
          state: "completed",
          source_ip: "10.0.0.5",
          method: "POST",
          path: "/v1/chat/completions?key=[redacted]",
          service_type: "openai",
          user_agent: "curl/8.0",
          auth_user: "ann",
          original_model: "gpt-4",
          mapped_model: "llama3",
          upstream: "fast-box",
          upstream_url: "http://10.0.0.9:8000",
          held: null,
          upstream_request_id: "req-1",
          route: "alias:gpt-4",
          protocol: "messages>chat",
          attempts: logWrite().entry.attempts,
          dropped: ["options.num_ctx"],
          warnings: ["malformed_event"],
          resent_from: null,
          stream: true,
          status_code: 200,
          error_message: "cut off",
          duration_ms: 1500,
          ttft_ms: 12.5,
          prompt_tokens: 3,
          completion_tokens: 4,
          total_tokens: 7,
          tokens_estimated: false,
          cached_tokens: null,
          reasoning_tokens: null,
          cost: null,
          thread_id: null,
          turns_key: null,
          client: null,
          asked: null,
          finish_reason: "stop",
          request_size: 10,
          response_size: 20,
          request_headers: [
            ["authorization", "[redacted]"],
            ["x-tag", "a"],
            ["x-tag", "b"],
          ],
          response_headers: [["content-type", "text/event-stream"]],
        },
      ]);
    });

    on("has what was made of its call beside its usage", async (store) => {
      const sense = {
        threadId: "0d1f2a3b-0000-8000-8000-00000000abcd",
        turnsKey: "0123456789abcdef",
        asked: "What is the weather in K\u00f6ln?",
        client: "claude-cli/1.0.3",
        costNanos: 1_234_567_890,
        warnings: ["reply_cut"],
      };
      await store.write([{ ...logWrite(), sense }]);
      expect((await store.list({ limit: 1 })).logs).toMatchObject([
        {
          thread_id: sense.threadId,
          turns_key: sense.turnsKey,
          asked: sense.asked,
          client: "claude-cli/1.0.3",
          cost: 1.23456789,
          warnings: ["malformed_event", "reply_cut"],
        },
      ]);
      expect(await store.get(idAt(noon))).toMatchObject({ asked: sense.asked, cost: 1.23456789 });
    });

    on("written while in flight is replaced by the call's end", async (store) => {
      await store.write([{ ...logWrite(), entry: startedEntry() }]);
      expect(await ids(store, { state: "inflight" })).toEqual([idAt(noon)]);
      await store.write([logWrite()]);
      expect(await ids(store, { state: "inflight" })).toEqual([]);
      expect(await ids(store, {})).toEqual([idAt(noon)]);
    });

    on("twice in one batch is written once, as it came last", async (store) => {
      await store.write([logWrite({ statusCode: 500 }), logWrite({ statusCode: 200 })]);
      expect((await store.list({ limit: 5 })).logs.map((row) => row.status_code)).toEqual([200]);
    });

    on("comes back as it is from a batch written once more", async (store) => {
      const batch = [0, 1].map((ms) =>
        logWrite({ timestamp: noon + ms }, { request: captured("x") }, { promptTokens: 3 }),
      );
      await store.write(batch);
      await store.write([...batch, logWrite({ timestamp: noon + 2 })]);
      expect(await ids(store, {})).toEqual([2, 1, 0].map((ms) => idAt(noon + ms)));
      expect(await ids(store, { q: "gpt" })).toHaveLength(3);
      expect((await store.get(idAt(noon)))?.request_body).toBe("x");
      expect(await store.stats(null)).toMatchObject({ requests: 3, prompt_tokens: 6 });
    });

    on("stands where its time is, whenever it was written", async (store) => {
      for (const ms of [3, 0, 2, 1]) await store.write([logWrite({ timestamp: noon + ms })]);
      expect(await ids(store, {})).toEqual([3, 2, 1, 0].map((ms) => idAt(noon + ms)));
    });

    const odd: readonly (readonly [string, string])[] = [
      ["looks like SQL", `'); drop table requests; -- "x" ? $1 \u{1F600}`],
      ["holds a NUL", "a\u0000b"],
      ["holds noncharacters", "a\uffff0000\ufffe\u{10ffff}"],
      ["is long", "0123456789".repeat(1_000)],
    ];
    for (const [what, text] of odd)
      on(`with text that ${what} is stored as it is`, async (store) => {
        const texts = { originalModel: text, mappedModel: `${text}2`, upstream: text.slice(0, 40) };
        await store.write([logWrite({ ...texts, errorMessage: text, path: `/${text}` })]);
        const { logs } = await store.list({ limit: 1 });
        expect(logs[0]).toMatchObject({
          original_model: text,
          mapped_model: `${text}2`,
          upstream: text.slice(0, 40),
          error_message: text,
          path: `/${text}`,
        });
        expect(await ids(store, { model: text })).toHaveLength(1);
        expect(await ids(store, { model: `${text}2` })).toHaveLength(1);
        expect(await ids(store, { upstream: text.slice(0, 40) })).toHaveLength(1);
        expect(await store.points({ since: noon, limit: 1 })).toMatchObject([
          { model: `${text}2`, upstream: text.slice(0, 40) },
        ]);
      });

    on("whose model holds half a character is found as an address names it", async (store) => {
      await store.write([logWrite({ originalModel: "a\ud83d" })]);
      expect((await store.list({ limit: 1, model: "a\ufffd" })).logs).toMatchObject([
        { original_model: "a\ufffd" },
      ]);
    });
  });

  describe(`${name}: bodies`, () => {
    on("come back whole, however they were cut into pieces", async (store) => {
      const request = captured('{"a":', "1}");
      const response = captured(Buffer.from("gr\u00fc\u00dfe").subarray(0, 3), Buffer.from([0xbc]));
      await store.write([logWrite({}, { request, response })]);
      expect(await store.get(idAt(noon))).toMatchObject({
        request_body: '{"a":1}',
        request_body_truncated: false,
        response_body: "gr\u00fc",
        response_body_truncated: false,
      });
    });

    on("that are empty differ from bodies that were not captured", async (store) => {
      await store.write([logWrite({}, { request: captured(""), response: null })]);
      expect(await store.get(idAt(noon))).toMatchObject({ request_body: "", response_body: null });
    });

    on("that are not UTF-8 come as base64 and say so", async (store) => {
      const bytes = new Uint8Array([0xff, 0xfe, 0x00]);
      await store.write([logWrite({}, { request: captured("text"), response: captured(bytes) })]);
      const detail = await store.get(idAt(noon));
      expect(detail).toMatchObject({ response_body: "//4A", response_body_encoding: "base64" });
      expect(detail).not.toHaveProperty("request_body_encoding");
    });

    on("may be large", async (store) => {
      const bytes = new Uint8Array(10_000_000);
      for (let at = 0; at < bytes.length; at += 65_536)
        crypto.getRandomValues(bytes.subarray(at, at + 65_536));
      const request = captured("[", "ü".repeat(5_000_000), "]");
      await store.write([logWrite({}, { request, response: captured(bytes) })]);
      const detail = await store.get(idAt(noon));
      expect(detail?.request_body === `[${"ü".repeat(5_000_000)}]`).toBeTrue();
      expect(detail?.response_body === Buffer.from(bytes).toString("base64")).toBeTrue();
    });

    on("cut within a character stay text, and say that they are cut", async (store) => {
      const response = { chunks: [Buffer.from("gr\u00fc").subarray(0, 3)], truncated: true };
      await store.write([logWrite({}, { response })]);
      const detail = await store.get(idAt(noon));
      expect(detail).toMatchObject({ response_body: "gr", response_body_truncated: true });
      expect(detail).not.toHaveProperty("response_body_encoding");
    });

    on("keep their byte order mark", async (store) => {
      await store.write([logWrite({}, { response: captured("\ufeff{}") })]);
      expect((await store.get(idAt(noon)))?.response_body).toBe("\ufeff{}");
    });
  });

  describe(`${name}: lists`, () => {
    const at = (minutes: number) => noon + minutes * 60_000;
    const failed = { state: "failed", statusCode: 502, errorMessage: "50% of_it Broke" } as const;
    const thread = "0d1f2a3b-0000-8000-8000-000000000001";
    const sensed = [
      { client: "codex/1.0", threadId: thread, costNanos: 5 },
      { client: "codex/1.1", costNanos: 9 },
      { client: "curl", threadId: thread.replace("1", "2") },
      { client: "codex", threadId: thread, costNanos: 0 },
    ];
    const made = [{ reading: { ...nothingRead, totalTokens: 9 } }, {}, {}, {}];
    const four = [
      logWrite({ timestamp: at(0), upstream: "slow-box" }),
      logWrite(
        { timestamp: at(1), ...failed, mappedModel: "gpt-4" },
        {},
        {},
        "What is the weather in K\u00f6ln? \u4eca\u65e5\u306f\u6674\u308c It's sunny.",
      ),
      logWrite({ timestamp: at(2), service: "ollama", originalModel: "phi", mappedModel: "phi" }),
      logWrite({ timestamp: at(3), state: "cancelled", statusCode: 499, authUser: "Ann" }),
    ].map((write, index) => ({
      ...write,
      ...made[index],
      sense: { ...write.sense, ...sensed[index] },
    }));
    const table: readonly [string, Partial<LogFilter>, readonly number[]][] = [
      ["newest first", {}, [3, 2, 1, 0]],
      ["by the model asked for or sent, each row once", { model: "gpt-4" }, [3, 1, 0]],
      ["by the model sent", { model: "llama3" }, [3, 0]],
      ["by a part of a model's name, whatever the case", { model: "PT" }, [3, 1, 0]],
      ["by a part of several models' names", { model: "p" }, [3, 2, 1, 0]],
      ["by no part of any model's name", { model: "gpt-5" }, []],
      ["by user", { user: "Ann" }, [3]],
      ["by address, where there is no user", { user: "10.0.0.5" }, [2, 1, 0]],
      ["by client, in any version", { client: "codex" }, [3, 1, 0]],
      ["by client, in one version", { client: "codex/1.1" }, [1]],
      ["not by part of a client", { client: "code" }, []],
      ["by thread", { thread }, [3, 0]],
      ["until a time, that time excluded", { until: at(2) }, [1, 0]],
      ["of a span of time", { since: at(1), until: at(2) }, [1]],
      ["the dearest first, those without a price last", { sort: "cost" }, [1, 0, 3, 2]],
      ["by tokens, equal ones the newest first", { sort: "tokens" }, [0, 3, 2, 1]],
      ["by duration, equal ones the newest first", { sort: "duration" }, [3, 2, 1, 0]],
      ["in an order of those that fit", { sort: "cost", client: "codex" }, [1, 0, 3]],
      ["in an order, from behind a row", { sort: "cost", before: idAt(at(0)) }, [3, 2]],
      ["in an order, from behind one without a value", { sort: "cost", before: idAt(at(2)) }, []],
      ["in an order, of a word", { sort: "cost", q: "llama3" }, [0, 3]],
      ["by service", { service_type: "ollama" }, [2]],
      ["by one status", { status: { from: 200, to: 200 } }, [2, 0]],
      ["by a class of statuses", { status: { from: 400, to: 499 } }, [3]],
      ["by any range of statuses", { status: { from: 499, to: 502 } }, [3, 1]],
      ["by upstream", { upstream: "slow-box" }, [0]],
      ["by state", { state: "failed" }, [1]],
      ["since a time, that time included", { since: at(2) }, [3, 2]],
      ["before an id, that id excluded", { before: idAt(at(2)) }, [1, 0]],
      ["by a word of an error, whatever the case", { q: "broke" }, [1]],
      ["by a word of a user's name, whatever the case", { q: "ANN" }, [3]],
      ["by a word of prompt or answer", { q: "weather" }, [1]],
      ["by a word without its accents", { q: "koln" }, [1]],
      ["by a word with accents it does not have", { q: "we\u00e4ther" }, [1]],
      ["by the beginning of a word, from three letters on", { q: "wea" }, [1]],
      ["not by two letters of a longer word", { q: "we" }, []],
      ["not by the inside of a word", { q: "eather" }, []],
      ["by several words, wherever they stand", { q: "sunny weather" }, [1]],
      ["not where one of several words is missing", { q: "weather rain" }, []],
      ["by words in quotation marks, in that order only", { q: '"the weather"' }, [1]],
      ["not by words in quotation marks in another order", { q: '"weather the"' }, []],
      ["by a name with marks in it", { q: "gpt-4" }, [3, 1, 0]],
      ["by the number in a model's name", { q: "llama 3" }, [3, 0]],
      ["by a path", { q: "/v1/chat" }, [3, 2, 1, 0]],
      ["by an address", { q: "10.0.0.5" }, [3, 2, 1, 0]],
      ["by a part of a text without spaces", { q: "\u6674\u308c" }, [1]],
      ["by an id", { q: idAt(at(2)) }, [2]],
      ["by the beginning of an id", { q: idAt(at(2)).slice(0, 13) }, [2]],
      ["by words among marks that mean something elsewhere", { q: "50% of_it*" }, [1]],
      ["not by words that operators would find", { q: "weather OR rain" }, []],
      ["not by marks alone", { q: '% " ^ *' }, []],
      ["by words around what nobody can see", { q: "weather\u0000sunny" }, []],
      ["by a phrase with a NUL in it", { q: '"the\u0000weather"' }, [1]],
      ["not by halves of characters", { q: "\ud83d" }, []],
      ["not by a phrase that goes on in another text", { q: '"broke what"' }, []],
      ["by a quotation mark that never closes", { q: '"the weather' }, [1]],
      ["by a word, only before an id", { q: "llama3", before: idAt(at(3)) }, [0]],
      ["by all filters at once", { model: "gpt-4", state: "completed", q: "slow-box" }, [0]],
    ];
    for (const [rule, filter, expected] of table)
      on(`are given ${rule}`, async (store) => {
        await store.write(four);
        expect(await ids(store, filter)).toEqual(expected.map((minutes) => idAt(at(minutes))));
      });

    on("lead from a row to its repeats, and from a repeat to what it repeats", async (store) => {
      const again = (minutes: number, of: number) =>
        logWrite({ timestamp: at(minutes), resentFrom: idAt(at(of)) });
      await store.write([...four, again(4, 0), again(5, 1), again(6, 0)]);
      expect(await ids(store, { resent_from: idAt(at(0)) })).toEqual([idAt(at(6)), idAt(at(4))]);
      expect(await ids(store, { resent_from: idAt(at(4)) })).toEqual([]);
      expect((await store.get(idAt(at(5))))?.resent_from).toBe(idAt(at(1)));
      await store.removeOlder(at(1), null, 10);
      expect(await ids(store, { resent_from: idAt(at(0)), limit: 1 })).toEqual([idAt(at(6))]);
    });

    on("page through everything once, rows of one moment included", async (store) => {
      const many = Array.from({ length: 11 }, (_, index) => idAt(noon, index));
      await store.write(many.map((id) => logWrite({ id })));
      const seen: string[] = [];
      let before: string | undefined;
      for (let page = 0; page < 4; page++) {
        const { logs, next } = await store.list({ limit: 4, ...(before ? { before } : {}) });
        seen.push(...logs.map((row) => row.id));
        before = next ?? undefined;
        if (next === null) break;
      }
      expect(seen).toEqual(many.toReversed());
      expect(before).toBeUndefined();
    });

    on("end without a next page where the last one is just full", async (store) => {
      await store.write(four);
      expect((await store.list({ limit: 4 })).next).toBeNull();
      expect((await store.list({ limit: 2, model: "gpt-4" })).next).toBe(idAt(at(1)));
    });

    on("know no row that was never written", async (store) => {
      await store.write(four);
      expect(await store.get(idAt(at(9)))).toBeNull();
    });
  });

  describe(`${name}: figures`, () => {
    on("of an empty log are zeros and nulls", async (store) => {
      expect(await store.stats(null)).toEqual({
        requests: 0,
        errors: 0,
        error_rate: 0,
        duration_ms_median: null,
        duration_ms_p95: null,
        ttft_ms_median: null,
        prompt_tokens: 0,
        completion_tokens: 0,
      });
    });

    on("count every call, and time the completed ones", async (store) => {
      const durations = Array.from({ length: 20 }, (_, index) => (index + 1) * 10);
      await store.write([
        ...durations.map((durationMs, index) =>
          logWrite({ id: idAt(noon, index), durationMs, ttftMs: null }, {}, { promptTokens: 2 }),
        ),
        logWrite({ id: idAt(noon, 20), durationMs: 5, ttftMs: 3 }, {}, { completionTokens: 9 }),
        logWrite({ id: idAt(noon, 21), state: "failed", durationMs: 9_999, ttftMs: 9_999 }),
        logWrite({ id: idAt(noon, 22), state: "inflight", durationMs: null }),
        logWrite({ id: idAt(noon, 23), state: "cancelled", durationMs: 1, ttftMs: 1 }),
      ]);
      expect(await store.stats(null)).toEqual({
        requests: 24,
        errors: 1,
        error_rate: 1 / 24,
        duration_ms_median: 100,
        duration_ms_p95: 190,
        ttft_ms_median: 3,
        prompt_tokens: 40,
        completion_tokens: 9,
      });
    });

    on("of a period leave out what was before", async (store) => {
      await store.write([
        logWrite({ timestamp: noon - 1, durationMs: 1 }),
        logWrite({ timestamp: noon, durationMs: 7 }),
      ]);
      expect(await store.stats(noon)).toMatchObject({ requests: 1, duration_ms_median: 7 });
    });
  });

  describe(`${name}: points of a chart`, () => {
    const minute = 60_000;
    const calls = [
      logWrite({ timestamp: noon - 1 }),
      logWrite({ timestamp: noon, mappedModel: null }, {}, { totalTokens: 9 }),
      logWrite({ timestamp: noon + minute, state: "failed", service: "ollama" }),
      { ...logWrite(), entry: startedEntry({ timestamp: noon + 2 * minute }) },
    ];
    const table: readonly [string, Partial<PointsFilter>, readonly number[]][] = [
      ["are the calls that ended since a time, newest first", {}, [1, 0]],
      ["are so many at most", { limit: 1 }, [1]],
      ["are those of a model, asked for or sent", { model: "llama3" }, [1]],
      ["are those of a service", { service_type: "openai" }, [0]],
      ["are those with a status", { status: { from: 200, to: 299 }, upstream: "fast-box" }, [1, 0]],
      ["are those in a state", { state: "failed" }, [1]],
      ["are never those in flight", { state: "inflight" }, []],
      ["are those of a user", { user: "10.0.0.1" }, []],
      ["are those with words", { q: "fast" }, [1, 0]],
      ["are those with words that a filter lets through", { q: "fast", state: "failed" }, [1]],
      ["are no others than those with words", { q: "elsewhere" }, []],
    ];
    for (const [rule, filter, minutes] of table)
      on(rule, async (store) => {
        await store.write(calls);
        const points = await store.points({ since: noon, limit: 10, ...filter });
        expect(points.map(({ id }) => id)).toEqual(
          minutes.map((later) => idAt(noon + later * minute)),
        );
      });

    on("hold what a chart shows", async (store) => {
      const sense = { ...nothingSensed, client: "curl/8", costNanos: 2_000_000 };
      await store.write(calls.map((call) => ({ ...call, sense })));
      expect((await store.points({ since: noon, limit: 10 }))[1]).toEqual({
        id: idAt(noon),
        timestamp: "2026-03-01T12:00:00.000Z",
        model: "gpt-4",
        upstream: "fast-box",
        user: "10.0.0.5",
        client: "curl/8",
        duration_ms: 1500,
        ttft_ms: 12.5,
        prompt_tokens: null,
        completion_tokens: null,
        total_tokens: 9,
        cost: 0.002,
        status_code: 200,
        state: "completed",
      });
    });
  });

  describe(`${name}: figures of calls by words`, () => {
    on(
      "are of those that have them, in flight or ended, whole, by name and by bar",
      async (store) => {
        const sense = { ...nothingSensed, costNanos: 2_000_000 };
        const reading = { promptTokens: 7, cachedTokens: 3 };
        const asked = "a word sought";
        await store.write([
          { ...logWrite({ timestamp: noon }, {}, reading, asked), sense },
          {
            ...logWrite({ timestamp: noon + 1, state: "failed", mappedModel: null }, {}, {}, asked),
            sense,
          },
          logWrite({ timestamp: noon + 2 }),
        ]);
        const filter = { since: noon, q: "sought" };
        const period = await store.period({ filter, by: "model", bars: [noon - 60_000, noon] });
        expect(period.figures).toMatchObject({
          requests: 2,
          errors: 1,
          prompt_tokens: 7,
          cached_tokens: 3,
          cost: 0.004,
        });
        expect(period.groups?.map(({ requests }) => requests)).toEqual([1, 1]);
        expect(period.bars?.map(({ requests }) => requests)).toEqual([0, 2]);
        expect(period).not.toHaveProperty("cut");
        expect((await store.period({ filter: { q: "fast" } })).figures.requests).toBe(3);
      },
    );
  });

  describe(`${name}: what stays and what goes`, () => {
    on("rows left in flight become interrupted, others stay as they are", async (store) => {
      await store.write([
        { ...logWrite(), entry: startedEntry() },
        logWrite({ timestamp: noon + 1, state: "failed" }),
      ]);
      expect(await store.interruptLeftovers(noon + 5)).toBe(1);
      expect(await store.interruptLeftovers(noon + 6)).toBe(0);
      const { logs } = await store.list({ limit: 5 });
      expect(logs.map(({ state }) => state)).toEqual(["failed", "interrupted"]);
      expect(Date.parse(logs[1]?.completed_at ?? "")).toBeGreaterThanOrEqual(noon + 5);
    });

    on("old rows go with their bodies, in steps that come to an end", async (store) => {
      const body = { request: captured("x") };
      await store.write([0, 1, 2, 3].map((ms) => logWrite({ timestamp: noon + ms }, body)));
      while (await store.removeOlder(noon + 3, null, 2));
      expect(await ids(store, {})).toEqual([idAt(noon + 3)]);
      expect(await ids(store, { model: "gpt-4" })).toEqual([idAt(noon + 3)]);
      expect(await ids(store, { q: "llama" })).toEqual([idAt(noon + 3)]);
      expect(await store.get(idAt(noon + 2))).toBeNull();
      expect((await store.get(idAt(noon + 3)))?.request_body).toBe("x");
      expect(await store.points({ since: noon, limit: 5 })).toHaveLength(1);
    });

    on("rows that go take their part of the figures along", async (store) => {
      await store.write([
        logWrite({ state: "failed" }, {}, { promptTokens: 5 }),
        logWrite({ timestamp: noon + 1, durationMs: 7 }, {}, { promptTokens: 2 }),
      ]);
      while (await store.removeOlder(noon + 1, null, 10));
      expect(await store.stats(null)).toMatchObject({
        requests: 1,
        errors: 0,
        prompt_tokens: 2,
        duration_ms_median: 7,
      });
      expect((await store.list({ limit: 5, q: "gpt" })).logs).toHaveLength(1);
    });

    on("bodies may go before their rows", async (store) => {
      const body = { request: captured("x") };
      await store.write([0, 1].map((ms) => logWrite({ timestamp: noon + ms }, body)));
      while (await store.removeOlder(null, noon + 1, 10));
      expect((await store.get(idAt(noon)))?.request_body).toBeNull();
      expect((await store.get(idAt(noon + 1)))?.request_body).toBe("x");
    });
  });
}
