// nginx and Caddy in front of a router, from the examples in docs/, on free ports: one with TLS, one without.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { freePort } from "../lab/free-port.ts";
import { selfSigned } from "../lab/self-signed.ts";

export type ProxyName = "nginx" | "caddy";

export interface RunningProxy {
  readonly url: string;
  readonly port: number;
  /** With TLS; who trusts the test's own certificate is answered. */
  readonly secureUrl: string;
  stop(): Promise<void>;
}

const examples = resolve(import.meta.dir, "../../docs/examples");

/** Whether the program is there. */
export function hasProxy(name: ProxyName): boolean {
  return Bun.which(name, { PATH: `${process.env["PATH"] ?? ""}:/usr/sbin` }) !== null;
}

/** Starts a proxy in front of a router. */
export async function startProxy(name: ProxyName, routerPort: number): Promise<RunningProxy> {
  const folder = mkdtempSync(join(tmpdir(), "smolrouter-proxy-"));
  const [port, securePort] = [await freePort(), await freePort()];
  const program = Bun.which(name, { PATH: `${process.env["PATH"] ?? ""}:/usr/sbin` });
  if (program === null) throw new Error(`${name} is not installed`);
  const file = join(folder, "config");
  writeFileSync(join(folder, "cert.pem"), selfSigned.cert);
  writeFileSync(join(folder, "key.pem"), selfSigned.key);
  const config = name === "nginx" ? nginxConfig : caddyConfig;
  writeFileSync(file, config(folder, port, securePort, routerPort));
  const command =
    name === "nginx"
      ? [program, "-p", folder, "-c", file, "-e", join(folder, "error.log"), "-g", "daemon off;"]
      : [program, "run", "--adapter", "caddyfile", "--config", file];
  const child = Bun.spawn(command, {
    env: {
      PATH: process.env["PATH"] ?? "",
      HOME: folder,
      XDG_DATA_HOME: folder,
      XDG_CONFIG_HOME: folder,
    },
    stdout: "ignore",
    stderr: "ignore",
  });
  const url = `http://127.0.0.1:${port}`;
  await answers(`${url}/healthz`);
  return {
    url,
    port,
    secureUrl: `https://localhost:${securePort}`,
    async stop() {
      child.kill("SIGTERM");
      await child.exited;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function answers(url: string): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    const up = await fetch(url).then(
      ({ ok }) => ok,
      () => false,
    );
    if (up) return;
    await Bun.sleep(25);
  }
  throw new Error(`${url} does not answer`);
}

type Config = (folder: string, port: number, securePort: number, routerPort: number) => string;

/** The example's lines, with this test's ports and certificate. */
const nginxConfig: Config = (folder, port, securePort, routerPort) => {
  const example = readFileSync(join(examples, "nginx.conf"), "utf8")
    .replace("/etc/ssl/router.example.com.pem", join(folder, "cert.pem"))
    .replace("/etc/ssl/router.example.com.key", join(folder, "key.pem"))
    .replace("listen 443 ssl;", `listen 127.0.0.1:${port}; listen 127.0.0.1:${securePort} ssl;`)
    .replace("server 127.0.0.1:1234;", `server 127.0.0.1:${routerPort};`)
    // All of a test's clients have one address.
    .replace("limit_conn smolrouter_connections 100;", "limit_conn smolrouter_connections 5000;");
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
    .map((kind) => `${kind}_temp_path ${folder}/${kind};`)
    .join("\n");
  return `pid ${folder}/pid;
worker_processes 1;
events { worker_connections 8192; }
http {
access_log off;
${temporary}
${example}
}
`;
};

const caddyConfig: Config = (folder, port, securePort, routerPort) => {
  const example = readFileSync(join(examples, "Caddyfile"), "utf8").replace(
    "127.0.0.1:1234",
    `127.0.0.1:${routerPort}`,
  );
  const site = (opening: string) => example.replace("router.example.com {", `${opening}\n`);
  return `{
	admin off
	auto_https disable_redirects
	skip_install_trust
	default_bind 127.0.0.1
}
${site(`http://:${port} {`)}
${site(`https://localhost:${securePort} {\n\ttls ${folder}/cert.pem ${folder}/key.pem`)}`;
};
