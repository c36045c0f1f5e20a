// Where a call goes: an ordered list of targets and the reason in words. Pure; `smolrouter explain` calls the same function.
import type { HeaderList } from "../headers.ts";
import type { NonEmpty, Policy, Server } from "./types.ts";

/** What routing may ask of a call. */
export interface RouteQuestion {
  readonly model: string | null;
  readonly sourceIp: string;
  readonly path: string;
  readonly user: string | null;
  readonly headers: HeaderList;
}

/** One upstream and the model name it is sent. */
export interface Target {
  readonly server: Server;
  /** null: the body names no model and none is put there. */
  readonly model: string | null;
  readonly policy: Policy;
}

export interface RoutePlan {
  readonly targets: NonEmpty<Target>;
  /** As in the log: `alias:NAME`, `rule:N`, `direct`, `discovered`, `default`, `rule:N>…`. */
  readonly route: string;
  /** The steps of the decision, a sentence each. */
  readonly because: readonly string[];
}
