/** Writes messages of Protocol Buffers (wire format of proto3); only what ONNX models need. */
export class ProtobufWriter {
  private readonly parts: Buffer[] = []

  integer(field: number, value: number): this {
    this.parts.push(varint(field * 8), varint(value))
    return this
  }

  float(field: number, value: number): this {
    const bytes = Buffer.alloc(4)
    bytes.writeFloatLE(value)
    this.parts.push(varint(field * 8 + 5), bytes)
    return this
  }

  bytes(field: number, value: Uint8Array): this {
    this.parts.push(varint(field * 8 + 2), varint(value.length), Buffer.from(value))
    return this
  }

  text(field: number, value: string): this {
    return this.bytes(field, Buffer.from(value))
  }

  message(field: number, value: ProtobufWriter): this {
    return this.bytes(field, value.finish())
  }

  finish(): Buffer {
    return Buffer.concat(this.parts)
  }
}

/** Whole numbers, 7 bits a byte, low ones first; negative ones as 64-bit two's complement. */
function varint(value: number): Buffer {
  const bytes: number[] = []
  let rest = BigInt.asUintN(64, BigInt(value))
  do {
    const low = Number(rest & 127n)
    rest >>= 7n
    bytes.push(rest > 0n ? low | 128 : low)
  } while (rest > 0n)
  return Buffer.from(bytes)
}
