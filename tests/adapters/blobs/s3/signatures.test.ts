// Signatures, by the examples that Amazon publishes: of the lab's verifier, which was written from the
// description, and so of whatever it lets pass.
import { describe, expect, test } from "bun:test";
import { type KnownKey, type ReceivedRequest, signatureError } from "../../../lab/sigv4.ts";

// docs.aws.amazon.com, "Authenticating Requests: Using the Authorization Header", its four examples.
const key: KnownKey = {
  id: "AKIAIOSFODNN7EXAMPLE",
  secret: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
  sessionToken: null,
};
const settings = { key, region: "us-east-1", now: Date.parse("2013-05-24T00:00:00Z") };
const emptyHash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

interface Example {
  readonly method: string;
  readonly target: string;
  readonly signed: string;
  readonly signature: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

const usualHeaders = "host;x-amz-content-sha256;x-amz-date";
const examples: Readonly<Record<string, Example>> = {
  "GET Object": {
    method: "GET",
    target: "/test.txt",
    headers: { range: "bytes=0-9" },
    signed: "host;range;x-amz-content-sha256;x-amz-date",
    signature: "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
  },
  "PUT Object": {
    method: "PUT",
    target: "/test%24file.text",
    headers: {
      date: "Fri, 24 May 2013 00:00:00 GMT",
      "x-amz-storage-class": "REDUCED_REDUNDANCY",
      "x-amz-content-sha256": "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072",
    },
    body: "Welcome to Amazon S3.",
    signed: "date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class",
    signature: "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd",
  },
  "GET Bucket Lifecycle": {
    method: "GET",
    target: "/?lifecycle",
    signed: usualHeaders,
    signature: "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543",
  },
  "GET Bucket (List Objects)": {
    method: "GET",
    target: "/?max-keys=2&prefix=J",
    signed: usualHeaders,
    signature: "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7",
  },
};

function received({ method, target, signed, signature, headers = {}, body = "" }: Example) {
  const request: ReceivedRequest = {
    method,
    target,
    headers: new Map(
      Object.entries({
        host: "examplebucket.s3.amazonaws.com",
        "x-amz-date": "20130524T000000Z",
        "x-amz-content-sha256": emptyHash,
        ...headers,
        authorization: `AWS4-HMAC-SHA256 Credential=${key.id}/20130524/us-east-1/s3/aws4_request,SignedHeaders=${signed},Signature=${signature}`,
      }),
    ),
    body: Buffer.from(body),
  };
  return request;
}

describe("of Amazon's examples", () => {
  for (const [name, example] of Object.entries(examples)) {
    test(`${name} passes`, () => {
      expect(signatureError(received(example), settings)).toBeNull();
    });

    test(`${name} does not with a single change`, () => {
      const changed: Readonly<Record<string, Example>> = {
        method: { ...example, method: "DELETE" },
        path: { ...example, target: `/x${example.target}` },
        query: {
          ...example,
          target: `${example.target}${example.target.includes("?") ? "&" : "?"}a=1`,
        },
        signature: {
          ...example,
          signature: example.signature.replace(/.$/, (digit) => (digit === "0" ? "1" : "0")),
        },
        host: { ...example, headers: { ...example.headers, host: "other.s3.amazonaws.com" } },
      };
      for (const [what, request] of Object.entries(changed))
        expect([what, signatureError(received(request), settings)?.code]).toEqual([
          what,
          "SignatureDoesNotMatch",
        ]);
    });
  }
});

describe("a request is refused", () => {
  const example = examples["GET Bucket Lifecycle"] as Example;
  const code = (own: Partial<Example>, at: Partial<typeof settings> = {}) =>
    signatureError(received({ ...example, ...own }), { ...settings, ...at })?.code;
  const minutes = 60_000;

  test("whose body is another one than its hash says", () => {
    expect(code({ body: "x" })).toBe("XAmzContentSHA256Mismatch");
    expect(code({ headers: { "x-amz-content-sha256": "UNSIGNED-PAYLOAD" } })).toBe(
      "XAmzContentSHA256Mismatch",
    );
  });

  test("of more than 15 minutes before or after", () => {
    expect(code({}, { now: settings.now + 15 * minutes })).toBeUndefined();
    expect(code({}, { now: settings.now + 15 * minutes + 1 })).toBe("RequestTimeTooSkewed");
    expect(code({}, { now: settings.now - 16 * minutes })).toBe("RequestTimeTooSkewed");
  });

  test("of another key, secret, token or region", () => {
    expect(code({}, { key: { ...key, id: "AKIAOTHER" } })).toBe("InvalidAccessKeyId");
    expect(code({}, { key: { ...key, secret: "other" } })).toBe("SignatureDoesNotMatch");
    expect(code({}, { key: { ...key, sessionToken: "some" } })).toBe("InvalidToken");
    expect(code({}, { region: "eu-west-1" })).toBe("AuthorizationHeaderMalformed");
  });

  test("that does not sign its host, its body's hash or a header of Amazon's", () => {
    expect(code({ signed: "x-amz-content-sha256;x-amz-date" })).toBe("AccessDenied");
    expect(code({ signed: "host;x-amz-date" })).toBe("AccessDenied");
    expect(code({ headers: { "x-amz-acl": "public-read" } })).toBe("AccessDenied");
  });
});
