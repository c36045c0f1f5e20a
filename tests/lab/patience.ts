// Loaded before the tests: on a busy machine a test takes as long as it takes. What waits for
// something that never comes still ends.
import { plugin } from "bun";
import { setDefaultTimeout } from "bun:test";

// Bun forgets the default with every file, so each sets it as it is loaded.
plugin({
  name: "patience",
  setup(build) {
    build.onLoad({ filter: /\.(test|slow)\.tsx?$/ }, async ({ path }) => {
      setDefaultTimeout(300_000);
      return {
        contents: await Bun.file(path).text(),
        loader: path.endsWith("x") ? "tsx" : "ts",
      };
    });
  },
});
