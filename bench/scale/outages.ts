// What a store that fails costs: two routers side by side under the same load, all well for one of them,
// the other's database or bucket in trouble.
import { startFakeModel } from "../../src/adapters/fake-model/start-fake-model.ts";
import { startS3Server } from "../../tests/lab/s3-server.ts";
import { quantile, runPaced } from "../lab/paced-load.ts";
import { chatBody, countedRows, type ScaleLab, startScaleLab } from "../lab/scale-lab.ts";

const perSecond = 200;

type S3Server = Awaited<ReturnType<typeof startS3Server>>;

interface Fault {
  readonly name: string;
  begin(lab: ScaleLab, s3: S3Server): void | Promise<void>;
  end(lab: ScaleLab, s3: S3Server): void | Promise<void>;
}

const readOnly = (lab: ScaleLab, value: string) =>
  lab.client
    .run(`alter system set default_transaction_read_only = ${value}`)
    .then(() => lab.client.run("select pg_reload_conf()"));

const faults: readonly Fault[] = [
  {
    name: "database killed",
    begin: ({ server }) => server.stop("immediate"),
    end: ({ server }) => server.start(),
  },
  {
    name: "database stalled",
    begin: ({ server }) => server.signal("SIGSTOP"),
    end: ({ server }) => server.signal("SIGCONT"),
  },
  {
    name: "database read-only",
    begin: async (lab) => void (await readOnly(lab, "on")),
    end: async (lab) => void (await readOnly(lab, "off")),
  },
  {
    name: "S3 silent",
    begin: (_, s3) => void (s3.fault = "silent"),
    end: (_, s3) => void (s3.fault = null),
  },
  {
    name: "S3 says 503",
    begin: (_, s3) => void (s3.fault = "slow_down"),
    end: (_, s3) => void (s3.fault = null),
  },
];

/** @param seconds that each fault lasts */
export async function benchOutages(seconds: number): Promise<void> {
  const model = await startFakeModel({ name: "a", models: ["m"], keepRequests: false });
  const routes = `servers: { a: { url: "${model.url}", speaks: [chat] } }`;
  const [well, ill] = [await startScaleLab(), await startScaleLab()];
  const [wellS3, illS3] = [await startS3Server(), await startS3Server()];
  try {
    const env = ({ settings }: S3Server) => ({
      BLOB_STORAGE_TYPE: "s3",
      S3_ENDPOINT: settings.endpoint ?? "",
      S3_BUCKET: settings.bucket,
      AWS_ACCESS_KEY_ID: settings.accessKeyId,
      AWS_SECRET_ACCESS_KEY: settings.secretAccessKey,
    });
    const one = await well.router("well", routes, env(wellS3));
    const other = await ill.router("ill", routes, env(illS3));
    const load = { perSecond, seconds, body: chatBody };
    await Promise.all([one, other].map(({ url }) => runPaced(url, { ...load, seconds: 3 })));
    let answered = perSecond * 3;
    for (const fault of faults) {
      await fault.begin(ill, illS3);
      const [calm, troubled] = await Promise.all([
        runPaced(one.url, load),
        runPaced(other.url, load),
      ]);
      await fault.end(ill, illS3);
      answered += troubled.took.length;
      const since = performance.now();
      const there = await arrived(ill, answered);
      const [p99, troubledP99] = [quantile(calm.took, 0.99), quantile(troubled.took, 0.99)];
      const p50 = quantile(troubled.took, 0.5) - quantile(calm.took, 0.5);
      console.log(
        `${fault.name.padEnd(20)} ${troubled.took.length} calls, ${troubled.failed.length} failed; ` +
          `p99 ${troubledP99.toFixed(1)} ms, with all well ${p99.toFixed(1)}: ${(troubledP99 - p99).toFixed(1)} more (p50 ${p50.toFixed(1)} more); ` +
          `rows ${there.rows} of ${answered}, figures ${there.figures}, ${((performance.now() - since) / 1_000).toFixed(1)} s after it`,
      );
    }
  } finally {
    await Promise.all([well.close(), ill.close(), wellS3.stop(), illS3.stop(), model.stop()]);
  }
}

/** What is there once all is, or after a minute. */
async function arrived(lab: ScaleLab, wanted: number) {
  const giveUpAt = performance.now() + 60_000;
  for (;;) {
    const there = await countedRows(lab.client).catch(() => ({ rows: 0, figures: 0 }));
    if (there.rows >= wanted || performance.now() > giveUpAt) return there;
    await Bun.sleep(100);
  }
}
