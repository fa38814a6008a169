import { topicDefinitions, topicNames } from "@leadstream/schemas";
import { FoldEngine } from "./fold-engine.ts";
import { MemoryBroker, MemoryCursor, MemoryOutbox } from "./memory-broker.ts";
import { MemoryStateStore } from "./memory-state-store.ts";
import type { StateStore, TickWriter } from "./ports.ts";
import type { InboxTopic, OutputTopic, StateStores, StreamIo, Topology, Transactions } from "./topology.ts";

/** The parts that a topology is built from, all in memory: give them to the same function that main.ts calls. */
export class MemoryIo implements StreamIo {
  readonly broker: MemoryBroker = new MemoryBroker();
  readonly partitions: number;

  constructor(partitions = 1) {
    this.partitions = partitions;
    for (const topic of topicDefinitions) this.broker.topic(topic.name, partitions);
  }

  inbox(topic: string): InboxTopic {
    return {
      topic,
      partitions: this.partitions,
      wire: this.broker.wire,
      resolveSchema: async () => neverInDriver("the registry"),
      group: () => neverInDriver("groups"),
      open: async () => neverInDriver("inboxes"),
    };
  }

  output(topic: string): OutputTopic {
    return { topic, partitions: this.partitions };
  }

  stores(): StateStores {
    return { fingerprint: "driver", store: () => new MemoryStateStore() };
  }

  transactions(): Transactions {
    return { writer: () => neverInDriver("transactions") };
  }

  ticks(): TickWriter {
    return { append: async () => neverInDriver("ticks") };
  }
}

function neverInDriver(what: string): never {
  throw new Error(`the in-memory driver runs the fold engines itself and never asks for ${what}`);
}

interface Pump {
  readonly topology: Topology;
  readonly partition: number;
  readonly engine: FoldEngine<unknown, unknown, unknown>;
  readonly outbox: MemoryOutbox;
}

/**
 * Runs whole topologies from a list of records with a virtual clock, synchronously: same decoding, folds, timers and encoding as live, no servers.
 * Records go round until every inbox is read to its end.
 */
export class TopologyDriver {
  private readonly broker: MemoryBroker;
  private readonly pumps: Pump[] = [];
  /** Log time of the next record. */
  nowMs: number;

  constructor(
    io: MemoryIo,
    topologies: readonly Topology[],
    startMs: number,
    store: (topology: string, partition: number) => StateStore = () => new MemoryStateStore(),
  ) {
    this.broker = io.broker;
    this.nowMs = startMs;
    for (const topology of topologies) {
      for (let partition = 0; partition < topology.inbox.partitions; partition++) {
        const outbox = new MemoryOutbox();
        const engine = new FoldEngine(topology, { partition, incarnation: "memory" }, store(topology.name, partition), null, outbox);
        this.pumps.push({ topology, partition, engine, outbox });
      }
    }
  }

  /** Appends with `append(broker, nowMs)` and runs everything that follows from it. */
  feed(append: (broker: MemoryBroker, nowMs: number) => void): void {
    append(this.broker, this.nowMs);
    this.settle();
  }

  /** Moves the clock on and lets time be noticed: a tick on every partition of lead.events. */
  advance(durationMs: number): void {
    this.nowMs += durationMs;
    this.broker.topic(topicNames.leadEvents).forEach((_, partition) => {
      this.broker.append(topicNames.leadEvents, "Tick", null, { writer: "driver" }, this.nowMs, partition);
    });
    this.settle();
  }

  engine(topology: string, partition: number): FoldEngine<unknown, unknown, unknown> {
    const found = this.pumps.find((pump) => pump.topology.name === topology && pump.partition === partition);
    if (found === undefined) throw new Error(`no topology ${topology} with partition ${partition}`);
    return found.engine;
  }

  private settle(): void {
    for (let moved = true; moved; ) {
      moved = false;
      for (const pump of this.pumps) if (this.drain(pump)) moved = true;
    }
  }

  private drain({ topology, partition, engine, outbox }: Pump): boolean {
    const records = this.broker.topic(topology.inbox.topic)[partition]!;
    if (engine.position >= records.length) return false;
    const cursor = new MemoryCursor(records, engine.position);
    while (cursor.next()) engine.accept(cursor);
    for (const { topic, partition: target, record } of outbox.take()) this.broker.appendBytes(topic, target, record);
    return true;
  }
}
