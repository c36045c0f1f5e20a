// What a running router reports of its servers, as what decides an order of candidates.
import { type StandingCode, standingOf } from "../failover/health.ts";
import type { ServersNow, Warmth } from "./candidate-order.ts";
import { type LoadedModel, loadedKey } from "./loaded-models.ts";
import type { Server } from "./types.ts";

/** What a running router says of a server, as in the read API. */
export interface ReportedServer {
  readonly name: string;
  readonly url: string;
  readonly state: StandingCode;
  readonly active: number;
  readonly waiting: number;
  readonly turn: number;
  readonly max_concurrency: number | null;
  readonly share?: number;
  readonly models: readonly string[];
  readonly model_aliases?: Readonly<Record<string, string>>;
  /** null: it cannot say. */
  readonly loaded: readonly Pick<LoadedModel, "name" | "state">[] | null;
}

/** Servers of which nothing is reported count as healthy and free, and as having all models loaded. */
export function reportedNow(reported: readonly ReportedServer[]): ServersNow {
  const own = (server: Server) => reported.find(({ name }) => name === server.name);
  return {
    standing(server) {
      // Health goes by address, permits by name.
      const known = own(server) ?? reported.find(({ url }) => url === server.baseUrl);
      return known === undefined ? "healthy" : standingOf[known.state];
    },
    load(server) {
      const known = own(server);
      return known === undefined
        ? null
        : { running: known.active, waiting: known.waiting, turn: known.turn };
    },
    warmth({ server, model }) {
      const known = own(server);
      return known === undefined || model === null ? "unknown" : warmthOf(known, model);
    },
    isFull(server) {
      const known = own(server);
      if (known === undefined) return false;
      const places = known.share ?? known.max_concurrency ?? Number.POSITIVE_INFINITY;
      return known.active >= places || known.waiting > 0;
    },
  };
}

function warmthOf(server: ReportedServer, model: string): Warmth {
  const { loaded, models, model_aliases: aliases = {} } = server;
  if (loaded === null) return "unknown";
  const wanted = loadedKey(model);
  const alias = Object.keys(aliases).find((name) => loadedKey(name) === wanted);
  const key = alias === undefined ? wanted : loadedKey(aliases[alias] ?? alias);
  const held = loaded.find(({ name }) => loadedKey(name) === key);
  if (held !== undefined) return held.state;
  // A server may know a model by names that its list leaves out.
  return models.some((listed) => loadedKey(listed) === key) ? "unloaded" : "unknown";
}
