// Which of the usual local ports have a model server behind them, and what models it has.
import { isRecord, parseJsonBytes } from "../../../domain/bytes/json.ts";
import type { FoundServer, LocalServer } from "../../../domain/config/local-servers.ts";
import { listPaths, readModelList } from "../../../domain/routing/model-list.ts";
import type { AskServer } from "./ask-server.ts";

export interface LocalFindings {
  readonly found: readonly FoundServer[];
  /** Where a router like this one listens instead. */
  readonly routers: readonly LocalServer[];
}

/** Asks all at once; what does not answer with a list of models within 2 s is not there. Never rejects. */
export async function probeLocal(
  places: readonly LocalServer[],
  ask: AskServer,
): Promise<LocalFindings> {
  const looked = await Promise.all(places.map((place) => look(place, ask)));
  return {
    found: looked.filter((one) => one !== null && one !== "router").map(inOrder),
    routers: places.filter((_, at) => looked[at] === "router"),
  };
}

async function look(place: LocalServer, ask: AskServer): Promise<FoundServer | "router" | null> {
  const { server } = place;
  const list = await ask(server, { method: "GET", path: listPaths[server.type] });
  if (list.kind !== "answered" || list.status >= 400) return null;
  const models = readModelList(list.body);
  if (models === null) return null;
  return (await isRouter(place, ask)) ? "router" : { ...place, models: models.map(({ id }) => id) };
}

/** No model server has both `/healthz` and this answer there. */
async function isRouter({ server }: LocalServer, ask: AskServer): Promise<boolean> {
  const says = await ask(server, { method: "GET", path: "/healthz" });
  if (says.kind !== "answered" || says.status !== 200) return false;
  const body = parseJsonBytes(says.body);
  return isRecord(body) && body["status"] === "ok";
}

const inOrder = (found: FoundServer): FoundServer => ({
  ...found,
  models: found.models.toSorted(),
});
