// The variables about S3, read and checked where bodies go there. No secret is in any problem.
import { parseBoolean } from "../../domain/config/reader.ts";
import { shownUrl } from "../../domain/config/server-url.ts";
import type { S3Settings } from "../../domain/config/settings.ts";
import { oneLine } from "./problem-line.ts";
import type { VariableReader } from "./variable-reader.ts";
import type { VariableName } from "./variables.ts";

/** docs.aws.amazon.com, "General purpose bucket naming rules"; older ones, and other servers', may have more. */
const bucketName = /^[A-Za-z0-9][A-Za-z0-9._-]{1,253}[A-Za-z0-9]$/;
const regionName = /^[A-Za-z0-9][A-Za-z0-9-]{0,62}$/;
/** What may stand in a header without being taken for something else there. */
const headerWord = /^[!-~]+$/;
/** S3 takes keys of 1,024 bytes; those of objects need the rest. */
const maxPrefixBytes = 512;

/** Every problem is reported to the reader. */
export function readS3(read: VariableReader): S3Settings {
  const endpoint = readEndpoint(read);
  const bucket = needed(read, "S3_BUCKET", bucketName, (name) => {
    read.tell(name, "must be a bucket's name, of letters, digits, dots and hyphens, as my-logs");
  });
  const region = read.text("S3_REGION");
  if (!regionName.test(region))
    read.tell("S3_REGION", "must be a region's name, such as us-east-1 or eu-central-1");
  return {
    endpoint,
    bucket,
    region,
    prefix: readPrefix(read),
    pathStyle: readPathStyle(read, endpoint !== null || bucket.includes(".")),
    accessKeyId: needed(read, "AWS_ACCESS_KEY_ID", /^[!-+\-.0-~]+$/, notAKey(read)),
    secretAccessKey: needed(read, "AWS_SECRET_ACCESS_KEY", headerWord, notAKey(read)),
    sessionToken: readToken(read),
  };
}

/** @param otherwise reports a value that is not of the form */
function needed(
  read: VariableReader,
  name: VariableName,
  form: RegExp,
  otherwise: (name: VariableName) => void,
): string {
  const value = read.raw(name)?.trim() ?? "";
  if (value === "") read.tell(name, "must be set, as BLOB_STORAGE_TYPE is s3");
  else if (!form.test(value)) otherwise(name);
  return value;
}

function notAKey(read: VariableReader): (name: VariableName) => void {
  return (name) => read.tell(name, "holds what no key holds, such as spaces", "[hidden]");
}

function readToken(read: VariableReader): string | null {
  const name = "AWS_SESSION_TOKEN";
  const token = read.raw(name)?.trim() ?? "";
  if (token === "") return null;
  if (!headerWord.test(token)) notAKey(read)(name);
  return token;
}

function readEndpoint(read: VariableReader): string | null {
  const text = read.raw("S3_ENDPOINT")?.trim() ?? "";
  if (text === "") return null;
  const url = URL.parse(text);
  const isUrl = url !== null && /^https?:$/.test(url.protocol) && !/[?#\s]/.test(text);
  const problem = !isUrl
    ? "must be an http or https URL, such as http://minio:9000"
    : url.username !== "" || url.password !== ""
      ? "must not hold a key; it goes into AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
      : null;
  if (problem !== null) read.tell("S3_ENDPOINT", problem, oneLine(shownUrl(text)));
  return text.replace(/\/+$/, "");
}

/** Slashes at its ends go without saying. */
function readPrefix(read: VariableReader): string {
  const text = (read.raw("S3_PREFIX") ?? "").trim().replace(/^\/+|\/+$/g, "");
  if (text === "") return "";
  const parts = text.split("/");
  if (parts.some((part) => /^\.{0,2}$/.test(part)) || /\p{Cc}/u.test(text))
    read.tell(
      "S3_PREFIX",
      "must be of parts between single slashes, none of them . or .., as logs/router",
    );
  else if (Buffer.byteLength(text) > maxPrefixBytes)
    read.tell("S3_PREFIX", `must be at most ${maxPrefixBytes} bytes long`);
  return `${text}/`;
}

function readPathStyle(read: VariableReader, usual: boolean): boolean {
  const text = read.raw("S3_FORCE_PATH_STYLE")?.trim() ?? "";
  if (text === "") return usual;
  const value = parseBoolean(text);
  if (value === null)
    read.tell("S3_FORCE_PATH_STYLE", "must be true or false (1/0, yes/no, on/off)");
  return value ?? usual;
}
