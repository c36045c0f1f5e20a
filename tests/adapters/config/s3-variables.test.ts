// The variables about S3: what they mean, and how each mistake is named.
import { describe, expect, test } from "bun:test";
import { problemLine } from "../../../src/adapters/config/problem-line.ts";
import { readS3 } from "../../../src/adapters/config/s3-variables.ts";
import { createVariableReader } from "../../../src/adapters/config/variable-reader.ts";

const secret = {
  S3_BUCKET: "my-logs",
  AWS_ACCESS_KEY_ID: "AKIAEXAMPLE",
  AWS_SECRET_ACCESS_KEY: "a+secret/of=the-test",
};

function read(env: Readonly<Record<string, string>>) {
  const reader = createVariableReader(env, {});
  const settings = readS3(reader);
  return { settings, problems: reader.problems().map(problemLine) };
}

test("a bucket and its key are enough for Amazon's", () => {
  expect(read(secret)).toEqual({
    settings: {
      endpoint: null,
      bucket: "my-logs",
      region: "us-east-1",
      prefix: "",
      pathStyle: false,
      accessKeyId: "AKIAEXAMPLE",
      secretAccessKey: "a+secret/of=the-test",
      sessionToken: null,
    },
    problems: [],
  });
});

describe("a variable says", () => {
  test.each<[string, string, object]>([
    ["S3_ENDPOINT", "http://minio:9000/", { endpoint: "http://minio:9000", pathStyle: true }],
    ["S3_ENDPOINT", "https://gate/s3", { endpoint: "https://gate/s3", pathStyle: true }],
    ["S3_BUCKET", "logs.example.org", { bucket: "logs.example.org", pathStyle: true }],
    ["S3_REGION", "eu-central-1", { region: "eu-central-1" }],
    ["S3_REGION", "auto", { region: "auto" }],
    ["S3_PREFIX", "/logs/router 1/", { prefix: "logs/router 1/" }],
    ["S3_PREFIX", "/", { prefix: "" }],
    ["S3_FORCE_PATH_STYLE", "yes", { pathStyle: true }],
    ["AWS_SECRET_ACCESS_KEY", " hush\n", { secretAccessKey: "hush" }],
    ["AWS_SESSION_TOKEN", "of/an+hour=", { sessionToken: "of/an+hour=" }],
  ])("%s=%p", (name, value, settings) => {
    const found = read({ ...secret, [name]: value });
    expect(found.problems).toEqual([]);
    expect(found.settings).toMatchObject(settings);
  });

  test("the bucket is in the host's name, where it is to be", () => {
    const env = { ...secret, S3_ENDPOINT: "http://s3.lan", S3_FORCE_PATH_STYLE: "false" };
    expect(read(env).settings.pathStyle).toBe(false);
  });
});

describe("a problem", () => {
  test("is named for all that is missing together", () => {
    expect(read({ S3_BUCKET: " " }).problems).toEqual([
      "environment: S3_BUCKET=: must be set, as BLOB_STORAGE_TYPE is s3",
      "environment: AWS_ACCESS_KEY_ID=: must be set, as BLOB_STORAGE_TYPE is s3",
      "environment: AWS_SECRET_ACCESS_KEY=: must be set, as BLOB_STORAGE_TYPE is s3",
    ]);
  });

  test.each<[string, string, string]>([
    ["S3_ENDPOINT", "minio:9000", "S3_ENDPOINT=minio:9000: must be an http or https URL"],
    ["S3_ENDPOINT", "http://s3/?x=1", "S3_ENDPOINT=http://s3/?[hidden]: must be an http"],
    ["S3_ENDPOINT", "http://me:hush@s3", "S3_ENDPOINT=http://[hidden]@s3: must not hold a key"],
    ["S3_BUCKET", "s3://logs", "S3_BUCKET=s3://logs: must be a bucket's name"],
    ["S3_BUCKET", "logs/router", "S3_BUCKET=logs/router: must be a bucket's name"],
    ["S3_REGION", "eu central", "S3_REGION=eu central: must be a region's name"],
    ["S3_PREFIX", "a//b", "S3_PREFIX=a//b: must be of parts between single slashes"],
    ["S3_PREFIX", "a/../b", "S3_PREFIX=a/../b: must be of parts between single slashes"],
    ["S3_PREFIX", "a\nb", "S3_PREFIX=a\\nb: must be of parts between single slashes"],
    ["S3_PREFIX", "x".repeat(513), "must be at most 512 bytes long"],
    ["S3_FORCE_PATH_STYLE", "path", "S3_FORCE_PATH_STYLE=path: must be true or false"],
    ["AWS_ACCESS_KEY_ID", "hush hush", "AWS_ACCESS_KEY_ID=[hidden]: holds what no key holds"],
    [
      "AWS_SECRET_ACCESS_KEY",
      "hush hush",
      "AWS_SECRET_ACCESS_KEY=[hidden]: holds what no key holds",
    ],
    ["AWS_SESSION_TOKEN", "hush\thush", "AWS_SESSION_TOKEN=[hidden]: holds what no key holds"],
  ])("of %s=%p is in words, and shows no secret", (name, value, line) => {
    const [problem = "", ...more] = read({ ...secret, [name]: value }).problems;
    expect(more).toEqual([]);
    expect(problem).toContain(line);
    expect(problem).not.toContain("hush");
  });
});
