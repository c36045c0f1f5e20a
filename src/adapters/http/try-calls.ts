// Calls that a person makes on the router's own page: let in by the rules of pages, and from there on calls like any client's.
import { Elysia } from "elysia";
import {
  isEffort,
  isThinkingMode,
  mostModels,
  type Tried,
  tryBody,
  type TryFields,
  type TryImage,
} from "../../domain/call/try-call.ts";
import { createBudget } from "../../domain/failover/budget.ts";
import type { HeaderList } from "../../domain/http/headers.ts";
import { problemStatus } from "../../domain/http/problem.ts";
import { endpointOf } from "../../domain/protocols/endpoint-of.ts";
import type { Admission, Admissions } from "./admissions.ts";
import type { AnswerCall } from "./call-routes.ts";
import { readBody, type UploadClock } from "./read-body.ts";
import type { ConnectionTimeouts } from "./request-facts.ts";

/** By which these calls are known in the log. */
const tryClient = "smolrouter-try";

export interface TryCallsDeps {
  readonly answerCall: AnswerCall;
  readonly admissions: Pick<Admissions, "of">;
  readonly clock: UploadClock;
}

/** Sends what a form asks, to its first model. */
export type TryCall = (request: Request, stream: boolean) => Promise<Tried<Response>>;

/** Pictures make forms large. */
const maxBytes = 48 * 1024 * 1024;
const sharedBytes = 256 * 1024 * 1024;
const path = "/v1/chat/completions";

export function createTryCalls({ answerCall, admissions, clock }: TryCallsDeps): TryCall {
  const budget = createBudget(sharedBytes);

  async function readForm(request: Request) {
    using share = budget.share();
    const read = await readBody(request, { maxRequestSize: maxBytes, share }, clock);
    if (read.kind === "gone")
      return { status: 499, message: "the client left before it had sent the form" };
    if (read.kind === "problem")
      return { status: problemStatus(read.problem.kind), message: read.problem.message };
    const headers = { "content-type": request.headers.get("content-type") ?? "" };
    try {
      const form = new Response(read.bytes as Uint8Array<ArrayBuffer>, { headers });
      // oxlint-disable-next-line typescript/no-deprecated -- the body is in memory already, within bounds
      return await formIn(await form.formData());
    } catch {
      return { status: 400, message: "this is not a form" };
    }
  }

  return async (request, stream) => {
    const form = await readForm(request);
    if ("status" in form) return { kind: "unreadable", ...form };
    const { fields, image } = form;
    const [model] = fields.models;
    if (model === undefined)
      return { kind: "problem", fields, field: "models", message: "Name a model." };
    const made = tryBody(fields, model, image, stream);
    if (made.kind === "problem") return { ...made, fields };
    const { url, signal } = request;
    const call = new Request(url, { method: "POST", body: made.body, signal });
    const response = await answerCall(call, null, admitted(admissions.of(request), fields, stream));
    return { kind: "answered", fields, response };
  };
}

/** For the page's script: the answer as a client would get it. */
export function tryRoutes(tryCall: TryCall) {
  return new Elysia({ name: "try" }).post(
    "/api/try",
    async ({ request, server }) => {
      // An answer may be waited for longer than an upload.
      const connection: ConnectionTimeouts | null = server;
      connection?.timeout(request, 0);
      const tried = await tryCall(request, true);
      if (tried.kind === "answered") return tried.response;
      const status = tried.kind === "unreadable" ? tried.status : 422;
      return Response.json({ error: tried.message }, { status });
    },
    { parse: "none" },
  );
}

/** The call of whoever looks at the page; nothing else of the browser's request goes on. */
function admitted(page: Admission, { thinking }: TryFields, stream: boolean): Admission {
  const headers: HeaderList = [
    ["content-type", "application/json"],
    ["accept", stream ? "text/event-stream" : "application/json"],
    ["user-agent", tryClient],
    ...(thinking === "" ? [] : [["x-smolrouter-thinking", thinking] as const]),
  ];
  const endpoint = endpointOf("POST", path);
  return { ...page, method: "POST", path, query: "", endpoint, surface: "openai", headers };
}

/** The part of a form's data that is asked; Bun's and the platform's types of it differ. */
interface GivenForm {
  get(name: string): unknown;
  getAll(name: string): readonly unknown[];
}

async function formIn(
  form: GivenForm,
): Promise<{ readonly fields: TryFields; readonly image: TryImage | null }> {
  const text = (name: string): string => {
    const value = form.get(name);
    // Forms end lines as mail does.
    return typeof value === "string" ? value.replaceAll("\r\n", "\n") : "";
  };
  const models = form
    .getAll("model")
    .flatMap((value) => (typeof value === "string" && value.trim() !== "" ? [value.trim()] : []));
  const [effort, thinking] = [text("effort"), text("thinking")];
  const file = form.get("image");
  return {
    fields: {
      models: models.slice(0, mostModels),
      system: text("system"),
      prompt: text("prompt"),
      temperature: text("temperature"),
      maxTokens: text("max_tokens"),
      topP: text("top_p"),
      seed: text("seed"),
      effort: isEffort(effort) ? effort : "",
      thinking: isThinkingMode(thinking) ? thinking : "",
      rest: text("rest"),
    },
    image: file instanceof Blob && file.size > 0 ? await imageIn(file) : null,
  };
}

async function imageIn(file: Blob): Promise<TryImage> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  const type = /^image\/[\w.+-]+$/.test(file.type) ? file.type : "image/png";
  return { type, base64: bytes.toBase64() };
}
