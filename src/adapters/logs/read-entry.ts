// A recorded call with what its bodies say. This costs what parsing them costs, so it is done in
// the log's thread, and in one pass for all that is wanted of them.
import { visitDocuments, parseRecord } from "../../domain/answer-documents.ts";
import { createAnswerReader, nothingRead } from "../../domain/answer-reading.ts";
import { createAnsweredReader } from "../../domain/conversation/answered.ts";
import { conversationOf } from "../../domain/conversation/read-conversation.ts";
import { newText, searchText } from "../../domain/conversation/search-text.ts";
import type { LogWrite } from "../../ports/log-store.ts";
import { bodyBytes } from "./log-row.ts";
import type { RecordedEntry } from "./wire-batch.ts";

export function readEntry({ entry, bodies }: RecordedEntry): LogWrite {
  if (entry.state === "inflight") return { entry, bodies, reading: nothingRead, searchText: "" };
  const request =
    bodies.request === null
      ? null
      : parseRecord(new TextDecoder().decode(bodyBytes(bodies.request)));
  const usage = createAnswerReader();
  const answer = createAnsweredReader(newText);
  if (bodies.response !== null)
    visitDocuments(bodyBytes(bodies.response), (document) => {
      usage.add(document);
      answer.add(document);
    });
  return {
    entry,
    bodies,
    reading: usage.reading({ path: entry.path, status: entry.statusCode }, () => request),
    searchText: searchText(conversationOf(request, answer)),
  };
}
