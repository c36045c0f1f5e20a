// Model servers that say what they have in memory, each software in its own way, as a test sets it.

export interface LoadingServer {
  readonly url: string;
  /** What it has in memory from now on: models by name, and whether they are still being loaded. */
  has(models: Readonly<Record<string, "loaded" | "loading">>): void;
  /** Has it answer questions about its memory with this status, without a list. */
  fails(status: number): void;
  /** GETs of a path so far. */
  asked(path: string): number;
  /** What it was asked to load and unload, in order; it does as asked, unless it was told to refuse. */
  readonly orders: readonly string[];
  /** Has it refuse to load with this status and body. */
  refuses(status: number, body: object): void;
  stop(): Promise<void>;
}

type Memory = Readonly<Record<string, "loaded" | "loading">>;

/** How a software lists all its models, and those in memory. */
interface Speech {
  readonly list: (models: readonly string[]) => object;
  readonly path: string;
  readonly memory: (memory: Memory, models: readonly string[]) => object;
}

const openAiList = (owner: string) => (models: readonly string[]) => ({
  object: "list",
  data: models.map((id) => ({ id, object: "model", owned_by: owner })),
});

const softwares = {
  /** Behind `/v1`, as a server of type `openai`. */
  ollama: {
    list: openAiList("library"),
    path: "/api/ps",
    memory: (memory) => ({
      models: Object.keys(memory).map((name) => ({
        name,
        model: name,
        size: 6_591_830_464,
        size_vram: 5_333_539_264,
        expires_at: new Date(Date.now() + 300_000).toISOString(),
      })),
    }),
  },
  "llama-swap": {
    list: (models) => ({
      object: "list",
      data: models.map((id) => ({
        id,
        object: "model",
        owned_by: "llama-swap",
        meta: { llamaswap: { type: "model", aliases: [`${id}-alias`] } },
      })),
    }),
    path: "/running",
    memory: (memory) => ({
      running: Object.entries(memory).map(([model, state]) => ({
        model,
        state: state === "loaded" ? "ready" : "starting",
        cmd: "llama-server",
        proxy: "http://localhost:9999",
        ttl: 300,
      })),
    }),
  },
  "lm-studio": {
    list: openAiList("organization_owner"),
    path: "/api/v0/models",
    memory: (memory, models) => ({
      object: "list",
      data: models.map((id) => ({
        id,
        object: "model",
        type: "llm",
        state: memory[id] ?? "not-loaded",
        max_context_length: 4_096,
      })),
    }),
  },
  vllm: { list: openAiList("vllm"), path: "", memory: () => ({}) },
  /** Of which its list says nothing, and that has no list of what it has loaded. */
  another: { list: openAiList("lab"), path: "", memory: () => ({}) },
} as const satisfies Readonly<Record<string, Speech>>;

export type Software = keyof typeof softwares;

/** @param owner of its models, in place of the software's own name */
export function startLoadingServer(
  software: Software,
  models: readonly string[],
  owner: string | null = null,
): LoadingServer {
  const { path, memory, list: ownList }: Speech = softwares[software];
  const list = owner === null ? ownList : openAiList(owner);
  const asked: string[] = [];
  let inMemory: Memory = {};
  let status = 200;
  const orders: string[] = [];
  let refusal: { readonly status: number; readonly body: object } | null = null;
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    async fetch(request) {
      const { pathname } = new URL(request.url);
      asked.push(pathname);
      const order = await orderOf(request, pathname);
      if (order !== null) {
        orders.push(`${request.method} ${pathname} ${order.wish} ${order.model}`);
        if (refusal !== null) return Response.json(refusal.body, { status: refusal.status });
        const { [order.model]: _gone, ...rest } = inMemory;
        inMemory = order.wish === "load" ? { ...rest, [order.model]: "loaded" } : rest;
        return Response.json({});
      }
      if (pathname === "/v1/models") return Response.json(list(models));
      if (pathname !== path) return new Response("404 page not found", { status: 404 });
      return status === 200
        ? Response.json(memory(inMemory, models))
        : new Response("no", { status });
    },
  });
  return {
    url: `http://127.0.0.1:${server.port}`,
    has: (next) => void (inMemory = next),
    fails: (next) => void (status = next),
    asked: (which) => asked.filter((one) => one === which).length,
    orders,
    refuses: (next, body) => void (refusal = { status: next, body }),
    stop: () => server.stop(true),
  };
}

interface Order {
  readonly wish: "load" | "unload";
  readonly model: string;
}

/** null: it asks for neither. */
async function orderOf(request: Request, path: string): Promise<Order | null> {
  const swap = /^\/upstream\/(.+)\/health$/.exec(path)?.[1];
  if (swap !== undefined) return { wish: "load", model: decodeURIComponent(swap) };
  const out = /^\/api\/models\/unload\/(.+)$/.exec(path)?.[1];
  if (out !== undefined) return { wish: "unload", model: decodeURIComponent(out) };
  if (request.method !== "POST") return null;
  const fields = (await request.json()) as Readonly<Record<string, unknown>>;
  const model = fields["model"] ?? fields["instance_id"];
  if (typeof model !== "string") return null;
  if (path === "/api/v1/models/unload") return { wish: "unload", model };
  if (path === "/api/v1/models/load") return { wish: "load", model };
  if (path !== "/api/generate" && path !== "/api/embed") return null;
  return { wish: fields["keep_alive"] === 0 ? "unload" : "load", model };
}
