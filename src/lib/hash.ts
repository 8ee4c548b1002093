// A 64-bit digest of plain data: numbers, strings, arrays, typed arrays, chunked arrays and records, walked in key
// order. Two 32-bit lanes of integer multiply and rotate, so that Node and every browser agree. Which of the many bit
// patterns of NaN an engine keeps is its own affair: here there is one.

import { isChunked, type Numbers } from './chunked.ts'

interface Lanes {
  a: number
  b: number
}

const scratch = new Float64Array(1)
const scratchWords = new Uint32Array(scratch.buffer)
/** The upper word of the one NaN, of 64 and of 32 bits; what follows is 0. */
const NAN_64 = 0x7ff80000
const NAN_32 = 0x7fc00000

/** 16 hexadecimal digits. */
export function hashPlain(value: unknown): string {
  const lanes: Lanes = { a: 0x243f6a88, b: 0x13198a2e }
  mixValue(lanes, value)
  return hex8(finish(lanes.a ^ lanes.b)) + hex8(finish(lanes.b + Math.imul(lanes.a, 0x9e3779b1)))
}

function mixValue(l: Lanes, value: unknown): void {
  if (typeof value === 'number') {
    if (Number.isNaN(value)) {
      mix(l, 0)
      mix(l, NAN_64)
      return
    }
    scratch[0] = value
    mix(l, scratchWords[0]!)
    mix(l, scratchWords[1]!)
  } else if (typeof value === 'string') {
    mix(l, value.length)
    for (let i = 0; i < value.length; i++) mix(l, value.charCodeAt(i))
  } else if (typeof value === 'boolean') {
    mix(l, value ? 1 : 2)
  } else if (value === null || value === undefined) {
    mix(l, 3)
  } else if (ArrayBuffer.isView(value)) {
    mixNumbers(l, value as Numbers)
  } else if (Array.isArray(value)) {
    mix(l, value.length)
    for (const item of value) mixValue(l, item)
  } else if (isChunked(value)) {
    mixNumbers(l, value.data)
  } else {
    const record = value as Record<string, unknown>
    for (const key of Object.keys(record).sort()) {
      mixValue(l, key)
      mixValue(l, record[key])
    }
  }
}

/** An array with the one NaN in place of each; itself when it has none. */
function oneNaN(array: Numbers): Numbers {
  if (!(array instanceof Float64Array || array instanceof Float32Array)) return array
  let i = 0
  while (i < array.length && !Number.isNaN(array[i])) i++
  if (i === array.length) return array
  const copy = array.slice()
  const words = new Uint32Array(copy.buffer)
  const wide = copy.length < words.length
  for (; i < array.length; i++) {
    if (!Number.isNaN(array[i])) continue
    words[wide ? 2 * i : i] = wide ? 0 : NAN_32
    if (wide) words[2 * i + 1] = NAN_64
  }
  return copy
}

function mixNumbers(l: Lanes, held: Numbers): void {
  const array = oneNaN(held)
  mix(l, array.byteLength)
  const whole = array.byteLength >>> 2
  const words = new Uint32Array(array.buffer, array.byteOffset, whole)
  let { a, b } = l
  for (let i = 0; i < whole; i++) {
    a = Math.imul(a ^ words[i]!, 0xcc9e2d51)
    a = (a << 15) | (a >>> 17)
    b = (Math.imul(b, 5) + a) | 0
  }
  l.a = a
  l.b = b
  const rest = new Uint8Array(array.buffer, array.byteOffset + 4 * whole, array.byteLength & 3)
  for (const byte of rest) mix(l, byte)
}

function mix(l: Lanes, word: number): void {
  const a = Math.imul(l.a ^ word, 0xcc9e2d51)
  l.a = (a << 15) | (a >>> 17)
  l.b = (Math.imul(l.b, 5) + l.a) | 0
}

function finish(h: number): number {
  let z = h ^ (h >>> 16)
  z = Math.imul(z, 0x85ebca6b)
  z ^= z >>> 13
  z = Math.imul(z, 0xc2b2ae35)
  return (z ^ (z >>> 16)) >>> 0
}

function hex8(n: number): string {
  return n.toString(16).padStart(8, '0')
}
