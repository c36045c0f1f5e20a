// How a server is asked what it has in memory: as its type and its model list say, or as it turned out to
// answer where these say nothing.
import { parseJsonBytes } from "../../../domain/bytes/json.ts";
import { engineOf } from "../../../domain/routing/engine.ts";
import {
  guessedQuestions,
  type LoadedQuestion,
  loadedQuestion,
} from "../../../domain/routing/loaded-models.ts";
import type { ListedModel } from "../../../domain/routing/model-list.ts";
import type { Server } from "../../../domain/routing/types.ts";
import type { Clock } from "../../../ports/clock.ts";
import type { AskServer } from "./ask-server.ts";

/**
 * Never rejects.
 * @param list of its models; empty where it is not known
 * @returns null: the server cannot say
 */
export type FindLoadedQuestion = (
  server: Server,
  list: readonly ListedModel[],
) => Promise<LoadedQuestion | null>;

interface Found {
  readonly question: LoadedQuestion | null;
  /** Epoch ms; servers are updated. */
  readonly until: number;
}

/**
 * A program's own address: services on the internet, and what has a path because it stands for
 * something else, are not bothered with other programs' paths.
 */
const ownPort = /^http:\/\/[^/]+$/;

const rememberedMs = 10 * 60_000;

export function createFindLoadedQuestion(
  ask: AskServer,
  clock: Pick<Clock, "now">,
): FindLoadedQuestion {
  // By address: whoever moves is another server.
  const found = new Map<string, Found>();

  async function tried(server: Server): Promise<Found | null> {
    const until = clock.now() + rememberedMs;
    for (const question of guessedQuestions) {
      const says = await ask(server, { method: "GET", path: question.path });
      if (says.kind === "failed") return null;
      const isAnswer = says.kind === "answered" && says.status < 400;
      if (isAnswer && question.isOwn(parseJsonBytes(says.body))) return { question, until };
    }
    return { question: null, until };
  }

  return async (server, list) => {
    const { type, baseUrl } = server;
    const engine = engineOf(list);
    const known = loadedQuestion(type, engine);
    const isUnknown = type === "openai" && engine === null && list.length > 0;
    if (known !== null || !isUnknown || !ownPort.test(baseUrl)) return known;
    const before = found.get(baseUrl);
    if (before !== undefined && before.until > clock.now()) return before.question;
    const now = await tried(server);
    if (now !== null) found.set(baseUrl, now);
    return now?.question ?? null;
  };
}
