import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { EmitItem, EmitOutcome } from "@leadstream/producer";
import { temporaryFolder } from "@leadstream/testing";
import { type ImportOptions, importFile } from "../import-file.ts";
import { type AlreadyThere, nothingThere } from "../presence.ts";
import type { ImportReport } from "../run-import.ts";
import type { EventSink } from "../send-batch.ts";

export interface SentEvent {
  readonly kind: string;
  readonly input: Readonly<Record<string, unknown>>;
}

/** A log in memory. */
export class MemoryLog implements EventSink {
  readonly events: SentEvent[] = [];
  /** Answers of the next calls instead of acceptance; a fault that is thrown counts as a crash. */
  readonly script: ((items: readonly EmitItem[]) => EmitOutcome[])[] = [];

  async emitAll(items: readonly EmitItem[]): Promise<EmitOutcome[]> {
    const scripted = this.script.shift();
    const outcomes = scripted?.(items) ?? items.map(acceptedOutcome);
    for (const [index, item] of items.entries()) if (outcomes[index]?.ok) this.events.push(item as SentEvent);
    return outcomes;
  }

  get ids(): string[] {
    return this.events.map(({ input }) => String(input.eventId));
  }

  of(kind: string): SentEvent[] {
    return this.events.filter((event) => event.kind === kind);
  }
}

export function acceptedOutcome(item: EmitItem): EmitOutcome {
  const { eventId, leadId } = item.input as { eventId: string; leadId?: string };
  return { ok: true, accepted: { eventId, leadId: leadId ?? null, topic: "lead.events", partition: 0, offset: 0 } };
}

/** A folder with a mapping, a file and a place for progress. */
export class Trial implements Disposable {
  readonly folder = temporaryFolder("import");
  readonly log = new MemoryLog();
  file = "";
  mapping = "";

  write(name: string, content: string | Buffer): string {
    const path = join(this.folder.path, name);
    writeFileSync(path, content);
    return path;
  }

  /** Imports `file` by `mapping`. */
  run(options: Partial<ImportOptions> = {}): Promise<ImportReport> {
    return importFile({
      mappingPath: this.mapping,
      filePath: this.file,
      dataDir: join(this.folder.path, "data"),
      sink: this.log,
      alreadyThere: nothingThere,
      progress: () => {},
      signal: new AbortController().signal,
      now: () => Date.parse("2026-01-01T00:00:00Z"),
      pause: async () => {},
      ...options,
    });
  }

  [Symbol.dispose](): void {
    this.folder.remove();
  }
}

/** A store that has these events. */
export function storeWith(ids: ReadonlySet<string>): AlreadyThere {
  return {
    anyOf: async (prefix) => [...ids].some((id) => id.startsWith(prefix)),
    among: async (events) => new Set(events.map(({ eventId }) => eventId).filter((id) => ids.has(id))),
  };
}
