// What a call costs is in its row: by the routes file, by the server's address, or not at all.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "bun:test";
import { withRouter } from "../lab/start-router.ts";

const answer = {
  id: "c",
  object: "chat.completion",
  choices: [{ index: 0, message: { role: "assistant", content: "hi" }, finish_reason: "stop" }],
  usage: {
    prompt_tokens: 1_000,
    completion_tokens: 100,
    total_tokens: 1_100,
    prompt_tokens_details: { cached_tokens: 400 },
  },
};

test("a priced model, one on a server of one's own, an unknown one, and a price that changed", async () => {
  const server = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: () => Response.json(answer) });
  const here = `http://127.0.0.1:${server.port}`;
  // A host of someone else's, which is reached through a proxy that answers by itself.
  const routes = (input: number) => `servers:
  own: ${here}
  hosted: { url: "http://api.example.com", proxy: "${here}" }
prices:
  monthly_budget: 1
  "/^priced/": { input: ${input}, cached: 0.25, output: 10 }
`;
  try {
    await withRouter({ routes: routes(2.5) }, async (router) => {
      const ask = async (model: string) => {
        const sent = await router.post("/v1/chat/completions", {
          model,
          messages: [{ role: "user", content: "hi" }],
        });
        expect(await sent.json()).toEqual(answer);
        return (await router.rows())[0];
      };
      expect(await ask("hosted/priced-1")).toMatchObject({ upstream: "hosted", cost: 0.0026 });
      expect(await ask("own/priced-1")).toMatchObject({ cost: 0.0026 });
      expect(await ask("own/whatever")).toMatchObject({ upstream: "own", cost: 0 });
      expect(await ask("hosted/whatever")).toMatchObject({ upstream: "hosted", cost: null });
      const page = await (await fetch(`${router.url}/routes`)).text();
      expect(page).toContain('id="prices"');
      writeFileSync(join(router.folder, "routes.yaml"), routes(5));
      while (!router.log.some((line) => line.startsWith("the routes file was read again")))
        await Bun.sleep(10);
      expect(await ask("hosted/priced-1")).toMatchObject({ cost: 0.0041 });
      const metrics = (await (await fetch(`${router.url}/metrics`)).text()).split("\n");
      const dollars = metrics
        .filter((line) => line.startsWith("smolrouter_cost_usd_total{"))
        .map((line) => [line.split(" ")[0]?.slice(25), Number(line.split(" ")[1]).toFixed(6)]);
      expect(dollars).toEqual([
        ['{upstream="hosted",model="priced-1"}', "0.006700"],
        ['{upstream="own",model="priced-1"}', "0.002600"],
        ['{upstream="own",model="whatever"}', "0.000000"],
      ]);
      expect(metrics).toContain(
        'smolrouter_unpriced_calls_total{upstream="hosted",model="whatever"} 1',
      );
      const home = await (await fetch(router.url, { headers: { accept: "text/html" } })).text();
      const [, budget = ""] = /id="budget">(.*?)<svg/s.exec(home) ?? [];
      expect(budget.replace(/<[^>]*>/g, "").replace(/\s+/g, " ")).toBe(
        "$0.0093 of $1 this month, 0.9 %",
      );
    });
  } finally {
    await server.stop(true);
  }
});
