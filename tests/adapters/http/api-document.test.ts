// The OpenAPI document: valid, and complete.
import { expect, test } from "bun:test";
import { Validator } from "@seriousme/openapi-schema-validator";
import { apiDocument } from "../../../src/adapters/http/api-document.ts";
import { apiOperations } from "../../../src/adapters/http/api-operations.ts";
import { queryNames } from "../../../src/adapters/http/api-query.ts";
import { apiRoutes } from "../../../src/adapters/http/api-routes.ts";
import { surfaceOf } from "../../../src/domain/security/surface.ts";
import { endpointOf } from "../../../src/domain/protocols/endpoint-of.ts";
import { sampleBrowse } from "../pages/sample.ts";

const api = apiRoutes({
  browse: sampleBrowse([]),
  events: { open: () => new ReadableStream() },
  clock: { now: () => 0 },
  version: "1.2.3",
  cancel: () => false,
});

async function served(): Promise<Record<string, unknown>> {
  const response = await api.handle(new Request("http://router.test/api/openapi.json"));
  expect(response.status).toBe(200);
  expect(response.headers.get("content-type")).toStartWith("application/json");
  return (await response.json()) as Record<string, unknown>;
}

test("what is served is a valid OpenAPI 3.1 document of this version", async () => {
  const document = await served();
  const validator = new Validator();
  const result = await validator.validate(structuredClone(document));
  expect(result).toEqual({ valid: true });
  expect(validator.version).toBe("3.1");
  expect(document).toMatchObject({ openapi: "3.1.0", info: { version: "1.2.3" } });
});

test("the validator finds what is wrong in such a document", async () => {
  const document = { ...(await served()), paths: { "/api/logs": { get: { responses: 5 } } } };
  expect((await new Validator().validate(document)).valid).toBe(false);
});

test("every route of the read API is in the document, and every operation of it is a route", () => {
  const routes = api.routes
    // Under every other method a path says which one is right, and HEAD goes with GET.
    .filter(({ method }) => method !== "ALL" && method !== "HEAD")
    .map(({ method, path }) => `${method} ${path.replaceAll(/:(\w+)/g, "{$1}")}`);
  const { paths } = apiDocument("1") as { paths: Record<string, Record<string, unknown>> };
  const documented = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
  expect(documented.toSorted()).toEqual(routes.toSorted());
});

test.each(Object.entries(queryNames))("every parameter of %s is documented", (path, names) => {
  const operation = apiOperations.find((one) => one.path === path);
  expect(operation?.query.map(({ name }) => name).toSorted()).toEqual(names.toSorted());
});

test("names of operations differ, as generated clients make methods of them", () => {
  const ids = apiOperations.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
});

test("pairs are tuples in the words of JSON Schema 2020-12", () => {
  const text = JSON.stringify(apiDocument("1"));
  expect(text).toContain('"prefixItems":[{"type":"string"},{"type":"string"}]');
  expect(text).not.toMatch(/"items":\[|additionalItems/);
});

test("the document is guarded as the pages are", () => {
  const path = "/api/openapi.json";
  expect(surfaceOf(endpointOf("GET", path), "GET", path, false)).toBe("api");
});
