// Load that notices whenever a reload drops, splits or misroutes a call: the routes file names its
// generation in every model, two servers swap places with each, and each server knows its own models.
import { renameSync, writeFileSync } from "node:fs";

export interface ReloadLab {
  /** The routes file of a generation. */
  routes(generation: number): string;
  /** Puts a file in place, as editors do: another one renamed over it. */
  save(path: string, generation: number): void;
  /** Says that calls sent from now on must see this generation. */
  inForce(generation: number): void;
  /** Calls the router from so many clients at once, until `stop`. */
  load(url: string, clients: number): void;
  /** The generation that a call sees. */
  seen(url: string): Promise<number>;
  /** Ends the load; what became of it. */
  stop(): Promise<ReloadResult>;
  close(): Promise<void>;
}

export interface ReloadResult {
  readonly calls: number;
  /** In words; none of them may be. */
  readonly failed: readonly string[];
}

export function createReloadLab(): ReloadLab {
  const sides = ["a", "b"].map(startServer);
  let written = 0;
  let inForce = 0;
  let loading = false;
  let workers: Promise<void>[] = [];
  let calls = 0;
  const failed: string[] = [];

  const sideOf = (generation: number) => sides[generation % 2]!;

  async function call(
    url: string,
    asked = ["alias", "ruled", "s/direct"][calls % 3],
  ): Promise<number> {
    const number = ++calls;
    const atLeast = inForce;
    const stream = number % 2 === 0;
    const response = await fetch(`${url}/v1/chat/completions`, {
      method: "POST",
      body: JSON.stringify({ model: asked, stream }),
    });
    const text = await response.text();
    const atMost = written;
    const model = response.headers.get("x-smolrouter-model") ?? "";
    const whole = text.includes(`"${model}"`) && (!stream || text.endsWith("data: [DONE]\n\n"));
    if (response.status !== 200 || !whole)
      failed.push(`call ${number}: status ${response.status}: ${text}`);
    if (model === "direct") return atMost;
    const generation = Number.parseInt(model);
    if (!(generation >= atLeast && generation <= atMost))
      failed.push(`call ${number}: saw ${model} while ${atLeast} to ${atMost} were in force`);
    return generation;
  }

  return {
    routes(generation) {
      const { name, url } = sideOf(generation);
      return `
servers: { s: "${url}" }
aliases: { alias: { instances: ["s/${generation}-${name}"] } }
routes: [{ match: { model: ruled }, route: { upstream: s, model: "${generation}-${name}" } }]
`;
    },
    save(path, generation) {
      writeFileSync(`${path}.new`, this.routes(generation));
      written = generation;
      renameSync(`${path}.new`, path);
    },
    inForce(generation) {
      inForce = generation;
    },
    seen: (url) => call(url, "alias"),
    load(url, clients) {
      loading = true;
      const worker = async () => {
        while (loading)
          await call(url).catch((error: unknown) => failed.push(`a call failed: ${String(error)}`));
      };
      workers = Array.from({ length: clients }, worker);
    },
    async stop() {
      loading = false;
      await Promise.all(workers);
      return { calls, failed: [...failed, ...sides.flatMap(({ strangers }) => strangers)] };
    },
    async close() {
      await Promise.all(sides.map(({ server }) => server.stop(true)));
    },
  };
}

/** Answers its own models only; streams take some ms, so that reloads fall into them. */
function startServer(name: string) {
  const strangers: string[] = [];
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    async fetch(request) {
      if (request.method === "GET") return Response.json({ object: "list", data: [] });
      const { model, stream } = (await request.json()) as { model: string; stream: boolean };
      if (model !== "direct" && !model.endsWith(`-${name}`))
        strangers.push(`server ${name} was asked for ${model}`);
      const choices = [{ index: 0, message: { role: "assistant", content: "hi" } }];
      if (!stream) return Response.json({ model, choices });
      const chunk = (content: string) =>
        `data: ${JSON.stringify({ model, choices: [{ index: 0, delta: { content } }] })}\n\n`;
      return new Response(
        (async function* () {
          for (const word of ["h", "i", "!"]) {
            yield chunk(word);
            await Bun.sleep(2);
          }
          yield "data: [DONE]\n\n";
        })(),
        { headers: { "content-type": "text/event-stream" } },
      );
    },
  });
  return { name, server, strangers, url: `http://127.0.0.1:${server.port}` };
}
