import type { Decoded, Source } from "@leadstream/schemas";
import { deadLetter, type Emitted, type Fold, NO_TIMER, ok, type Stage } from "../src/index.ts";

/** The smallest fold with everything in it: counts touches per lead, says so, and tells when a lead fell silent. */
export interface Count {
  touches: number;
  silentAt: number;
}

export const SILENCE_MS = 10_000;

export const decodeTouch: Stage<Decoded<"Touch" | "Tick">> = (record) =>
  record.type === "Touch" || record.type === "Tick" ? ok(record) : deadLetter("UNEXPECTED_RECORD", record.type);

const source = { topic: "", incarnation: "", partition: 0, offset: 0, n: 0, seq: 0 } satisfies Source;

export const signalOf = (leadId: string, kind: "active" | "inactive", time: number, score: number, due: number): Emitted<"Signal"> => ({
  topic: "lead.signals",
  type: "Signal",
  key: leadId,
  value: {
    source,
    time,
    leadId,
    kind,
    eventId: null,
    imported: false,
    score,
    band: null,
    previousBand: null,
    direction: "none",
    grade: null,
    temperature: null,
    model: "",
    modelVersion: 0,
    attributes: null,
    status: null,
    rep: null,
    reason: null,
    amount: null,
    command: null,
    toRep: null,
    toTeam: null,
    epoch: null,
    document: null,
    policyVersion: null,
    due,
    touch: null,
    currency: null,
  } as Emitted<"Signal">["value"],
});

export const countingFold: Fold<Decoded<"Touch" | "Tick">, Count, number, Emitted<"Signal">> = {
  name: "counting",
  keyOf: (input) => (input.type === "Touch" ? input.value.leadId : null),
  sourceOf: () => null,
  timeOf: (_, logTime) => logTime,
  shared: { initial: () => 0, write: (writer, ticks) => writer.long(ticks), read: (reader) => reader.long() },
  state: {
    write: (writer, state) => {
      writer.long(state.touches);
      writer.long(state.silentAt);
    },
    read: (reader) => ({ touches: reader.long(), silentAt: reader.long() }),
  },
  onShared: (_, ticks) => ticks + 1,
  onRecord(context, _shared, state, input) {
    if (input.type !== "Touch") return state;
    if (input.value.kind === "forget") return null;
    const touches = (state?.touches ?? 0) + 1;
    context.emit(signalOf(input.value.leadId, "active", context.now, touches, 0));
    return { touches, silentAt: context.now + SILENCE_MS };
  },
  timerKinds: 1,
  timerOf: (state) => state.silentAt,
  onTimer(context, _shared, state, _kind, due) {
    context.emit(signalOf("", "inactive", context.now, state.touches, due));
    return { ...state, silentAt: NO_TIMER };
  },
};
