// Every object store under the one contract.
import { createS3Objects } from "../../../src/adapters/blobs/s3/s3-objects.ts";
import type { S3Settings } from "../../../src/domain/config/settings.ts";
import { objectStoreContract } from "../../contracts/object-store.ts";
import { createMemoryObjects } from "../../lab/memory-objects.ts";
import { startS3Server } from "../../lab/s3-server.ts";
import { withS3rver } from "../../lab/s3rver.ts";

objectStoreContract("memory", (run) => run(createMemoryObjects()));

const ways: Readonly<Record<string, Partial<S3Settings>>> = {
  "S3, bucket in the path": {},
  "S3, below a prefix": { prefix: "team/router 1+2/" },
  "S3 with a session token": { sessionToken: "of/an hour+=" },
};
for (const [kind, own] of Object.entries(ways))
  objectStoreContract(kind, async (run) => {
    const server = await startS3Server();
    try {
      server.key = { ...server.key, sessionToken: own.sessionToken ?? null };
      await run(createS3Objects({ ...server.settings, ...own }));
    } finally {
      await server.stop();
    }
  });

objectStoreContract("s3rver", (run) =>
  withS3rver((settings) => run(createS3Objects({ ...settings, prefix: "below/" }))),
);
