import type { Bytes } from "./environment.ts";
import { identityOf, isRunning, type ProcessIdentity } from "./process-identity.ts";
import { DamagedError, seal, unseal } from "./store-format.ts";

const OWNER = Buffer.from("owner");

/** A second opening in the same process is as wrong as a second process. */
const openFolders = new Set<string>();

/** Reserves the folder inside this process; gives the holder where it is taken. */
export function reserveFolder(folder: string): ProcessIdentity | null {
  if (openFolders.has(folder)) return identityOf(process.pid);
  openFolders.add(folder);
  return null;
}

export function releaseFolder(folder: string): void {
  openFolders.delete(folder);
}

/**
 * Makes this process the owner, or gives the living one that is. Call it inside a write transaction, which LMDB gives to one process at a time:
 * two claimants cannot both see a dead owner.
 */
export function claim(meta: Bytes): ProcessIdentity | null {
  const owner = meta.get(OWNER);
  if (owner !== undefined) {
    const identity = parse(unseal(OWNER, owner));
    // Our own pid: an earlier opening of this process that was never closed.
    if (identity.pid !== process.pid && isRunning(identity)) return identity;
  }
  meta.putSync(OWNER, seal(OWNER, Buffer.from(JSON.stringify(identityOf(process.pid)))), 1);
  return null;
}

/** Inside a write transaction. */
export function disown(meta: Bytes): void {
  meta.removeSync(OWNER);
}

function parse(bytes: Buffer): ProcessIdentity {
  try {
    return JSON.parse(bytes.toString("utf8")) as ProcessIdentity;
  } catch (error) {
    throw new DamagedError("the owner cannot be read", { cause: error });
  }
}
