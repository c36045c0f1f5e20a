// A connection that listens to what the routers of a group call out. It is there only while the database is
// known to be up, as the driver reports each vain try to connect on stderr; and it says whether anything
// is heard at all, which is not so behind a pooler in transaction mode.
import { SQL } from "bun";

export interface Listener {
  /** Sees to it that it listens, unless it was found deaf lately. To be called while the database answers. */
  keepUp(): void;
  /** The database does not answer: the connection is given up. */
  giveUp(): void;
  /** What it called out itself was heard. */
  hears(): boolean;
  close(): void;
}

export interface ListenerOptions {
  /** `postgres://…`; may hold a password. */
  readonly url: string;
  readonly channel: string;
  readonly heard: (text: string) => void;
  /** Calls out what must be heard as `echo`; may reject. */
  readonly callOut: (echo: string) => Promise<void>;
  /** ms after which what was not heard will not be. */
  readonly patienceMs?: number;
}

const defaultPatienceMs = 2_000;
/** ms after which it is tried whether it hears itself: a connection may have gone without a sign. */
const testAgainMs = 60_000;

interface Ear {
  readonly sql: SQL;
  /** Called out last, to be heard. */
  echo: string | null;
  hasEchoed: boolean;
  testedAt: number;
  hears: boolean;
  timer: NodeJS.Timeout | undefined;
}

export function createListener(options: ListenerOptions): Listener {
  const { url, channel, heard, callOut, patienceMs = defaultPatienceMs } = options;
  let ear: Ear | null = null;
  let deafUntil = 0;
  let closed = false;

  function drop(old: Ear): void {
    if (ear === old) ear = null;
    old.hears = false;
    clearTimeout(old.timer);
    old.sql.close({ timeout: 0 }).catch(() => undefined);
  }

  function open(): void {
    const sql = new SQL(url, {
      adapter: "postgres",
      max: 1,
      prepare: false,
      connectionTimeout: Math.ceil(patienceMs / 1_000),
      idleTimeout: 0,
      // Before the driver tries again, and reports it; but not from within what it is doing now.
      onclose: () => {
        setImmediate(drop, own);
      },
    });
    const own: Ear = {
      sql,
      echo: null,
      hasEchoed: false,
      testedAt: performance.now(),
      hears: false,
      timer: undefined,
    };
    ear = own;
    const hear = (text: string) => {
      if (text !== own.echo) heard(text);
      else own.hears = own.hasEchoed = true;
    };
    sql
      .listen(channel, hear, () => {
        test(own);
      })
      .catch(() => {
        drop(own);
      });
  }

  function test(own: Ear): void {
    if (ear !== own) return;
    own.testedAt = performance.now();
    own.hasEchoed = false;
    own.echo = `?${crypto.randomUUID()}`;
    callOut(own.echo).catch(() => {
      drop(own);
    });
    clearTimeout(own.timer);
    own.timer = setTimeout(() => {
      if (own.hasEchoed) return;
      // One that has heard before is worth another connection at once.
      if (!own.hears) deafUntil = performance.now() + testAgainMs;
      drop(own);
    }, patienceMs);
  }

  return {
    keepUp() {
      if (closed || performance.now() < deafUntil) return;
      if (ear === null) open();
      else if (ear.hears && performance.now() - ear.testedAt > testAgainMs) test(ear);
    },
    giveUp() {
      if (ear !== null) drop(ear);
    },
    hears: () => ear?.hears ?? false,
    close() {
      closed = true;
      if (ear !== null) drop(ear);
    },
  };
}
