// The log's store in PostgreSQL, which several routers share: what is written goes into the outbox of
// this one and from there to the database; what is read comes from there.
import type { Group } from "../../../ports/group.ts";
import type { KeptAnswers } from "../../../ports/kept-answers.ts";
import type { ObjectStore } from "../../../ports/object-store.ts";
import type { SpoolReport } from "../../../ports/spool.ts";
import { openOutboxFile } from "../outbox/outbox-file.ts";
import { createScratch, type Scratch } from "../outbox/scratch.ts";
import { createSpool, type Spool } from "../outbox/spool.ts";
import type { Happening, LogEngine, LogUpkeep, LogWrite } from "../pipeline/log-engine.ts";
import type { BlobPlace, LogPlace, SharedPlace } from "../pipeline/log-place.ts";
import { inWords, isPassing, isUnreadable, remedy } from "../sqlite-file/failures.ts";
import { moveAside } from "../sqlite-file/move-aside.ts";
import { type Client, createClient } from "./client.ts";
import { createPostgresAnswers } from "./postgres-answers.ts";
import { createPostgresGroup, type PostgresGroup } from "./postgres-group.ts";
import { createPostgresReader, type PostgresReader } from "./postgres-reader.ts";
import { createPostgresStore } from "./postgres-store.ts";
import { createPostgresUpkeep } from "./postgres-upkeep.ts";
import { removeAnswer } from "./remove-answers.ts";
import { createTimelyDatabase } from "./timely-database.ts";
import { waitingCall, withWaitingParts } from "./waiting-bodies.ts";

export interface PostgresEngineOptions {
  /**
   * null: bodies of that place do not go to S3.
   * @param limitMs that an object is waited for; unset: as long as the store allows
   */
  readonly openObjects: (place: BlobPlace, limitMs?: number) => ObjectStore | null;
  /** ms for which opening waits to hear whether the database lets this router in; half a second where unset. */
  readonly openWaitMs?: number;
}

/** Where it is read. */
interface ReadSide {
  readonly url: string;
  readonly client: Client;
  readonly reader: PostgresReader;
  readonly answers: Pick<KeptAnswers, "find" | "items">;
}

/** This router's side, while it is open for writing. */
interface OpenSide extends Pick<ReadSide, "client" | "reader" | "answers"> {
  readonly spool: Spool;
  /** For whoever looks at a call; null: bodies do not go to S3. */
  readonly objects: ObjectStore | null;
  readonly group: PostgresGroup;
  readonly upkeep: LogUpkeep;
}

type ReadPlace = Required<Pick<LogPlace, "shared">> & Pick<LogPlace, "blobs">;

const defaultOpenWaitMs = 500;
/** ms without an answer after which a connection is given up. */
const silenceMs = 5_000;
/** ms that somebody who looks at a call waits for S3, beside what the database takes. */
const objectLimitMs = 3_000;
/** Likewise, of a list, for the places that a search has found. */
const listLimitMs = 250;
/** Of at most four that a router has: another one listens. */
const connections = { writing: 1, reading: 2 };
/** ms for which a router that ends goes on to send what waits. */
const drainMs = 3_000;
/** ms that the removal of an answer waits for it to get there. */
const arrivalMs = 250;

/** Its outbox is opened by `open`; an engine that only reads has none. */
export function createPostgresEngine(options: PostgresEngineOptions): LogEngine {
  const { openObjects, openWaitMs = defaultOpenWaitMs } = options;
  const now = () => Date.now();
  const timely = createTimelyDatabase(now);
  let place: { readonly at: LogPlace; readonly shared: SharedPlace } | null = null;
  let opening: Promise<OpenSide> | null = null;
  let own: OpenSide | null = null;
  let reading: ReadSide | null = null;
  let scratch: Scratch | null = null;
  let happenings: readonly Happening[] = [];

  function opened(): Promise<OpenSide> {
    opening ??= openSide().catch((error: unknown) => {
      opening = null;
      throw error;
    });
    return opening;
  }

  async function openSide(): Promise<OpenSide> {
    if (place === null) throw new Error("the log was not opened");
    const { at, shared } = place;
    const file = await openOutboxFile(at.path, now());
    if (file.movedTo !== null) wasMoved(file.path ?? at.path, file.movedTo);
    const client = createClient({ url: shared.url, connections: connections.writing, silenceMs });
    const objects = openObjects(at.blobs);
    const soonObjects = openObjects(at.blobs, objectLimitMs);
    const { maxLogAgeMs } = shared;
    const spool: Spool = createSpool({
      file,
      maxBytes: shared.spoolMaxSize,
      name: shared.instanceName,
      version: shared.version,
      store: createPostgresStore({ client, maxLogAgeMs }),
      objects,
      inlineLimit: at.blobs.inlineLimit,
      shipped: (ids) => {
        group.shipped(ids);
      },
      now,
      after(ms, then) {
        const timer = setTimeout(then, ms);
        return () => {
          clearTimeout(timer);
        };
      },
    });
    const group = createPostgresGroup({
      client,
      url: shared.url,
      instance: spool.instance,
      backlog() {
        const { rows, bytes, oldestAt } = spool.figures();
        return { rows, bytes, lagMs: oldestAt === null ? 0 : Math.max(0, now() - oldestAt) };
      },
    });
    const upkeep = createPostgresUpkeep({
      client,
      maxLogAgeMs,
      maxBytes: at.blobs.maxTotalSize,
      objects,
      readObjects: soonObjects === null ? null : withWaitingParts(spool, soonObjects),
      instance: spool.instance.id,
      now,
    });
    const reader = createPostgresReader(client, soonObjects, {
      soonObjects: openObjects(at.blobs, listLimitMs),
    });
    const answers = createPostgresAnswers(client);
    own = { client, reader, answers, spool, objects: soonObjects, group, upkeep };
    return own;
  }

  function wasMoved(path: string, movedTo: string): void {
    const message = `the outbox ${path} could not be read; it was moved to ${movedTo}, and a fresh one was begun`;
    happenings = [...happenings, { kind: "moved_aside", message }];
  }

  /** Out of the way with an outbox that turned out to be damaged. */
  async function setAside({ path }: Spool): Promise<void> {
    await closeOwn();
    if (path !== null) wasMoved(path, await moveAside(path, now(), "unreadable"));
  }

  async function closeOwn(): Promise<void> {
    const side = own;
    [own, opening] = [null, null];
    if (side === null) return;
    side.group.close();
    const closed = side.spool.close();
    // What is under way ends by this; it may open another connection before it notices.
    await side.client.close();
    await closed;
    await side.client.close();
  }

  async function write(batch: readonly LogWrite[]) {
    if (scratch !== null) return scratch.write(batch);
    const side = await opened();
    try {
      return await side.spool.write(batch);
    } catch (error) {
      if (!isUnreadable(error)) throw error;
      await setAside(side.spool);
      return (await opened()).spool.write(batch);
    }
  }

  async function readSide({ shared, blobs }: ReadPlace): Promise<ReadSide> {
    const { url } = shared;
    if (reading?.url === url) return reading;
    await reading?.client.close();
    const client = createClient({ url, connections: connections.reading, silenceMs });
    const reader = createPostgresReader(client, openObjects(blobs, objectLimitMs), {
      soonObjects: openObjects(blobs, listLimitMs),
    });
    reading = { url, client, reader, answers: createPostgresAnswers(client) };
    return reading;
  }

  async function sideOf({
    shared,
    blobs,
  }: LogPlace): Promise<Pick<ReadSide, "reader" | "answers">> {
    if (own !== null) return own;
    if (shared === undefined) throw new Error("the log lies in no database that routers share");
    return readSide({ shared, blobs });
  }

  const group: Group = {
    async beat(board) {
      const side = await opened();
      try {
        return await side.group.beat(board);
      } catch (error) {
        // While nothing is written, nobody else would notice that the database is away.
        side.spool.probe();
        throw error;
      }
    },
    hear: async () => (await opened()).group.hear(),
    call: async () => (await opened()).group.call(),
    inFlight: async () => (await opened()).group.inFlight(),
    cancel: async (callId) => (await opened()).group.cancel(callId),
    routersOf: async (ids) => (await opened()).group.routersOf(ids),
  };

  return {
    async open(at, _now) {
      if (at.shared === undefined) throw new Error("no database that routers share is named");
      place = { at, shared: at.shared };
      const { spool } = await opened();
      return { interrupted: await spool.begun(openWaitMs), search: "whole" };
    },
    async openScratch() {
      scratch = await createScratch();
    },
    write,
    async reader(at) {
      const { reader } = await sideOf(at);
      return {
        list: (filter) => timely.read(() => reader.list(filter)),
        get: (id) => timely.read((more) => reader.get(id, more), objectLimitMs),
        stats: (since) => timely.read(() => reader.stats(since)),
        points: (filter) => timely.read(() => reader.points(filter)),
        threads: (filter) => timely.read(() => reader.threads(filter)),
        thread: (id) => timely.read(() => reader.thread(id)),
        period: (question) => timely.read(() => reader.period(question)),
        count: (filter) => timely.read(() => reader.count(filter)),
      };
    },
    async answers(at) {
      const { answers } = await sideOf(at);
      return {
        find: (owner, id) => timely.read(() => answers.find(owner, id)),
        items: (owner, ids) => timely.read(() => answers.items(owner, ids)),
      };
    },
    async removeAnswer(owner, id) {
      const { client, spool } = await opened();
      await spool.arrived(arrivalMs);
      return timely.read(() => removeAnswer(client, owner, id));
    },

    upkeep: {
      removeOlder: async (...limits) => (await opened()).upkeep.removeOlder(...limits),
      removeOlderAnswers: async (...limits) =>
        (await opened()).upkeep.removeOlderAnswers(...limits),
      tidy() {
        let step: (() => Promise<boolean>) | null = null;
        let isMore = true;
        return async () => {
          const { upkeep, spool } = await opened();
          step ??= upkeep.tidy();
          if (isMore) isMore = await step();
          return isMore || spool.shrink();
        };
      },
      fillSearch: async () => false,
      senseOlder: async (...step) => (await opened()).upkeep.senseOlder(...step),
      checkSearch: async () => undefined,
    },

    shared: {
      spool(): SpoolReport {
        if (own === null) throw new Error("the log was not opened");
        return own.spool.report();
      },
      async waitingCall(id) {
        const side = own;
        if (side === null || !side.spool.holdsObjects()) return null;
        return timely.read((more) => waitingCall({ ...side, more }, id), objectLimitMs);
      },
      arrived: async (withinMs) => own?.spool.arrived(withinMs),
      group,
    },

    explain(error) {
      const kind = isPassing(error) ? "passing" : own === null ? "store" : "entry";
      const advice = remedy(error);
      return { kind, message: `${inWords(error)}${advice === null ? "" : `: ${advice}`}` };
    },
    takeHappenings() {
      const taken = happenings;
      happenings = [];
      return taken;
    },
    rest() {
      own?.spool.shrink();
    },
    async close() {
      scratch?.close();
      scratch = null;
      await own?.spool.drain(drainMs);
      await closeOwn();
      await reading?.client.close();
      reading = null;
    },
  };
}
