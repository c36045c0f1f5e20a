// `GET /v1/models` and `/v1/models/{id}`: the router's own answers; other methods are forwarded like all of `/v1`.
import { Elysia } from "elysia";
import { spellingsOf } from "../../domain/routing/latest.ts";
import { modelListObject } from "../../domain/routing/model-list.ts";
import type { ModelCatalog } from "../../ports/model-catalog.ts";
import type { Admissions } from "./admissions.ts";
import { refuseFirst } from "./own-answers.ts";
import { pathAndQuery } from "./request-facts.ts";

const prefix = "/v1/models/";

/** @param via this process's pseudonym in `Via` */
export function modelRoutes(catalog: ModelCatalog, admissions: Admissions, via: string) {
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
