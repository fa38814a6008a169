import { readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { SlabKey } from "@leadstream/stream/slab-key";
import { indexPath, readIndex } from "./index-file.ts";
import type { LogExtent } from "./log-extent.ts";
import { NO_PAIR, PlaceIndex } from "./place-index.ts";
import { SegmentReader, segmentPath } from "./segments.ts";
import type { StateLogOpening } from "./state-log.ts";
import { DamagedError } from "./store-format.ts";

/** Paths of the files that an extent names. */
export function filesOf(folder: string, { segments, index }: LogExtent): string[] {
  const paths = segments.map((segment) => segmentPath(folder, segment));
  return index === null ? paths : [...paths, indexPath(folder, index)];
}

/** Takes away what a write left that was never committed, and what was not needed any more. Nobody else may have the store open. */
export function removeLeftovers(folder: string, extent: LogExtent): void {
  const named = new Set(filesOf(folder, extent));
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (/^(states|index)-[\d-]+$/.test(name) && !named.has(path)) rmSync(path);
  }
}

/** The states of a store as of an extent, read by the thread that folds while another one writes. */
export class StateFiles {
  /** What the thread that writes must be told before it goes on. */
  readonly opening: StateLogOpening;
  private readonly reader: SegmentReader;
  private index: PlaceIndex;
  private readonly asked = new SlabKey();

  /** Throws DamagedError when files are missing, cut or changed; states are looked at when they are read. */
  constructor(folder: string, generation: number, extent: LogExtent, segmentBytes: number) {
    for (const segment of extent.segments) {
      const size = statSync(segmentPath(folder, segment), { throwIfNoEntry: false })?.size ?? 0;
      if (size < segment.bytes) throw new DamagedError(`the segment ${segment.slot} was cut or is missing`);
    }
    this.index = readIndex(folder, extent.index);
    this.reader = new SegmentReader(folder, generation, extent.segments);
    this.opening = { generation, extent, memory: this.index.memory, segmentBytes };
  }

  /** Throws DamagedError. */
  read(key: string): Buffer | undefined {
    const { asked, index, reader } = this;
    const { hash } = asked.set(key);
    for (let pair = index.first(hash); pair !== NO_PAIR; pair = index.after(hash, pair)) {
      if (reader.find(index.placeAt(pair), asked)) return reader.state();
    }
    return undefined;
  }

  /** A write is done. */
  written(memory: SharedArrayBuffer, retired: readonly number[]): void {
    if (memory !== this.index.memory) this.index = new PlaceIndex(memory);
    this.reader.forget(retired);
  }

  close(): void {
    this.reader.close();
  }
}
