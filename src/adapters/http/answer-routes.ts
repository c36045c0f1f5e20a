// `/v1/responses/{id}`: answers that are kept, given back, listed by their input, and removed. No row is left.
import { Elysia } from "elysia";
import { callOwner } from "../../domain/call/call-owner.ts";
import type { Via } from "../../domain/http/via.ts";
import {
  errorObject,
  problem,
  type ProblemKind,
  problemStatus,
} from "../../domain/http/problem.ts";
import { isRecord, parseJson } from "../../domain/bytes/json.ts";
import { responseText } from "../../domain/protocols/openai-responses/kept-answer.ts";
import type { FoundAnswer, FoundItem, KeptAnswers } from "../../ports/kept-answers.ts";
import type { Admissions } from "./admissions.ts";
import { refuseFirst } from "./own-answers.ts";

export interface AnswerRoutesDeps {
  /** null: none are kept. */
  readonly answers: KeptAnswers | null;
  readonly admissions: Admissions;
  readonly via: Pick<Via, "isLoop">;
}

interface Asked {
  readonly request: Request;
  readonly params: { readonly id: string };
}

export function answerRoutes({ answers, admissions, via }: AnswerRoutesDeps) {
  /** Looks for the caller's own answer. */
  async function onAnswer(
    { request, params: { id } }: Asked,
    answer: (found: FoundAnswer, url: URL) => Response | Promise<Response>,
  ): Promise<Response> {
    if (answers === null) return refused("not_found", `${unknown(id)}: ${notKept}`);
    let found: FoundAnswer | null;
    try {
      found = await answers.find(callOwner(admissions.of(request)), id);
    } catch (error) {
      return refused("answers_unreadable", error instanceof Error ? error.message : String(error));
    }
    return found === null ? refused("not_found", unknown(id)) : answer(found, new URL(request.url));
  }

  return new Elysia({ name: "answers" })
    .onBeforeHandle(refuseFirst(via, admissions))
    .get("/v1/responses/:id", (asked) =>
      onAnswer(asked, ({ head, output }) => json(responseText(head, textsOf(output)))),
    )
    .delete("/v1/responses/:id", (asked) =>
      onAnswer(asked, async ({ id }) => {
        await answers?.remove(callOwner(admissions.of(asked.request)), id);
        return Response.json({ id, object: "response", deleted: true });
      }),
    )
    .get("/v1/responses/:id/input_items", (asked) =>
      onAnswer(asked, ({ input }, { searchParams }) => inputPage(input, searchParams)),
    )
    .post("/v1/responses/:id/cancel", (asked) =>
      onAnswer(asked, ({ id }) =>
        refused(
          "invalid_request",
          `response '${id}' is not made in the background, and cannot be cancelled`,
        ),
      ),
    );
}

const notKept = "answers are not kept (ENABLE_LOGGING is false)";

function unknown(id: string): string {
  return `Response with id '${id}' not found`;
}

function textsOf(items: readonly FoundItem[]): readonly string[] {
  return items.map(({ text }) => text);
}

const usualLimit = 20;
const largestLimit = 100;

/** A page of the input's items, the newest first unless asked otherwise. */
function inputPage(input: readonly FoundItem[], query: URLSearchParams): Response {
  const limit = Number(query.get("limit") ?? usualLimit);
  if (!Number.isInteger(limit) || limit < 1 || limit > largestLimit)
    return refused("invalid_request", `limit must be a number from 1 to ${largestLimit}`, "limit");
  const order = query.get("order") ?? "desc";
  if (order !== "asc" && order !== "desc")
    return refused("invalid_request", "order must be asc or desc", "order");
  const items = order === "asc" ? input : input.toReversed();
  const after = query.get("after");
  const from = after === null ? 0 : items.findIndex(({ id }) => id === after) + 1;
  if (after !== null && from === 0)
    return refused(
      "invalid_request",
      `after: '${after}' does not name an item of the input`,
      "after",
    );
  const page = items.slice(from, from + limit);
  const id = (item: FoundItem | undefined) => JSON.stringify(item?.id ?? null);
  return json(
    `{"object":"list","data":[${page.map(withId).join(",")}],"first_id":${id(page[0])},"last_id":${id(page.at(-1))},"has_more":${from + limit < items.length}}`,
  );
}

/** Clients want every item to have one. */
function withId({ id, text }: FoundItem): string {
  const item = parseJson(text);
  const hasOne = isRecord(item) && typeof item["id"] === "string";
  return hasOne ? text : text.replace("{", `{"id":${JSON.stringify(id)},`);
}

function json(text: string): Response {
  return new Response(text, { headers: { "content-type": "application/json" } });
}

function refused(kind: ProblemKind, message: string, param: string | null = null): Response {
  const error = errorObject(problem(kind, message, { param }));
  return Response.json({ error }, { status: problemStatus(kind) });
}
