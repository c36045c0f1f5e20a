// The connection to PostgreSQL, behind which the driver could be another one: every statement has a
// time limit, and a server that stays silent costs a client, which the next statement opens anew.
import { SQL } from "bun";
import { watchForClosing } from "./closing-server.ts";

/**
 * Runs one statement; its rows are what the caller says they are.
 * @param bytes of it and its answer, where they are many: the server has the more time
 */
export type Run = <Row = never>(
  text: string,
  parameters?: readonly unknown[],
  bytes?: number,
) => Promise<readonly Row[]>;

export interface Client {
  /** One statement in a transaction of its own. Rejects as the server or the driver says it, or with SilentServer. */
  readonly run: Run;
  /** All of the work or, where it rejects, nothing. Waits for a connection. */
  inTransaction<Result>(work: (run: Run) => Promise<Result>): Promise<Result>;
  /** Gives up what is under way, and every connection. A later statement opens what it needs anew. */
  close(): Promise<void>;
}

export interface ClientOptions {
  /** `postgres://…`; may hold a password. */
  readonly url: string;
  /** At most; they are opened when they are needed. */
  readonly connections: number;
  /** ms without an answer after which the server counts as silent; see `transferMs`. */
  readonly silenceMs: number;
}

/** Of a line, or a server, that is slow and yet works. */
const slowestBytesPerMs = 500;

/** @returns ms that many bytes may take on their way, beside what a statement may take */
export function transferMs(bytes: number): number {
  return bytes / slowestBytesPerMs;
}

/** Rejects whatever a server has not answered in time. */
export class SilentServer extends Error {
  constructor(ms: number) {
    super(`PostgreSQL has not answered for ${Math.round(ms / 100) / 10} s`);
    this.name = "SilentServer";
  }
}

/** Rejects what waits for a server that accepts connections and closes them. */
class ClosedConnection extends Error {
  readonly code = "ERR_POSTGRES_CONNECTION_CLOSED";
  constructor() {
    super("it closes connections as soon as it has accepted them");
  }
}

/** A driver of one generation, and whether it was given up. */
interface Generation {
  readonly sql: SQL;
  readonly ended: PromiseWithResolvers<never>;
  /** Connections that stand. */
  open: number;
}

/**
 * No statement is prepared by name: behind a pooler in transaction mode the next one may reach another
 * connection. Nor does a start-up parameter go along, which PgBouncer refuses by default.
 */
export function createClient({ url, connections, silenceMs }: ClientOptions): Client {
  let current: Generation | null = null;

  function generation(): Generation {
    if (current !== null) return current;
    const ended = Promise.withResolvers<never>();
    ended.promise.catch(() => undefined); // whoever waits hears of it
    const sql = new SQL(url, {
      adapter: "postgres",
      max: connections,
      prepare: false,
      connectionTimeout: Math.ceil(silenceMs / 1_000),
      idleTimeout: 0,
      onconnect: (error) => {
        if (error === null) own.open++;
      },
      onclose: () => {
        own.open = Math.max(0, own.open - 1);
      },
    });
    const own: Generation = { sql, ended, open: 0 };
    current = own;
    return own;
  }

  /** Every statement under way in it is over. */
  function giveUp(of: Generation, why: Error): void {
    if (current === of) current = null;
    of.ended.reject(why);
    of.sql.close({ timeout: 0 }).catch(() => undefined);
  }

  async function within<T>(of: Generation, answer: Promise<T>, bytes = 0): Promise<T> {
    const limitMs = silenceMs + transferMs(bytes);
    const timer = setTimeout(() => {
      giveUp(of, new SilentServer(limitMs));
    }, limitMs);
    const stopWatching =
      of.open > 0
        ? null
        : watchForClosing(of.sql.options, () => {
            giveUp(of, new ClosedConnection());
          });
    try {
      return await Promise.race([answer, of.ended.promise]);
    } finally {
      clearTimeout(timer);
      stopWatching?.();
      answer.catch(() => undefined); // given up: nobody waits for it any longer
    }
  }

  function runOn(of: Generation, sql: Pick<SQL, "unsafe">): Run {
    return <Row>(text: string, parameters: readonly unknown[] = [], bytes = 0) =>
      within(of, (async () => (await sql.unsafe(text, [...parameters])) as Row[])(), bytes);
  }

  return {
    // What is wrong with the URL is thrown where the driver is made of it.
    async run(text, parameters, bytes) {
      const of = generation();
      return runOn(of, of.sql)(text, parameters, bytes);
    },
    async inTransaction<Result>(work: (run: Run) => Promise<Result>) {
      const of = generation();
      const begun = Promise.withResolvers<void>();
      const whole = of.sql.begin((sql) => {
        begun.resolve();
        return work(runOn(of, sql));
      });
      // Each statement has its limit, and so has the wait for the first.
      await within(of, Promise.race([begun.promise, whole]));
      return (await Promise.race([whole, of.ended.promise])) as Result;
    },
    async close() {
      if (current !== null) giveUp(current, new Error("the connection to PostgreSQL was closed"));
    },
  };
}
