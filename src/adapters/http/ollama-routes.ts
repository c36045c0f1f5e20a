// What the router answers itself on Ollama's surface; no row is left.
import { Elysia } from "elysia";
import { ollamaApiVersion } from "../../domain/ollama-catalog.ts";
import type { OllamaCatalog } from "../../ports/ollama-catalog.ts";
import { refuseWebSocket } from "./refuse-web-socket.ts";

export function ollamaRoutes(catalog: Pick<OllamaCatalog, "tags" | "loaded">) {
  return new Elysia({ name: "ollama" })
    .onBeforeHandle(refuseWebSocket)
    .head("/", () => new Response(null))
    .get("/api/version", () => Response.json({ version: ollamaApiVersion }))
    .get("/api/tags", async () => Response.json(await catalog.tags()))
    .get("/api/ps", async () => Response.json(await catalog.loaded()));
}
