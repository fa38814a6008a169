const FIRST_BYTES = 256;

/** A key as a slab looks for it: its UTF-8 bytes and their hash. Filled anew for each key, so that looking makes nothing. */
export class SlabKey {
  bytes: Buffer = Buffer.allocUnsafeSlow(FIRST_BYTES);
  length = 0;
  hash = 0;

  set(key: string): this {
    const length = key.length;
    if (length * 3 > this.bytes.length) this.bytes = Buffer.allocUnsafeSlow(length * 3);
    const { bytes } = this;
    let hash = 0;
    for (let index = 0; index < length; index++) {
      const code = key.charCodeAt(index);
      if (code > 0x7f) return this.setUnicode(key);
      bytes[index] = code;
      hash = mixed(hash, code);
    }
    this.length = length;
    this.hash = finished(hash);
    return this;
  }

  private setUnicode(key: string): this {
    const length = this.bytes.utf8Write(key, 0, this.bytes.length);
    return this.setBytes(this.bytes, 0, length);
  }

  /** Takes the key over from the window of `source`. */
  setBytes(source: Buffer, start: number, end: number): this {
    const length = end - start;
    if (length > this.bytes.length) this.bytes = Buffer.allocUnsafeSlow(length);
    const { bytes } = this;
    let hash = 0;
    for (let index = 0; index < length; index++) {
      const byte = source[start + index]!;
      bytes[index] = byte;
      hash = mixed(hash, byte);
    }
    this.length = length;
    this.hash = finished(hash);
    return this;
  }
}

function mixed(hash: number, byte: number): number {
  return Math.imul(hash ^ byte, 0x0100_0193);
}

function finished(hash: number): number {
  const once = Math.imul(hash ^ (hash >>> 16), 0x85eb_ca6b);
  return once ^ (once >>> 13);
}
