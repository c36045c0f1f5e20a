// Ollama's catalogue and management: tags, show, ps, version, pull and its like.
import type { Answerer, FakeServer } from "./ask.ts";
import { asText, type Fields } from "./fields.ts";
import { CREATED_AT } from "./ollama-text.ts";
import { errorReply, jsonReply, textReply, type Reply } from "./reply.ts";

const GIB = 1024 ** 3;

/** Ollama's 404 for a model that is not there. */
export function noSuchOllamaModel(model: string): Reply {
  return errorReply("ollama", 404, `model "${model}" not found`);
}

/** The listed name that a request's name means: a missing tag is `latest`. */
export function ollamaModel(server: FakeServer, asked: string): string | undefined {
  return server.models.find((model) => model === asked || model === `${asked}:latest`);
}

const family = (model: string): string => /^[a-z]+/.exec(model)?.[0] ?? "fake";

function details(model: string): object {
  return {
    parent_model: "",
    format: "gguf",
    family: family(model),
    families: [family(model)],
    parameter_size: /([\d.]+)b/.exec(model)?.[0].toUpperCase() ?? "8.0B",
    quantization_level: "Q4_K_M",
  };
}

/** Sixty-four hexadecimal digits that depend on the name. */
const digest = (model: string): string =>
  new Bun.CryptoHasher("sha256").update(model).digest("hex");

function capabilities(model: string): readonly string[] {
  if (model.includes("embed")) return ["embedding"];
  const all = ["completion", "tools"];
  if (model.includes("think")) all.push("thinking");
  if (/vision|llava/.test(model)) all.push("vision");
  return all;
}

const listed = (model: string): Fields => ({
  name: model,
  model,
  size: 4 * GIB,
  digest: digest(model),
  details: details(model),
});

/** Answers `GET /api/tags`. */
export const answerTags: Answerer = (_ask, server) =>
  jsonReply({
    models: server.models.map((model) => ({ ...listed(model), modified_at: CREATED_AT })),
  });

/** Answers `GET /api/ps`: the models that have been called. */
export const answerPs: Answerer = (_ask, server) =>
  jsonReply({
    models: server.models
      .filter((model) => server.loaded.has(model))
      .map((model) => ({
        ...listed(model),
        expires_at: CREATED_AT,
        size_vram: 4 * GIB,
        context_length: 8192,
      })),
  });

/** Answers `POST /api/show`. */
export const answerShow: Answerer = ({ fields }, server) => {
  const asked = asText(fields["model"]) || asText(fields["name"]);
  const model = ollamaModel(server, asked);
  if (model === undefined) return noSuchOllamaModel(asked);
  const architecture = family(model);
  return jsonReply({
    license: "Apache License 2.0",
    modelfile: `FROM ${model}\n`,
    parameters: 'stop "<|end|>"',
    template: "{{ .Prompt }}",
    details: details(model),
    model_info: {
      "general.architecture": architecture,
      "general.parameter_count": 8_000_000_000,
      [`${architecture}.context_length`]: 8192,
      [`${architecture}.embedding_length`]: 4096,
    },
    capabilities: capabilities(model),
    modified_at: CREATED_AT,
  });
};

/** Answers `GET /api/version`. */
export const answerVersion: Answerer = () => jsonReply({ version: "0.12.0" });

/** Answers `POST /api/pull`, `/api/push` and `/api/create` with their progress. */
export const answerProgress: Answerer = (ask) => {
  if ((ask.stream ?? ask.fields["stream"]) === false) return jsonReply({ status: "success" });
  const states = ["reading manifest", "verifying sha256 digest", "success"];
  return {
    kind: "stream",
    format: "ndjson",
    pieces: states.map((status) => ({
      part: status === "success" ? "end" : "content",
      bytes: `${JSON.stringify({ status })}\n`,
    })),
  };
};

/** Answers `POST /api/copy` and `DELETE /api/delete`. */
export const answerManage: Answerer = ({ fields }, server) => {
  const asked = asText(fields["source"]) || asText(fields["model"]) || asText(fields["name"]);
  return ollamaModel(server, asked) === undefined ? noSuchOllamaModel(asked) : textReply("");
};

/** Answers `HEAD` and `POST /api/blobs/{digest}`: none is there, each may be uploaded. */
export const answerBlob: Answerer = (ask) => textReply("", ask.method === "POST" ? 201 : 404);

/** Answers `GET /` and `HEAD /`. */
export const answerRoot: Answerer = () => textReply("Ollama is running");
