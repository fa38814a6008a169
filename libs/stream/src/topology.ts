import { type TopicName, topicDefinitions, type WireFormat } from "@leadstream/schemas";
import type { DeadLetterLimit } from "./dead-letter-limit.ts";
import { StreamError } from "./errors.ts";
import type { Fold } from "./fold.ts";
import type { GroupMembership, Inbox, StateStore, TickWriter, TransactionalWriter } from "./ports.ts";
import type { Stage } from "./stage.ts";

/** An inbox topic: who shares its partitions, how one is read, how its records are decoded. */
export interface InboxTopic {
  readonly topic: string;
  readonly partitions: number;
  readonly wire: WireFormat;
  /** Fetches an unknown schema and adds its reader to `wire`. Rejects with RetriableStreamError while the registry is away. */
  resolveSchema(schemaId: number): Promise<void>;
  group(): GroupMembership;
  open(partition: number): Promise<Inbox>;
}

export interface OutputTopic {
  readonly topic: string;
  readonly partitions: number;
}

/** An output as one topology sees it. */
export interface Output extends OutputTopic {
  /** Same partition group as the inbox: partition p writes to partition p only. */
  readonly copartitioned: boolean;
}

export interface OutputPartitions {
  readonly topic: string;
  readonly partitions: readonly number[];
}

/** Where records of one input partition may go. */
export function outputPartitions({ outputs, deadLetters }: Topology, partition: number): readonly OutputPartitions[] {
  const found = [...outputs].map(([topic, { copartitioned, partitions }]) => ({
    topic,
    partitions: copartitioned ? [partition] : upTo(partitions),
  }));
  if (deadLetters === null) return found;
  const { topic, partitions } = deadLetters.output;
  return [...found, { topic, partitions: [partition % partitions] }];
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

export interface StateStores {
  /** Fingerprint of the logic that folds into these stores. */
  readonly fingerprint: string;
  store(partition: number): StateStore;
}

export interface Transactions {
  /** `outputs`: everything that the partition's transactions may write to. */
  writer(partition: number, outputs: readonly OutputPartitions[]): TransactionalWriter;
}

/** Everything that a topology is built from. Real clients and the in-memory driver offer the same, so both run the same function. */
export interface StreamIo {
  inbox(topic: TopicName, topologyName: string): InboxTopic;
  output(topic: TopicName): OutputTopic;
  stores(topologyName: string): StateStores;
  transactions(topologyName: string, inbox: TopicName): Transactions;
  ticks(topic: TopicName): TickWriter;
}

/** A complete topology: one inbox, one fold, its outputs, one commit. */
export interface Topology<Input = unknown, State = unknown, Shared = unknown> {
  readonly name: string;
  readonly inbox: InboxTopic;
  readonly stage: Stage<Input>;
  readonly fold: Fold<Input, State, Shared>;
  readonly stores: StateStores;
  readonly outputs: ReadonlyMap<string, Output>;
  readonly deadLetters: { readonly output: OutputTopic; readonly limit: DeadLetterLimit } | null;
  /** Another topology of the same inbox sets dead letters aside; this one passes over them. */
  readonly deadElsewhere: boolean;
  readonly ticks: { readonly writer: TickWriter; readonly everyMs: number } | null;
  readonly transactions: Transactions;
}

/** Begins a topology; the chain reads in the order in which a record passes: from, stage, fold, to, deadLettersTo, ticks, commit. */
export function topology(name: string): { from(inbox: InboxTopic): Staged } {
  return { from: (inbox) => ({ stage: (stage) => ({ fold: (fold, stores) => new Outputs({ name, inbox, stage, fold, stores }) }) }) };
}

interface Staged {
  /** Decides what a decoded record is: ok, drop or dead letter. */
  stage<Input>(stage: Stage<Input>): Folded<Input>;
}

interface Folded<Input> {
  /** The pure domain over keyed state and timers. */
  fold<State, Shared>(fold: Fold<Input, State, Shared>, stores: StateStores): Outputs<Input, State, Shared>;
}

type Start<Input, State, Shared> = Pick<Topology<Input, State, Shared>, "name" | "inbox" | "stage" | "fold" | "stores">;

class Outputs<Input, State, Shared> {
  private readonly start: Start<Input, State, Shared>;
  private readonly outputs = new Map<string, Output>();
  private deadLetters: Topology["deadLetters"] = null;
  private deadElsewhere = false;
  private tickSource: Topology["ticks"] = null;

  constructor(start: Start<Input, State, Shared>) {
    this.start = start;
  }

  /** Topics that the fold may emit to; any other stops the stage. */
  to(...outputs: readonly OutputTopic[]): this {
    const inLeadGroup = isLeadTopic(this.start.inbox.topic);
    for (const output of outputs) this.outputs.set(output.topic, { ...output, copartitioned: inLeadGroup && isLeadTopic(output.topic) });
    return this;
  }

  /** For inboxes that outsiders write to. Without it an undecodable record stops the stage: inside the stream a hole is a loss. */
  deadLettersTo(output: OutputTopic, limit: DeadLetterLimit): this {
    this.deadLetters = { output, limit };
    return this;
  }

  /** Another topology of the same inbox sets dead letters aside; this one passes over them. */
  deadLettersElsewhere(): this {
    this.deadElsewhere = true;
    return this;
  }

  /** Appends a tick to an idle inbox, so that timers fire when nothing arrives. */
  ticks(writer: TickWriter, everyMs: number): this {
    this.tickSource = { writer, everyMs };
    return this;
  }

  /** Last, always: outputs, offset and counters in one transaction; the store follows. */
  commit(transactions: Transactions): Topology<Input, State, Shared> {
    const { name, inbox } = this.start;
    for (const output of this.outputs.values()) {
      if (output.copartitioned && output.partitions !== inbox.partitions) {
        throw new StreamError(
          "INVALID_TOPOLOGY",
          `${name}: ${output.topic} has ${output.partitions} partitions, ${inbox.topic} has ${inbox.partitions}`,
          "Give both the same partition count",
        );
      }
    }
    return {
      ...this.start,
      outputs: this.outputs,
      deadLetters: this.deadLetters,
      deadElsewhere: this.deadElsewhere,
      ticks: this.tickSource,
      transactions,
    };
  }
}

/** Topics keyed by lead id share partition count and partitioner. */
function isLeadTopic(topic: string): boolean {
  return topicDefinitions.some((definition) => definition.name === topic && definition.group === "lead");
}
