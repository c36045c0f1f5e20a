// Objects in a bucket of S3, or of a server that speaks it.
import { CryptoHasher } from "bun";
import type { S3Settings } from "../../../domain/config/settings.ts";
import type { ObjectStore } from "../../../ports/object-store.ts";
import { failureOf, notS3 } from "./s3-failures.ts";
import { createS3Requests, type S3Options, type S3Response } from "./s3-requests.ts";
import { xmlEscaped, xmlTexts } from "./s3-xml.ts";

const usual: S3Options = { now: () => Date.now(), limitMs: 10_000 };

/** Of an error's document, bytes that are read: it comes from whatever answered. */
const maxErrorBytes = 16_384;

export function createS3Objects(
  settings: S3Settings,
  options: Partial<S3Options> = {},
): ObjectStore {
  const { now, limitMs } = { ...usual, ...options };
  const send = createS3Requests(settings, { now, limitMs });
  const { prefix } = settings;

  const failed = (answer: S3Response) => {
    const text = textOf(answer.body.subarray(0, maxErrorBytes));
    return failureOf({ ...answer, text }, now());
  };

  return {
    async put(key, bytes) {
      const answer = await send({ method: "PUT", key: prefix + key, body: bytes });
      if (answer.status !== 200) throw failed(answer);
      // Any web server may say 200; this one keeps what it is given.
      if (!answer.headers.has("etag")) throw notS3();
    },

    async get(key, range) {
      const headers =
        range === undefined ? {} : { range: `bytes=${range.at}-${range.at + range.length - 1}` };
      const answer = await send({ method: "GET", key: prefix + key, headers });
      const { status, body } = answer;
      const isAsked = range !== undefined;
      if (isAsked && status === 416) return new Uint8Array();
      if (isAbsent(answer)) return null;
      if (status !== 200 && !(isAsked && status === 206)) throw failed(answer);
      if (!answer.headers.has("etag")) throw notS3();
      if (status === 206) {
        if (!isRange(answer.headers, range?.at ?? 0)) throw notS3();
        return body.subarray(0, range?.length);
      }
      // Ranges may be left out of account.
      return isAsked ? body.subarray(range.at, range.at + range.length) : body;
    },

    async remove(keys) {
      if (keys.length === 0) return;
      const listed = keys.map((key) => `<Object><Key>${xmlEscaped(prefix + key)}</Key></Object>`);
      const body = Buffer.from(`<Delete><Quiet>true</Quiet>${listed.join("")}</Delete>`);
      const answer = await send({
        method: "POST",
        key: "",
        query: { delete: "" },
        headers: {
          "content-type": "application/xml",
          // Servers before checksums ask for it, those after them take it.
          "content-md5": new CryptoHasher("md5").update(body).digest("base64"),
        },
        body,
      });
      const text = textOf(answer.body);
      // Within a success, a code for each object that could not be removed.
      if (answer.status !== 200 || xmlTexts(text, "Code").length > 0)
        throw failureOf({ ...answer, text: text.slice(0, maxErrorBytes) }, now());
      if (!text.includes("<DeleteResult")) throw notS3();
    },

    async list(wanted, from) {
      const answer = await send({
        method: "GET",
        key: "",
        query: {
          "list-type": "2",
          prefix: prefix + wanted,
          ...(from === undefined ? {} : { "continuation-token": from }),
        },
      });
      if (answer.status !== 200) throw failed(answer);
      const text = textOf(answer.body);
      if (!text.includes("<ListBucketResult")) throw notS3();
      const [next = null] = xmlTexts(text, "NextContinuationToken");
      return { keys: xmlTexts(text, "Key").map((key) => key.slice(prefix.length)), next };
    },
  };
}

function isAbsent({ status, body }: S3Response): boolean {
  return (
    status === 404 && xmlTexts(textOf(body.subarray(0, maxErrorBytes)), "Code")[0] === "NoSuchKey"
  );
}

/** Whether the bytes are those from a place on, and not others, as some cache may have answered. */
function isRange(headers: Headers, at: number): boolean {
  return Number(/^bytes (\d+)-/.exec(headers.get("content-range") ?? "")?.[1] ?? -1) === at;
}

function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
