// An S3 server for tests: strict in what it takes, and wrong in whatever way it is asked to be. On
// node:http, which can hang up in the middle of an answer.
import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { S3Settings } from "../../src/domain/config/settings.ts";
import { type KnownKey, type S3Error, signatureError } from "./sigv4.ts";

/**
 * What is wrong with the server. `silent`: it takes the request and never answers; `slow`: of an
 * object it sends the first byte, and then nothing; `cut`: half of it, and then it hangs up;
 * `hang_up`: it hangs up in place of an answer.
 */
export type S3Fault =
  | "silent"
  | "slow"
  | "cut"
  | "hang_up"
  | "access_denied"
  | "slow_down"
  | "internal_error"
  | "other_endpoint"
  | "proxy_page"
  | "web_page"
  | "full";

export interface S3Server {
  /** How to reach it; each test may change some of it. */
  readonly settings: S3Settings;
  /** The bucket's objects. */
  readonly objects: Map<string, Uint8Array>;
  fault: S3Fault | null;
  /** ms that the server's clock is ahead. */
  skewMs: number;
  bucketExists: boolean;
  /** The key that it knows. */
  key: KnownKey;
  /** The region that the bucket is in. */
  region: string;
  /** Requests seen, the newest last: method and target. */
  readonly seen: readonly string[];
  /** Resolves when a request has come in whole that makes the condition true. */
  until(met: () => boolean): Promise<void>;
  stop(): Promise<void>;
}

/** Keys of a list; few, so that some lists have more. */
const perList = 3;

const bucket = "logs";
const elsewhere = "eu-central-1";

const errors: Partial<Record<S3Fault, S3Error>> = {
  access_denied: { status: 403, code: "AccessDenied", message: "Access Denied" },
  slow_down: { status: 503, code: "SlowDown", message: "Please reduce your request rate." },
  internal_error: {
    status: 500,
    code: "InternalError",
    message: "We encountered an internal error.",
  },
  full: {
    status: 507,
    code: "XMinioStorageFull",
    message: "Storage backend has reached its minimum free drive threshold.",
  },
};

export async function startS3Server(): Promise<S3Server> {
  const objects = new Map<string, Uint8Array>();
  const seen: string[] = [];
  let waiting: { readonly met: () => boolean; readonly done: () => void }[] = [];

  function tellWaiting(): void {
    waiting = waiting.filter(({ met, done }) => {
      if (!met()) return true;
      done();
      return false;
    });
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const { method = "", url: target = "" } = request;
    seen.push(`${method} ${target}`);
    try {
      reply(request, response, { method, target, body });
    } finally {
      tellWaiting();
    }
  }

  function reply(
    request: IncomingMessage,
    response: ServerResponse,
    { method, target, body }: { method: string; target: string; body: Buffer },
  ): void {
    const { fault } = server;
    if (fault === "silent") return;
    if (fault === "hang_up") return void request.socket.destroy();
    if (fault === "proxy_page")
      return page(response, 502, "<html><head><title>502 Bad Gateway</title></head></html>");
    if (fault === "web_page") return page(response, 200, "<html><body>It works!</body></html>");
    response.setHeader("date", new Date(Date.now() + server.skewMs).toUTCString());
    if (fault === "other_endpoint") {
      response.setHeader("x-amz-bucket-region", elsewhere);
      return sendError(response, {
        status: 301,
        code: "PermanentRedirect",
        message:
          "The bucket you are attempting to access must be addressed using the specified endpoint.",
        more: { Endpoint: `s3.${elsewhere}.amazonaws.com`, Bucket: bucket },
      });
    }
    const planned = fault === null ? undefined : errors[fault];
    if (planned !== undefined) return sendError(response, planned);

    const headers = new Map(
      Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
    );
    const unsigned = signatureError(
      { method, target, headers, body },
      { key: server.key, region: server.region, now: Date.now() + server.skewMs },
    );
    if (unsigned !== null) return sendError(response, unsigned);

    const { key, query, asked } = addressed(headers.get("host") ?? "", target);
    if (asked !== bucket || !server.bucketExists)
      return sendError(response, {
        status: 404,
        code: "NoSuchBucket",
        message: "The specified bucket does not exist",
        more: { BucketName: asked },
      });
    if (method === "GET" && key === "") return sendList(response, query, objects);
    if (method === "POST" && query.has("delete")) return deleteMany(response, headers, body);
    if (method === "PUT" && key !== "") {
      objects.set(key, new Uint8Array(body));
      response.setHeader("etag", `"${md5(body, "hex")}"`);
      return void response.end();
    }
    if (method === "GET") return sendObject(request, response, objects.get(key));
    sendError(response, { status: 405, code: "MethodNotAllowed", message: "not this method" });
  }

  function deleteMany(
    response: ServerResponse,
    headers: ReadonlyMap<string, string>,
    body: Buffer,
  ): void {
    const given = headers.get("content-md5");
    if (given === undefined)
      return sendError(response, {
        status: 400,
        code: "InvalidRequest",
        message: "Missing required header for this request: Content-MD5",
      });
    if (given !== md5(body, "base64"))
      return sendError(response, {
        status: 400,
        code: "BadDigest",
        message: "Content-MD5 is not of the body",
      });
    const keys = [...body.toString().matchAll(/<Object><Key>([^<]*)<\/Key><\/Object>/g)];
    if (keys.length === 0 || keys.length > 1_000)
      return sendError(response, { status: 400, code: "MalformedXML", message: "1 to 1,000 keys" });
    for (const [, key = ""] of keys) objects.delete(unescaped(key));
    sendXml(response, 200, "<DeleteResult></DeleteResult>");
  }

  function sendObject(
    request: IncomingMessage,
    response: ServerResponse,
    whole: Uint8Array | undefined,
  ): void {
    if (whole === undefined)
      return sendError(response, {
        status: 404,
        code: "NoSuchKey",
        message: "The specified key does not exist.",
      });
    const range = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? "");
    const [from, to] =
      range === null ? [0, whole.length] : [Number(range[1]), Number(range[2]) + 1];
    if (range !== null && from >= whole.length)
      return sendError(response, {
        status: 416,
        code: "InvalidRange",
        message: "The requested range is not satisfiable",
      });
    const data = whole.subarray(from, to);
    response.writeHead(range === null ? 200 : 206, {
      etag: `"${md5(whole, "hex")}"`,
      "content-length": data.length,
      ...(range === null
        ? {}
        : { "content-range": `bytes ${from}-${from + data.length - 1}/${whole.length}` }),
    });
    if (server.fault === "slow") return void response.write(data.subarray(0, 1));
    if (server.fault === "cut")
      return void response.write(data.subarray(0, data.length / 2), () => request.socket.destroy());
    response.end(data);
  }

  const listener = createServer((request, response) => {
    answer(request, response).catch(() => request.socket.destroy());
  });
  await new Promise<void>((listening) => listener.listen(0, "127.0.0.1", listening));
  const { port } = listener.address() as AddressInfo;
  const server: S3Server = {
    settings: {
      endpoint: `http://127.0.0.1:${port}`,
      bucket,
      region: "us-east-1",
      prefix: "",
      pathStyle: true,
      accessKeyId: "AKIAEXAMPLE",
      secretAccessKey: "a/secret+of=the-lab",
      sessionToken: null,
    },
    objects,
    fault: null,
    skewMs: 0,
    bucketExists: true,
    key: { id: "AKIAEXAMPLE", secret: "a/secret+of=the-lab", sessionToken: null },
    region: "us-east-1",
    seen,
    until: (met) =>
      met()
        ? Promise.resolve()
        : new Promise((done) => {
            waiting.push({ met, done });
          }),
    async stop() {
      listener.closeAllConnections();
      await new Promise((closed) => listener.close(closed));
    },
  };
  return server;
}

/** Bucket and key, in the path or the bucket in the host's name. */
function addressed(host: string, target: string) {
  const { pathname, searchParams: query } = new URL(target, "http://server");
  const path = decodeURIComponent(pathname.slice(1));
  if (/^(127\.|localhost(?::|$))/.test(host)) {
    const [asked = "", key = ""] = path.split(/\/(.*)/s);
    return { asked, key, query };
  }
  return { asked: host.split(".")[0] ?? "", key: path, query };
}

function sendList(
  response: ServerResponse,
  query: URLSearchParams,
  objects: ReadonlyMap<string, Uint8Array>,
): void {
  if (query.get("list-type") !== "2")
    return sendError(response, { status: 400, code: "InvalidArgument", message: "list-type" });
  const after = atob(query.get("continuation-token") ?? "");
  const found = [...objects.keys()]
    .filter((key) => key.startsWith(query.get("prefix") ?? "") && key > after)
    .toSorted();
  const keys = found.slice(0, perList);
  const next = found.length > keys.length ? btoa(keys.at(-1) ?? "") : null;
  const contents = [
    ...keys.map((key) => `<Contents><Key>${escaped(key)}</Key></Contents>`),
    next === null ? "" : `<NextContinuationToken>${next}</NextContinuationToken>`,
  ].join("");
  sendXml(response, 200, `<ListBucketResult><Name>${bucket}</Name>${contents}</ListBucketResult>`);
}

function sendError(response: ServerResponse, { status, code, message, more = {} }: S3Error): void {
  const elements = Object.entries({ Code: code, Message: message, ...more });
  const text = elements.map(([name, value]) => `<${name}>${escaped(value)}</${name}>`).join("");
  sendXml(response, status, `<Error>${text}<RequestId>4442587FB7D0A2F9</RequestId></Error>`);
}

function sendXml(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { "content-type": "application/xml" });
  response.end(`<?xml version="1.0" encoding="UTF-8"?>\n${text}`);
}

function page(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { "content-type": "text/html" });
  response.end(text);
}

const md5 = (data: Uint8Array, form: "hex" | "base64") =>
  createHash("md5").update(data).digest(form);

const escaped = (text: string) =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
const unescaped = (text: string) =>
  text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
