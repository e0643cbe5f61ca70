// A registry of packages on this machine, which `npm install` asks as it asks npm's.
import { createHash } from "node:crypto";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";

/** Serves these manifests; `tarball` returns the path of each one's files. */
export async function serveRegistry(manifests, tarball) {
  const server = createServer((request, response) => {
    const [path, isTarball] = [decodeURIComponent(request.url).slice(1).replace(/\.tgz$/, ""), request.url.endsWith(".tgz")];
    const manifest = manifests.find(({ name }) => name === path);
    const content = manifest && readFileSync(tarball(manifest));
    if (!manifest) response.writeHead(404).end("{}");
    else if (isTarball) response.end(content);
    else {
      const integrity = `sha512-${createHash("sha512").update(content).digest("base64")}`;
      const dist = { tarball: `${url}${manifest.name}.tgz`, integrity };
      const versions = { [manifest.version]: { ...manifest, dist } };
      response.end(JSON.stringify({ name: manifest.name, "dist-tags": { latest: manifest.version }, versions }));
    }
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const url = `http://127.0.0.1:${server.address().port}/`;
  return { url, close: () => server.close() };
}
