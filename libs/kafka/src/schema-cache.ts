/** Schema ids and foreign writer schemas on disk, so that starts and steady work survive the registry being down. */
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

interface CacheContent {
  /** By subject: the id that the registry gave to the schema with this SHA-256. */
  readonly subjects: Record<string, { readonly schema: string; readonly id: number }>;
  /** By schema id: Avro schemas of other writers, as JSON text. */
  readonly writers: Record<string, string>;
}

export class SchemaCache {
  private readonly path: string | null;
  private readonly content: CacheContent;

  constructor(path: string | undefined) {
    this.path = path ?? null;
    this.content = this.load();
  }

  /** Null when the subject's schema has changed since. */
  id(subject: string, schema: string): number | null {
    const known = this.content.subjects[subject];
    return known?.schema === fingerprint(schema) ? known.id : null;
  }

  keepIds(ids: Iterable<{ readonly subject: string; readonly schema: string; readonly id: number }>): void {
    for (const { subject, schema, id } of ids) this.content.subjects[subject] = { schema: fingerprint(schema), id };
    this.store();
  }

  writer(id: number): string | null {
    return this.content.writers[id] ?? null;
  }

  writers(): [id: number, schema: string][] {
    return Object.entries(this.content.writers).map(([id, schema]) => [Number(id), schema]);
  }

  keepWriter(id: number, schema: string): void {
    this.content.writers[id] = schema;
    this.store();
  }

  /** A missing or damaged file is an empty cache: it only costs a question to the registry. */
  private load(): CacheContent {
    const empty: CacheContent = { subjects: {}, writers: {} };
    if (this.path === null) return empty;
    try {
      const content = JSON.parse(readFileSync(this.path, "utf8")) as Partial<CacheContent> | null;
      return { subjects: content?.subjects ?? {}, writers: content?.writers ?? {} };
    } catch {
      return empty;
    }
  }

  private store(): void {
    if (this.path === null) return;
    mkdirSync(dirname(this.path), { recursive: true });
    const whole = `${this.path}.${process.pid}.new`;
    writeFileSync(whole, JSON.stringify(this.content));
    renameSync(whole, this.path);
  }
}

function fingerprint(schema: string): string {
  return createHash("sha256").update(schema).digest("base64url");
}
