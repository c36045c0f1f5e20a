// How a fake model server is started, and what its owner can see and do.
import type { FakeKind } from "./answer-table.ts";
import type { Behaviour } from "./behaviour.ts";
import type { RecordedRequest } from "./request-log.ts";

/** Says how to answer a request; undefined: as usual. */
export type Script = (request: RecordedRequest) => Behaviour | undefined;

export interface FakeModelOptions {
  /** How it calls itself in answers. */
  readonly name: string;
  readonly models: readonly string[];
  /** Which APIs it has; both by default. */
  readonly kind?: FakeKind;
  /** 0, the default, lets the system choose. */
  readonly port?: number;
  readonly host?: string;
  /** Where the APIs begin, `/api/v9` say; nothing but them is served. */
  readonly basePath?: string;
  /**
   * Whatever stands before `/v1` or `/api`, or in place of `/v1`, is taken for a base path, so that one fake is as many
   * servers as a test needs; a script tells them apart by the request's target.
   */
  readonly anyBasePath?: boolean;
  readonly tls?: { readonly cert: string; readonly key: string };
  /** How every model call is answered that no script decides. */
  readonly failing?: Behaviour;
  /** False keeps no record of requests: for benchmarks. */
  readonly keepRequests?: boolean;
}

export interface FakeModel {
  /** Origin and base path, without a slash at the end. */
  readonly url: string;
  readonly port: number;
  readonly name: string;
  /** All requests, in order. */
  readonly requests: () => readonly RecordedRequest[];
  /** Those that called a model: the lists and probes of a router left out. */
  readonly calls: () => readonly RecordedRequest[];
  readonly openSockets: () => number;
  /** The nth model call (from 1), or the first request of any kind that fits, once it was read. */
  readonly waitForRequest: (
    which: number | ((request: RecordedRequest) => boolean),
    withinMs?: number,
  ) => Promise<RecordedRequest>;
  /** When the client closed the nth model call (from 1) before its end, on `performance.now()`'s clock. */
  readonly waitForAbort: (call: number, withinMs?: number) => Promise<number>;
  /** Resolves once no socket is open. */
  readonly waitForNoSockets: (withinMs?: number) => Promise<void>;
  /**
   * Behaviours for the next model calls, one each, replacing what was scripted before; or a function
   * that is asked about every request, lists included.
   */
  readonly script: (behaviours: readonly Behaviour[] | Script) => void;
  /** How every further model call is answered that no script decides; undefined: properly. */
  readonly always: (behaviour: Behaviour | undefined) => void;
  /** Forgets scripts and records; connections stay. */
  readonly reset: () => void;
  /** Closes the port, resets all connections, clears all timers. */
  readonly stop: () => Promise<void>;
}
