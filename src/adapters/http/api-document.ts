// The read API as an OpenAPI 3.1 document (spec.openapis.org/oas/v3.1.1), made from the table of its operations.
import type { TSchema } from "@sinclair/typebox";
import { type AnswerNote, apiOperations, type Operation } from "./api-operations.ts";
import { errorSchema } from "./schemas.ts";

/** A value that JSON can hold. */
type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };
type JsonObject = { readonly [key: string]: Json };

/**
 * The document.
 * @param version of the router
 */
export function apiDocument(version: string): JsonObject {
  const paths: Record<string, JsonObject> = {};
  for (const operation of apiOperations)
    paths[operation.path] = {
      ...paths[operation.path],
      [operation.method]: operationObject(operation),
    };
  return {
    openapi: "3.1.0",
    info: {
      title: "SmolRouter",
      version,
      description:
        "What the router's log holds. Fields are only ever added, never renamed or removed.",
    },
    // Relative: whatever address it was fetched from.
    servers: [{ url: "/" }],
    // Whether a token is needed is WEBUI_SECURITY's to say.
    security: [{}, { token: [] }],
    paths,
    components: {
      securitySchemes: { token: { type: "http", scheme: "bearer", bearerFormat: "JWT" } },
      schemas: { Error: schemaObject(errorSchema) },
    },
  };
}

function operationObject(operation: Operation): JsonObject {
  const { id, path, summary, query, answers } = operation;
  const { idMeans = "the call's id, its answer's `X-Request-Id`" } = operation;
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => ({
    name,
    in: "path",
    required: true,
    description: idMeans,
    schema: { type: "string", format: "uuid" },
  }));
  const inQuery = query.map(({ name, meaning, default: absent, schema }) => ({
    name,
    in: "query",
    required: false,
    description: `${withoutLinks(meaning)}; default: ${absent}`,
    schema: schemaObject(schema),
  }));
  const parameters = [...inPath, ...inQuery];
  return {
    operationId: id,
    summary,
    ...(parameters.length === 0 ? {} : { parameters }),
    responses: {
      ...Object.fromEntries(
        Object.entries(answers).map(([status, note]) => [status, responseObject(note)]),
      ),
      default: {
        description: "Refused, as `WEBUI_SECURITY` or a limit of the router wants it",
        content: { "application/json": { schema: errorReference } },
      },
    },
  };
}

const errorReference = { $ref: "#/components/schemas/Error" };

function responseObject({ meaning, type, schema }: AnswerNote): JsonObject {
  const description = `${meaning.slice(0, 1).toUpperCase()}${meaning.slice(1)}`;
  if (schema === null) return { description };
  const described = schema === errorSchema ? errorReference : schemaObject(schema);
  return { description, content: { [type]: { schema: described } } };
}

/** Links of docs/api.md lead nowhere elsewhere. */
function withoutLinks(markdown: string): string {
  return markdown.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1");
}

/** A schema in the words of JSON Schema 2020-12, where the members of a tuple are `prefixItems`; the library's own marks are symbols, and left behind. */
function schemaObject(schema: TSchema): Json {
  return inWords(schema);
}

function inWords(value: Json): Json {
  if (isList(value)) return value.map(inWords);
  if (typeof value !== "object" || value === null) return value;
  const { items, additionalItems = true, ...others } = value;
  const tuple = items !== undefined && isList(items);
  const words = tuple ? { ...others, prefixItems: items, items: additionalItems } : value;
  return Object.fromEntries(Object.entries(words).map(([key, part]) => [key, inWords(part)]));
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}
