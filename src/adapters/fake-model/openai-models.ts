// OpenAI's list of models, and the error for one that is not on it.
import { CREATED, type Answerer, type FakeServer } from "./ask.ts";
import { errorReply, jsonReply, type Reply } from "./reply.ts";

const describe = (id: string, server: FakeServer): object => ({
  id,
  object: "model",
  created: CREATED,
  owned_by: server.name,
});

/** OpenAI's 404 for a model that does not exist. */
export function noSuchModel(model: string): Reply {
  return errorReply("openai", 404, `The model \`${model}\` does not exist`, "model_not_found");
}

/** Answers `GET /v1/models`. */
export const answerModels: Answerer = (_ask, server) =>
  jsonReply({ object: "list", data: server.models.map((id) => describe(id, server)) });

/** Answers `GET /v1/models/{id}`; ids may hold slashes. */
export const answerModel: Answerer = (ask, server) => {
  const id = decodeURIComponent(ask.path.slice("/v1/models/".length));
  return server.models.includes(id) ? jsonReply(describe(id, server)) : noSuchModel(id);
};
