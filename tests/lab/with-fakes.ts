// Fake model servers for the length of one test.
import type { FakeModel, FakeModelOptions } from "../../src/adapters/fake-model/fake-model.ts";
import { startFakeModel } from "../../src/adapters/fake-model/start-fake-model.ts";

type Fakes<Names extends string> = Readonly<Record<Names, FakeModel>>;

/**
 * Starts a fake for each entry (its key is its name, its model `m` unless told otherwise), runs the
 * test with them and stops them all, whatever became of it.
 */
export async function withFakes<Names extends string, Result>(
  options: Readonly<Record<Names, Partial<FakeModelOptions>>>,
  run: (fakes: Fakes<Names>) => Promise<Result>,
): Promise<Result> {
  const started = new Map<string, FakeModel>();
  try {
    for (const [name, own] of Object.entries<Partial<FakeModelOptions>>(options))
      started.set(name, await startFakeModel({ name, models: ["m"], ...own }));
    return await run(Object.fromEntries(started) as Fakes<Names>);
  } finally {
    await Promise.all([...started.values()].map((fake) => fake.stop()));
  }
}
