// Secrets that pass through the router are found nowhere afterwards: not in its database, its blobs, its log or its pages.
import { expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { zstdDecompressSync } from "bun";
import { freePort } from "../lab/free-port.ts";
import { type TestRouter, withRouter } from "../lab/start-router.ts";
import { withFakes } from "../lab/with-fakes.ts";

const path = "/v1/chat/completions";
const secret = (name: string) => `planted-${name}-8f2c`;
/** More than stays in a row, so that a blob is written. */
const padding = Array.from({ length: 6_000 }, (_, at) => (at * 7_919).toString(36)).join(" ");

/** A call with one secret in one place. */
const plants: readonly (readonly [string, { query?: string; headers?: Record<string, string> }])[] =
  [
    ["bearer", { headers: { authorization: `Bearer ${secret("bearer")}` } }],
    ["basic", { headers: { authorization: `Basic ${btoa(`u:${secret("basic")}`)}` } }],
    ["xapikey", { headers: { "x-api-key": secret("xapikey") } }],
    ["apikey", { headers: { "api-key": secret("apikey") } }],
    ["goog", { headers: { "x-goog-api-key": secret("goog") } }],
    ["proxy", { headers: { "proxy-authorization": `Bearer ${secret("proxy")}` } }],
    ["token", { headers: { "x-smolrouter-token": secret("token") } }],
    ["cookie", { headers: { cookie: `session=${secret("cookie")}; theme=dark` } }],
    ["query", { query: `?key=${secret("query")}` }],
    ["queryapikey", { query: `?a=1&api_key=${secret("queryapikey")}&b=2` }],
    ["querytoken", { query: `?access_token=${secret("querytoken")}` }],
  ];

/** Every byte a router has left behind, and all it shows. */
async function everything(router: TestRouter): Promise<string> {
  const parts: string[] = [...router.log];
  for (const name of readdirSync(router.folder, { recursive: true, encoding: "utf8" })) {
    // The routes file is the user's own.
    if (name === "routes.yaml") continue;
    const bytes = (() => {
      try {
        return readFileSync(join(router.folder, name));
      } catch {
        return null; // a folder
      }
    })();
    if (bytes === null) continue;
    parts.push(bytes.toString("latin1"));
    if (bytes.readUInt32LE(0) === 0xfd2fb528)
      parts.push(Buffer.from(zstdDecompressSync(bytes)).toString("latin1"));
  }
  const rows = await router.rows();
  const places = ["/", "/api/logs?limit=500", "/api/stats", "/api/upstreams", "/api/inflight"];
  for (const { id } of rows) places.push(`/request/${id}`, `/api/logs/${id}`);
  for (const place of places) {
    const shown = await fetch(router.url + place, { headers: { accept: "text/html" } });
    parts.push(await shown.text());
  }
  return parts.join("\n");
}

/** Names of the secrets that are found, plainly or as base64. */
function found(text: string, names: readonly string[]): readonly string[] {
  return names.filter(
    (name) =>
      text.includes(secret(name)) || text.includes(btoa(`u:${secret(name)}`).replaceAll("=", "")),
  );
}

test("no secret of a client's or an upstream's is kept or shown anywhere", () =>
  withFakes({ a: {} }, async ({ a }) => {
    const dead = `http://127.0.0.1:${await freePort()}`;
    const routes = `
servers:
  keyed: { url: "${a.url}", api_key: "\${PLANTED_KEY}", headers: { X-Team: lab } }
  dead: { url: "${dead}", api_key: "\${PLANTED_KEY}" }
aliases:
  m: { instances: [dead/m, keyed/m] }
  gone: { instances: [dead/m] }
`;
    const env = { PLANTED_KEY: secret("upstream") };
    await withRouter({ env, routes }, async (router) => {
      const body = (model: string) => ({
        model,
        messages: [{ role: "user", content: `findme ${padding}` }],
      });
      for (const [name, { query = "", headers = {} }] of plants)
        for (const model of ["m", "gone"]) {
          const reported = { ...headers, "x-plant": name };
          await (await router.post(path + query, body(model), reported)).text();
        }
      // The upstream got its own key: the test would otherwise prove little.
      expect(JSON.stringify(a.calls().map((call) => call.headers))).toContain(secret("upstream"));

      const names = [...plants.map(([name]) => name), "upstream"];
      const all = await everything(router);
      expect(found(all, names)).toEqual([]);
      // What is looked through does hold the calls, their bodies and what is not secret.
      expect(await router.rows()).toHaveLength(plants.length * 2);
      for (const kept of ["findme", "x-plant", "[redacted]", "querytoken"])
        expect(all).toContain(kept);
      expect(readdirSync(join(router.folder, "blobs")).length).toBeGreaterThan(0);
    });
  }));
