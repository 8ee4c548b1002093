// Reading vector files. BigInt stays here, where 64-bit text becomes entries and addresses and back.

import type { Bitmap } from '../../lib/bitmap.ts'
import { hashBits } from '../../lib/bitmap.ts'

/** Where the kernel's linear map puts real address 0. */
const LINEAR_MAP = 0xc000000000000000n

/** The first thing in a file that is not as recorded. */
export class Mismatch extends Error {}

/** One record of a text file, without comments. */
export interface VectorRecord {
  /** Counted from 1. */
  readonly line: number
  readonly text: string
  readonly kind: string
  /** The words after the kind. */
  readonly words: readonly string[]
}

/** The records of a text file, in order; `#` begins a comment line. */
export function records(text: string): VectorRecord[] {
  return text.split('\n').flatMap((raw, i) => {
    const line = raw.trim()
    if (line === '' || line.startsWith('#')) return []
    const [kind = '', ...words] = line.split(/\s+/)
    return [{ line: i + 1, text: line, kind, words }]
  })
}

/** Throws Mismatch unless the record's text is `got`. */
export function expectText(r: VectorRecord, got: string): void {
  if (got !== r.text) throw new Mismatch(`line ${r.line}: recorded "${clip(r.text)}", got "${clip(got)}"`)
}

/** Throws Mismatch: the record cannot be read. */
export function unreadable(r: VectorRecord, why: string): never {
  throw new Mismatch(`line ${r.line}: ${why}: "${clip(r.text)}"`)
}

/** Word `i` as a decimal integer. */
export function int(r: VectorRecord, i: number): number {
  return toInt(r, r.words[i])
}

/** Text as a decimal safe integer. */
export function toInt(r: VectorRecord, text: string | undefined): number {
  const value = text !== undefined && /^-?\d+$/.test(text) ? Number(text) : Number.NaN
  return Number.isSafeInteger(value) ? value : unreadable(r, `no integer in "${text ?? ''}"`)
}

/** Text as an unsigned hexadecimal number. */
export function toHex(r: VectorRecord, text: string | undefined): bigint {
  return text !== undefined && /^[0-9a-f]{1,16}$/.test(text) ? BigInt(`0x${text}`) : unreadable(r, 'no hex number')
}

/** The `key=value` words of a record. */
export function pairs(r: VectorRecord): ReadonlyMap<string, string> {
  return new Map(
    r.words.filter((w) => w.includes('=')).map((w) => [w.slice(0, w.indexOf('=')), w.slice(w.indexOf('=') + 1)]),
  )
}

/** A mask in units of 2^shift. One that no safe integer holds restricts nothing, so the largest safe integer serves. */
export function maskOf(value: bigint, shift: number): number {
  const units = value >> BigInt(shift)
  return units > BigInt(Number.MAX_SAFE_INTEGER) ? Number.MAX_SAFE_INTEGER : Number(units)
}

/** (segment boundary mask >> pageShift) + 1. */
export function boundaryOf(segmentMask: bigint, pageShift: number): number {
  return Number((segmentMask >> BigInt(pageShift)) + 1n)
}

/** A kernel virtual address of the linear map as a real address. */
export function realOf(vaddr: bigint): number {
  return Number(vaddr - LINEAR_MAP)
}

/** A bus address as the two parts of a DMA address. */
export function splitBus(bus: bigint, pageShift: number): { entry: number; offset: number } {
  const shift = BigInt(pageShift)
  return { entry: Number(bus >> shift), offset: Number(bus & ((1n << shift) - 1n)) }
}

/** Hexadecimal bus address of a DMA address; -1 when there is none. */
export function busText(entry: number, offset: number, pageShift: number): string {
  return entry < 0 ? '-1' : ((BigInt(entry) << BigInt(pageShift)) | BigInt(offset)).toString(16)
}

/** `w <set bits> h <hash>`, as in I and K records. */
export function bitsText(bits: Bitmap): string {
  return `w ${bits.ones} h ${hashBits(bits).toString(16).padStart(8, '0')}`
}

function clip(text: string): string {
  return text.length > 160 ? `${text.slice(0, 160)} …` : text
}
