import { type EdgeContext, type Fault, toCapture, toSpend, toStatus, toTouch } from "@leadstream/edge";
import type { MappedEvent, MappedRow } from "./row-mapper.ts";

/** What the emitter will assume as well. */
export type EdgeDefaults = Pick<EdgeContext, "defaultCountry" | "defaultCurrency">;

const NO_BYTES = new Uint8Array(0);
const NO_KEY = { keyId: "", key: NO_BYTES };

/** The edge with nothing behind it: judges inputs as the real one does, seals nothing and makes no key. */
export function tryingContext(defaults: EdgeDefaults, producer: string, now: number): EdgeContext {
  return {
    ...defaults,
    now,
    producer,
    crypto: { hmac: () => "", encrypt: () => ({ nonce: NO_BYTES, ciphertext: NO_BYTES }) },
    keys: { keyFor: () => NO_KEY, find: () => null, destroy: () => false },
    newId: () => "",
  };
}

/** Judges all events of a row before any is sent: a row is imported whole or not at all. Adds to the row's faults. */
export async function validateRow(row: MappedRow, context: EdgeContext): Promise<void> {
  for (const event of row.events) {
    for (const { field, reason, remedy } of await faultsOf(event, context)) {
      row.faults.add(field === "" ? event.kind : `${event.kind}.${field}`, reason, remedy);
    }
  }
}

async function faultsOf({ kind, input }: MappedEvent, context: EdgeContext): Promise<readonly Fault[]> {
  switch (kind) {
    case "capture":
      return faults(await toCapture(input, context));
    case "touch":
      return faults(toTouch(input, context));
    case "status":
      return faults(await toStatus(input, context));
    case "spend":
      return faults(toSpend(input, context));
  }
}

function faults(result: { ok: true } | { ok: false; faults: readonly Fault[] }): readonly Fault[] {
  return result.ok ? [] : result.faults;
}
