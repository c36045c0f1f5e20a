// What the router answers itself on Ollama's surface; no row is left.
import { Elysia } from "elysia";
import { ollamaApiVersion } from "../../domain/protocols/ollama/catalog.ts";
import type { OllamaCatalog } from "../../ports/ollama-catalog.ts";
import type { Admissions } from "./admissions.ts";
import { refuseFirst } from "./own-answers.ts";

/** @param via this process's pseudonym in `Via` */
export function ollamaRoutes(
  catalog: Pick<OllamaCatalog, "tags" | "loaded">,
  admissions: Pick<Admissions, "of">,
  via: string,
) {
  return new Elysia({ name: "ollama" })
    .onBeforeHandle(refuseFirst(via, admissions))
    .head("/", () => new Response(null))
    .get("/api/version", () => Response.json({ version: ollamaApiVersion }))
    .get("/api/tags", async () => Response.json(await catalog.tags()))
    .get("/api/ps", async () => Response.json(await catalog.loaded()));
}
