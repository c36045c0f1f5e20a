// `smolrouter check` and the bucket: it is tried, nothing stays in it, and whatever is wrong is one line
// that names variable and remedy, and no secret.
import { describe, expect, test } from "bun:test";
import { tryBucket } from "../../../src/adapters/blobs/s3/try-bucket.ts";
import { runCheck } from "../../../src/app/cli/check.ts";
import { programCommand } from "../../lab/program.ts";
import { type S3Server, startS3Server } from "../../lab/s3-server.ts";

type Env = Record<string, string>;

async function withServer(run: (server: S3Server, env: Env) => Promise<void>): Promise<void> {
  const server = await startS3Server();
  const { settings } = server;
  try {
    await run(server, {
      BLOB_STORAGE_TYPE: "s3",
      S3_ENDPOINT: settings.endpoint ?? "",
      S3_BUCKET: settings.bucket,
      AWS_ACCESS_KEY_ID: settings.accessKeyId,
      AWS_SECRET_ACCESS_KEY: settings.secretAccessKey,
    });
  } finally {
    await server.stop();
  }
}

async function check(env: Env, json = false) {
  const printed: string[] = [];
  const io = {
    env,
    terminal: false,
    print: (line: string) => printed.push(line),
    complain: (line: string) => printed.push(line),
  };
  return { code: await runCheck({ kind: "check", file: undefined, json }, io), printed };
}

const hour = 3_600_000;
const cases: Readonly<Record<string, [wrong: (server: S3Server) => Env | void, line: RegExp]>> = {
  "a key that is not known": [
    () => ({ AWS_ACCESS_KEY_ID: "AKIAOTHER" }),
    /^environment: AWS_ACCESS_KEY_ID=\[hidden\]: the access key is not known there \(S3 answered 403 InvalidAccessKeyId\)$/,
  ],
  "a secret that does not fit": [
    () => ({ AWS_SECRET_ACCESS_KEY: "hush" }),
    /^environment: AWS_SECRET_ACCESS_KEY=\[hidden\]: the secret does not fit the access key; copy both anew \(.*403 SignatureDoesNotMatch\)$/,
  ],
  "a key without rights": [
    (server) => void (server.fault = "access_denied"),
    /^environment: AWS_ACCESS_KEY_ID=\[hidden\]: .*s3:PutObject, s3:GetObject and s3:DeleteObject .*403 AccessDenied\)$/,
  ],
  "a token that is over": [
    () => ({ AWS_SESSION_TOKEN: "hush" }),
    /^environment: AWS_SESSION_TOKEN=\[hidden\]: the session token is not valid.*400 InvalidToken\)$/,
  ],
  "no such bucket": [
    () => ({ S3_BUCKET: "other" }),
    /^environment: S3_BUCKET=other: the bucket does not exist; create it, or set S3_BUCKET to one that does \(.*404 NoSuchBucket\)$/,
  ],
  "another region": [
    () => ({ S3_REGION: "eu-west-1" }),
    /^environment: S3_REGION=eu-west-1: the bucket is in another region; set it to us-east-1 \(.*400 AuthorizationHeaderMalformed\)$/,
  ],
  "a bucket elsewhere": [
    (server) => void (server.fault = "other_endpoint"),
    /^environment: S3_REGION=us-east-1: the bucket is in another region; set it to eu-central-1 \(.*301 PermanentRedirect\)$/,
  ],
  "another clock": [
    (server) => void (server.skewMs = -hour),
    /^environment: BLOB_STORAGE_TYPE=s3: this machine's clock and the store's differ by 60 minutes; set this one, as by NTP \(/,
  ],
  "no S3 at all": [
    (server) => void (server.fault = "web_page"),
    /^environment: S3_ENDPOINT=http:\/\/127\.0\.0\.1:\d+: what answers there does not speak S3; is it the right URL\?$/,
  ],
  "a proxy's page": [
    (server) => void (server.fault = "proxy_page"),
    /^environment: S3_ENDPOINT=http:\S+: an answer that is not S3's own, as of a proxy before it \(S3 answered 502\)$/,
  ],
  "nobody there": [
    () => ({ S3_ENDPOINT: "http://127.0.0.1:1" }),
    /^environment: S3_ENDPOINT=http:\/\/127\.0\.0\.1:1: connection refused$/,
  ],
};

describe("check", () => {
  test("puts an object into the bucket, reads a part of it, and takes it away", () =>
    withServer(async (server, env) => {
      expect(await check(env)).toMatchObject({ code: 0 });
      const key = "smolrouter-check-[0-9a-f-]{36}";
      expect(server.seen.join("\n")).toMatch(
        new RegExp(`^PUT /logs/${key}\nGET /logs/${key}\nPOST /logs/\\?delete=\nGET /logs/${key}$`),
      );
      expect(server.objects.size).toBe(0);
    }));

  for (const [name, [wrong, line]] of Object.entries(cases))
    test(`names ${name} in one line`, () =>
      withServer(async (server, env) => {
        const { code, printed } = await check({ ...env, ...wrong(server) });
        expect(code).toBe(1);
        expect(printed).toHaveLength(1);
        expect(printed[0]).toMatch(line);
        expect(printed[0]).not.toMatch(/hush|a\/secret/);
        expect(server.objects.size).toBe(0);
      }));

  test("names a silent server", () =>
    withServer(async (server) => {
      server.fault = "silent";
      const trouble = await tryBucket(server.settings, crypto.randomUUID(), { limitMs: 200 });
      expect(trouble).toEqual({
        variable: "S3_ENDPOINT",
        message: "no whole answer within 0.2 s",
      });
    }));

  test("says it in JSON, too", () =>
    withServer(async (_, env) => {
      const { printed } = await check({ ...env, S3_BUCKET: "other" }, true);
      expect(JSON.parse(printed.join(""))).toMatchObject({
        valid: false,
        problems: [{ variable: "S3_BUCKET", shown: "other" }],
      });
    }));

  test("asks no bucket where there is no log, or the configuration has other problems", () =>
    withServer(async (server, env) => {
      await check({ ...env, ENABLE_LOGGING: "false" });
      await check({ ...env, LISTEN_PORT: "x" });
      expect(server.seen).toEqual([]);
    }));

  test("exits by what it found, as the command that people run", () =>
    withServer(async (server, env) => {
      const run = async (own: Env) => {
        const child = Bun.spawn([...programCommand, "check"], {
          env: { PATH: process.env["PATH"] ?? "", ...env, ...own },
          cwd: import.meta.dir,
          stdout: "pipe",
        });
        return { code: await child.exited, text: await child.stdout.text() };
      };
      const right = await run({});
      expect([right.code, right.text]).toEqual([0, expect.stringMatching(/^ok: /)]);
      expect(server.seen).toHaveLength(4);
      const { code, text } = await run({ AWS_SECRET_ACCESS_KEY: "hush" });
      expect([code, text]).toEqual([1, expect.stringContaining("AWS_SECRET_ACCESS_KEY")]);
      expect(text).not.toContain("hush");
    }));
});
