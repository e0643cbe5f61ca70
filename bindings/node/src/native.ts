/**
 * The addon: where it is found, what it offers, and what its answers mean.
 *
 * It takes and returns strings. A request is JSON; an answer is a string that begins
 * with `o`, or with `e` where it is a refusal, and has JSON behind that; where it has
 * users, it is an array of that string and of strings with users, for `user.ts`.
 */

import { existsSync } from "node:fs";
import { join } from "node:path";

import { HeadcountError } from "./errors";
import { platform } from "./platform";

/** What the addon exports. @internal */
export interface Native {
  versions(): string;
  call(handle: number, request: string): Promise<string | string[]>;
  callSync(handle: number, request: string): string | string[];
  close(handle: number): Promise<string>;
  closeSync(handle: number): string;
  generation(handle: number): number;
  counter(handle: number): ArrayBuffer | undefined;
  get(handle: number, key: string): string | undefined;
  getByUsername(handle: number, username: string): string | undefined;
  wait(handle: number, ticket: number, position: number): Promise<string>;
  cancel(handle: number, ticket: number): void;
}

/** The layout of texts that this release reads. */
const LAYOUT = "4";

/** An answer, taken apart. @internal */
export interface Answer {
  json: unknown;
  /** Batches of users. */
  users: string[];
}

/** Takes an answer apart, and throws it if it is a refusal. @internal */
export function open(answer: string | string[]): Answer {
  const [head = "", ...users] = typeof answer === "string" ? [answer] : answer;
  const json: unknown = head.length > 1 ? JSON.parse(head.slice(1)) : undefined;
  if (head[0] !== "o") {
    throw HeadcountError.from(json);
  }
  return { json, users };
}

function load(): Native {
  const version = (require("../package.json") as { version: string }).version;
  const name = platform();
  const named = process.env["HEADCOUNT_ADDON"];
  const built = join(__dirname, `headcount.${name}.node`);
  const path = named ?? (existsSync(built) ? built : `@headcount/${name}`);
  let native: Native;
  try {
    native = require(path) as Native;
  } catch (error) {
    const advice =
      path === named
        ? "HEADCOUNT_ADDON names a file that can't be loaded"
        : `the package ${path} is missing or can't be loaded: install with optional dependencies ` +
          `(npm install --include=optional), on the platform that the program runs on; or build ` +
          `the addon and name it in HEADCOUNT_ADDON`;
    throw new Error(`headcount has no addon for ${name}: ${advice}`, { cause: error });
  }
  const found = native.versions();
  if (found !== `${version} ${LAYOUT}`) {
    throw new Error(
      `headcount ${version} was given the addon of another release: "${found}" at ${path}, where ` +
        `"${version} ${LAYOUT}" is needed; install both packages anew, in the same version`,
    );
  }
  return native;
}

/** The addon. @internal */
export const native: Native = load();
