import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { LocalStackError } from "./errors.ts";
import { identify, isRunning, type ProcessIdentity, parseIdentity } from "./process-identity.ts";
import { waitFor } from "./wait.ts";

export type FileLock = { release(): void };

const read = (path: string): string | undefined => {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
};

const isExisting = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === "EEXIST";

/** Links the claim to the path: it appears with its content or not at all. */
const claim = (claimPath: string, path: string): boolean => {
  try {
    linkSync(claimPath, path);
    return true;
  } catch (error) {
    if (isExisting(error)) return false;
    throw error;
  }
};

/** Moves a dead holder's file away; puts it back when a live one had replaced it in between. */
const removeDead = (path: string, deadText: string, asidePath: string): void => {
  try {
    renameSync(path, asidePath);
  } catch {
    return;
  }
  if (read(asidePath) !== deadText) claim(asidePath, path);
  rmSync(asidePath, { force: true });
};

/** Takes the lock, or answers who holds it. A holder that no longer runs has lost it. */
export const tryLock = (path: string): FileLock | { heldBy: ProcessIdentity } => {
  mkdirSync(dirname(path), { recursive: true });
  const claimPath = `${path}.${process.pid}.${Math.trunc(performance.now() * 1000)}`;
  const text = JSON.stringify(identify(process.pid));
  writeFileSync(claimPath, text);
  try {
    for (;;) {
      if (claim(claimPath, path)) {
        return {
          release: () => {
            if (read(path) === text) rmSync(path, { force: true });
          },
        };
      }
      const heldText = read(path);
      if (heldText === undefined) continue;
      const holder = parseIdentity(heldText);
      if (holder !== undefined && isRunning(holder)) return { heldBy: holder };
      removeDead(path, heldText, `${claimPath}.dead`);
    }
  } finally {
    rmSync(claimPath, { force: true });
  }
};

/** Waits up to limitMs for the lock; throws LOCK_HELD naming the holder. */
export const waitForLock = async (path: string, what: string, limitMs: number): Promise<FileLock> => {
  let holder: ProcessIdentity | undefined;
  const lock = await waitFor(
    () => {
      const answer = tryLock(path);
      if ("release" in answer) return answer;
      holder = answer.heldBy;
      return undefined;
    },
    { limitMs, everyMs: 250 },
  );
  if (lock !== undefined) return lock;
  throw new LocalStackError(
    "LOCK_HELD",
    `${what} is still held by process ${holder?.pid} after ${limitMs / 1000} s; stop that process and try again`,
  );
};

/** Who holds the lock, whether it still runs or not; undefined when nobody does. */
export const parseLock = (path: string): ProcessIdentity | undefined => {
  const text = read(path);
  return text === undefined ? undefined : parseIdentity(text);
};
