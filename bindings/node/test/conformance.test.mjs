// The conformance script against this binding: tests/conformance/README.md has the format.
import assert from "node:assert/strict";
import { copyFileSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { Batch, Directory, HeadcountError, compact, findFaults, planRepair, repair, restore } from "headcount";

const SCRIPTS = new URL("../../../tests/conformance/", import.meta.url).pathname;
const KNOWN = JSON.parse(readFileSync(join(SCRIPTS, "calls.json"), "utf8"));

test("the binding does what the script says", async () => {
  const { passed, skipped, failures } = await runAll(SCRIPTS);
  console.log(`${passed.length} passed, ${failures.length} failed, skipped: ${skipped.join(", ")}`);
  assert.deepEqual([failures, passed.length], [[], 93]);
  assert.deepEqual(skipped, ["a child of fork is refused", "a child of fork is refused in memory too"]);
});

test("each planted error is found", async () => {
  const { passed, failures } = await runAll(join(SCRIPTS, "planted"));
  assert.deepEqual([passed.length, failures.length], [0, 40]);
});

async function runAll(folder) {
  const report = { passed: [], skipped: [], failures: [] };
  for (const name of readdirSync(folder).filter((name) => name.endsWith(".jsonl")).sort()) {
    for (const lines of cases(readFileSync(join(folder, name), "utf8"))) {
      const [{ step: head }] = lines;
      if (head.needs?.includes("fork") && report.skipped.push(head.case)) continue; // Node can't.
      const failure = await run(lines);
      (failure ? report.failures : report.passed).push(`${name}:${failure ?? head.case}`);
    }
  }
  return report;
}

function cases(text) {
  const all = [];
  for (const [index, line] of text.split("\n").entries()) {
    const step = JSON.parse(line || "{}");
    if (step.case) all.push([]);
    if (line !== "") all.at(-1).push({ number: index + 1, step });
  }
  return all;
}

async function run(lines) {
  const unknown = lines.flatMap(({ number, step }) => unknownWords(step).map((word) => `${number}: ${word} is unknown`));
  if (unknown.length > 0) return unknown[0];
  const [{ step: head }, ...steps] = lines;
  const session = { folder: mkdtempSync(join(tmpdir(), "headcount-")), names: new Map() };
  try {
    session.directory = await opened(filled(head.open, session));
    for (const { number, step } of steps) {
      const wrong = await take(session, step);
      if (wrong) return `${number}: ${head.case}: ${wrong}`;
    }
  } finally {
    await session.directory?.close().catch(() => {}); // A case may have taken its file away.
    rmSync(session.folder, { recursive: true });
  }
}

/** What calls.json lacks of a line: a word that is misspelt would say nothing. */
function unknownWords(line) {
  const [given, isHead] = [line.in ?? line.open ?? {}, "case" in line];
  const parts = [["lines", isHead ? "case" : "step", line], ["calls", isHead ? "open" : line.do, given]];
  parts.push(...(given.operations ?? []).map((operation) => ["operations", operation.op, operation]));
  return parts.flatMap(([part, name, of]) =>
    name in KNOWN[part] ? Object.keys(of).filter((word) => !KNOWN[part][name].split(" ").includes(word)) : [name]);
}

async function take(session, step) {
  if (step.race === undefined) return expect(step, await outcome(session, step), session.names);
  const results = await Promise.all(Array.from({ length: step.race }, (_, i) => outcome(session, step, i)));
  const won = results.filter((result) => !result.error).length;
  if (won !== step.won) return `${JSON.stringify(step)} was won by ${won}`;
  const { out, err, ...rest } = step;
  const expected = (result) => expect(result.error ? { ...rest, err } : { ...rest, out }, result, new Map(session.names));
  return results.map(expected).find(Boolean);
}

async function outcome(session, step, i) {
  const given = filled(step.in ?? {}, session, i);
  let directory = step.as ? session.directory.actingAs(filled(step.as, session)) : session.directory;
  if (step.through) directory = directory.through(step.through);
  const call = calls[step.do] ?? (() => make(directory, step.do, given));
  try {
    return { value: shown(await call(directory, given, session)) };
  } catch (error) {
    if (!(error instanceof HeadcountError)) throw error;
    return { error: shown(error) };
  }
}

function expect(step, { value, error }, names) {
  const { out, err } = step;
  const wanted = typeof err === "string" ? { kind: err } : err && { kind: Object.keys(err)[0], ...Object.values(err)[0] };
  const asSaid = wanted ? error && matches(wanted, error, names) : !error && (out === undefined || matches(out, value, names));
  return asSaid ? undefined : `${JSON.stringify(step)} gave ${JSON.stringify(error ?? value)}`;
}

/** Arguments with what the names stand for, and paths in the folder of the case. */
function filled(given, session, i = "") {
  if (typeof given === "string") return given.startsWith("$") ? session.names.get(given) : given.replace("{i}", i);
  if (Array.isArray(given)) return given.map((item) => filled(item, session, i));
  if (given === null || typeof given !== "object") return given;
  if (given.$repeat) return given.$repeat.repeat(given.times);
  const placed = (key, value) => (/^(path|from|to|backup|aside)$/.test(key) ? join(session.folder, value) : value);
  return Object.fromEntries(Object.entries(given).map(([key, value]) => [key, placed(key, filled(value, session, i))]));
}

function matches(wanted, found = null, names) {
  if (typeof wanted === "string" && wanted.startsWith("$")) {
    if (found !== null && !names.has(wanted)) names.set(wanted, found);
    return found !== null && names.get(wanted) === found;
  }
  if (Array.isArray(wanted)) {
    return Array.isArray(found) && wanted.length === found.length && wanted.every((item, i) => matches(item, found[i], names));
  }
  if (wanted !== null && typeof wanted === "object") {
    // Times have six decimals here, all of them, but for those that are only a Date.
    if (wanted.$has) return typeof found === "string" && found.includes(wanted.$has);
    if (wanted.$from) return found >= names.get(wanted.$from).slice(0, found.length - 1);
    return found !== null && typeof found === "object" && Object.entries(wanted).every(([key, item]) => matches(item, found[key], names));
  }
  return TIME.test(wanted) && TIME.test(found) ? padded(wanted) === padded(found) : wanted === found;
}

const TIME = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d+))?Z$/;
const padded = (time) => time.replace(TIME, (_, seconds, fraction = "") => `${seconds}.${fraction.padEnd(6, "0")}Z`);

/** A result with names as the script has them. */
function shown(value, key) {
  if (key === "license") return String(value);
  if (value instanceof Date) return value.toISOString();
  if (value === null || typeof value !== "object" || key === "attributes" || key === "externalIds") return value;
  if (Array.isArray(value)) return value.map((item) => shown(item));
  if ("about" in value) return { ...value, subject: value.about === "license" ? "license" : { user: value.user, workspace: value.workspace } };
  // A time in microseconds comes behind the date that says the same.
  return Object.fromEntries(Object.keys(value).map((key) => {
    if (!key.endsWith("Micros") || value[key] < 1e14) return [snake(key), shown(value[key], key)];
    return [snake(key.slice(0, -6)), `${new Date(value[key] / 1000).toISOString().slice(0, -4)}${String(value[key] % 1e6).padStart(6, "0")}Z`];
  }));
}

const snake = (name) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
const camelName = (name) => name.replace(/_(.)/g, (_, letter) => letter.toUpperCase());
const camel = (fields) => Object.fromEntries(Object.entries(fields).map(([name, value]) => [camelName(name), value]));

function opened({ path, license, ...rest }) {
  const options = { ...camel(rest), licenseIfNew: license };
  return path ? Directory.open(path, options) : Directory.inMemory({ licenseIfNew: license });
}

/** Methods that take an object of what is left at "". Others have their arguments in the order of calls.json. */
const OBJECTS = { create_user: [""], update_user: ["user", ""], create_workspace: [""] };

/** Calls the method of this name of a directory or a batch. */
function make(on, name, given) {
  if (typeof on[camelName(name)] !== "function") throw new Error(`no call is named ${name}`);
  const { user, ...others } = given;
  const all = { ...given, "": camel(name === "update_user" ? others : given) };
  return on[camelName(name)](...(OBJECTS[name] ?? KNOWN.calls[name].split(" ")).map((argument) => all[argument]));
}

const queryOf = ({ admins, member_of, ...rest }) => camel({ ...rest, admin: admins, workspace: member_of });
const batchOf = ({ operations, actor, door, request_id, allow_ownerless }) => {
  const batch = new Batch();
  for (const { op, if_version, ...given } of operations) {
    make(batch, op, given);
    if (if_version !== undefined) batch.ifVersion(if_version);
  }
  for (const [setter, value] of Object.entries({ actor, door, requestId: request_id })) if (value !== undefined) batch[setter](value);
  return allow_ownerless ? batch.allowOwnerless() : batch;
};

const faults = ({ faults, faultsTotal, ...rest }) => ({ ...rest, listed: faults, total: faultsTotal });
const calls = {
  user_by_id: (d, { id }) => d.user(id), user_by_email: (d, { email }) => d.user(email), len: (d) => d.count(),
  users: (d) => d.users().toArray(), workspaces: (d) => d.workspaces().toArray(), changes: (d, { after }) => d.changes(after).toArray(),
  query: (d, given) => d.query(queryOf(given)), count: (d, given) => d.count(queryOf(given)),
  apply: (d, given) => d.apply(batchOf(given)), dry_run: (d, given) => d.dryRun(batchOf(given)), preview: (d, given) => d.preview(batchOf(given)),
  follow: (d, { after }, session) => void (session.feed = d.follow(after)), position: (_, __, { feed }) => feed.position,
  next: async (d, { timeout_ms }, session) => {
    const feed = d.follow(session.feed.position, { signal: AbortSignal.timeout(Math.max(timeout_ms, 500)) });
    const next = await feed.next().catch((error) => (error.name === "TimeoutError" ? {} : Promise.reject(error)));
    if (next.value) session.feed = feed;
    return next.value;
  },
  compact: (_, { path }) => compact(path),
  find_faults: async (d, { path, limit }) => faults(await (path ? findFaults(path, limit) : d.findFaults(limit))),
  plan_repair: async (_, { path, limit }) => faults(await planRepair(path, limit)), repair: async (_, { path, aside, limit }) => faults(await repair(path, aside, limit)),
  backup: (d, { path, overwrite }) => d.backup(path, { overwrite }), restore: (_, { backup, path, overwrite }) => restore(backup, path, { overwrite }),
  open: async (d, given, session) => { session.directory = await opened(given); await d.close(); },
  copy_file: (_, { from, to }) => copyFileSync(from, to), write_file: (_, { path, text }) => writeFileSync(path, text),
  remove_file: (_, { path }) => rmSync(path), exists: (_, { path }) => existsSync(path),
  replace_in_file: (_, { path, text, with: other }) => writeFileSync(path, readFileSync(path, "latin1").replaceAll(text, other), "latin1"),
};
