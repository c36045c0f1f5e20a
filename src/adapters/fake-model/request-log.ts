// What a fake has received, and promises that wait for it.
import type { HeaderList } from "../../domain/http/headers.ts";
import { asFields, type Fields } from "./fields.ts";

export interface RecordedRequest {
  /** Counts all requests of this fake, from 1. */
  readonly number: number;
  /** Counts the fake's connections, from 1: equal numbers came over the same one. */
  readonly connection: number;
  readonly method: string;
  /** Path and query, as sent. */
  readonly target: string;
  /** Without the fake's base path and the query. */
  readonly path: string;
  /** With its `?`, or empty. */
  readonly query: string;
  /** In the order received; names in lower case. */
  readonly headers: HeaderList;
  readonly body: Uint8Array;
  /** The body's JSON; undefined where it is none. */
  readonly json: unknown;
  /** The body's fields; empty where it is not a JSON object. */
  readonly fields: Fields;
  /** Whether it calls a model, as opposed to asking about the server. */
  readonly isCall: boolean;
  /** ms on `performance.now()`'s clock, as all times here: when its last byte was read. */
  readonly receivedAt: number;
  /** Bytes of the answer that the operating system has taken so far. */
  readonly bytesSent: number;
  /** `broken`: by the fake, on purpose; `aborted`: the client closed before the answer's end. */
  readonly ending: "open" | "answered" | "broken" | "aborted";
  readonly endedAt: number | null;
  /** When the client closed the connection before the answer's end; else null. */
  readonly abortedAt: number | null;
}

type Own = "fields" | "bytesSent" | "ending" | "endedAt" | "abortedAt";
export type ReceivedRequest = Omit<RecordedRequest, Own>;

/** A request's record with the means to continue it. */
export interface OpenRecord {
  readonly record: RecordedRequest;
  readonly sent: (bytes: number) => void;
  readonly end: (ending: "answered" | "broken" | "aborted", at: number) => void;
}

export interface RequestLog {
  readonly all: () => readonly RecordedRequest[];
  readonly add: (received: ReceivedRequest) => OpenRecord;
  /**
   * Resolves with `find`'s first result that is not undefined, now or after a change; rejects after
   * `withinMs`, saying what it waited for and what came instead.
   */
  readonly wait: <T extends object | number>(
    what: string,
    find: () => T | undefined,
    withinMs: number,
  ) => Promise<T>;
  /** Forgets all records; who waits goes on waiting. */
  readonly clear: () => void;
  /** Rejects whoever waits. */
  readonly close: () => void;
}

/** Makes an empty log; without `keep`, records are not held. */
export function createRequestLog(keep: boolean): RequestLog {
  let records: RecordedRequest[] = [];
  const checks = new Set<() => void>();
  const refusals = new Set<(why: string) => void>();
  const changed = (): void => {
    for (const check of checks) check();
  };

  return {
    all: () => records,
    add(received) {
      const state = {
        bytesSent: 0,
        ending: "open" as RecordedRequest["ending"],
        endedAt: null as number | null,
      };
      const record: RecordedRequest = {
        ...received,
        fields: asFields(received.json),
        get bytesSent() {
          return state.bytesSent;
        },
        get ending() {
          return state.ending;
        },
        get endedAt() {
          return state.endedAt;
        },
        get abortedAt() {
          return state.ending === "aborted" ? state.endedAt : null;
        },
      };
      if (keep) records.push(record);
      changed();
      return {
        record,
        sent(bytes) {
          state.bytesSent += bytes;
          changed();
        },
        end(ending, at) {
          state.ending = ending;
          state.endedAt = at;
          changed();
        },
      };
    },
    wait<T extends object | number>(
      what: string,
      find: () => T | undefined,
      withinMs: number,
    ): Promise<T> {
      const { promise, resolve, reject } = Promise.withResolvers<T>();
      const refuse = (why: string): void => {
        const came = records.map(({ method, target, ending }) => `${method} ${target} ${ending}`);
        done();
        reject(
          new Error(`${why} while waiting for ${what}; came: ${came.join(", ") || "nothing"}`),
        );
      };
      const timer = setTimeout(refuse, withinMs, `${withinMs} ms passed`);
      const check = (): void => {
        const found = find();
        if (found === undefined) return;
        done();
        resolve(found);
      };
      const done = (): void => {
        clearTimeout(timer);
        checks.delete(check);
        refusals.delete(refuse);
      };
      checks.add(check);
      refusals.add(refuse);
      check();
      return promise;
    },
    clear() {
      records = [];
    },
    close() {
      for (const refuse of refusals) refuse("the fake stopped");
    },
  };
}
