// What the router answers by itself about models and, on the Ollama surface, about itself; no row is left.
import { Elysia } from "elysia";
import type { Via } from "../../domain/http/via.ts";
import { ollamaApiVersion } from "../../domain/protocols/ollama/catalog.ts";
import { spellingsOf } from "../../domain/routing/latest.ts";
import { modelListObject } from "../../domain/routing/model-list.ts";
import type { ModelCatalog } from "../../ports/model-catalog.ts";
import type { OllamaCatalog } from "../../ports/ollama-catalog.ts";
import type { Admissions } from "./admissions.ts";
import { refuseFirst } from "./own-answers.ts";
import { pathAndQuery } from "./request-facts.ts";

const prefix = "/v1/models/";

/** `GET /v1/models` and `/v1/models/{id}`; other methods are forwarded like all of `/v1`. */
export function modelRoutes(
  catalog: ModelCatalog,
  admissions: Admissions,
  via: Pick<Via, "isLoop">,
) {
  return new Elysia({ name: "models" })
    .onBeforeHandle(refuseFirst(via, admissions))
    .get("/v1/models", async ({ request }) =>
      Response.json(modelListObject(await catalog.list(admissions.of(request).headers))),
    )
    .get("/v1/models/*", async ({ request }) => {
      const id = decoded(pathAndQuery(request.url).path.slice(prefix.length));
      const models = await catalog.list(admissions.of(request).headers);
      const model = spellingsOf(id)
        .map((spelling) => models.find((known) => known.id === spelling))
        .find((known) => known !== undefined);
      return model === undefined ? notFound(id) : Response.json(model);
    });
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function notFound(id: string): Response {
  const error = {
    message: `no server lists the model ${JSON.stringify(id)}, and it is not an alias; GET /v1/models has them all`,
    type: "invalid_request_error",
    param: "model",
    code: "model_not_found",
  };
  return Response.json({ error }, { status: 404 });
}

export function ollamaRoutes(
  catalog: Pick<OllamaCatalog, "tags" | "loaded">,
  admissions: Pick<Admissions, "of">,
  via: Pick<Via, "isLoop">,
) {
  return new Elysia({ name: "ollama" })
    .onBeforeHandle(refuseFirst(via, admissions))
    .head("/", () => new Response(null))
    .get("/api/version", () => Response.json({ version: ollamaApiVersion }))
    .get("/api/tags", async () => Response.json(await catalog.tags()))
    .get("/api/ps", async () => Response.json(await catalog.loaded()));
}
