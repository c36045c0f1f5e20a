// What an S3 store makes of whatever can be wrong with a server, over real sockets: each failure says
// whether waiting helps, which variable to look at, and what to do. No secret is in any of them.
import { describe, expect, test } from "bun:test";
import { createS3Objects } from "../../../../src/adapters/blobs/s3/s3-objects.ts";
import type { S3Settings } from "../../../../src/domain/config/settings.ts";
import { ObjectStoreFailure, type ObjectStore } from "../../../../src/ports/object-store.ts";
import { freePort } from "../../../lab/free-port.ts";
import { type S3Server, startS3Server } from "../../../lab/s3-server.ts";

/** The limit of those that run into it. */
const shortMs = 300;
const skewMs = 47 * 60_000;
const hour = 3_600_000;

interface Case {
  readonly name: string;
  readonly wrong: (server: S3Server) => Partial<S3Settings> | void | Promise<Partial<S3Settings>>;
  readonly kind: "passing" | "refused";
  readonly variable: string | null;
  readonly words: RegExp;
  readonly limitMs?: number;
  /** Where it can only be seen when an object is read. */
  readonly readsOnly?: boolean;
}

const has = (fault: NonNullable<S3Server["fault"]>) => (server: S3Server) => {
  server.fault = fault;
};

const cases: readonly Case[] = [
  {
    name: "silent",
    wrong: has("silent"),
    kind: "passing",
    variable: "S3_ENDPOINT",
    words: /no whole answer within 0.3 s/,
    limitMs: shortMs,
  },
  {
    name: "stuck within an object",
    wrong: has("slow"),
    kind: "passing",
    variable: "S3_ENDPOINT",
    words: /no whole answer within 0.3 s/,
    limitMs: shortMs,
    readsOnly: true,
  },
  {
    name: "cut within an object",
    wrong: has("cut"),
    kind: "passing",
    variable: "S3_ENDPOINT",
    words: /closed before the answer was whole/,
    readsOnly: true,
  },
  {
    name: "hanging up",
    wrong: has("hang_up"),
    kind: "passing",
    variable: "S3_ENDPOINT",
    words: /closed before the answer was whole/,
  },
  {
    name: "not there",
    wrong: async () => ({ endpoint: `http://127.0.0.1:${await freePort()}` }),
    kind: "passing",
    variable: "S3_ENDPOINT",
    words: /connection refused/,
  },
  {
    name: "at a name that nobody has",
    wrong: () => ({ endpoint: "http://s3.invalid" }),
    kind: "passing",
    variable: "S3_ENDPOINT",
    words: /host name not found/,
  },
  {
    name: "overloaded",
    wrong: has("slow_down"),
    kind: "passing",
    variable: null,
    words: /overloaded.*503 SlowDown/,
  },
  {
    name: "at fault",
    wrong: has("internal_error"),
    kind: "passing",
    variable: null,
    words: /fault.*500 InternalError/,
  },
  { name: "full", wrong: has("full"), kind: "passing", variable: null, words: /no room left.*507/ },
  {
    name: "behind a proxy that cannot reach it",
    wrong: has("proxy_page"),
    kind: "passing",
    variable: "S3_ENDPOINT",
    words: /a proxy before it.*502/,
  },
  {
    name: "a web server",
    wrong: has("web_page"),
    kind: "refused",
    variable: "S3_ENDPOINT",
    words: /does not speak S3/,
  },
  {
    name: "without the key",
    wrong: () => ({ accessKeyId: "AKIAOTHER" }),
    kind: "refused",
    variable: "AWS_ACCESS_KEY_ID",
    words: /not known there.*403 InvalidAccessKeyId/,
  },
  {
    name: "with another secret",
    wrong: () => ({ secretAccessKey: "hush" }),
    kind: "refused",
    variable: "AWS_SECRET_ACCESS_KEY",
    words: /does not fit.*403 SignatureDoesNotMatch/,
  },
  {
    name: "with another token",
    wrong: () => ({ sessionToken: "hush" }),
    kind: "refused",
    variable: "AWS_SESSION_TOKEN",
    words: /session token.*400 InvalidToken/,
  },
  {
    name: "that grants no rights",
    wrong: has("access_denied"),
    kind: "refused",
    variable: "AWS_ACCESS_KEY_ID",
    words: /s3:PutObject.*403 AccessDenied/,
  },
  {
    name: "without the bucket",
    wrong: (server) => void (server.bucketExists = false),
    kind: "refused",
    variable: "S3_BUCKET",
    words: /the bucket does not exist.*404 NoSuchBucket/,
  },
  {
    name: "in another region",
    wrong: () => ({ region: "eu-west-1" }),
    kind: "refused",
    variable: "S3_REGION",
    words: /set it to us-east-1 .*400 AuthorizationHeaderMalformed/,
  },
  {
    name: "whose bucket is elsewhere",
    wrong: has("other_endpoint"),
    kind: "refused",
    variable: "S3_REGION",
    words: /set it to eu-central-1 .*301 PermanentRedirect/,
  },
  {
    name: "whose clock is another",
    wrong: (server) => void (server.skewMs = skewMs),
    kind: "refused",
    variable: null,
    words: /clock.*differ by 47 minutes.*403 RequestTimeTooSkewed/,
  },
];

const calls: Readonly<Record<string, (store: ObjectStore) => Promise<unknown>>> = {
  put: (store) => store.put("day/new", Buffer.from("some bytes")),
  get: (store) => store.get("day/there"),
  "get of a range": (store) => store.get("day/there", { at: 2, length: 4 }),
  remove: (store) => store.remove(["day/other"]),
  list: (store) => store.list("day/"),
};

describe("a server", () => {
  for (const { name, wrong, kind, variable, words, limitMs, readsOnly = false } of cases)
    test(`${name}: ${kind}, ${variable ?? "no variable"}`, async () => {
      const server = await startS3Server();
      try {
        server.objects.set("day/there", Buffer.from("what is there"));
        const own = (await wrong(server)) ?? {};
        const options = limitMs === undefined ? {} : { limitMs };
        const store = createS3Objects({ ...server.settings, ...own }, options);
        for (const [call, run] of Object.entries(calls)) {
          if (readsOnly && !call.startsWith("get")) continue;
          const failure = await rejection(run(store));
          expect([call, failure]).toEqual([call, expect.any(ObjectStoreFailure)]);
          const { kind: ofKind, variable: named, message } = failure as ObjectStoreFailure;
          expect([call, ofKind, named]).toEqual([call, kind, variable]);
          expect(message).toMatch(words);
          expect(JSON.stringify([message, failure])).not.toMatch(/hush|a\/secret/);
        }
        // All was refused, or can be undone by putting it again.
        expect([...server.objects.keys()].filter((key) => key !== "day/there")).toEqual([]);
      } finally {
        await server.stop();
      }
    });

  test("that is well again takes what it could not take before", async () => {
    const server = await startS3Server();
    try {
      const store = createS3Objects(server.settings);
      server.fault = "slow_down";
      expect(await rejection(store.put("key", Buffer.from("x")))).toBeInstanceOf(Error);
      // Once: whoever asked decides on another try.
      expect(server.seen).toEqual(["PUT /logs/key"]);
      server.fault = null;
      await store.put("key", Buffer.from("x"));
      expect([...server.objects.keys()]).toEqual(["key"]);
    } finally {
      await server.stop();
    }
  });
});

test("the bucket may stand in the host's name", async () => {
  const server = await startS3Server();
  try {
    const endpoint = server.settings.endpoint?.replace("127.0.0.1", "localhost") ?? null;
    const store = createS3Objects({ ...server.settings, endpoint, pathStyle: false });
    await store.put("day/1", Buffer.from("one"));
    expect(server.seen).toEqual(["PUT /day/1"]);
    expect([...server.objects.keys()]).toEqual(["day/1"]);
  } finally {
    await server.stop();
  }
});

test("requests are dated by the clock that is given", async () => {
  const server = await startS3Server();
  try {
    server.skewMs = 5 * hour;
    const store = createS3Objects(server.settings, { now: () => Date.now() + 5 * hour });
    await store.put("key", Buffer.from("x"));
    expect([...server.objects.keys()]).toEqual(["key"]);
  } finally {
    await server.stop();
  }
});

test("a server that answers a redirect is not followed: another host would see what was signed", async () => {
  const asked: string[] = [];
  using other = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch(request) {
      asked.push(request.url);
      return new Response("");
    },
  });
  using server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: () => Response.redirect(`http://127.0.0.1:${other.port}/there`, 307),
  });
  const lab = await startS3Server();
  await lab.stop();
  const store = createS3Objects({ ...lab.settings, endpoint: `http://127.0.0.1:${server.port}` });
  const failure = (await rejection(store.put("key", Buffer.from("x")))) as ObjectStoreFailure;
  expect([failure.kind, failure.variable]).toEqual(["refused", "S3_ENDPOINT"]);
  expect(failure.message).toContain(`leads to http://127.0.0.1:${other.port};`);
  expect(asked).toEqual([]);
});

test("a proxy of the environment holds for other machines, and not for this one", async () => {
  const server = await startS3Server();
  const asked: string[] = [];
  using proxy = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch(request) {
      asked.push(new URL(request.url).host);
      return new Response("", { status: 502 });
    },
  });
  const before = process.env["HTTP_PROXY"];
  process.env["HTTP_PROXY"] = `http://127.0.0.1:${proxy.port}`;
  try {
    await createS3Objects(server.settings).put("key", Buffer.from("x"));
    expect(asked).toEqual([]);
    const far = createS3Objects({ ...server.settings, endpoint: "http://s3.invalid" });
    expect(await rejection(far.put("key", Buffer.from("x")))).toBeInstanceOf(Error);
    expect(asked).toEqual(["s3.invalid"]);
  } finally {
    if (before === undefined) delete process.env["HTTP_PROXY"];
    else process.env["HTTP_PROXY"] = before;
    await server.stop();
  }
});

function rejection(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => null,
    (error: unknown) => error,
  );
}
