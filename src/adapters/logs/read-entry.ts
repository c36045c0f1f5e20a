// A recorded call with what its bodies say. This costs what parsing them costs, so it is done in
// the log's thread.
import { nothingRead, readAnswer } from "../../domain/answer-reading.ts";
import { readConversation } from "../../domain/conversation/read-conversation.ts";
import { searchText } from "../../domain/conversation/search-text.ts";
import type { CapturedBody } from "../../domain/log-entry.ts";
import type { LogWrite } from "../../ports/log-store.ts";
import { bodyBytes } from "./log-row.ts";
import type { RecordedEntry } from "./wire-batch.ts";

const noBytes = new Uint8Array();

export function readEntry({ entry, bodies }: RecordedEntry): LogWrite {
  if (entry.state === "inflight") return { entry, bodies, reading: nothingRead, searchText: "" };
  const bytes = (body: CapturedBody | null) => (body === null ? noBytes : bodyBytes(body));
  const request = bytes(bodies.request);
  const response = bytes(bodies.response);
  const { path, statusCode: status } = entry;
  const text = (body: Uint8Array) => (body.length === 0 ? null : new TextDecoder().decode(body));
  return {
    entry,
    bodies,
    reading: readAnswer({ path, status, request, response }),
    searchText: searchText(readConversation(text(request), text(response))),
  };
}
