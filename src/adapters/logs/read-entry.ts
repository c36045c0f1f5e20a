// A recorded call with what its bodies say. This costs what parsing them costs, so it is done in
// the log's thread, and once for both.
import { answerDocuments, parseRecord } from "../../domain/answer-documents.ts";
import { nothingRead, readParsedAnswer } from "../../domain/answer-reading.ts";
import { conversationOf } from "../../domain/conversation/read-conversation.ts";
import { searchText } from "../../domain/conversation/search-text.ts";
import type { LogWrite } from "../../ports/log-store.ts";
import { bodyBytes } from "./log-row.ts";
import type { RecordedEntry } from "./wire-batch.ts";

export function readEntry({ entry, bodies }: RecordedEntry): LogWrite {
  if (entry.state === "inflight") return { entry, bodies, reading: nothingRead, searchText: "" };
  const { path, statusCode: status } = entry;
  const request =
    bodies.request === null
      ? null
      : parseRecord(new TextDecoder().decode(bodyBytes(bodies.request)));
  const documents = bodies.response === null ? [] : answerDocuments(bodyBytes(bodies.response));
  return {
    entry,
    bodies,
    reading: readParsedAnswer({ path, status, request: () => request, documents }),
    searchText: searchText(conversationOf(request, documents)),
  };
}
