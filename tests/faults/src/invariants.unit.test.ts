import { beforeEach, describe, expect, it } from "@jest/globals";
import type { Decoded } from "@leadstream/schemas";
import { aCapture, aDeadLetter, anAssignment, aScore, aSource, aTeamReply, aTeamRequest, aTick, aTouch } from "@leadstream/testing";
import type { Evidence, LogRecord, PartitionLog, StoredRecord } from "./evidence.ts";
import { checkInvariants } from "./invariants.ts";

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

const ofSignals = (offset: number, n: number, seq: number) => aSource({ topic: "lead.signals", offset, n, seq });
const decoded = (type: Decoded["type"], value: unknown): Decoded => ({ type, value }) as Decoded;

/** One lead is captured, looks, is given to anna, transferred to emma; one record is poison. Offset 3 of lead.events is a marker. */
class Run {
  readonly logs = new Map<string, Mutable<PartitionLog> & { records: LogRecord[] }>();
  readonly evidence: Mutable<Evidence>;

  constructor() {
    for (const topic of ["lead.events", "lead.scores", "lead.signals", "lead.assignments", "team.requests", "lead.dead-letters"]) {
      this.logs.set(topic, { topic, partition: 0, end: 0, highWatermark: 0, records: [] });
    }
    this.append("lead.events", 0, decoded("Capture", aCapture({ eventId: "e1" })));
    this.append("lead.events", 1, null);
    this.append("lead.events", 2, decoded("Touch", aTouch({ eventId: "e2" })));
    this.append("lead.events", 4, decoded("Tick", aTick()));
    this.append("lead.scores", 0, decoded("Score", aScore({ eventId: "e1", cause: "capture", source: aSource({ offset: 0, seq: 0 }) })));
    this.append("lead.scores", 1, decoded("Score", aScore({ eventId: "e2", source: aSource({ offset: 2, seq: 1 }) })));
    this.append("lead.dead-letters", 0, decoded("DeadLetter", aDeadLetter({ offset: 1 })));
    const asked = { requestId: "lead-1#1", kind: "assign" } as const;
    const moved = { requestId: "lead-1#2", kind: "transfer" } as const;
    this.append("team.requests", 0, decoded("TeamRequest", aTeamRequest({ ...asked, source: ofSignals(0, 0, 0) })));
    this.append("team.requests", 1, decoded("TeamRequest", aTeamRequest({ ...moved, source: ofSignals(1, 0, 1) })));
    this.append("team.requests", 2, decoded("TeamRequest", aTeamRequest({ ...asked, kind: "release", source: ofSignals(2, 0, 2) })));
    this.append(
      "team.requests",
      3,
      decoded("TeamRequest", aTeamRequest({ kind: "tick", requestId: "", leadId: "", source: ofSignals(2, 1, 3) })),
    );
    const reply = (requestId: string, rep: string, offset: number, seq: number) =>
      decoded("TeamReply", aTeamReply({ requestId, rep, source: aSource({ topic: "team.requests", offset, seq }) }));
    this.append("lead.signals", 0, reply("lead-1#1", "anna", 0, 0));
    this.append("lead.signals", 1, reply("lead-1#2", "emma", 1, 1));
    this.append("lead.signals", 2, decoded("Tick", aTick()));
    const owned = (value: Parameters<typeof anAssignment>[0]) => decoded("Assignment", anAssignment(value));
    this.append("lead.assignments", 0, owned({ change: "assigned", rep: "anna", source: ofSignals(0, 1, 0) }));
    const transferred = { change: "transferred", epoch: 2, rep: "emma", previousRep: "anna" } as const;
    this.append("lead.assignments", 1, owned({ ...transferred, source: ofSignals(1, 1, 1) }));
    this.evidence = this.complete();
  }

  append(topic: string, offset: number, record: Decoded | null): void {
    const log = this.logs.get(topic)!;
    log.records.push({ offset, logTime: 1, key: "lead-1", record });
    log.end = offset + 1;
    log.highWatermark = offset + 1;
  }

  /** Everything that belongs to the logs as they are: ledger, tables, offsets, replays. */
  private complete(): Mutable<Evidence> {
    const logs = [...this.logs.values()];
    const ledger: StoredRecord[] = logs.flatMap(({ topic, records }) =>
      records.map(({ offset }) => ({ topic, partition: 0, offset, copies: 1 })),
    );
    const groups = [
      ["scoring", "lead.events"],
      ["cases", "lead.signals"],
      ["teams", "team.requests"],
      ["sink.lead.scores", "lead.scores"],
    ] as const;
    const partition = { partition: 0, upTo: 5, records: 1, outputs: 1, digest: "d", state: "same" as const, storedAt: 5, differences: [] };
    return {
      journal: new Set(["e1", "e2"]),
      logs,
      ledger,
      storedEvents: new Map([
        ["captures", new Set(["lead-1 e1"])],
        ["touches", new Set(["lead-1 e2"])],
      ]),
      countedEvents: new Map([
        ["capture", 1],
        ["touch", 1],
      ]),
      storedOutputs: [0, 1].map((offset) => ({
        table: "scores",
        leadId: "lead-1",
        partition: 0,
        offset,
        sourceTopic: "lead.events",
        sourceOffset: offset * 2,
        n: 0,
      })),
      offsets: groups.map(([group, topic]) => ({ group, topic, partition: 0, offset: this.logs.get(topic)!.end })),
      capacities: new Map([
        ["anna", 1],
        ["emma", 1],
      ]),
      replays: ["scoring", "cases", "teams"].map((fold) => ({ fold, fingerprint: "f", same: true, partitions: [{ ...partition }] })),
      gaveUp: [],
    };
  }

  /** Another value for the record that stands at an offset. */
  change(topic: string, offset: number, change: object): void {
    const records = this.logs.get(topic)!.records;
    const index = records.findIndex((each) => each.offset === offset);
    const { record } = records[index]!;
    records[index] = { ...records[index]!, record: decoded(record!.type, { ...record!.value, ...change }) };
  }

  remove(topic: string, offset: number): void {
    const log = this.logs.get(topic)!;
    log.records = log.records.filter((each) => each.offset !== offset);
  }

  broken(): string[] {
    return [...new Set(checkInvariants(this.evidence).violations.map(({ invariant }) => invariant))].sort();
  }
}

describe("the checker", () => {
  let run: Run;
  beforeEach(() => {
    run = new Run();
  });

  it("finds nothing wrong with a sound run", () => {
    expect(checkInvariants(run.evidence).violations).toEqual([]);
  });

  it("counts physical duplicates without calling them a fault", () => {
    run.evidence.ledger = run.evidence.ledger.map((row, index) => (index === 0 ? { ...row, copies: 3 } : row));
    const { physicalDuplicates, violations } = checkInvariants(run.evidence);
    expect([physicalDuplicates, violations]).toEqual([2, []]);
  });

  it("accepts a tick that nobody read", () => {
    run.append("lead.events", 5, decoded("Tick", aTick()));
    run.evidence.ledger = [...run.evidence.ledger, { topic: "lead.events", partition: 0, offset: 5, copies: 1 }];
    expect(run.broken()).toEqual([]);
  });

  it("does not take poison for an output of a stage", () => {
    run.append("lead.events", 5, decoded("Score", aScore({ eventId: "e1", source: aSource({ seq: 40 }) })));
    run.append("lead.dead-letters", 1, decoded("DeadLetter", aDeadLetter({ offset: 5 })));
    run.evidence.ledger = [
      ...run.evidence.ledger,
      { topic: "lead.events", partition: 0, offset: 5, copies: 1 },
      { topic: "lead.dead-letters", partition: 0, offset: 1, copies: 1 },
    ];
    run.evidence.offsets = run.evidence.offsets.map((each) => (each.topic === "lead.events" ? { ...each, offset: 6 } : each));
    expect(run.broken()).toEqual([]);
  });

  const faults: readonly [string, string[], (run: Run) => void][] = [
    ["an accepted event that is not on the log", ["I1"], ({ evidence }) => (evidence.journal = new Set(["e1", "e2", "e3"]))],
    [
      "a record that the sink skipped",
      ["I1"],
      ({ evidence }) => (evidence.ledger = evidence.ledger.filter(({ topic, offset }) => topic !== "lead.scores" || offset !== 1)),
    ],
    ["an event that is missing in its table", ["I2"], ({ evidence }) => (evidence.storedEvents = new Map())],
    [
      "a view that counts an event twice",
      ["I2"],
      ({ evidence }) => (evidence.countedEvents = new Map([...evidence.countedEvents, ["touch", 2]])),
    ],
    ["an event that is scored again as new", ["I2", "I3"], (it) => it.change("lead.scores", 1, { eventId: "e1" })],
    ["a lost dead letter", ["I3"], (it) => it.change("lead.dead-letters", 0, { offset: 77 })],
    ["a score that was never written", ["I2", "I3", "I8"], (it) => it.remove("lead.scores", 0)],
    ["a request that no team answered", ["I3"], (it) => it.change("lead.signals", 1, { requestId: "lead-1#1" })],
    ["a second owner within an epoch", ["I4"], (it) => it.change("lead.assignments", 1, { epoch: 1 })],
    ["an epoch that begins while another is open", ["I4"], (it) => it.change("lead.assignments", 1, { previousRep: null })],
    ["an epoch that was skipped", ["I4"], (it) => it.change("lead.assignments", 1, { epoch: 3 })],
    ["a rep with more leads than places", ["I4"], (it) => it.change("lead.signals", 1, { rep: "anna" })],
    [
      "outputs of a lead that changed places",
      ["I3", "I5"],
      (it) => {
        it.change("lead.scores", 0, { source: aSource({ offset: 2, seq: 0 }) });
        it.change("lead.scores", 1, { source: aSource({ offset: 0, seq: 1 }) });
      },
    ],
    [
      "rows in ClickHouse that changed places",
      ["I5"],
      ({ evidence }) => (evidence.storedOutputs = evidence.storedOutputs.map((row) => ({ ...row, sourceOffset: 2 - row.sourceOffset }))),
    ],
    [
      "an offset that went back",
      ["I6"],
      ({ evidence }) => (evidence.offsets = [{ group: "scoring", topic: "lead.events", partition: 0, offset: 9 }, ...evidence.offsets]),
    ],
    [
      "a store ahead of its group",
      ["I6"],
      ({ evidence }) =>
        (evidence.replays = evidence.replays.map((each) => ({
          ...each,
          partitions: each.partitions.map((one) => ({ ...one, storedAt: 6 })),
        }))),
    ],
    [
      "a replay that gives other bytes",
      ["I7"],
      ({ evidence }) =>
        (evidence.replays = evidence.replays.map((each) => ({
          ...each,
          partitions: each.partitions.map((one) => ({
            ...one,
            differences: [{ target: "lead.scores-0", kind: "differs" as const, index: 0, offset: 0, cause: 0 }],
          })),
        }))),
    ],
    ["a fold that nobody replayed", ["I7"], ({ evidence }) => (evidence.replays = evidence.replays.slice(1))],
    [
      "two replays that differ",
      ["I9"],
      ({ evidence }) =>
        (evidence.replays = [
          ...evidence.replays,
          ...evidence.replays.map((each) => ({ ...each, partitions: each.partitions.map((one) => ({ ...one, digest: "other" })) })),
        ]),
    ],
    ["a torn output: a hole in the sequence", ["I8"], (it) => it.change("lead.assignments", 1, { source: ofSignals(1, 1, 2) })],
    ["an output written twice", ["I8"], (it) => it.change("lead.assignments", 1, { source: ofSignals(1, 1, 0) })],
    [
      "an output of an input that is not committed",
      ["I10", "I8"],
      ({ evidence }) => (evidence.offsets = evidence.offsets.map((each) => (each.group === "scoring" ? { ...each, offset: 2 } : each))),
    ],
    ["a transaction left open", ["I8"], (it) => (it.logs.get("lead.scores")!.highWatermark = 9)],
    [
      "a row of a record that was never committed",
      ["I8"],
      ({ evidence }) => (evidence.ledger = [...evidence.ledger, { topic: "lead.scores", partition: 0, offset: 40, copies: 1 }]),
    ],
    [
      "a group that stands still",
      ["I10"],
      ({ evidence }) => (evidence.offsets = evidence.offsets.map((each) => (each.topic === "lead.scores" ? { ...each, offset: 1 } : each))),
    ],
    ["a service that crashed for good", ["I10"], ({ evidence }) => (evidence.gaveUp = ["router"])],
  ];

  it.each(faults)("finds %s", (_, expected, seed) => {
    seed(run);
    expect(run.broken()).toEqual([...expected].sort());
  });
});
