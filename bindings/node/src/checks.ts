/**
 * Arguments that the addon could not tell from others. JSON leaves out what is undefined, a function or a
 * symbol, has `{}` for a Map and null for NaN; and what is left out or null stands for nothing: no
 * condition, no actor, no version to check.
 */

import { fileURLToPath } from "node:url";
import { types } from "node:util";

import { HeadcountError } from "./errors";

/** @internal */
export function invalid(what: string): HeadcountError {
  return new HeadcountError({ kind: "invalid_argument", message: `an argument is not what it should be: ${what}` });
}

/** @internal */
export function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

/** A value in a message. */
function shown(value: unknown): string {
  if (typeof value === "bigint") {
    return `${value}n`;
  }
  if (typeof value === "string") {
    return JSON.stringify(value);
  }
  return isObject(value) || typeof value === "function" ? `of type ${typeof value}` : String(value);
}

/**
 * Refuses what is no object, and names that are not known: with a misspelled condition,
 * a query would find everybody. @internal
 */
export function known<T extends object>(fields: T, names: Readonly<Record<string, true>>): T {
  if (!isObject(fields) || Array.isArray(fields)) {
    throw invalid(`expected an object with ${listed(names)}`);
  }
  for (const [name, value] of Object.entries(fields)) {
    if (!Object.hasOwn(names, name)) {
      throw invalid(`unknown field \`${name}\`, expected one of ${listed(names)}`);
    }
    if (typeof value === "symbol" || typeof value === "function") {
      throw invalid(`\`${name}\` is ${shown(value)}`);
    }
  }
  return fields;
}

/** Refuses null, but for these: the library would leave out a condition or a change that is null. @internal */
export function notNull<T extends object>(fields: T, nullable: readonly (keyof T & string)[]): T {
  for (const [name, value] of Object.entries(fields)) {
    if (value === null && !(nullable as readonly string[]).includes(name)) {
      throw invalid(`\`${name}\` is null: leave it out, or give a value`);
    }
  }
  return fields;
}

const listed = (names: object): string =>
  Object.keys(names)
    .map((name) => `\`${name}\``)
    .join(", ");

/** A text that can't be left out. @internal */
export function text(name: string, value: unknown): string {
  if (typeof value !== "string") {
    throw invalid(`\`${name}\` is ${shown(value)}: give a text`);
  }
  return value;
}

/** The path of a file; without one, a directory in memory would be opened. @internal */
export function pathOf(path: string | URL, name = "path"): string {
  if (path instanceof URL) {
    if (path.protocol !== "file:") {
      throw invalid(`\`${name}\` is ${path.protocol} and not file:`);
    }
    return fileURLToPath(path);
  }
  return text(name, path);
}

/** Names and values, as they are now: the caller's object may change before a batch is applied. @internal */
export function pairs<T extends string | null>(
  name: string,
  given: Readonly<Record<string, T>> | undefined,
): Record<string, T> | undefined {
  if (given === undefined || given === null) {
    return given;
  }
  if (!isObject(given) || Symbol.iterator in given) {
    throw invalid(`\`${name}\` is not an object of names and texts`);
  }
  for (const [key, value] of Object.entries(given)) {
    if (value !== undefined && value !== null) {
      text(`${name}.${key}`, value);
    }
  }
  return Object.assign(Object.create(null), given) as Record<string, T>;
}

/** @internal */
export function moment(moment: Date | string | undefined): string | undefined {
  // JSON has null for an invalid date.
  return types.isDate(moment) ? (Number.isNaN(moment.getTime()) ? "" : moment.toISOString()) : moment;
}

/** A version that something must have. @internal */
export function version(version: number): number {
  if (typeof version !== "number") {
    throw invalid(`\`ifVersion\` is ${shown(version)}: give a version`);
  }
  return version;
}

/** More are no use: a Map has no room for them. */
const USERS_KEPT_MAX = 2 ** 24;

/** Refuses a number of users to keep that there can't be. @internal */
export function usersKept(users: number | undefined): void {
  if (users !== undefined && !(Number.isInteger(users) && users >= 0 && users <= USERS_KEPT_MAX)) {
    throw invalid(`\`hostCacheUsers\` is ${shown(users)}: give a number of users from 0 to ${USERS_KEPT_MAX}`);
  }
}

/** How long to wait, in milliseconds: 0 by default. @internal */
export function timeout(milliseconds: number | undefined): number {
  if (milliseconds === undefined) {
    return 0;
  }
  if (typeof milliseconds !== "number" || !(milliseconds >= 0)) {
    throw invalid(`\`openTimeoutMs\` is ${shown(milliseconds)}: give milliseconds from 0 on, or Infinity`);
  }
  return milliseconds;
}

/** What ends a wait, if something does. @internal */
export function signal(signal: AbortSignal | undefined): AbortSignal | undefined {
  if (signal !== undefined && !(isObject(signal) && typeof signal.throwIfAborted === "function")) {
    throw invalid(`\`signal\` is ${shown(signal)}: give an AbortSignal`);
  }
  return signal;
}

/** A request as the addon takes it. @internal */
export function encoded(request: object): string {
  let text: string | undefined;
  try {
    text = JSON.stringify(request);
  } catch {
    // A BigInt, or an object that is part of itself.
  }
  // Null may be a NaN, and `\ud83e` half of a surrogate pair.
  return text === undefined || text.includes("null") || text.includes("\\ud") ? checked(request) : text;
}

/** The same for a request that has, or may have, what JSON doesn't have. */
function checked(request: object): string {
  const around: unknown[] = [];
  return JSON.stringify(request, function (this: unknown, name: string, value: unknown): unknown {
    if (typeof value === "bigint" || (typeof value === "number" && !Number.isFinite(value))) {
      throw invalid(`\`${name}\` is ${shown(value)}`);
    }
    whole(name);
    if (typeof value === "string") {
      whole(value);
    }
    // The objects around this value are those up to the one that has it.
    around.length = around.lastIndexOf(this) + 1;
    if (around.includes(value)) {
      throw invalid(`\`${name}\` is part of itself`);
    }
    if (isObject(value)) {
      around.push(value);
    }
    return value;
  });
}

/** Refuses half of a surrogate pair, which has no UTF-8. @internal */
export function whole(text: string): void {
  const at = text.search(/\p{Surrogate}/u);
  if (at >= 0) {
    throw new HeadcountError({
      kind: "invalid_utf8",
      message: `half of a surrogate pair stands at ${at} in the text: give the whole character`,
    });
  }
}
