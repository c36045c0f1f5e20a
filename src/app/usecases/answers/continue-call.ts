// Calls of Responses that refer to answers before them: found, and put in place of the ids, before they are routed.
import { bodySource } from "../../../domain/bytes/json-source.ts";
import { isRecord, parseJsonBytes, type JsonRecord } from "../../../domain/bytes/json.ts";
import { callOwner } from "../../../domain/call/call-owner.ts";
import type { IncomingCall, RequestBody } from "../../../domain/call/incoming-call.ts";
import { type FindAscii, minScanned } from "../../../domain/call/scan-request.ts";
import { problem, type RequestProblem } from "../../../domain/http/problem.ts";
import {
  referencesOf,
  type References,
  referringWords,
} from "../../../domain/protocols/openai-responses/references.ts";
import {
  type Resolved,
  wholeRequest,
  withoutMakers,
} from "../../../domain/protocols/openai-responses/whole-request.ts";
import type {
  AnswerMaker,
  FoundAnswer,
  KeptAnswers,
  MadeItem,
} from "../../../ports/kept-answers.ts";

export interface ContinueDeps {
  /** null: none are kept. */
  readonly answers: KeptAnswers | null;
  readonly find: FindAscii;
}

/** @returns the call, with what it refers to where it does; or why it cannot be answered */
export type ContinueCall = (
  call: IncomingCall,
) => IncomingCall | RequestProblem | Promise<IncomingCall | RequestProblem>;

export function createContinueCall({ answers, find }: ContinueDeps): ContinueCall {
  /** Whether a look at what the body holds is worth while. */
  function mayRefer({ body }: IncomingCall): boolean {
    return body.length < minScanned || referringWords.some((word) => find(body, word, 0) >= 0);
  }

  return (call) => {
    const { endpoint, method, bodyKind } = call;
    if (endpoint.kind !== "responses" || method !== "POST" || bodyKind !== "json") return call;
    const json = mayRefer(call) ? call.json() : null;
    const references = json === null ? null : referencesOf(json);
    if (json === null || references === null) return call;
    if ("message" in references)
      return problem("invalid_request", references.message, { param: references.param });
    return answers === null ? notKept(references) : resolved(call, json, references, answers);
  };
}

function notKept(references: References): RequestProblem {
  const why =
    "answers are not kept (ENABLE_LOGGING is false): send the whole conversation as input";
  return notFound(references, `${nameOf(references)} cannot be found: ${why}`);
}

async function resolved(
  call: IncomingCall,
  json: JsonRecord,
  references: References,
  answers: KeptAnswers,
): Promise<IncomingCall | RequestProblem> {
  // Whoever sends a call again saw it in the log, with its answers before.
  const owner = call.resentFrom === undefined ? callOwner(call) : null;
  const { previous, items } = references;
  const ids = [...new Set(items.map(({ id }) => id))];
  let before: FoundAnswer | null;
  let found: readonly MadeItem[];
  try {
    before = previous === null ? null : await answers.find(owner, previous);
    found = ids.length === 0 ? [] : await answers.items(owner, ids);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return problem("answers_unreadable", `${nameOf(references)} cannot be looked up: ${why}`);
  }
  if (previous !== null && before === null)
    return notFound(references, unknown(`Previous response`, previous));
  const byId = new Map(found.map((item) => [item.id, item]));
  const missing = items.find(({ id }) => !byId.has(id));
  if (missing !== undefined)
    return notFound({ previous: null, items: [missing] }, unknown("Item", missing.id));
  const makers: AnswerMaker[] = before === null ? [...found] : [before, ...found];
  const all: Resolved = {
    before: before === null ? [] : [...before.input, ...before.output].map(({ text }) => text),
    referred: new Map(items.map(({ at, id }) => [at, byId.get(id)?.text ?? null])),
  };
  const source = bodySource(call.body, json);
  return {
    ...call,
    continues: {
      previous,
      ...makerOf(makers),
      // By another id than its own it would not be found.
      ...(before === null || before.id === previous ? {} : { isStored: false }),
      whole: parsedLater(wholeRequest(source, all)),
      elsewhere: once(() => parsedLater(wholeRequest(source, withoutMakers(all)))),
    },
  };
}

function unknown(what: string, id: string): string {
  return `${what} with id '${id}' not found: it was never kept, or has been removed since; send the whole conversation as input`;
}

function notFound({ previous, items }: References, message: string): RequestProblem {
  const [first] = items;
  const param = previous === null ? `input[${first?.at ?? 0}].id` : "previous_response_id";
  return problem("previous_response_not_found", message, { param });
}

function nameOf({ previous, items }: References): string {
  const [first] = items;
  return previous === null ? `Item '${first?.id ?? ""}'` : `Previous response '${previous}'`;
}

/** The one server that all of it came from; null: there are several, or it was translated. */
function makerOf(makers: readonly AnswerMaker[]) {
  const [first] = makers;
  const isOne = makers.every(({ upstream }) => upstream === first?.upstream);
  return {
    maker: isOne ? (first?.upstream ?? null) : null,
    isStored: makers.every(({ isStored }) => isStored),
  };
}

function parsedLater(body: Uint8Array): RequestBody {
  const json = once((): JsonRecord | null => {
    const value = parseJsonBytes(body);
    return isRecord(value) ? value : null;
  });
  return { body, json };
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | null = null;
  return () => (made ??= { value: make() }).value;
}
