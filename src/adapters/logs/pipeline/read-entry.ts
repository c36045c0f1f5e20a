// A recorded call with what its bodies say. This costs what parsing them costs, so it is done in
// the log's thread, and in one pass for all that is wanted of them.
import { visitDocuments, parseRecord } from "../../../domain/log/answer-documents.ts";
import { createAnswerReader, nothingRead } from "../../../domain/log/answer-reading.ts";
import { createAnsweredReader } from "../../../domain/conversation/answered.ts";
import { endpointOf } from "../../../domain/protocols/endpoint-of.ts";
import { conversationOf } from "../../../domain/conversation/read-conversation.ts";
import { newText, searchText } from "../../../domain/conversation/search-text.ts";
import type { JsonRecord } from "../../../domain/bytes/json.ts";
import type { LogWrite } from "./log-engine.ts";
import { bodyBytes } from "../rows/log-row.ts";
import type { RecordedEntry } from "./wire-batch.ts";

export function readEntry({ entry, bodies, reading }: RecordedEntry): LogWrite {
  if (entry.state === "inflight") return { entry, bodies, reading: nothingRead, searchText: "" };
  const request = bodies.request === null ? null : recordIn(bodyBytes(bodies.request));
  const response = bodies.response === null ? null : bodyBytes(bodies.response);
  const usage = createAnswerReader();
  const said = textOf(request, response, (document) => {
    usage.add(document);
  });
  const isCut = response !== null && bodies.response?.truncated === true;
  const cut = isCut ? { kept: response.length, received: entry.responseSize } : null;
  const endpoint = endpointOf(entry.method, entry.path);
  return {
    entry,
    bodies,
    reading: reading ?? usage.reading({ endpoint, status: entry.statusCode, cut }, () => request),
    searchText: said,
  };
}

/** What was asked and answered, for the search; bounded. null: there is no such body. */
export function spokenText(request: Uint8Array | null, response: Uint8Array | null): string {
  return textOf(request === null ? null : recordIn(request), response, () => undefined);
}

function textOf(
  request: JsonRecord | null,
  response: Uint8Array | null,
  alsoFor: (document: JsonRecord) => void,
): string {
  const answer = createAnsweredReader(newText);
  if (response !== null)
    visitDocuments(response, (document) => {
      alsoFor(document);
      answer.add(document);
    });
  return searchText(conversationOf(request, answer));
}

function recordIn(bytes: Uint8Array): JsonRecord | null {
  return parseRecord(new TextDecoder().decode(bytes));
}
