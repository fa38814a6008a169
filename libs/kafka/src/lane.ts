/**
 * A component's own connections, one per broker it talks to. A broker answers a connection's requests in order and holds back long polls and joins,
 * so components never share one; requests sent one after the other on a lane are also *processed* in that order.
 */
import { KafkaAdapterError } from "./errors.ts";
import type { Link } from "./kafkajs-link.ts";
import type { Api } from "./protocol/api.ts";

export class Lane {
  private readonly links = new Map<number, Promise<Link>>();
  private readonly open: (nodeId: number) => Promise<Link>;
  private closed = false;

  constructor(open: (nodeId: number) => Promise<Link>) {
    this.open = open;
  }

  /** Rejects with UNAVAILABLE when the broker cannot be reached or does not answer in time. */
  async call<Request, Answer>(nodeId: number, api: Api<Request, Answer>, request: Request, timeoutMs?: number): Promise<Answer> {
    const link = await this.link(nodeId);
    return link.call(api, request, timeoutMs);
  }

  /** The open connection to a broker: for callers that must send several requests without a gap. */
  async link(nodeId: number): Promise<Link> {
    if (this.closed) throw new KafkaAdapterError("CLOSED", "the connection is closed", "Open a new one.");
    const known = this.links.get(nodeId);
    if (known !== undefined) {
      const link = await known;
      if (link.open) return link;
      link.retire();
      if (this.links.get(nodeId) === known) this.links.delete(nodeId);
      return this.link(nodeId);
    }
    const opening = this.open(nodeId);
    this.links.set(nodeId, opening);
    try {
      const link = await opening;
      if (this.closed) link.destroy();
      return link;
    } catch (error) {
      if (this.links.get(nodeId) === opening) this.links.delete(nodeId);
      throw error;
    }
  }

  /** Drops all connections at once; requests under way reject. The lane can be used again. */
  reset(): void {
    for (const link of this.links.values()) {
      link.then(
        (open) => open.destroy(),
        () => {},
      );
    }
    this.links.clear();
  }

  close(): void {
    this.closed = true;
    this.reset();
  }
}
