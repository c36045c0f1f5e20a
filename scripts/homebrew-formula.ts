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
 * @param archives at most one per target; a target without one cannot be installed by the formula
 * @returns the text of smolrouter.rb
 */
export function homebrewFormula(archives: readonly Archive[]): string {
  const blocks = Object.entries(systems).flatMap(([os, on]) => {
    const fitting = archives.filter(({ target }) => targets[target].os === os);
    return fitting.length === 0 ? [] : [`  ${on} do\n${fitting.map(source).join("\n")}\n  end\n`];
  });
  return `# Made by scripts/release.ts.
class Smolrouter < Formula
  desc ${JSON.stringify(manifest.description)}
  version ${JSON.stringify(manifest.version)}
  license ${JSON.stringify(manifest.license)}

${blocks.join("\n")}
  def install
    bin.install "smolrouter"
    generate_completions_from_executable(bin/"smolrouter", "completion")
  end

  test do
    assert_match version.to_s, shell_output("#{bin}/smolrouter --version")
  end
end
`;
}

function source({ target, url, sha256 }: Archive): string {
  return `    ${processors[targets[target].cpu]} do
      url ${JSON.stringify(url)}
      sha256 "${sha256}"
    end`;
}
