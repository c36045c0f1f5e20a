// A request as the fake's APIs see it, and the server they answer for.
import type { HeaderList } from "../../domain/http/headers.ts";
import { asFields, type Fields } from "./fields.ts";
import type { Reply } from "./reply.ts";

export interface FakeServer {
  /** How the server calls itself in its answers. */
  readonly name: string;
  readonly models: readonly string[];
  /** Models that have been called, as Ollama's `/api/ps` lists them. */
  readonly loaded: ReadonlySet<string>;
}

/** A form's fields and files by name. */
export type FormFields = ReadonlyMap<string, string | File>;

export interface Ask {
  readonly method: string;
  /** Without base path and query. */
  readonly path: string;
  readonly headers: HeaderList;
  readonly body: Uint8Array;
  /** The body's fields; empty where it is not a JSON object. */
  readonly fields: Fields;
  /** The body's form; empty where it is not multipart/form-data. */
  readonly form: FormFields;
  /** From the behaviour in force: whether to stream, whatever the request says. */
  readonly stream: boolean | undefined;
  /** From the behaviour in force: what to say. */
  readonly content: string | undefined;
}

export type Answerer = (ask: Ask, server: FakeServer) => Reply;

/** Seconds since the epoch in all answers: the same request gets the same bytes. */
export const CREATED = 1_735_689_600;

/** What an API sees of a request under a behaviour's wishes. */
export function createAsk(
  request: Pick<Ask, "method" | "path" | "headers" | "body"> & { readonly json: unknown },
  form: FormFields,
  wishes: { readonly stream?: boolean; readonly content?: string },
): Ask {
  return {
    method: request.method,
    path: request.path,
    headers: request.headers,
    body: request.body,
    fields: asFields(request.json),
    form,
    stream: wishes.stream,
    content: wishes.content,
  };
}

/** Gives the body as a form, which is empty where it is not a valid one; at once where it does not claim to be one. */
export function readForm(
  { headers, body }: Pick<Ask, "headers" | "body">,
  take: (form: FormFields) => void,
): void {
  const contentType = headers.find(([name]) => name === "content-type")?.[1] ?? "";
  if (!/^multipart\/form-data\b/i.test(contentType)) return take(new Map());
  const response = new Response(body, { headers: { "content-type": contentType } });
  // oxlint-disable-next-line typescript/no-deprecated -- the body is in memory already
  response.formData().then(
    (form) => take(new Map(form)),
    () => take(new Map()),
  );
}
