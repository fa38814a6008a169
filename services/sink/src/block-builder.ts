import { createHash } from "node:crypto";
import { RowBinaryWriter, type TableWriter } from "@leadstream/clickhouse";
import type { Decoded } from "@leadstream/schemas";
import { type Intent, type OffsetRange, tokenOf } from "./intent.ts";
import type { Mapper, RecordOutline } from "./mapper.ts";
import type { TableBlock } from "./ports.ts";
import { ledgers } from "./tables/ledger-tables.ts";
import type { LogPlace, Row } from "./tables/row.ts";

/** All rows of some ranges of one topic, with fixed bytes per table. */
export interface Block {
  readonly intent: Intent;
  /** Tables in the order of insertion: the ledger last, so that a ledger row says that all others are there. */
  readonly tables: readonly TableBlock[];
}

interface TableRows {
  readonly writer: RowBinaryWriter;
  rows: number;
}

type AnyTable = Pick<TableWriter<never>, "table" | "columnNames">;

/**
 * Gathers the rows of a block. Rows are kept per partition and joined in the order of partitions, so that the bytes depend on the ranges
 * alone and not on the order in which the broker answered.
 */
export class BlockBuilder {
  private readonly partitions = new Map<number, Map<AnyTable, TableRows>>();
  private readonly mapper: Mapper;
  /** Those of the record at hand. */
  private tables = new Map<AnyTable, TableRows>();
  rows = 0;
  bytes = 0;
  /** Data records taken, dead letters among them. */
  records = 0;

  constructor(mapper: Mapper) {
    this.mapper = mapper;
  }

  add(place: LogPlace, outline: RecordOutline, record: Decoded | null): void {
    this.tables = this.tablesOf(place.partition);
    this.records++;
    this.mapper.map(place, outline, record, this.emit);
  }

  private readonly emit = <Value>(table: TableWriter<Row<Value>>, row: Row<Value>): void => {
    let rows = this.tables.get(table);
    if (rows === undefined) {
      rows = { writer: new RowBinaryWriter(), rows: 0 };
      this.tables.set(table, rows);
    }
    const before = rows.writer.bytes;
    table.encode(rows.writer, row);
    rows.rows++;
    this.rows++;
    this.bytes += rows.writer.bytes - before;
  };

  private tablesOf(partition: number): Map<AnyTable, TableRows> {
    let tables = this.partitions.get(partition);
    if (tables === undefined) {
      tables = new Map();
      this.partitions.set(partition, tables);
    }
    return tables;
  }

  /** Step 3: the block of `ranges`, and the intent that announces it. */
  finish(topic: string, incarnation: string, ranges: readonly OffsetRange[]): Block {
    const joined = this.join();
    const hash = createHash("sha256");
    for (const { table, bytes } of joined) hash.update(table).update(bytes);
    const outline = {
      ranges: ranges.toSorted((left, right) => left.partition - right.partition),
      count: this.records,
      hash: hash.digest("hex").slice(0, 32),
      mapperVersion: this.mapper.version,
    };
    const token = tokenOf(topic, incarnation, outline);
    return { intent: { ...outline, token }, tables: joined.map((each) => ({ ...each, token: `${token}-${each.table}` })) };
  }

  private join(): Omit<TableBlock, "token">[] {
    const parts = new Map<AnyTable, TableRows[]>();
    for (const partition of [...this.partitions.keys()].sort((left, right) => left - right)) {
      for (const [table, rows] of this.partitions.get(partition)!) parts.set(table, [...(parts.get(table) ?? []), rows]);
    }
    const ledgerNames = new Set([...ledgers.values()].map((each) => each.table));
    return [...parts]
      .map(([table, rows]) => ({
        table: table.table,
        columns: table.columnNames,
        rows: rows.reduce((sum, each) => sum + each.rows, 0),
        bytes: Buffer.concat(rows.map((each) => each.writer.window())),
      }))
      .sort((left, right) => rank(left.table, ledgerNames) - rank(right.table, ledgerNames) || (left.table < right.table ? -1 : 1));
  }
}

const rank = (table: string, last: ReadonlySet<string>): number => (last.has(table) ? 1 : 0);
