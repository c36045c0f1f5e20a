// A recorded call with what its bodies say. This costs what parsing them costs, so it is done in
// the log's thread, in one pass for all that is wanted of them, and once for bodies that repeat.
import { CryptoHasher } from "bun";
import { answerWarnings, loadTime } from "../../../domain/log/answer-warnings.ts";
import { visitDocuments } from "../../../domain/log/answer-documents.ts";
import {
  type AnswerReader,
  type AnswerReading,
  createAnswerReader,
  nothingRead,
} from "../../../domain/log/answer-reading.ts";
import { createAnsweredReader } from "../../../domain/conversation/answered.ts";
import { askedTurns } from "../../../domain/conversation/asked.ts";
import { askedWords } from "../../../domain/conversation/asked-words.ts";
import {
  createThreadFinder,
  sessionIn,
  type ThreadFinder,
} from "../../../domain/conversation/thread-finder.ts";
import { type ConversationKeys, conversationKeys } from "../../../domain/conversation/turn-keys.ts";
import { textOrNull, type Turn } from "../../../domain/conversation/turn.ts";
import type { Endpoint, EndpointKind } from "../../../domain/call/endpoint.ts";
import { endpointOf } from "../../../domain/protocols/endpoint-of.ts";
import {
  answeredText,
  askedText,
  type IsNew,
  newText,
  nothingSpoken,
} from "../../../domain/conversation/search-text.ts";
import { shortenedJson } from "../../../domain/bytes/shortened-json.ts";
import type { JsonRecord } from "../../../domain/bytes/json.ts";
import { bodySource } from "../../../domain/bytes/json-source.ts";
import { type CallSense, nothingSensed } from "../../../domain/log/call-sense.ts";
import { clientName } from "../../../domain/log/client-name.ts";
import { sentCharacters } from "../../../domain/log/prompt-cut.ts";
import type { CapturedBodies, LogEntry } from "../../../domain/log/log-entry.ts";
import { answerIdIn, keptAnswer } from "../../../domain/protocols/openai-responses/kept-answer.ts";
import type { LogWrite, OwnedAnswer } from "./log-engine.ts";
import { bodyBytes } from "../rows/log-row.ts";
import { type CallContexts, unknownContext } from "./call-contexts.ts";
import type { CallCosts } from "./call-costs.ts";
import { contextWanted, isOllamas, wasPromptCut } from "./cut-prompt.ts";
import { createKnownTexts } from "./known-texts.ts";
import { createRecentRequests } from "./recent-requests.ts";
import { createRepeatedBodies } from "./repeated-bodies.ts";
import { longestString, recordIn, turnsIn } from "./spoken-text.ts";
import type { RecordedEntry } from "./wire-batch.ts";

export interface EntryReader {
  read(recorded: RecordedEntry): LogWrite;
  /** Rows were lost that texts were read for: all of them are new again. */
  forgetTexts(): void;
}

/** What a request's body says. */
interface Asked {
  readonly text: string;
  /** The last words of it, for the list; null: none. */
  readonly words: string | null;
  /** Of its turns; null: it has none. */
  readonly keys: ConversationKeys | null;
  /** Id of the answer that it continues; null: it names none. */
  readonly continues: string | null;
  /** Characters of its prompt that a model reads. */
  readonly characters: number;
  /** Tokens that its prompt may have, where it says so to Ollama; null: it does not. */
  readonly contextWanted: number | null;
  readonly size: number;
}

/** What an answer's body says. */
interface Answered {
  readonly text: string;
  readonly size: number;
  readonly usage: AnswerReader;
  /** What its upstream says that loading the model took; null: it does not say. */
  readonly loadMs: number | null;
  /** Whether its words are Ollama's. */
  readonly isOllama: boolean;
  /** Its texts are not whole: their lengths say nothing. */
  readonly isShortened: boolean;
}

/** What is known of calls beside their rows and bodies. */
export interface KnownOfCalls {
  /** What a call costs, by what was read of its usage. */
  readonly costOf?: CallCosts["nanos"];
  /** How much of a prompt its model can read. */
  readonly contextOf?: CallContexts["of"];
}

/** To be used for all rows of a log in their order: what earlier ones said is not read again. */
export function createEntryReader({
  costOf = () => null,
  contextOf = () => unknownContext,
}: KnownOfCalls = {}): EntryReader {
  const texts = createKnownTexts();
  const threads = createThreadFinder({
    digest: (text) => new CryptoHasher("sha256").update(text).digest("hex"),
  });
  const recent = createRecentRequests();
  const askedBefore = createRepeatedBodies<Asked>();
  const answeredBefore = createRepeatedBodies<Answered>();

  function isCutIn(
    entry: LogEntry,
    request: Uint8Array | null,
    asked: Asked | null,
    answered: Answered,
    read: AnswerReading,
  ): boolean {
    if (request === null || asked === null) return false;
    const known = contextOf(entry);
    const model = { ...known, isOllama: known.isOllama || answered.isOllama };
    return wasPromptCut({ entry, read, ...asked, model, turns: () => turnsIn(request) });
  }

  return {
    read({ entry, bodies, reading }) {
      if (entry.state === "inflight")
        return {
          entry,
          bodies,
          reading: nothingRead,
          said: nothingSpoken,
          sense: {
            ...senseOf(entry, null),
            threadId: threads.threadOfSession(whoOf(entry), sessionIn(entry.requestHeaders)),
          },
        };
      const request = bodies.request === null ? null : bodyBytes(bodies.request);
      const response = bodies.response === null ? null : bodyBytes(bodies.response);
      const isNew: IsNew = (text) => texts.isNew(text, entry.timestamp);
      const asked =
        request === null
          ? null
          : askedBefore(request, () =>
              readRequest(request, isNew, (record, turns) =>
                recent.keysOf(whoOf(entry), request, record, turns),
              ),
            );
      const answered =
        response === null
          ? readResponse(noBytes, isNew)
          : answeredBefore(response, () => readResponse(response, isNew));
      const isCut = response !== null && bodies.response?.truncated === true;
      const cut = isCut ? { kept: response.length, received: entry.responseSize } : null;
      const endpoint = endpointOf(entry.method, entry.path);
      const call = { endpoint, status: entry.statusCode, cut };
      const sent = () => (request === null ? null : recordIn(request));
      let read = reading ?? answered.usage.reading(call, sent);
      if (reading === undefined && answered.isShortened && read.tokensEstimated)
        read = usageOf(response ?? noBytes).reading(call, sent);
      const said = { asked: asked?.text ?? "", answered: answered.text };
      const answer = answerIn(bodies);
      const sense = {
        ...senseOf(entry, asked?.words ?? null),
        ...threadIn(threads, { entry, bodies }, endpoint, asked),
        costNanos: costOf(entry, read),
        warnings: answerWarnings({
          finish: read.finishReason,
          ...answered,
          isPromptCut: reads(endpoint) && isCutIn(entry, request, asked, answered, read),
        }),
      };
      return { entry, bodies, reading: read, said, sense, ...(answer === null ? {} : { answer }) };
    },
    forgetTexts: () => {
      texts.clear();
    },
  };
}

/** What a turn's key takes, as characters of a text. */
const charactersPerKey = 8;
const noBytes = new Uint8Array();

/** The answer that is to be kept; null: none, or its bytes are not all here. */
function answerIn({ request, response, delivered, kept }: CapturedBodies): OwnedAnswer | null {
  const given = delivered ?? response;
  if (kept === undefined || given === null || given.truncated) return null;
  if (kept.request === null && (request === null || request.truncated)) return null;
  const asked = kept.request ?? (request === null ? noBytes : bodyBytes(request));
  const source = bodySource(asked, recordIn(asked) ?? {});
  const answer = keptAnswer(source, bodyBytes(given));
  return answer === null ? null : { ...answer, owner: kept.owner, upstream: kept.upstream };
}

/** What is known of a call without its usage. */
function senseOf({ userAgent }: LogEntry, asked: string | null): CallSense {
  return { ...nothingSensed, client: clientName(userAgent), asked };
}

/** Whose a call is, as its row says. */
function whoOf({ authUser, sourceIp }: LogEntry): string {
  return authUser ?? sourceIp;
}

/** Where conversations are held; what else has turns, such as embeddings and completions of a text, is none. */
const conversing: ReadonlySet<EndpointKind> = new Set<EndpointKind>([
  "chat",
  "responses",
  "messages",
  "count-tokens",
]);

/** Whether a model reads the request, to answer it. */
function reads({ kind }: Endpoint): boolean {
  return conversing.has(kind) && kind !== "count-tokens";
}

function threadIn(
  threads: ThreadFinder,
  { entry, bodies }: Pick<RecordedEntry, "entry" | "bodies">,
  { kind }: Endpoint,
  asked: Asked | null,
): Pick<CallSense, "threadId" | "turnsKey"> {
  const replayed = bodies.kept?.request ?? null;
  const given = bodies.delivered ?? bodies.response;
  const [head] = given?.chunks ?? [];
  const continues = asked?.continues ?? null;
  const asks = conversing.has(kind);
  const keys = !asks ? null : replayed === null ? (asked?.keys ?? null) : keysIn(replayed);
  const threadId = threads.threadOf({
    id: entry.id,
    who: whoOf(entry),
    startedAt: entry.timestamp,
    endedAt: entry.completedAt ?? entry.timestamp,
    session: sessionIn(entry.requestHeaders),
    continues: asks ? continues : null,
    isWhole: continues === null || replayed !== null,
    keys,
    answer: kind === "responses" && head !== undefined ? answerIdIn(head) : null,
  });
  return { threadId, turnsKey: keys?.whole ?? null };
}

/** Of a request with all that it referred to. */
function keysIn(request: Uint8Array): ConversationKeys | null {
  return conversationKeys(turnsIn(request));
}

type KeysOf = (record: JsonRecord, turns: readonly Turn[]) => ConversationKeys | null;

function readRequest(bytes: Uint8Array, isNew: IsNew, keysOf: KeysOf): Asked {
  const record = recordIn(shortenedJson(bytes, longestString) ?? bytes);
  if (record === null) return nothingAsked;
  const turns = askedTurns(record);
  const text = askedText(turns, isNew);
  const keys = keysOf(record, turns);
  const continues = textOrNull(record["previous_response_id"]);
  const size = text.length + (keys?.turns ?? 0) * charactersPerKey;
  return {
    text,
    words: askedWords(turns),
    keys,
    continues,
    characters: sentCharacters(turns),
    contextWanted: contextWanted(record),
    size,
  };
}

const nothingAsked: Asked = {
  text: "",
  words: null,
  keys: null,
  continues: null,
  characters: 0,
  contextWanted: null,
  size: 0,
};

function readResponse(bytes: Uint8Array, isNew: IsNew): Answered {
  const short = shortenedJson(bytes, longestString);
  const usage = createAnswerReader();
  const answer = createAnsweredReader(newText);
  let loadMs: number | null = null;
  let isOllama = false;
  visitDocuments(short ?? bytes, (document) => {
    usage.add(document);
    answer.add(document);
    loadMs = loadTime(document) ?? loadMs;
    isOllama ||= isOllamas(document);
  });
  const text = answeredText(answer, isNew);
  return { text, size: text.length, usage, loadMs, isOllama, isShortened: short !== null };
}

function usageOf(bytes: Uint8Array): AnswerReader {
  const usage = createAnswerReader();
  visitDocuments(bytes, (document) => {
    usage.add(document);
  });
  return usage;
}
