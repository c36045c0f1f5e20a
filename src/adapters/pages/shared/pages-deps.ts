// What the pages need of the rest, handed over by the composition.
import type { ServersNow } from "../../../domain/routing/candidate-order.ts";
import type { MonthCost } from "../../../domain/log/budget.ts";
import type { DiscoverySnapshot } from "../../../domain/routing/discovery.ts";
import type { Routing, Rule } from "../../../domain/routing/types.ts";
import type { Actions } from "../../../ports/actions.ts";
import type { Tried } from "../../../domain/call/try-call.ts";
import type { Browse } from "../../../ports/browse.ts";
import type { PeriodReader } from "../../../ports/periods.ts";
import type { BrowseThreads } from "../../../ports/threads.ts";
import type { RefusedCalls } from "../../../ports/refusals.ts";
import type { Notice, Notices } from "../../../ports/notices.ts";
import type { RoutesEdit } from "../../../ports/routes-edit.ts";

/** What the pages say of the routing in force; the domain's `Routing` is one. */
export interface RoutingNames {
  readonly servers: ReadonlyMap<string, unknown>;
  readonly aliases: ReadonlyMap<string, unknown>;
  readonly rules: readonly Pick<Rule, "number" | "says">[];
}

/** A form's fields, or why it cannot be read. */
export type FormReading =
  | { readonly fields: URLSearchParams }
  | { readonly status: number; readonly message: string };

/** Within bounds: a form of these pages is small, and nobody's memory is for more. */
export type ReadForm = (request: Request) => Promise<FormReading>;

export interface PagesDeps {
  readonly browse: Pick<
    Browse,
    "list" | "get" | "stats" | "today" | "upstreams" | "inFlight" | "performance"
  > &
    PeriodReader &
    BrowseThreads;
  /** What calls of the month cost that it is in a zone, an IANA name. Rejects where the log cannot be read. */
  monthCost(zone: string): Promise<MonthCost>;
  readonly actions: Actions;
  /** What every page says until it is put right or dismissed. */
  readonly notices: Notices;
  /** Calls turned away with 401 or 403 since start. */
  refusedCalls(): RefusedCalls;
  /** The routing in force; asked once per page. */
  routing(): Routing;
  /** What servers are known to list. */
  discovery(): DiscoverySnapshot;
  /** What decides who is asked first. */
  readonly serversNow: ServersNow;
  readonly readForm: ReadForm;
  /** Sends what a form of `/try` asks to its first model, as a call of whoever sent it; the answer comes whole. */
  tryCall(request: Request): Promise<Tried<Response>>;
  /** The routes file, as configured. */
  readonly routesFile: string;
  readonly routesEdit: RoutesEdit;
  /** Whether whoever sent a request may see the routes file's keys and save it. */
  mayEdit(request: Request): Promise<boolean>;
  /** A form with a whole file in it. */
  readonly readFileForm: ReadForm;
  /** Epoch ms. */
  now(): number;
  /** Does some work once the page asked for has been given and shown. */
  later(work: () => void): void;
  /** Takes a bug to the router's own log. */
  fault(error: unknown): void;
  readonly version: string;
  /** Whether there are tokens: to sign in with, and that calls need. */
  readonly canSignIn: boolean;
  /** This router's origin, for requests whose `Host` does not say it, such as `http://127.0.0.1:1234`. */
  readonly address: string;
}

/** What every page shows around its content. */
export interface PageFrame {
  /** The origin by which the browser reached the router. */
  readonly origin: string;
  readonly version: string;
  /** Epoch ms. */
  readonly now: number;
  /** Signed in by cookie, or a way to the sign-in page and back; null where there are no tokens. */
  readonly account: "signed-in" | { readonly signIn: string } | null;
  /** What a person should act on; nothing for those who may not see pages. */
  readonly notices: readonly Notice[];
  /** Path and query by which the page can be opened again. */
  readonly path: string;
  /** The list of requests that one came from, as it was filtered; else the usual one. */
  readonly list: string;
  /** Likewise, the list of threads. */
  readonly threads: string;
  /** The reader's time zone, an IANA name; `UTC` until a script has said. */
  readonly zone: string;
}
