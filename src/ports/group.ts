// The routers that share one database, as the use cases know them: what each says of itself, and what
// they say to each other. Nothing of it is asked on a call's path.
import type { LogRow, RouterName } from "./browse.ts";

/** A server whose limit of calls at once the group shares, as one router sees it. */
export interface ServerOnBoard {
  /** Calls that it answers for this router, and calls that wait for that. */
  readonly demand: number;
  /** Places that this router uses, or will if nobody else holds them. */
  readonly held: number;
  /** `max_concurrency`, as this router's routes file has it. */
  readonly limit: number;
}

/** What a router says of itself with each beat. */
export interface Board {
  /** Of the routes file in force; null: there is none. */
  readonly routesHash: string | null;
  /** Of the secret that tokens are signed with, from which the secret cannot be found; null: it has none, or it is not known yet. */
  readonly secretHash: string | null;
  /** By the server's name. */
  readonly servers: Readonly<Record<string, ServerOnBoard>>;
  /** Whether somebody looks at this router's pages or events. */
  readonly watching: boolean;
  /** Whether it goes, and leaves its places to the others. */
  readonly leaves: boolean;
}

/** How far a router's rows are behind. */
export interface Backlog {
  readonly rows: number;
  readonly bytes: number;
  /** ms for which the oldest has waited; 0: none waits. */
  readonly lagMs: number;
}

export interface Member extends Board {
  /** A UUID, kept for as long as its outbox is. */
  readonly id: string;
  /** For people; two may have the same. */
  readonly name: string;
  /** Of the program. */
  readonly version: string;
  /** Epoch ms, on the database's clock. */
  readonly startedAt: number;
  readonly seenAt: number;
  readonly backlog: Backlog;
}

export interface GroupSnapshot {
  /** By which the group is known for good. */
  readonly groupId: string;
  /** This router's own. */
  readonly selfId: string;
  /** Whoever was seen lately, this router included; by id. */
  readonly members: readonly Member[];
  /** Epoch ms on the database's clock, and on this router's at the same moment. */
  readonly databaseNow: number;
  readonly ownNow: number;
  /** Calls of this router that someone has cancelled elsewhere. */
  readonly cancelled: readonly string[];
}

/** What came from other routers since it was asked for last. */
export interface Heard {
  /** Ended calls of theirs, in the order heard. */
  readonly ended: readonly LogRow[];
  /** Calls of this router that are to end. */
  readonly cancelled: readonly string[];
  /** Whether another router would like to read news of this one. */
  readonly beat: boolean;
}

/** A call that another router is answering. */
export interface CallElsewhere {
  readonly instance: RouterName;
  readonly row: LogRow;
}

/** The others, through the database. Each promise rejects where it cannot be reached. */
export interface Group {
  /** Says what there is to say, then reads what all have said: in this order, and one at a time. */
  beat(board: Board): Promise<GroupSnapshot>;
  /**
   * Resolves as soon as there is something to hear; null once the group was left. At most one waits.
   * Where nothing is heard of its own accord, ended calls are looked for while `watching`.
   */
  hear(): Promise<Heard | null>;
  /** Asks the others to beat soon. */
  call(): Promise<void>;
  /** Calls that others are answering; such as began within the last tenth of a second may be missing. */
  inFlight(): Promise<readonly CallElsewhere[]>;
  /** Which routers have answered, or answer, these calls, by the call's id. */
  routersOf(callIds: readonly string[]): Promise<Readonly<Record<string, RouterName>>>;
  /** Has another router end its call. @returns whether one is answering it */
  cancel(callId: string): Promise<boolean>;
}
