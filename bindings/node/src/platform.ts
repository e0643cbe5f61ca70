/** What the addon is called on this platform; the build uses it too. */

import { existsSync } from "node:fs";

/** What this platform's package is called: `linux-x64-gnu`. @internal */
export function platform(): string {
  const name = `${process.platform}-${process.arch}`;
  switch (process.platform) {
    case "linux":
      return `${name}-${isMusl() ? "musl" : "gnu"}`;
    case "win32":
      return `${name}-msvc`;
    default:
      return name;
  }
}

function isMusl(): boolean {
  // The file is what a program of musl names as its loader.
  const arch = process.arch === "x64" ? "x86_64" : process.arch === "arm64" ? "aarch64" : process.arch;
  if (!existsSync(`/lib/ld-musl-${arch}.so.1`)) {
    return false;
  }
  // Both may be installed; a report names the one that Node itself runs on.
  const report = process.report as { excludeNetwork?: boolean; getReport(): object } | undefined;
  if (report === undefined) {
    return true;
  }
  report.excludeNetwork = true;
  const { header } = report.getReport() as { header: { glibcVersionRuntime?: string } };
  return header.glibcVersionRuntime === undefined;
}
