/** A user, and how one is read from what the addon writes: `text.rs` has the layout. */

const ACTIVE = 1;
const ADMIN = 2;
const USERNAME_IS_EMAIL = 4;
const HAS_GIVEN_NAME = 8;
const HAS_FAMILY_NAME = 16;
const IS_DEACTIVATED = 32;

/** Where the parts of a record are. */
const ID = 1;
const VERSION = 37;
const CREATED_AT = 44;
const UPDATED_AT = 52;
const EMAIL_LENGTH = 60;
const USERNAME_LENGTH = 62;
const GIVEN_NAME_LENGTH = 64;
const FAMILY_NAME_LENGTH = 66;
const ATTRIBUTES = 68;
const EXTERNAL_IDS = 69;
const TEXTS = 70;

const NO_PAIRS: Readonly<Record<string, string>> = Object.freeze(Object.create(null));

/** Where the record ended that was read last. */
let end = 0;

/**
 * A user as it was when it was read. It can't be changed; {@link Operations.updateUser}
 * changes the directory.
 */
export class User {
  /** The id: a UUID, which the user keeps for good. */
  readonly id: string;
  /** The email address, as it was given. */
  readonly email: string;
  /** The username; the email where none was given. */
  readonly username: string;
  /** The given (first) name. */
  readonly givenName: string | null;
  /** The family (last) name. */
  readonly familyName: string | null;
  /** Whether the user is active, and so takes a seat. */
  readonly active: boolean;
  /** Whether the user administers the platform. */
  readonly admin: boolean;
  /** Further facts by their names. */
  readonly attributes: Readonly<Record<string, string>>;
  /** The ids that other systems have for the user, by the names of these provisioners. */
  readonly externalIds: Readonly<Record<string, string>>;
  /** When the user was created, in microseconds since 1970: exact up to the year 2255. */
  readonly createdAtMicros: number;
  /** When the record last changed, in microseconds since 1970. */
  readonly updatedAtMicros: number;
  /**
   * When the user was deactivated, in microseconds since 1970: `null` for one who is
   * active, and for one who was created inactive.
   */
  readonly deactivatedAtMicros: number | null;
  /** The version of the record: 1, and one more with each change. */
  readonly version: number;

  /** Reads the record that begins at `at`. @internal */
  constructor(text: string, at: number) {
    const flags = text.charCodeAt(at);
    this.id = text.slice(at + ID, at + VERSION);
    let from = at + TEXTS;
    let to = from + two(text, at + EMAIL_LENGTH);
    const email = (this.email = text.slice(from, to));
    from = to;
    to += two(text, at + USERNAME_LENGTH);
    this.username = flags & USERNAME_IS_EMAIL ? email : text.slice(from, to);
    from = to;
    to += two(text, at + GIVEN_NAME_LENGTH);
    this.givenName = flags & HAS_GIVEN_NAME ? text.slice(from, to) : null;
    from = to;
    to += two(text, at + FAMILY_NAME_LENGTH);
    this.familyName = flags & HAS_FAMILY_NAME ? text.slice(from, to) : null;
    this.active = (flags & ACTIVE) !== 0;
    this.admin = (flags & ADMIN) !== 0;
    end = to;
    const attributes = text.charCodeAt(at + ATTRIBUTES);
    this.attributes = attributes === 0 ? NO_PAIRS : readPairs(text, attributes);
    const externalIds = text.charCodeAt(at + EXTERNAL_IDS);
    this.externalIds = externalIds === 0 ? NO_PAIRS : readPairs(text, externalIds);
    this.createdAtMicros = eight(text, at + CREATED_AT);
    this.updatedAtMicros = eight(text, at + UPDATED_AT);
    if (flags & IS_DEACTIVATED) {
      this.deactivatedAtMicros = eight(text, end);
      end += 8;
    } else {
      this.deactivatedAtMicros = null;
    }
    this.version = seven(text, at + VERSION);
    Object.freeze(this);
  }

  /** When the user was created, to the millisecond. */
  get createdAt(): Date {
    return new Date(this.createdAtMicros / 1000);
  }

  /** When the record last changed, to the millisecond. */
  get updatedAt(): Date {
    return new Date(this.updatedAtMicros / 1000);
  }

  /** When the user was deactivated, to the millisecond; `null` as {@link deactivatedAtMicros}. */
  get deactivatedAt(): Date | null {
    return this.deactivatedAtMicros === null ? null : new Date(this.deactivatedAtMicros / 1000);
  }
}

/** Reads the users of a batch into `users`. @internal */
export function readUsers(batch: string, users: User[]): void {
  end = 0;
  while (end < batch.length) {
    users.push(new User(batch, end));
  }
}

/** Pairs of names and values, the first of which begins at `end`. */
function readPairs(text: string, count: number): Readonly<Record<string, string>> {
  // Without a prototype, so that `__proto__` is a name like any other.
  const pairs = Object.create(null) as Record<string, string>;
  const take = (): string => {
    const from = end + 2;
    end = from + two(text, end);
    return text.slice(from, end);
  };
  for (let left = count; left > 0; left--) {
    const name = take();
    pairs[name] = take();
  }
  return Object.freeze(pairs);
}

/** A number of two digits to the base of 256. */
function two(text: string, at: number): number {
  return (text.charCodeAt(at) << 8) | text.charCodeAt(at + 1);
}

/** A number of four digits. */
function four(text: string, at: number): number {
  return ((two(text, at) << 16) | two(text, at + 2)) >>> 0;
}

/** A number of seven digits, which is exact below 2^53. */
function seven(text: string, at: number): number {
  return ((two(text, at) << 8) | text.charCodeAt(at + 2)) * 0x1_0000_0000 + four(text, at + 3);
}

/** A number of eight digits, which is exact below 2^53. */
function eight(text: string, at: number): number {
  return four(text, at) * 0x1_0000_0000 + four(text, at + 4);
}
