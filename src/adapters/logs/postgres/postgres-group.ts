// The group of routers that share a database: what each says of itself and calls out to the others, over
// statements of their own beside those that ship and read the log.
import { setTimeout as sleep } from "node:timers/promises";
import type {
  Backlog,
  Board,
  CallElsewhere,
  Group,
  GroupSnapshot,
  Heard,
} from "../../../ports/group.ts";
import type { SharedInstance } from "../outbox/shared-store.ts";
import type { Client } from "./client.ts";
import { type Cancel, createGroupBoard, readBoard } from "./group-board.ts";
import {
  answeringInstance,
  endedElsewhere,
  inFlightElsewhere,
  newestElsewhere,
  routersOf,
} from "./group-calls.ts";
import { type GroupMessage, messageText, readMessage } from "./group-messages.ts";
import { createOutgoingNews, createUnseen } from "./group-news.ts";
import { interruptDead } from "./interrupted-calls.ts";
import { isWithoutTables } from "./sql-state.ts";
import { createListener, type Listener } from "./listener.ts";

export interface PostgresGroupOptions {
  readonly client: Client;
  /** Of the same database, for a connection that listens. */
  readonly url: string;
  readonly instance: SharedInstance;
  readonly backlog: () => Backlog;
}

export interface PostgresGroup extends Group {
  /** Calls of this router that have just come into the log. */
  shipped(ids: readonly string[]): void;
  close(): void;
}

/** ms for which a call that is to end is named. */
const cancelMs = 10_000;
/** ms between two looks for calls of dead routers. */
const deadMs = 10_000;
/** ms in which tables are made where there are none. */
const tablesMs = 4_000;
/** Rows looked at where nothing is heard. */
const polledRows = 50;

export function createPostgresGroup(options: PostgresGroupOptions): PostgresGroup {
  const { client, instance, url, backlog } = options;
  const self = instance.id;
  const { run } = client;
  const board = createGroupBoard(instance);
  const unseen = createUnseen();
  const news = createOutgoingNews(() => othersWatch, sendNews);
  let line: Promise<unknown> = Promise.resolve();
  let groupId: string | null = null;
  let listener: Listener | null = null;
  let said: Board | null = null;
  let othersWatch = false;
  let isPolling = false;
  let lookedForDeadAt = Number.NEGATIVE_INFINITY;
  let cancels: readonly (Cancel & { readonly until: number })[] = [];
  let inbox: Heard = nothingHeard;
  let wake: (() => void) | null = null;
  let closed = false;

  function channel(): string {
    return `smolrouter_${groupId?.replaceAll("-", "") ?? ""}`;
  }

  async function callOut(...texts: readonly string[]): Promise<void> {
    await run("select pg_notify($1, text) from unnest($2::text::text[]) text", [
      channel(),
      `{${texts.map((text) => `"${text}"`).join(",")}}`,
    ]);
  }

  async function sendNews(parts: readonly (readonly string[])[]): Promise<void> {
    if (groupId === null) return;
    const messages = parts.map((ids): GroupMessage => ({ kind: "ended", from: self, ids }));
    await callOut(...messages.map(messageText));
  }

  function hand(part: Partial<Heard>): void {
    inbox = {
      ended: [...inbox.ended, ...(part.ended ?? [])],
      cancelled: [...inbox.cancelled, ...(part.cancelled ?? [])],
      beat: inbox.beat || (part.beat ?? false),
    };
    wake?.();
  }

  function heard(text: string): void {
    const message = readMessage(text);
    if (message === null || message.from === self) return;
    if (message.kind === "beat") hand({ beat: true });
    else if (message.kind === "cancel") {
      if (message.to === self) hand({ cancelled: [message.id] });
    } else if (said?.watching === true)
      showEnded(() => endedElsewhere(run, self, message.ids)).catch(() => undefined);
  }

  async function showEnded(read: () => Promise<Heard["ended"]>): Promise<void> {
    const ended = unseen.take(await read());
    if (ended.length > 0) hand({ ended });
  }

  /** For whoever looks at this router's pages. */
  async function poll(): Promise<void> {
    const isFirst = !isPolling;
    isPolling = said?.watching === true && listener?.hears() !== true;
    if (!isPolling) return;
    const newest = () => newestElsewhere(run, self, polledRows);
    // What is there already stands on the page.
    if (isFirst) unseen.take(await newest());
    else await showEnded(newest);
  }

  async function lookForDead(): Promise<void> {
    if (performance.now() - lookedForDeadAt < deadMs) return;
    lookedForDeadAt = performance.now();
    await interruptDead(client);
  }

  async function sayAndRead(next: Board): Promise<GroupSnapshot> {
    try {
      if (groupId === null) groupId = await readGroupId();
      const isNewlyWatching = next.watching && said?.watching !== true;
      said = next;
      if (isNewlyWatching) isPolling = false;
      cancels = cancels.filter(({ until }) => performance.now() < until);
      await board.say(run, next, backlog(), cancels);
      const before = Date.now();
      const read = await readBoard(run);
      othersWatch = read.members.some(({ id, watching }) => id !== self && watching);
      if (!closed && !next.leaves) {
        listener ??= createListener({ url, channel: channel(), heard, callOut });
        listener.keepUp();
      }
      poll().catch(() => undefined);
      lookForDead().catch(() => undefined);
      return {
        groupId,
        selfId: self,
        members: read.members,
        databaseNow: read.now,
        ownNow: (before + Date.now()) / 2,
        cancelled: read.cancels.flatMap((one) => (one.instance === self ? [one.id] : [])),
      };
    } catch (error) {
      listener?.giveUp();
      throw error;
    }
  }

  async function sayAgain(): Promise<void> {
    if (said !== null) await board.say(run, said, backlog(), cancels);
  }

  /** On an empty database, waits for whoever makes the tables. */
  async function readGroupId(): Promise<string> {
    for (const giveUpAt = performance.now() + tablesMs; ; await sleep(20))
      try {
        const [row] = await run<{ value: string }>(
          "select value from meta where name = 'group_id'",
        );
        if (row !== undefined) return row.value;
        throw new Error("the database holds no group of routers");
      } catch (error) {
        if (!isWithoutTables(error) || closed || performance.now() > giveUpAt) throw error;
      }
  }

  return {
    beat(own) {
      const beaten = line.then(() => sayAndRead(own));
      line = beaten.catch(() => undefined);
      return beaten;
    },
    async hear() {
      while (!closed && inbox === nothingHeard)
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      if (closed) return null;
      const all = inbox;
      inbox = nothingHeard;
      return all;
    },
    call: () => callOut(messageText({ kind: "beat", from: self })),
    inFlight: (): Promise<readonly CallElsewhere[]> => inFlightElsewhere(run, self),
    routersOf: (callIds) => routersOf(run, callIds),
    async cancel(callId) {
      const to = await answeringInstance(run, callId);
      if (to === null || to === self) return false;
      cancels = [...cancels, { instance: to, id: callId, until: performance.now() + cancelMs }];
      // For whoever does not hear: it reads it with its next beat.
      line = line.then(sayAgain).catch(() => undefined);
      await line;
      if (groupId !== null)
        await callOut(messageText({ kind: "cancel", from: self, to, id: callId }));
      return true;
    },
    shipped(ids) {
      news.add(ids);
    },
    close() {
      closed = true;
      listener?.close();
      news.close();
      wake?.();
    },
  };
}

const nothingHeard: Heard = { ended: [], cancelled: [], beat: false };
