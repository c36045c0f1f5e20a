// Where a bucket is reached, and which of these places are on this machine.
import { expect, test } from "bun:test";
import { bucketUrl, isLoopback } from "../../../../src/adapters/blobs/s3/s3-address.ts";

const settings = {
  endpoint: null,
  bucket: "logs",
  region: "eu-west-1",
  prefix: "",
  pathStyle: false,
  accessKeyId: "",
  secretAccessKey: "",
  sessionToken: null,
};

test("a bucket is in the path or in the host's name, at Amazon's or another endpoint", () => {
  const url = (own: Partial<Omit<typeof settings, "endpoint">> & { readonly endpoint?: string }) =>
    bucketUrl({ ...settings, ...own });
  expect(url({})).toBe("https://logs.s3.eu-west-1.amazonaws.com");
  expect(url({ region: "cn-north-1" })).toBe("https://logs.s3.cn-north-1.amazonaws.com.cn");
  expect(url({ pathStyle: true })).toBe("https://s3.eu-west-1.amazonaws.com/logs");
  expect(url({ endpoint: "http://minio:9000", pathStyle: true })).toBe("http://minio:9000/logs");
  expect(url({ endpoint: "http://minio:9000" })).toBe("http://logs.minio:9000");
  expect(url({ endpoint: "https://gate.example/s3", pathStyle: true })).toBe(
    "https://gate.example/s3/logs",
  );
});

test("what stays on this machine goes by no proxy", () => {
  const own = [
    "http://127.0.0.1:9000/logs",
    "http://[::1]:9000",
    "http://localhost",
    "http://logs.localhost:1",
  ];
  const others = [
    "http://minio:9000",
    "https://localhost.example",
    "http://128.0.0.1",
    "http://127.example",
  ];
  expect(own.filter((url) => !isLoopback(url))).toEqual([]);
  expect(others.filter(isLoopback)).toEqual([]);
});
