/**
 * The GroupMembership port for one topic, as a small state machine over JoinGroup, SyncGroup, Heartbeat and LeaveGroup. Eager: before every join all
 * partitions are revoked, and the owner's work on them is awaited. Heartbeats run on a timer of their own, also while partitions are being revoked.
 */
import { type AssignmentHandler, type GroupMembership, RetriableStreamError, StreamError } from "@leadstream/stream";
import { againWhenUnavailable, type KafkaConnection } from "./connect.ts";
import { Coordinator } from "./coordinator.ts";
import { KafkaAdapterError } from "./errors.ts";
import { ASSIGNOR, assignRanges, decodeAssignment, encodeAssignment, encodeSubscription } from "./group-assignment.ts";
import type { Lane } from "./lane.ts";
import { MemberIdFile } from "./member-id-file.ts";
import { heartbeatApi, type JoinGroupAnswer, joinGroupApi, leaveGroupApi, type MemberOfGroup, syncGroupApi } from "./protocol/group.ts";
import { isCoordinatorMoved, type ProtocolErrorName, protocolError, refused, unavailable } from "./protocol/protocol-errors.ts";
import { Again, retry } from "./retry.ts";
import { withLimit } from "./with-limit.ts";

export interface GroupOptions {
  readonly groupId: string;
  readonly topic: string;
  /** Silence after which the broker gives the partitions to others. */
  readonly sessionTimeoutMs: number;
  readonly heartbeatIntervalMs: number;
  /** How long a rebalance waits for each member to finish its work. */
  readonly rebalanceTimeoutMs: number;
  /** Where the member id is left for a successor; only where a lock keeps two processes from sharing the path. */
  readonly memberIdFile?: string | undefined;
}

export interface KafkaGroup extends GroupMembership {
  /** What fences an offset commit, or null between two generations. */
  member(): MemberOfGroup | null;
}

export function createGroup(connection: KafkaConnection, options: GroupOptions): KafkaGroup {
  return new KafkaGroupMembership(connection, options);
}

const LEAVE_LIMIT_MS = 3_000;
const lost: readonly ProtocolErrorName[] = ["UNKNOWN_MEMBER_ID", "ILLEGAL_GENERATION", "FENCED_INSTANCE_ID"];

class KafkaGroupMembership implements KafkaGroup {
  private readonly connection: KafkaConnection;
  private readonly options: GroupOptions;
  private readonly lane: Lane;
  private readonly coordinator: Coordinator;
  private readonly file: MemberIdFile;
  private readonly stopping = new AbortController();
  private handler: AssignmentHandler | null = null;
  private memberId = "";
  private current: MemberOfGroup | null = null;
  private partitions: readonly number[] = [];
  private heartbeatTimer: NodeJS.Timeout | null = null;
  private lastHeartbeat = 0;
  private rejoining = false;

  constructor(connection: KafkaConnection, options: GroupOptions) {
    this.connection = connection;
    this.options = options;
    this.lane = connection.lane();
    this.coordinator = new Coordinator(connection, "group", options.groupId);
    this.file = new MemberIdFile(options.memberIdFile);
  }

  member(): MemberOfGroup | null {
    return this.current;
  }

  async join(handler: AssignmentHandler): Promise<void> {
    this.handler = handler;
    const predecessor = this.file.read();
    if (predecessor !== null) await this.sendLeave(predecessor);
    await this.enter();
  }

  async leave(): Promise<void> {
    this.stopping.abort();
    this.stopHeartbeats();
    this.current = null;
    // A join that waits at the broker would hold LeaveGroup back.
    this.lane.reset();
    try {
      if (this.memberId !== "") await this.sendLeave(this.memberId);
      this.file.remove();
    } finally {
      this.connection.release(this.lane);
    }
  }

  /** One whole round: join, share out when leader, take the assignment, beat. Repeats while the group changes meanwhile. */
  private async enter(): Promise<void> {
    const joined = await this.repeat(async () => {
      const answer = await this.sendJoin();
      if (answer instanceof Again) return answer;
      return this.sendSync(answer);
    });
    if (this.stopping.signal.aborted) return;
    const { member, partitions } = joined;
    this.current = member;
    this.partitions = partitions;
    this.startHeartbeats();
    this.handler?.assigned(partitions);
  }

  private async sendJoin(): Promise<JoinGroupAnswer | Again> {
    const { groupId, topic, sessionTimeoutMs, rebalanceTimeoutMs } = this.options;
    const protocols = [{ name: ASSIGNOR, metadata: encodeSubscription(topic) }];
    const request = { groupId, memberId: this.memberId, sessionTimeoutMs, rebalanceTimeoutMs, protocols };
    const answer = await this.lane.call(await this.coordinator.node(), joinGroupApi, request, rebalanceTimeoutMs);
    const error = protocolError(answer.errorCode);
    if (error === null || error === "MEMBER_ID_REQUIRED") {
      if (answer.memberId !== this.memberId) {
        this.memberId = answer.memberId;
        this.file.write(answer.memberId);
      }
      return error === null ? answer : this.sendJoin();
    }
    if (error === "UNKNOWN_MEMBER_ID") this.memberId = "";
    return this.again("to let us join", error);
  }

  private async sendSync(joined: JoinGroupAnswer): Promise<Again | { member: MemberOfGroup; partitions: readonly number[] }> {
    const { groupId, topic, rebalanceTimeoutMs } = this.options;
    const member = { groupId, generation: joined.generation, memberId: joined.memberId };
    let assignments: { memberId: string; assignment: Buffer }[] = [];
    if (joined.leader === joined.memberId) {
      const { leaders } = await this.connection.topic(topic, true);
      const ranges = assignRanges(
        joined.members.map(({ memberId }) => memberId),
        leaders.length,
      );
      assignments = [...ranges].map(([memberId, range]) => ({ memberId, assignment: encodeAssignment(topic, range) }));
    }
    const request = { ...member, assignments };
    const answer = await this.lane.call(await this.coordinator.node(), syncGroupApi, request, rebalanceTimeoutMs);
    const error = protocolError(answer.errorCode);
    if (error !== null) return this.again("to share out partitions", error);
    return { member, partitions: decodeAssignment(answer.assignment, topic) };
  }

  private again(doing: string, error: ProtocolErrorName): Again {
    if (isCoordinatorMoved(error)) this.coordinator.forget();
    else if (error !== "REBALANCE_IN_PROGRESS" && !lost.includes(error)) throw refused(`${doing} in group ${this.options.groupId}`, error);
    return new Again(unavailable(`${doing} in group ${this.options.groupId}`, error));
  }

  /** Keeps trying for a session's length: after that the broker has given us up anyway. */
  private async repeat<T>(attempt: () => Promise<T | Again>): Promise<T> {
    const { sessionTimeoutMs, rebalanceTimeoutMs } = this.options;
    const { initialDelayMs, maximumDelayMs } = this.connection.retryLimits;
    const limits = { limitMs: sessionTimeoutMs + rebalanceTimeoutMs, initialDelayMs, maximumDelayMs };
    try {
      return await retry(
        limits,
        async () => {
          try {
            return await attempt();
          } catch (error) {
            this.coordinator.forget();
            return againWhenUnavailable(error);
          }
        },
        this.stopping.signal,
      );
    } catch (error) {
      if (error instanceof KafkaAdapterError && error.code === "UNAVAILABLE")
        throw new RetriableStreamError(error.message, { cause: error });
      throw error;
    }
  }

  private startHeartbeats(): void {
    this.lastHeartbeat = performance.now();
    const { current } = this;
    const beat = (): void => {
      this.heartbeatTimer = setTimeout(() => {
        this.heartbeat().then(
          () => {
            if (this.current === current && current !== null) beat();
          },
          (error: unknown) => this.fail(error),
        );
      }, this.options.heartbeatIntervalMs);
    };
    beat();
  }

  private stopHeartbeats(): void {
    if (this.heartbeatTimer !== null) clearTimeout(this.heartbeatTimer);
    this.heartbeatTimer = null;
  }

  private async heartbeat(): Promise<void> {
    const { current } = this;
    if (current === null) return;
    try {
      const error = protocolError(await this.lane.call(await this.coordinator.node(), heartbeatApi, current));
      if (this.stopping.signal.aborted || this.current !== current) return;
      if (error === null || error === "REBALANCE_IN_PROGRESS") {
        this.lastHeartbeat = performance.now();
        if (error !== null) this.rejoin();
        return;
      }
      if (lost.includes(error)) throw this.sessionLost(error);
      if (!isCoordinatorMoved(error)) throw refused(`a heartbeat in group ${current.groupId}`, error);
    } catch (error) {
      if (this.stopping.signal.aborted) return;
      if (!(error instanceof KafkaAdapterError) || error.code !== "UNAVAILABLE") throw error;
    }
    this.coordinator.forget();
    if (performance.now() - this.lastHeartbeat > this.options.sessionTimeoutMs) throw this.sessionLost("no broker answered");
  }

  /** Revokes (heartbeats go on meanwhile), then joins again under the same member id. */
  private rejoin(): void {
    if (this.rejoining) return;
    this.rejoining = true;
    this.revokeAndEnter()
      .catch((error: unknown) => this.fail(error))
      .finally(() => {
        this.rejoining = false;
      });
  }

  private async revokeAndEnter(): Promise<void> {
    const { partitions, options } = this;
    this.partitions = [];
    if (partitions.length > 0 && this.handler !== null)
      await withLimit(this.handler.revoked(partitions), options.rebalanceTimeoutMs, () => this.sessionLost("revoking took too long"));
    if (this.stopping.signal.aborted) return;
    this.stopHeartbeats();
    this.current = null;
    await this.enter();
  }

  private fail(error: unknown): void {
    if (this.stopping.signal.aborted) return;
    this.stopHeartbeats();
    this.current = null;
    this.handler?.failed(error instanceof Error ? error : new Error(String(error)));
  }

  private sessionLost(reason: string): StreamError {
    return new StreamError(
      "FENCED",
      `the session in group ${this.options.groupId} is lost (${reason}): others may own our partitions`,
      "Stop this process; the supervisor starts it again, and it joins anew.",
    );
  }

  private async sendLeave(memberId: string): Promise<void> {
    const { groupId } = this.options;
    const limits = { ...this.connection.retryLimits, limitMs: LEAVE_LIMIT_MS };
    await retry(limits, async () => {
      try {
        const error = protocolError(await this.lane.call(await this.coordinator.node(limits), leaveGroupApi, { groupId, memberId }));
        // Timed out already, or the group is empty: gone is gone.
        if (error === null || error === "UNKNOWN_MEMBER_ID") return;
        if (!isCoordinatorMoved(error)) throw refused(`to let a member leave ${groupId}`, error);
        this.coordinator.forget();
        return new Again(unavailable(`to let a member leave ${groupId}`, error));
      } catch (error) {
        this.coordinator.forget();
        return againWhenUnavailable(error);
      }
    }).catch((error: unknown) => {
      // The session's time-out does the same later.
      if (!(error instanceof KafkaAdapterError) || error.code !== "UNAVAILABLE") throw error;
    });
  }
}
