// Numbers that lie: NaN, -0, and an infinity where none is meant. Wherever they stand in plain data, they are found.

import { CHUNK_LENGTH, type Chunked, isChunked } from '../../lib/chunked.ts'

/** A number that should not be: where (`tables[].workNs[]`) and which. */
export interface BadNumber {
  readonly path: string
  readonly value: number
}

/** Where an infinity is meant, by the last name of its path. */
export type InfinityRule = (name: string) => boolean

/** In the state: a moment that never comes or never was, a gap of nothing happening, a boundary that is none, the bounds of
 *  the anchor in the shape of a tree. */
export const inState: InfinityRule = (name) => /(Ns|Ps|Until)$/.test(name) || name === 'boundary' || name === 'bounds'

/** Of what is shown nothing is infinite: it is absent. */
export const nowhere: InfinityRule = () => false

/** The mark among the dirty bits of a chunk that says it was written since it was last looked at here. */
const LOOK_BIT = 0x80

const NO_NUMBERS: readonly BadNumber[] = []

/** Every number of plain data that should not be, each path once, in the order met. */
export function badNumbers(value: unknown, infinite: InfinityRule): readonly BadNumber[] {
  const found = new Map<string, number>()
  visit(value, '', '', infinite, found)
  return found.size === 0 ? NO_NUMBERS : Array.from(found, ([path, bad]) => ({ path, value: bad }))
}

function visit(value: unknown, path: string, name: string, infinite: InfinityRule, found: Map<string, number>): void {
  if (typeof value === 'number') {
    if (value - value === 0 && !Object.is(value, -0)) return
    if ((!Number.isNaN(value) && value !== 0 && infinite(name)) || found.has(path)) return
    found.set(path, value)
  } else if (value === null || typeof value !== 'object') return
  else if (value instanceof Float64Array || value instanceof Float32Array)
    visitArray(value, `${path}[]`, name, infinite, found)
  else if (ArrayBuffer.isView(value)) return
  else if (isChunked(value)) visitChunks(value, path, name, infinite, found)
  else if (Array.isArray(value)) for (const item of value) visit(item, `${path}[]`, name, infinite, found)
  else for (const [key, item] of Object.entries(value)) visit(item, path ? `${path}.${key}` : key, key, infinite, found)
}

/** Of a long array only what was written since the last look: what was sound stays so. */
function visitChunks(
  held: Chunked,
  path: string,
  name: string,
  infinite: InfinityRule,
  found: Map<string, number>,
): void {
  const { data, dirty } = held
  if (!(data instanceof Float64Array || data instanceof Float32Array)) return
  for (let k = 0; k < dirty.length; k++) {
    if ((dirty[k]! & LOOK_BIT) === 0) continue
    const before = found.size
    visitArray(data.subarray(k * CHUNK_LENGTH, (k + 1) * CHUNK_LENGTH), `${path}[]`, name, infinite, found)
    if (found.size === before) dirty[k] = dirty[k]! & ~LOOK_BIT
  }
}

/** The same of an array, by the upper halves of its numbers: most are long and sound. */
function visitArray(
  array: Float64Array | Float32Array,
  path: string,
  name: string,
  infinite: InfinityRule,
  found: Map<string, number>,
): void {
  const wide = array instanceof Float64Array
  const words = new Uint32Array(array.buffer, array.byteOffset, array.byteLength >>> 2)
  const exponent = wide ? 0x7ff00000 : 0x7f800000
  const step = wide ? 2 : 1
  for (let i = step - 1; i < words.length; i += step) {
    const word = words[i]!
    if ((word & exponent) !== exponent && word !== 0x80000000) continue
    visit(array[wide ? i >>> 1 : i], path, name, infinite, found)
  }
}
