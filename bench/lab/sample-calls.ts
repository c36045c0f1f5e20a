// Calls as a log has them, for measurements on large ones: models, states, times and words that are
// spread as real ones are, the same in every run.
import type { LogWrite } from "../../src/adapters/logs/pipeline/log-engine.ts";
import { clientName } from "../../src/domain/log/client-name.ts";
import { captured, logWrite } from "../../tests/lab/log-entries.ts";
import { createRandom } from "../../tests/lab/random.ts";

const chance = createRandom(1);
const random = () => chance.next();
const below = (most: number) => Math.floor(random() * most);
/** Few are common and most are rare, as words are. */
const skewed = (most: number) => Math.floor(most * random() ** 3);

/** The commonest first. */
export const vocabulary: readonly string[] = Array.from({ length: 30_000 }, (_, at) =>
  (at * 7_919 + 1_000).toString(36),
);
/** The commonest first. */
export const models: readonly string[] = Array.from(
  { length: 24 },
  (_, at) => `model-${String.fromCodePoint(97 + at)}:${at}b`,
);
const upstreams = ["desk", "rack-1", "rack-2", "hosted", "default"];
/** The commonest first; a quarter of the calls come without a user, and are known by their address. */
export const users: readonly string[] = Array.from(
  { length: 40 },
  (_, at) => `user-${at}@example.org`,
);
/** User-Agents with the names that the log makes of them, the commonest first. */
export const clients: readonly string[] = [
  "claude-cli/2.1.4",
  "codex_cli_rs/0.63.0",
  "opencode/1.0.80",
  "claude-cli/2.1.3",
  "OpenAI/Python 1.109.1",
  "curl/8.5.0",
  "ollama-python/0.6.0",
  "n8n/1.121.0",
  ...Array.from({ length: 12 }, (_, at) => `own-script-${at}/0.${at}.0`),
];
/** Where each model is served, nearly always. */
const homes = [0, 1, 0, 2, 0, 3, 0, 4];
const homeOf = (model: number) => upstreams[homes[model % homes.length]!]!;
/** Of a person what is theirs alone, as people keep to what they have set up. */
const own = <T>(list: readonly T[], person: number, of: number): number =>
  (person * (2 * of + 1) + of) % list.length;

/** Of a call in so many a conversation ends. */
const callsOfThread = 20;
const threadOf = new Map<string, string>();
/** So many, as they occur in texts. */
export const words = (number: number) =>
  Array.from({ length: number }, () => vocabulary[skewed(vocabulary.length)]).join(" ");

/** An id of that time, in epoch ms: a UUIDv7. */
export function sampleId(time: number): string {
  const hex = time.toString(16).padStart(12, "0");
  const tail = below(2 ** 32)
    .toString(16)
    .padStart(8, "0");
  const counter = below(4_096).toString(16).padStart(3, "0");
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7${counter}-8000-0000${tail}`;
}

/** A call of that time, in epoch ms, with its bodies. */
export function sampleCall(timestamp: number): LogWrite {
  const authUser = below(4) === 0 ? null : users[skewed(users.length)]!;
  const sourceIp = `10.0.0.${1 + skewed(30)}`;
  const person = authUser === null ? Number(sourceIp.split(".")[3]) : users.indexOf(authUser);
  const kind = below(5) === 0 ? skewed(models.length) : own(models, person, below(2));
  const model = models[kind]!;
  const failed = below(50) === 0;
  const cancelled = !failed && below(100) === 0;
  const stream = below(3) > 0;
  const state = failed ? "failed" : cancelled ? "cancelled" : "completed";
  const durationMs = Math.round(200 * 30 ** random());
  const said = [words(40 + below(40)), words(60 + below(60))] as const;
  const client = clients[own(clients, person, below(2))]!;
  const who = `${authUser ?? sourceIp} ${client}`;
  if (below(callsOfThread) === 0 || !threadOf.has(who)) threadOf.set(who, hexId());
  const [promptTokens, completionTokens] = [below(3_000), below(800)];
  // Now and then another server has to step in.
  const upstream = below(30) === 0 ? upstreams[skewed(upstreams.length)]! : homeOf(kind);
  const write = logWrite(
    {
      id: sampleId(timestamp),
      timestamp,
      state,
      completedAt: timestamp + durationMs,
      service: client.startsWith("ollama") ? "ollama" : "openai",
      sourceIp,
      userAgent: client,
      authUser,
      originalModel: model,
      // Some ask by a name that stands for another one.
      mappedModel: kind % 4 === 3 ? models[(kind + 1) % models.length]! : model,
      upstream,
      statusCode: failed ? [500, 502, 503, 429, 404][below(5)]! : cancelled ? 499 : 200,
      errorMessage: failed ? "upstream desk: connection refused" : null,
      path: "/v1/chat/completions",
      durationMs,
      ttftMs: stream ? durationMs / 5 : null,
      stream,
    },
    { request: captured(chat(model, said[0])), response: captured(answer(said[1])) },
    { promptTokens, completionTokens, totalTokens: promptTokens + completionTokens },
    said.join("\n"),
  );
  const sense = {
    threadId: threadOf.get(who)!,
    turnsKey: hexId().slice(0, 8).repeat(2),
    asked: said[0].slice(0, 120),
    client: clientName(client),
    // A server of one's own costs nothing, and of some nobody knows.
    costNanos:
      upstream === "hosted"
        ? promptTokens * 300 + completionTokens * 1_200
        : upstream === "default"
          ? null
          : 0,
    warnings: below(60) === 0 ? ["reply_cut"] : [],
  };
  return { ...write, sense };
}

function chat(model: string, content: string): string {
  return JSON.stringify({ model, messages: [{ role: "user", content }] });
}

function answer(content: string): string {
  return JSON.stringify({ choices: [{ index: 0, message: { role: "assistant", content } }] });
}

/** A UUID of the form that threads' ids have. */
function hexId(): string {
  const part = () =>
    below(2 ** 32)
      .toString(16)
      .padStart(8, "0");
  const [a, b, c, d] = [part(), part(), part(), part()];
  return `${a}-${b.slice(0, 4)}-8${b.slice(5)}-8${c.slice(1, 4)}-${c.slice(4)}${d}`;
}
