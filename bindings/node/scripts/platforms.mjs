// The platforms for which a release has a package with the addon, and what is in their manifests.

/** As `src/platform.ts` calls them. Only the first has been built and tested. */
export const PLATFORMS = [
  "linux-x64-gnu",
  "linux-x64-musl",
  "linux-arm64-gnu",
  "linux-arm64-musl",
  "darwin-arm64",
  "darwin-x64",
  "win32-x64-msvc",
];

/** The manifest of a platform's package; the main package has the manifest `main`. */
export function platformManifest(platform, main) {
  const { version, license, engines } = main;
  const addon = `headcount.${platform}.node`;
  const [os, cpu, libc] = platform.split("-");
  return {
    name: `@headcount/${platform}`,
    version,
    description: `The addon of headcount for ${platform}`,
    license,
    main: addon,
    files: [addon],
    engines,
    os: [os],
    cpu: [cpu],
    ...(os === "linux" && { libc: [libc === "gnu" ? "glibc" : libc] }),
  };
}

/** The manifest of the main package as it is published. */
export function mainManifest({ scripts: _scripts, devDependencies: _dev, ...main }) {
  return { ...main, optionalDependencies: Object.fromEntries(PLATFORMS.map((platform) => [`@headcount/${platform}`, main.version])) };
}
