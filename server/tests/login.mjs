// Logging in to the page through an identity provider, in a real browser and over TLS: by keyboard,
// with and without scripts, with cookies that browsers send only to this host.
//
// Usage: node login.mjs path/to/headcount folder-with-node_modules [folder for screenshots]

import { execFileSync } from "node:child_process";
import { createHash, generateKeyPairSync, randomBytes, sign } from "node:crypto";
import { createServer } from "node:http";
import { createServer as listener } from "node:net";
import { join } from "node:path";
import assert from "node:assert/strict";
import { checkAxe, checkWidth, picture, reach, watch, withFolder } from "./chromium.mjs";

const base64 = (data) => Buffer.from(data).toString("base64url");

// A small identity provider, which logs anybody in as the email that they type.
function provider() {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const codes = new Map();
  const asked = [];
  const server = createServer(async (request, response) => {
    const url = new URL(request.url, `http://${request.headers.host}`);
    const here = url.origin;
    let body = "";
    for await (const part of request) body += part;
    const form = new URLSearchParams(body);
    const tell = (value) => {
      response.setHeader("Content-Type", "application/json");
      response.end(JSON.stringify(value));
    };
    if (url.pathname === "/.well-known/openid-configuration") {
      return tell({ issuer: here, jwks_uri: `${here}/keys`,
        authorization_endpoint: `${here}/auth`, token_endpoint: `${here}/token` });
    }
    if (url.pathname === "/keys") {
      return tell({ keys: [{ ...publicKey.export({ format: "jwk" }), kid: "one" }] });
    }
    if (url.pathname === "/auth" && request.method === "GET") {
      asked.push(Object.fromEntries(url.searchParams));
      response.setHeader("Content-Type", "text/html");
      return response.end(`<!doctype html><link rel="icon" href="data:,"><title>Who?</title>
        <form method="post"><label>Email <input name="email" autofocus></label></form>`);
    }
    if (url.pathname === "/auth") {
      const code = randomBytes(16).toString("hex");
      codes.set(code, [url.searchParams, form.get("email")]);
      const back = new URL(url.searchParams.get("redirect_uri"));
      back.searchParams.set("code", code);
      back.searchParams.set("state", url.searchParams.get("state"));
      response.writeHead(302, { Location: back.href });
      return response.end();
    }
    const [query, email] = codes.get(form.get("code")) ?? [];
    codes.delete(form.get("code"));
    const challenge = createHash("sha256").update(form.get("code_verifier") ?? "").digest("base64url");
    if (challenge !== query?.get("code_challenge")) {
      response.statusCode = 400;
      return tell({ error: "invalid_grant" });
    }
    const claims = { iss: here, aud: "page", nonce: query.get("nonce"), email,
      email_verified: !email.startsWith("unverified"), exp: Math.floor(Date.now() / 1000) + 60 };
    const signed = `${base64('{"alg":"ES256","kid":"one"}')}.${base64(JSON.stringify(claims))}`;
    const signature = sign("sha256", Buffer.from(signed), { key: privateKey, dsaEncoding: "ieee-p1363" });
    return tell({ id_token: `${signed}.${base64(signature)}` });
  });
  return new Promise((done) => {
    server.listen(0, "127.0.0.1", () =>
      done({ server, asked, url: `http://127.0.0.1:${server.address().port}` }));
  });
}

function freePort() {
  return new Promise((done) => {
    const found = listener().listen(0, "127.0.0.1", () => {
      const { port } = found.address();
      found.close(() => done(port));
    });
  });
}

function certificate(folder) {
  const files = [join(folder, "cert.pem"), join(folder, "key.pem")];
  execFileSync("openssl", ["req", "-x509", "-newkey", "ec", "-pkeyopt",
    "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", "/CN=localhost",
    "-out", files[0], "-keyout", files[1]], { stdio: "ignore" });
  return files;
}

// From the page's login to the provider, with the keyboard alone.
async function begin(page, address) {
  await page.goto(`${address}/admin`);
  assert.equal(page.url(), `${address}/admin/login`);
  await reach(page, () => document.activeElement.textContent.startsWith("Log in with your"));
  await page.keyboard.press("Enter");
  await page.waitForURL("http://127.0.0.1:*/auth?*");
}

// There and back.
async function logIn(page, address, email) {
  await begin(page, address);
  await page.locator("input:focus").waitFor();
  await page.keyboard.type(email);
  await page.keyboard.press("Enter");
}

async function checkCookies(context) {
  const cookies = await context.cookies();
  const told = cookies.map(({ name, domain, path, httpOnly, secure, sameSite }) =>
    ({ name, domain, path, httpOnly, secure, sameSite }));
  assert.deepEqual(told, [{ name: "__Host-headcount", domain: "localhost", path: "/",
    httpOnly: true, secure: true, sameSite: "Strict" }], "only the session's cookie is left");
}

async function sessions(context) {
  const cookies = await context.cookies();
  return cookies.filter(({ name }) => name === "__Host-headcount");
}

async function checkRefusals(browser, address) {
  for (const [email, why] of [
    ["nobody@example.com", /logging in did not work/],
    ["unverified@example.com", /logging in did not work/],
    ["gone@example.com", /logging in did not work/],
  ]) {
    const context = await browser.newContext({ ignoreHTTPSErrors: true, bypassCSP: true });
    const page = await context.newPage();
    await logIn(page, address, email);
    await page.waitForURL("**/admin/oidc/callback?*");
    assert.match(await page.textContent("[role=alert]"), why);
    await checkAxe(page, `refused login of ${email}`);
    await checkWidth(page, "refused login");
    assert.deepEqual(await sessions(context), []);
    await page.goto(`${address}/admin`);
    assert.equal(page.url(), `${address}/admin/login`);
    await context.close();
  }
  // A callback that was meant for another browser.
  const [mine, other] = [await browser.newContext({ ignoreHTTPSErrors: true }),
    await browser.newContext({ ignoreHTTPSErrors: true })];
  const page = await mine.newPage();
  await begin(page, address);
  const state = new URL(page.url()).searchParams.get("state");
  const victim = await other.newPage();
  await victim.goto(`${address}/admin/oidc/callback?state=${state}&code=x`);
  assert.match(await victim.textContent("[role=alert]"), /not begun in this browser/);
  assert.deepEqual(await sessions(other), []);
  await mine.close();
  await other.close();
}

const id = await provider();
try {
  await withFolder(async ({ folder, run, serve, browser }) => {
    run("users", "create", "ann@example.com", "--admin");
    run("users", "create", "bob@example.com");
    run("users", "create", "unverified@example.com");
    run("users", "create", "gone@example.com", "--inactive");
    const [cert, key] = certificate(folder);
    const address = `https://localhost:${await freePort()}`;
    await serve("--listen", address.replace("https://localhost", "127.0.0.1"),
      "--tls-cert", cert, "--tls-key", key, "--issuer", id.url, "--audience", "headcount",
      "--user-claim", "email", "--login-client", "page", "--public-url", address);

    for (const javaScriptEnabled of [true, false]) {
      const context = await browser.newContext({ ignoreHTTPSErrors: true, javaScriptEnabled });
      const page = await context.newPage();
      const complaints = [];
      watch(page, complaints);
      await logIn(page, address, "ann@example.com");
      await page.waitForURL(`${address}/admin`);
      await checkCookies(context);
      // The directory's admins may do everything: the forms come from this page, over TLS.
      await page.check("input[aria-label='choose bob@example.com']");
      const what = javaScriptEnabled ? "deactivate" : "activate";
      await page.click(`button[value=${what}]`);
      await page.click("text=Apply");
      assert.ok((await page.textContent("main")).includes(`1 ${what}d`));
      await page.click("text=Log out");
      assert.equal(page.url(), `${address}/admin/login`);
      await page.goto(`${address}/admin`);
      assert.equal(page.url(), `${address}/admin/login`, "logged out");
      assert.deepEqual(complaints, [], "the browser complains");
      await context.close();
    }
    const asked = id.asked[0];
    assert.equal(asked.code_challenge_method, "S256");
    assert.equal(asked.redirect_uri, `${address}/admin/oidc/callback`);
    assert.notEqual(asked.state, id.asked[1].state);

    const context = await browser.newContext({ ignoreHTTPSErrors: true, bypassCSP: true });
    const page = await context.newPage();
    await page.goto(`${address}/admin/login`);
    await checkAxe(page, "login with a provider");
    await picture(page, "login-provider");
    await context.close();
    await checkRefusals(browser, address);
    console.log("people log in by an identity provider in a browser");
  });
} finally {
  id.server.close();
  id.server.closeAllConnections();
}
