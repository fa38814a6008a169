/** Size in front of each frame of the protocol. */
const SIZE_BYTES = 4;
/** Answers above this keep their memory for later ones, once it was given back. */
const REUSED_FROM_BYTES = 65_536;
const ROOM_STEP_BYTES = 1 << 20;
/** One chunk is in work while the next one arrives. */
const FREE_ROOMS = 2;
/** No answer is as large: the other side is no broker. */
const MAXIMUM_FRAME_BYTES = 1 << 28;

/**
 * Puts the pieces that a socket reads together to frames. Memory of large frames comes back through `recycle`: what lies outside of the heap and is made
 * anew for each answer makes the collector mark the whole heap several times a second.
 */
export class FrameReader {
  private deliver: (frame: Buffer) => void;
  private readonly size = Buffer.alloc(SIZE_BYTES);
  private sizeBytes = 0;
  private frame: Buffer | null = null;
  private filled = 0;
  private readonly free: ArrayBuffer[] = [];

  /** `deliver` gets whole frames, their size in front. */
  constructor(deliver: (frame: Buffer) => void) {
    this.deliver = deliver;
  }

  deliverTo(deliver: (frame: Buffer) => void): void {
    this.deliver = deliver;
  }

  /** Copies the first `bytes` of `piece`. Throws RangeError for a size that no frame has. */
  take(piece: Buffer, bytes: number): void {
    let at = 0;
    while (at < bytes) {
      if (this.frame === null) {
        this.size[this.sizeBytes++] = piece[at++]!;
        if (this.sizeBytes === SIZE_BYTES) this.begin(this.size.readInt32BE(0));
        continue;
      }
      const copied = piece.copy(this.frame, this.filled, at, bytes);
      at += copied;
      this.filled += copied;
      if (this.filled === this.frame.length) this.end(this.frame);
    }
  }

  /** The window of a delivered frame, and with it the frame, is not looked at any more. */
  recycle({ buffer }: Buffer): void {
    if (
      buffer instanceof ArrayBuffer &&
      buffer.byteLength >= REUSED_FROM_BYTES &&
      this.free.length < FREE_ROOMS &&
      !this.free.includes(buffer)
    )
      this.free.push(buffer);
  }

  private begin(bytes: number): void {
    if (bytes < SIZE_BYTES || bytes > MAXIMUM_FRAME_BYTES) throw new RangeError(`a frame of ${bytes} bytes`);
    this.frame = this.roomFor(SIZE_BYTES + bytes);
    this.frame.set(this.size);
    this.filled = SIZE_BYTES;
    this.sizeBytes = 0;
  }

  private end(frame: Buffer): void {
    this.frame = null;
    this.deliver(frame);
  }

  private roomFor(bytes: number): Buffer {
    if (bytes < REUSED_FROM_BYTES) return Buffer.allocUnsafe(bytes);
    const place = this.free.findIndex(({ byteLength }) => byteLength >= bytes);
    const room = place < 0 ? new ArrayBuffer(Math.ceil(bytes / ROOM_STEP_BYTES) * ROOM_STEP_BYTES) : this.free.splice(place, 1)[0]!;
    return Buffer.from(room, 0, bytes);
  }
}
