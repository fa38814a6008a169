import { ClickHouseException, errorNumber } from "./clickhouse-error.ts";
import type { Connection, Engine } from "./engine.ts";
import { limits } from "./limits.ts";
import type { SessionWish } from "./request.ts";

type Session = { connection: Connection; busy: boolean; timer: NodeJS.Timeout | undefined };

/** Connections that outlive a request: temporary tables and SET stay until the session has been idle long enough. */
export class Sessions {
  readonly #engine: Engine;
  readonly #sessions = new Map<string, Session>();

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  /** Throws 373 while another request uses the session, 372 when it should exist and does not. */
  async use<Result>(wish: SessionWish, work: (connection: Connection) => Promise<Result>): Promise<Result> {
    const session = await this.#lock(wish);
    try {
      return await work(session.connection);
    } finally {
      session.busy = false;
      session.timer = setTimeout(() => this.#end(wish.id), wish.idleMs);
      session.timer.unref();
    }
  }

  closeAll(): void {
    for (const id of [...this.#sessions.keys()]) this.#end(id);
  }

  async #lock(wish: SessionWish): Promise<Session> {
    const known = this.#sessions.get(wish.id);
    if (known?.busy) throw new ClickHouseException(errorNumber.sessionIsLocked, `Session ${wish.id} is locked by a concurrent client.`);
    if (known !== undefined) {
      clearTimeout(known.timer);
      known.busy = true;
      return known;
    }
    if (wish.mustExist) throw new ClickHouseException(errorNumber.sessionNotFound, `Session ${wish.id} not found`);
    if (this.#sessions.size >= limits.openSessions) {
      throw new ClickHouseException(errorNumber.tooManySimultaneousQueries, `Too many sessions are open. Maximum: ${limits.openSessions}.`);
    }
    const session: Session = { connection: { handle: undefined }, busy: true, timer: undefined };
    this.#sessions.set(wish.id, session);
    try {
      session.connection = await this.#engine.open();
    } catch (error) {
      this.#sessions.delete(wish.id);
      throw error;
    }
    return session;
  }

  #end(id: string): void {
    const session = this.#sessions.get(id);
    if (session === undefined || session.busy) return;
    clearTimeout(session.timer);
    this.#sessions.delete(id);
    this.#engine.close(session.connection);
  }
}
