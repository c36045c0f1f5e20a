// A logged call's bodies as the conversation they hold.
import { visitDocuments, parseRecord } from "../log/answer-documents.ts";
import { createAnsweredReader } from "./answered.ts";
import { askedTurns } from "./asked.ts";
import { offeredTools, parametersOf } from "./request-settings.ts";
import { type Conversation, textOrNull } from "./turn.ts";

/**
 * Reads what was asked and what was answered, in the forms of OpenAI's chat, completions,
 * embeddings and Responses, Anthropic's messages, and Ollama's chat, generate and embed. The form
 * is read from the bodies: an upstream may answer in another one than its path promises.
 * What cannot be read is left out; never throws.
 * @param request the client's body as text; null where none is kept
 * @param response as received from the upstream, perhaps a stream, perhaps cut; null as above
 */
export function readConversation(request: string | null, response: string | null): Conversation {
  const answer = createAnsweredReader();
  if (response !== null)
    visitDocuments(new TextEncoder().encode(response), (document) => {
      answer.add(document);
    });
  const asked = request === null ? null : parseRecord(request);
  return {
    continues: textOrNull(asked?.["previous_response_id"]),
    asked: asked === null ? [] : askedTurns(asked),
    answered: answer.turns(),
    parameters: asked === null ? [] : parametersOf(asked),
    tools: asked === null ? [] : offeredTools(asked),
    error: answer.error(),
  };
}
