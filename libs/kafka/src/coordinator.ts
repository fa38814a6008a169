/** The broker that answers for a group or a transactional id: found once, remembered, found again when it has moved. */
import type { KafkaConnection } from "./connect.ts";
import type { CoordinatorType } from "./protocol/metadata.ts";
import type { RetryLimits } from "./retry.ts";

export class Coordinator {
  private readonly connection: KafkaConnection;
  private readonly type: CoordinatorType;
  private readonly key: string;
  private known: number | null = null;

  constructor(connection: KafkaConnection, type: CoordinatorType, key: string) {
    this.connection = connection;
    this.type = type;
    this.key = key;
  }

  /** Node id. */
  async node(limits?: RetryLimits): Promise<number> {
    this.known ??= await this.connection.coordinatorOf(this.type, this.key, limits);
    return this.known;
  }

  forget(): void {
    this.known = null;
  }
}
