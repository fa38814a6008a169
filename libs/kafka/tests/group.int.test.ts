import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { uniqueName } from "@leadstream/infra-local";
import { eventually, type TemporaryFolder, temporaryFolder } from "@leadstream/testing";
import { createGroup, createOffsetCommits, type GroupOptions, type KafkaConnection, type KafkaGroup } from "../src/index.ts";
import { connect, createTopic, withAdmin } from "./servers.ts";

let connection: KafkaConnection;
let topic: string;
let folder: TemporaryFolder;
beforeAll(async () => {
  connection = await connect();
  topic = await createTopic(4);
  folder = temporaryFolder("group");
});
afterAll(() => {
  connection.close();
  folder.remove();
});

class Member {
  readonly group: KafkaGroup;
  readonly owns = new Set<number>();
  readonly events: string[] = [];
  fault: Error | null = null;
  revoking: () => Promise<void> = async () => {};

  constructor(groupId: string, overrides: Partial<GroupOptions> = {}, over = connection) {
    this.group = createGroup(over, {
      groupId,
      topic,
      sessionTimeoutMs: 6_000,
      heartbeatIntervalMs: 100,
      rebalanceTimeoutMs: 5_000,
      ...overrides,
    });
  }

  join(): Promise<void> {
    return this.group.join({
      assigned: (partitions) => {
        this.events.push(`assigned ${partitions}`);
        for (const partition of partitions) this.owns.add(partition);
      },
      revoked: async (partitions) => {
        await this.revoking();
        this.events.push(`revoked ${partitions}`);
        for (const partition of partitions) this.owns.delete(partition);
      },
      failed: (error) => {
        this.fault = error;
      },
    });
  }

  get partitions(): number[] {
    return [...this.owns].sort();
  }
}

describe("group membership", () => {
  it("shares partitions when a second member comes and gives them back when it leaves", async () => {
    const groupId = uniqueName("group");
    const first = new Member(groupId);
    await first.join();
    expect(first.partitions).toEqual([0, 1, 2, 3]);
    const second = new Member(groupId);
    let overlap = false;
    first.revoking = async () => {
      overlap ||= second.owns.size > 0;
      await new Promise((resolve) => setTimeout(resolve, 300));
      overlap ||= second.owns.size > 0;
    };
    await second.join();
    await eventually(() => first.owns.size === 2, { what: "two partitions each" });
    expect([...first.partitions, ...second.partitions].sort()).toEqual([0, 1, 2, 3]);
    expect(overlap).toBe(false);
    expect(first.events[1]).toBe("revoked 0,1,2,3");
    await second.group.leave();
    await eventually(() => first.owns.size === 4, { what: "all partitions again" });
    expect([first.fault, second.fault]).toEqual([null, null]);
    await first.group.leave();
  });

  it("is described by stock tools", async () => {
    const groupId = uniqueName("group");
    const member = new Member(groupId);
    await member.join();
    const { groups } = await withAdmin((admin) => admin.describeGroups([groupId]));
    expect(groups[0]).toMatchObject({ protocolType: "consumer", protocol: "range", state: "Stable" });
    expect(groups[0]?.members).toHaveLength(1);
    await member.group.leave();
  });

  it("lets a successor of a killed process take over at once by the member id on disk", async () => {
    const groupId = uniqueName("group");
    const memberIdFile = join(folder.path, "member-id");
    const other = await connect();
    const killed = new Member(groupId, { memberIdFile, sessionTimeoutMs: 30_000 }, other);
    await killed.join();
    expect(readFileSync(memberIdFile, "utf8")).toBe(killed.group.member()?.memberId);
    other.close();
    const started = performance.now();
    const successor = new Member(groupId, { memberIdFile, sessionTimeoutMs: 30_000 });
    await successor.join();
    expect(successor.partitions).toEqual([0, 1, 2, 3]);
    expect(performance.now() - started).toBeLessThan(5_000);
    await successor.group.leave();
    expect(() => readFileSync(memberIdFile)).toThrow("ENOENT");
  });

  it("fails for good when the broker has removed the member", async () => {
    const groupId = uniqueName("group");
    const member = new Member(groupId);
    await member.join();
    // Another one says goodbye in its name.
    const folderPath = join(folder.path, "stolen-id");
    writeFileSync(folderPath, member.group.member()!.memberId);
    const thief = new Member(groupId, { memberIdFile: folderPath });
    await thief.join();
    await eventually(() => member.fault, { what: "the failure" });
    expect(member.fault).toMatchObject({ code: "FENCED" });
    expect(thief.partitions).toEqual([0, 1, 2, 3]);
    await thief.group.leave();
  });

  it("comes through members that join and leave all the time", async () => {
    const groupId = uniqueName("group");
    const stayer = new Member(groupId);
    await stayer.join();
    for (let round = 0; round < 6; round++) {
      const guest = new Member(groupId);
      await guest.join();
      await guest.group.leave();
    }
    await eventually(() => stayer.owns.size === 4, { what: "all partitions in the end" });
    expect(stayer.fault).toBeNull();
    await stayer.group.leave();
  });
});

describe("offset commits", () => {
  it("keep offset and metadata, fenced by the membership", async () => {
    const groupId = uniqueName("group");
    const member = new Member(groupId);
    const offsets = createOffsetCommits(connection, groupId, member.group);
    await member.join();
    expect(await offsets.fetch(topic, [0, 1])).toEqual(new Map());
    await offsets.commit([
      { topic, partition: 0, offset: 12, metadata: '{"intent":1}' },
      { topic, partition: 1, offset: 7, metadata: "" },
    ]);
    expect(await offsets.fetch(topic, [0, 1, 2])).toEqual(
      new Map([
        [0, { offset: 12, metadata: '{"intent":1}' }],
        [1, { offset: 7, metadata: "" }],
      ]),
    );
    const stale = member.group.member();
    const zombie = createOffsetCommits(connection, groupId, {
      ...member.group,
      member: () => ({ ...stale!, generation: stale!.generation - 1 }),
    });
    await expect(zombie.commit([{ topic, partition: 0, offset: 99, metadata: "" }])).rejects.toMatchObject({ code: "FENCED" });
    await member.group.leave();
    await expect(offsets.commit([{ topic, partition: 0, offset: 99, metadata: "" }])).rejects.toMatchObject({ code: "FENCED" });
    expect((await offsets.fetch(topic, [0])).get(0)?.offset).toBe(12);
    offsets.close();
    zombie.close();
  });
});
