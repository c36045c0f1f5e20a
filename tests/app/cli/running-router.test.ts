import { expect, test } from "bun:test";
import { askRunningRouter } from "../../../src/app/cli/running-router.ts";
import { withRouter } from "../../lab/start-router.ts";
import { freePort } from "../../lab/free-port.ts";

const secret = "a-secret-of-the-lab-with-40-characters!!";
const at = (port: number, more: { jwtSecret?: string; logging?: boolean; host?: string } = {}) => ({
  listen: { host: more.host ?? "127.0.0.1", port },
  jwtSecret: more.jwtSecret ?? null,
  logging: more.logging ?? true,
});
const routes = "servers: { lab: http://127.0.0.1:9 }";

test("the router that runs here says what it knows of its servers", () =>
  withRouter({ routes }, async ({ url }) => {
    const says = await askRunningRouter(at(Number(new URL(url).port), { host: "0.0.0.0" }));
    expect(says).toMatchObject({ kind: "knows", upstreams: [{ name: "lab", state: "well" }, {}] });
  }));

test("it is shown a token where its pages want one", () =>
  withRouter(
    { routes, env: { JWT_SECRET: secret, WEBUI_SECURITY: "ALWAYS_AUTH" } },
    async ({ url }) => {
      const port = Number(new URL(url).port);
      expect(await askRunningRouter(at(port, { jwtSecret: secret }))).toMatchObject({
        kind: "knows",
      });
      expect(await askRunningRouter(at(port))).toEqual({
        kind: "unknown",
        why: `what listens at http://127.0.0.1:${port} answers 401`,
      });
    },
  ));

test("nobody there, somebody else, and no API to ask are said in words", async () => {
  const port = await freePort();
  const why = async (settings: ReturnType<typeof at>) => {
    const says = await askRunningRouter(settings);
    return says.kind === "unknown" ? says.why : says.kind;
  };
  expect(await why(at(port))).toBe(`no router answers at http://127.0.0.1:${port}`);
  expect(await why(at(port, { logging: false }))).toContain("ENABLE_LOGGING=false");
  const other = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: () => Response.json({ data: [] }),
  });
  expect(await why(at(other.port ?? 0))).toContain("is not this router");
  await other.stop(true);
});

test("one that takes the question and stays silent keeps nobody waiting", async () => {
  const silent = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data: () => undefined } });
  expect(await askRunningRouter(at(silent.port))).toEqual({
    kind: "unknown",
    why: `no router answers at http://127.0.0.1:${silent.port}`,
  });
  silent.stop(true);
});
