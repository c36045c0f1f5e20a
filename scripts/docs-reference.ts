// Every error code and every header, as tables for docs/reference.md.
import { notForwardedToClient, notForwardedUpstream } from "../src/domain/http/headers.ts";
import { type ProblemKind, problemForms } from "../src/domain/http/problem.ts";
import { messagesErrorTypes } from "../src/domain/protocols/anthropic-messages/errors.ts";
import { openAiErrorWords } from "../src/domain/protocols/openai-error-words.ts";
import { ownHeaders } from "../src/domain/security/answer-headers.ts";
import { credentialNames } from "../src/domain/security/credential-names.ts";
import { sessionHeaders } from "../src/domain/conversation/thread-finder.ts";

interface ProblemNote {
  readonly when: string;
  readonly remedy: string;
}

/** A kind of problem without its line here does not compile. */
const problemNotes: Readonly<Record<ProblemKind, ProblemNote>> = {
  invalid_json: {
    when: "the body of a call is not JSON, not an object, or nested deeper than 1,000 levels",
    remedy: "send what the message asks for",
  },
  invalid_request: {
    when: "a field of the call has a value that cannot be right, or no server can be asked for what it needs",
    remedy: "correct the field that the message and `param` name",
  },
  invalid_model: {
    when: "`model` is not a string",
    remedy: "send the model's name as a string",
  },
  invalid_header: {
    when: "a header cannot be read: `X-SmolRouter-Thinking` with an unknown value, or `Host` missing or sent twice",
    remedy: "correct the header that the message names",
  },
  invalid_path: {
    when: "a path leads out of where it begins (`..`)",
    remedy: "send the plain path",
  },
  previous_response_not_found: {
    when: "an id that a Responses call refers to is not known here, or belongs to somebody else",
    remedy:
      "send the whole conversation; see [answers that are kept](protocols.md#answers-that-are-kept)",
  },
  unauthorized: {
    when: "`JWT_SECRET` is set, and the token is missing, has expired or is not this router's",
    remedy: "make one with [`smolrouter token`](commands.md#token)",
  },
  forbidden: {
    when: "another web origin, a name that the router does not know, or a visitor whom `WEBUI_SECURITY` keeps out",
    remedy:
      "set the variable that the message names, if you trust where it came from ([security](security.md))",
  },
  not_found: {
    when: "nothing is served at the path",
    remedy: "compare the path with the [protocols](protocols.md) and the [read API](api.md)",
  },
  method_not_allowed: {
    when: "the path does not take the method",
    remedy: "use one of those in `Allow`",
  },
  request_timeout: {
    when: "the request's body came too slowly, or stopped coming",
    remedy: "send it again over a better connection",
  },
  unsupported_encoding: {
    when: "the body's `Content-Encoding` is not `gzip`, `deflate`, `br` or `zstd`",
    remedy: "send it plain, or in one of these",
  },
  invalid_encoding: {
    when: "the body is not in the coding that `Content-Encoding` names",
    remedy: "send it whole, and name its coding rightly",
  },
  request_too_large: {
    when: "the body is larger than `MAX_REQUEST_SIZE`, also once it is decoded",
    remedy: "send less, or raise the limit",
  },
  overloaded: {
    when: "the queue of the one server that could be asked is full, or the bodies of all calls under way fill the memory meant for them",
    remedy:
      "ask again after `Retry-After`; raise `max_concurrency` or `max_queue`, or add an instance ([failover](failover.md))",
  },
  answers_unreadable: {
    when: "kept answers of Responses cannot be read now",
    remedy: "ask again; the router's log says what is wrong with the store",
  },
  internal_error: {
    when: "a bug of the router's",
    remedy: "report it with the stack in the router's log and the row's id",
  },
  routing_loop: {
    when: "an upstream leads back to this router",
    remedy: "correct the address that the message names; often it is `DEFAULT_UPSTREAM`",
  },
  upgrade_required: {
    when: "a WebSocket is asked for where plain HTTP would do (`/v1/responses`)",
    remedy: "use plain HTTP; agents do so by themselves",
  },
  upgrade_unsupported: {
    when: "a WebSocket is asked for anywhere else",
    remedy: "use plain HTTP",
  },
  not_supported: {
    when: "the router cannot do this for the path or the method",
    remedy: "the message says what can be done in its place",
  },
  cancelled: {
    when: "the call was ended: by its client, or by a person on the pages",
    remedy: "nothing, where that was meant",
  },
  upstream_unreachable: {
    when: "the one server that could be asked did not answer at all",
    remedy: "look at `/upstreams`; `smolrouter explain` shows why it was this one",
  },
  upstream_broken: {
    when: "the upstream's answer broke off, reported an error after it had begun, or is not one to this call",
    remedy:
      "look at the upstream's own log; `commit: full` holds answers until they are whole ([failover](failover.md))",
  },
  upstream_timeout: {
    when: "the one server that could be asked took longer than a deadline in force",
    remedy: "raise the deadline that the message names, or add an instance",
  },
  all_upstreams_failed: {
    when: "each of several candidates failed; where the last answered, its status stands in place of 502, and 504 where it timed out",
    remedy: "read `attempts` in the error, or the row's, for what each said",
  },
  unfit_answer: {
    when: "no answer was as `require` demands",
    remedy: "read `attempts` in the error; relax `require`, or use another model",
  },
};

/** What there is beside the kinds of problems: codes in OpenAI's own words. */
const otherNotes: Readonly<Record<string, ProblemNote & { readonly status: string }>> = {
  model_not_found: {
    status: "404",
    when: "`GET /v1/models/{model}` names a model that no server lists, or a translated upstream answered 404",
    remedy: "compare the name with `GET /v1/models`",
  },
  context_length_exceeded: {
    status: "the upstream's",
    when: "a translated upstream says that the conversation is longer than its model can take",
    remedy: "shorten the conversation, or route long ones to another model",
  },
};

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

/** The router's own errors. */
export function problemTable(): string {
  const kinds = Object.keys(problemNotes) as readonly ProblemKind[];
  const rows = kinds.map((kind) => {
    const { status, type, code } = problemForms[kind];
    const { when, remedy } = problemNotes[kind];
    return [`\`${code}\``, String(status), `\`${type}\``, when, remedy];
  });
  const others = Object.entries(otherNotes).map(([code, { status, when, remedy }]) => [
    `\`${code}\``,
    status,
    "`invalid_request_error`",
    when,
    remedy,
  ]);
  return table(["`code`", "status", "`type`", "when", "what to do"], [...rows, ...others]);
}

/** How an upstream's status reads where its answer is translated. */
export function upstreamErrorTable(): string {
  const statuses = [...new Set([...openAiErrorWords.keys(), ...messagesErrorTypes.keys()])];
  const rows = statuses
    .toSorted((a, b) => a - b)
    .map((status) => {
      const words = openAiErrorWords.get(status);
      const openAi =
        words === undefined ? "as below" : `\`${words.type}\`, \`${words.code ?? "null"}\``;
      return [String(status), openAi, `\`${messagesErrorTypes.get(status) ?? "api_error"}\``];
    });
  return table(
    ["upstream's status", "OpenAI's `type`, `code`", "Anthropic's `type`"],
    [
      ...rows,
      ["any other below 500", "`invalid_request_error`, `null`", "`invalid_request_error`"],
      ["any other from 500", "`server_error`, `upstream_error`", "`api_error`"],
    ],
  );
}

/** Headers that the router reads in requests, and what for. */
const readHeaders: Readonly<Record<string, string>> = {
  "x-smolrouter-thinking":
    "`strip`, `keep` or `move`: what becomes of thinking in this call's answer ([cleaners](cleaners.md))",
  "x-smolrouter-token":
    "the router's token, where `Authorization` or `x-api-key` hold an upstream's key ([security](security.md))",
  authorization:
    "`Bearer` and the router's token, where there is a `JWT_SECRET`; else the upstream's key",
  "x-api-key": "likewise, in calls",
  cookie:
    "`smolrouter_token`, what signing in at `/login` sets, and `smolrouter_zone`, the time zone that pages show times in; all but these are passed on",
  host: "the name the router is called by: pages and read API answer to `ALLOWED_HOSTS` alone",
  origin: "the web page that calls: `ALLOWED_ORIGINS`",
  "sec-fetch-site": "whether a browser says that another site asks",
  "sec-fetch-mode": "whether it follows a link",
  "sec-fetch-dest": "whether it wants a page",
  "access-control-request-method": "what a browser asks before it calls (CORS)",
  "access-control-request-headers": "likewise",
  "access-control-request-private-network": "likewise, from the internet into a private network",
  referer: "the page to go back to after an action",
  accept: "whether a page or JSON is wanted",
  "accept-encoding": "whether a page may be sent compressed; upstreams are asked for `identity`",
  "content-type": "how to read the body",
  "content-encoding": "`gzip`, `deflate`, `br` or `zstd`: the body is decoded before it goes on",
  "content-length": "how large the body will be: refused before it is read where that is too much",
  "user-agent": "the client's program, in the log",
  upgrade: "a WebSocket is refused: 426 or 501",
  connection: "its fields go no further",
  via: "how a routing loop is recognised",
  forwarded: "that a proxy stands in front: such a visitor does not count as this machine's",
  "x-real-ip": "likewise",
  "cf-connecting-ip": "likewise",
  "x-forwarded-for": "the client's address, where `TRUSTED_PROXIES` names who wrote it",
  "x-forwarded-host": "the name called, likewise",
  "x-forwarded-proto": "whether the cookie may be `Secure`",
  traceparent: "the trace that the call belongs to, where calls are traced (W3C Trace Context)",
  ...Object.fromEntries(
    sessionHeaders.map((name) => [
      name,
      "the session that the call belongs to ([threads](log.md))",
    ]),
  ),
};

/** Headers of upstreams' answers that mean something to the router. */
const upstreamHeaders: Readonly<Record<string, string>> = {
  "retry-after": "how long a server rests after 429 and 503; passed on",
  location:
    "where a redirect leads, which is never followed nor passed on: the call's error names the address to write into `url`",
  "request-id": "the upstream's own id (Anthropic's): kept in the row, and passed on",
  "x-request-id": "the upstream's own id: kept in the row as `upstream_request_id`",
};

/** Headers that the router sets in answers. */
const setHeaders: Readonly<Record<string, string>> = {
  "x-request-id": "the call's id, that of its row: `/request/<id>` shows it",
  "request-id": "the same, for Anthropic's clients, unless the upstream sent its own",
  "x-smolrouter-upstream": "server that answered, or was asked last",
  "x-smolrouter-model": "model as sent upstream",
  "x-smolrouter-attempts": "number of attempts made",
  "x-smolrouter-protocol": "`native` or `translated` ([protocols](protocols.md))",
  "x-smolrouter-dropped": "fields that a translation could not carry over",
  "x-smolrouter-estimated": "`input_tokens`: the count is an estimate",
  "retry-after": "seconds after which to ask again: 429, 503",
  allow: "methods that a path takes: 405",
  "www-authenticate": "`Bearer`: 401",
  upgrade: "`HTTP/1.1`: 426",
  connection: "`upgrade`: 426",
  location: "where to go after an action: 303",
  "set-cookie": "the sign-in cookie, from `/login` and `/logout`; upstreams' are passed on",
  "content-type": "of the router's own answers; upstreams' are passed on",
  "content-encoding":
    "`gzip`, on pages and their files where `Accept-Encoding` has it; upstreams' are passed on",
  "content-disposition": "`attachment` with the file's name, on exports and a routes file",
  "cache-control":
    "`no-store` where an answer changes with every call; pages' files, whose names change with them, are kept for a year (`public, max-age=31536000, immutable`)",
  "accept-encoding": "codings that a request's body may have: 415",
  vary: "`Origin`, where CORS decided; `Accept` at `/`; `Accept-Encoding` on pages",
  "access-control-allow-origin": "the page's origin, where `ALLOWED_ORIGINS` has it",
  "access-control-allow-methods": "answer to what a browser asks before it calls",
  "access-control-allow-headers": "likewise",
  "access-control-allow-private-network": "likewise",
  "access-control-max-age": "likewise: a day",
  "access-control-expose-headers":
    "those that a page's script may read: ids, `retry-after` and all `x-smolrouter-*` of this table, and the rate limits of OpenAI's and Anthropic's APIs (`x-ratelimit-*`, `anthropic-ratelimit-*`)",
  "x-accel-buffering": "`no`, on events: proxies must not gather them",
  ...Object.fromEntries(
    ownHeaders("page").map(([name, value]) => [
      name,
      name === "x-content-type-options"
        ? `\`${value}\`, on every answer`
        : `\`${value}\`, on pages and read API`,
    ]),
  ),
  "cross-origin-opener-policy":
    "`same-origin`, on pages and read API where a page of another site may have asked, by `sec-fetch-site`",
};

/** Headers that the router sets in requests to upstreams. */
const sentHeaders: Readonly<Record<string, string>> = {
  "x-forwarded-for": "the client's address, after those that were there",
  via: "the router's pseudonym, after those that were there",
  "accept-encoding": "`identity`",
  authorization: "the server's `api_key`, where it has one",
  "x-api-key": "likewise, for servers that look there",
  traceparent: "the attempt's own span, where calls are traced",
};

const headerTable = (meaning: string, notes: Readonly<Record<string, string>>): string =>
  table(
    ["header", meaning],
    Object.entries(notes).map(([name, note]) => [`\`${name}\``, note]),
  );

export const readHeaderTable = (): string =>
  headerTable("what the router reads it for", readHeaders);
export const upstreamHeaderTable = (): string =>
  headerTable("what the router does with it", upstreamHeaders);
export const setHeaderTable = (): string => headerTable("what it says", setHeaders);
export const sentHeaderTable = (): string => headerTable("what it holds", sentHeaders);

const listed = (names: Iterable<string>): string =>
  [...names].map((name) => `\`${name}\``).join(", ");

/** What is not passed on. */
export function keptHeaders(): string {
  const keys = credentialNames.filter(
    ({ in: place, besideOwnKey }) => place === "header" && besideOwnKey === "dropped",
  );
  const secrets = credentialNames.filter(({ in: place }) => place === "header");
  return [
    `- Never sent to upstreams: \`x-smolrouter-*\`, ${listed(notForwardedUpstream)}, and what \`Connection\` names.`,
    `- Never sent to clients: ${listed(notForwardedToClient)}.`,
    `- Not sent to a server that has a key of its own: ${listed(keys.map(({ name }) => name))}.`,
    `- \`[redacted]\` in the log: ${listed(secrets.map(({ name }) => name))}.`,
  ].join("\n");
}
