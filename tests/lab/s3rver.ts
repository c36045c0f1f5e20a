// The npm package s3rver as a foreign S3 server, with signatures checked.
import S3rver from "s3rver";
import type { S3Settings } from "../../src/domain/config/settings.ts";
import { withTempFolder } from "./temp-folder.ts";

/** Runs something with a server of its own that has an empty bucket. */
export async function withS3rver(run: (settings: S3Settings) => Promise<void>): Promise<void> {
  await withTempFolder(async (directory) => {
    const server = new S3rver({
      address: "127.0.0.1",
      port: 0,
      silent: true,
      directory,
      allowMismatchedSignatures: false,
      configureBuckets: [{ name: "logs", configs: [] }],
    });
    const { port } = await server.run();
    try {
      await run({
        endpoint: `http://127.0.0.1:${port}`,
        bucket: "logs",
        region: "us-east-1",
        prefix: "",
        pathStyle: true,
        accessKeyId: "S3RVER",
        secretAccessKey: "S3RVER",
        sessionToken: null,
      });
    } finally {
      await server.close();
    }
  });
}
