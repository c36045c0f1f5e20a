import { expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { createCertificates } from "../../../src/adapters/upstream/certificates.ts";
import { otherAuthority, selfSigned } from "../../lab/self-signed.ts";
import { withRouter } from "../../lab/start-router.ts";
import { withTempFolder } from "../../lab/temp-folder.ts";
import { withFakes } from "../../lab/with-fakes.ts";

const chat = { model: "lab/m", messages: [{ role: "user", content: "Hello" }] };

test("a private CA that was renewed on disk is trusted by the next call, without a restart", () =>
  withTempFolder((folder) =>
    withFakes({ lab: { tls: selfSigned } }, async ({ lab }) => {
      const ca = join(folder, "ca.pem");
      writeFileSync(ca, otherAuthority);
      const routes = `servers: { lab: { url: "https://localhost:${lab.port}", ca: "${ca}" } }`;
      await withRouter({ routes }, async (router) => {
        const before = await router.post("/v1/chat/completions", chat);
        expect(before.status).toBe(502);
        expect(await before.text()).toContain("the certificate is not trusted");
        writeFileSync(ca, selfSigned.cert);
        expect((await router.post("/v1/chat/completions", chat)).status).toBe(200);
        const [row] = await router.rows();
        expect(row?.attempts).toMatchObject([{ reason: "served" }]);
      });
    }),
  ));

test("a CA's file is read once, and looked at again beside the requests", () =>
  withTempFolder(async (folder) => {
    let now = 0;
    const file = join(folder, "ca.pem");
    writeFileSync(file, "old");
    const certificates = createCertificates(() => now);
    expect(certificates.of(file)).toBe("old");
    writeFileSync(file, "new");
    now = 29_000;
    expect(certificates.of(file)).toBe("old");
    now = 31_000;
    // The look itself is waited for by nobody.
    expect(certificates.of(file)).toBe("old");
    while (certificates.of(file) === "old") await new Promise(setImmediate);
    expect(certificates.of(file)).toBe("new");
  }));

test("a file that is empty, gone or the same is not a renewal", () =>
  withTempFolder(async (folder) => {
    const file = join(folder, "ca.pem");
    writeFileSync(file, "old");
    const certificates = createCertificates(() => 0);
    expect(certificates.of(file)).toBe("old");
    expect(await certificates.renewed(file)).toBe(false);
    writeFileSync(file, "");
    expect(await certificates.renewed(file)).toBe(false);
    expect(certificates.of(file)).toBe("old");
  }));
