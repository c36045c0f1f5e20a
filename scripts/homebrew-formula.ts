// The Homebrew formula of a release: it installs the archive that fits the machine.
import manifest from "../package.json" with { type: "json" };
import { type Target, targets } from "./release-targets.ts";

/** A release archive, with `smolrouter` at its top. */
export interface Archive {
  readonly target: Target;
  readonly url: string;
  /** Of the archive, as 64 hexadecimal digits. */
  readonly sha256: string;
}

const systems = { darwin: "on_macos", linux: "on_linux" } as const;
const processors = { x64: "on_intel", arm64: "on_arm" } as const;

/**
 * The project's page, where the address of its archives gives it away: that of GitHub's releases does.
 * @param downloads the folder's address
 * @returns null: it does not
 */
export function homepageOf(downloads: string): string | null {
  return (
    /^(https:\/\/github\.com\/[^/]+\/[^/]+)\/releases\/download\//.exec(downloads)?.[1] ?? null
  );
}

/**
 * @param archives at most one per target; a target without one cannot be installed by the formula.
 *   Those for musl and Windows are left aside: Homebrew runs on neither.
 * @param homepage null: there is none yet; Homebrew installs the formula all the same, but not from
 *   its own repository
 * @returns the text of smolrouter.rb
 */
export function homebrewFormula(archives: readonly Archive[], homepage: string | null): string {
  const blocks = Object.entries(systems).flatMap(([os, on]) => {
    const fitting = archives.filter(
      ({ target }) => targets[target].os === os && targets[target].libc !== "musl",
    );
    return fitting.length === 0 ? [] : [`  ${on} do\n${fitting.map(source).join("\n")}\n  end\n`];
  });
  return `# Made by scripts/release.ts.
class Smolrouter < Formula
  desc ${JSON.stringify(manifest.description)}
${homepage === null ? "" : `  homepage ${JSON.stringify(homepage)}\n`}  version ${JSON.stringify(manifest.version)}
  license ${JSON.stringify(manifest.license)}
${homepage === null ? "" : `\n${livecheck(homepage)}`}
${blocks.join("\n")}
  def install
    bin.install "smolrouter"
    generate_completions_from_executable(bin/"smolrouter", "completion")
  end

  def post_install
    (var/"smolrouter").mkpath
  end

  # Its routes file and its log lie in the working directory.
  service do
    run opt_bin/"smolrouter"
    keep_alive true
    working_dir var/"smolrouter"
    log_path var/"log/smolrouter.log"
    error_log_path var/"log/smolrouter.log"
  end

  test do
    assert_match version.to_s, shell_output("#{bin}/smolrouter --version")
    (testpath/"routes.yaml").write <<~YAML
      servers:
        box: http://127.0.0.1:#{free_port}
    YAML
    assert_match "box", shell_output("#{bin}/smolrouter explain box/some-model")
    port = free_port
    pid = spawn "#{bin}/smolrouter", "--port", port.to_s
    begin
      answer = "curl -s --retry 10 --retry-connrefused http://127.0.0.1:#{port}/healthz"
      assert_match "ok", shell_output(answer)
    ensure
      Process.kill "TERM", pid
      Process.wait pid
    end
  end
end
`;
}

/** Where `brew livecheck` finds the newest version. */
function livecheck(homepage: string): string {
  const how = homepage.startsWith("https://github.com/")
    ? `    url :stable\n    strategy :github_latest`
    : `    url :homepage\n    regex(/smolrouter[._-]v?(\\d+(?:\\.\\d+)+)[._-]/i)`;
  return `  livecheck do\n${how}\n  end\n`;
}

function source({ target, url, sha256 }: Archive): string {
  return `    ${processors[targets[target].cpu]} do
      url ${JSON.stringify(url)}
      sha256 "${sha256}"
    end`;
}
