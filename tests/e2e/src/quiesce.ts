import { topicOffsets } from "@leadstream/kafka";
import { topicDefinitions, topicNames } from "@leadstream/schemas";
import { eventually } from "@leadstream/testing";
import type { OffsetSample } from "../../faults/src/evidence.ts";
import { sampleOffsets } from "../../faults/src/gather-evidence.ts";
import type { StackUnderTest } from "./stack-under-test.ts";

type Ends = ReadonlyMap<string, readonly number[]>;

async function endsOf(stack: StackUnderTest, topics: readonly string[]): Promise<Ends> {
  const kafka = await stack.clients.kafka();
  const ends = topics.map(async (topic) => [topic, (await topicOffsets(kafka, topic)).map((each) => each.lastStableOffset)] as const);
  return new Map(await Promise.all(ends));
}

/** Waits until each group has committed its topic up to the ends of `target()`, asked again every time. */
async function reached(
  stack: StackUnderTest,
  groups: Readonly<Record<string, string>>,
  target: () => Promise<Ends>,
  limitMs: number,
): Promise<void> {
  const kafka = await stack.clients.kafka();
  let behind: string[] = [];
  await eventually(
    async () => {
      const ends = await target();
      const offsets = new Map((await sampleOffsets(kafka)).map((each) => [`${each.group}-${each.partition}`, each.offset]));
      behind = Object.entries(groups).flatMap(([group, topic]) =>
        ends.get(topic)!.flatMap((end, partition) => {
          const offset = offsets.get(`${group}-${partition}`) ?? 0;
          return offset < end ? [`${group}-${partition} at ${offset} of ${end}`] : [];
        }),
      );
      return behind.length === 0;
    },
    { what: `${Object.keys(groups).join(", ")} to have read everything`, timeoutMs: limitMs, everyMs: 250 },
  ).catch((error: unknown) => {
    throw new Error(`still behind: ${behind.join(", ")}`, { cause: error });
  });
}

/** Waits until what is on lead.events now was read by the scorer; ticks that follow do not matter. */
export async function scorerCaughtUp(stack: StackUnderTest, limitMs = 60_000): Promise<void> {
  const ends = await endsOf(stack, [topicNames.leadEvents]);
  await reached(stack, { scoring: topicNames.leadEvents }, async () => ends, limitMs);
}

/**
 * After the last event: the scorer reads all and is stopped (its ticks end with it), then the router, then the sink reads the rest. Afterwards nothing
 * moves any more, so that evidence can be gathered; the scorer and the router stay down.
 */
export async function quiesce(stack: StackUnderTest, limitMs = 60_000): Promise<void> {
  await scorerCaughtUp(stack, limitMs);
  await stack.down("scoring");
  const router = { cases: topicNames.leadSignals, teams: topicNames.teamRequests };
  await reached(stack, router, () => endsOf(stack, Object.values(router)), limitMs);
  await stack.down("router");
  const sink = Object.fromEntries(topicDefinitions.map(({ name }) => [`sink.${name}`, name]));
  await reached(stack, sink, () => endsOf(stack, Object.values(sink)), limitMs);
}

/** Notes committed offsets every half second until the signal aborts: they may never go back. A broker that is away is waited for. */
export async function watchOffsets(stack: StackUnderTest, stop: AbortSignal): Promise<OffsetSample[]> {
  const kafka = await stack.clients.kafka();
  const samples: OffsetSample[] = [];
  while (!stop.aborted) {
    samples.push(...(await sampleOffsets(kafka).catch(() => [])));
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  return samples;
}
