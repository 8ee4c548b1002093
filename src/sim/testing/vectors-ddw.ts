// Replays d_ddw.json and d_pagesize.json: what a PE is left with after each DMA mask, and which page size is taken.

import { pow2 } from '../../lib/bits.ts'
import { createPools } from '../iova/tce-pools.ts'
import { type MaskOutcome, type RtasCall, setDmaMask } from '../window/ddw.ts'
import type { HcallCounts } from '../window/ddw-calls.ts'
import { createPe, type DdwPlatform, type DdwTable, type PeState, type QueryAnswer } from '../window/ddw-state.ts'
import { FRAME_SHIFT } from '../window/hcalls.ts'
import { largestPageShift, vfioPageSizes } from '../window/page-size.ts'
import { boundaryOf, Mismatch } from './vector-text.ts'

const FRAME = BigInt(FRAME_SHIFT)
const FOUR_GIB = 0x100000000n
const BUS_32 = 0xffffffffn

/** Inputs of a case; 64-bit numbers are hexadecimal text. */
interface CaseInput {
  readonly ramEnd: string
  readonly ramHoleAt: string
  readonly maxHotplugAddr: string
  readonly pmem: boolean
  readonly maxPhysmemBits: number
  readonly ddwApplicable: boolean
  readonly ddwExtensions: readonly number[]
  readonly queries: readonly { rc: number; windows: number; largestBlock: string; pageSizes: string }[]
  readonly createRc: number
  readonly createAddr: string
  readonly limitedRc: number
  readonly defaultWindowBytes: string
  readonly defaultInUse: boolean
  readonly defaultPropPresent: boolean
  readonly multiTce: boolean
  readonly mmio32: readonly [string, string]
  readonly mapFailAt: number
  readonly mapFailRc: number
  readonly masks: readonly string[]
}

/** What a mask leaves behind; 64-bit numbers are hexadecimal text. */
export interface DdwRecord {
  readonly supported: number
  readonly bypass: boolean
  readonly busDmaLimit: string
  readonly dmaOffset: string
  readonly window: {
    readonly kind: string
    readonly base: string
    readonly pageShift: number
    readonly windowShift: number
    readonly tces: number
  } | null
  readonly defaultProp: boolean
  readonly defaultSaved: boolean
  readonly inFailedList: boolean
  readonly table: {
    readonly offset: string
    readonly size: number
    readonly pageShift: number
    readonly reserved: readonly string[]
    readonly pools: number
    readonly poolSize: number
  } | null
  readonly slots: readonly string[]
  readonly rtas: readonly string[]
  readonly hcalls: HcallCounts
}

/** One recorded case of d_ddw.json; `out` has a record for each mask. */
export interface DdwCase {
  readonly name: string
  readonly in: CaseInput
  readonly out: readonly DdwRecord[]
}

const hex = (value: bigint): string => `0x${value.toString(16)}`
const hexOf = (value: number): string => hex(BigInt(value))
const busText = (frames: number): string => hex(BigInt(frames) << FRAME)
const frames = (text: string): number => Number(BigInt(text) >> FRAME)

/** RAM without the hole of 4 GiB that a bridge may have in it. */
function ramOf(end: bigint, hole: bigint): (readonly [number, number])[] {
  const ranges: (readonly [bigint, bigint])[] = hole === 0n ? [[0n, end]] : [[0n, hole], [hole + FOUR_GIB, end]] // biome-ignore format: pairs
  return ranges.filter(([a, b]) => a < b).map(([a, b]) => [Number(a >> FRAME), Number(b >> FRAME)] as const)
}

/** What the platform of a recorded case is and answers. */
export function platformOf(i: CaseInput): DdwPlatform {
  const [first, last] = [Number(i.mmio32[0]), Number(i.mmio32[1])]
  return {
    ram: ramOf(BigInt(i.ramEnd), BigInt(i.ramHoleAt)),
    maxHotplug: frames(i.maxHotplugAddr),
    pmem: i.pmem,
    maxPhysmemBits: i.maxPhysmemBits,
    applicable: i.ddwApplicable,
    extensions: i.ddwExtensions,
    answers: i.queries.map(
      (q): QueryAnswer => ({ ...q, largestBlock: Number(q.largestBlock), pageSizes: Number(q.pageSizes) }),
    ),
    createRc: i.createRc,
    createBase: frames(i.createAddr),
    limitedRc: i.limitedRc,
    defaultInUse: i.defaultInUse,
    multiTce: { putIndirect: i.multiTce, stuff: i.multiTce },
    mmio32: last === 0 ? null : { first, last },
    hcallFailure: i.mapFailAt < 0 ? null : { call: i.mapFailAt, rc: i.mapFailRc },
  }
}

/** The PE of a recorded case before the first mask. */
export function casePe(i: CaseInput): PeState {
  return createPe(frames(i.defaultWindowBytes), i.defaultPropPresent)
}

/** Bits of a mask of trailing ones. */
export function maskBitsOf(mask: string): number {
  const text = BigInt(mask).toString(2)
  if (!/^1+$/.test(text)) throw new Mismatch(`mask ${mask} is not a number of ones`)
  return text.length
}

function rtasText(c: RtasCall): string {
  if (c.call === 'create') return `create(${c.pageShift},${c.windowShift})`
  if (c.call === 'remove') return `remove(${c.liobn.toString(16)})`
  return c.call === 'reset' && c.limited ? 'reset(limited)' : c.call
}

/** A table as recorded, with the pools and the reserved range that its allocator makes of it. */
function tableText(t: DdwTable | null): DdwRecord['table'] {
  if (t === null) return null
  const { offset, size, pageShift } = t
  const head = { offset: hexOf(offset), size, pageShift }
  // An allocator refuses a table without entries, which the kernel makes: nothing in it can be reserved.
  if (size === 0) return { ...head, reserved: [hexOf(offset), hexOf(offset)], pools: 1, poolSize: 0 }
  const made = createPools({ ...t, boundary: boundaryOf(BUS_32, pageShift) })
  return { ...head, reserved: [hexOf(made.resStart), hexOf(made.resEnd)], pools: made.nrPools, poolSize: made.poolSize }
}

/** What a mask left behind, in the form of a record. */
export function recordOf({ state: s, supported, rtas, hcalls }: MaskOutcome): DdwRecord {
  const w = s.window
  return {
    supported: supported ? 1 : 0,
    bypass: s.bypass,
    busDmaLimit: busText(s.busDmaLimit),
    dmaOffset: busText(s.dmaOffset),
    window: w && {
      kind: w.kind,
      base: busText(w.base),
      pageShift: w.pageShift,
      windowShift: w.windowShift,
      tces: Number(1n << BigInt((64 + w.windowShift - w.pageShift) % 64)),
    },
    defaultProp: s.defaultProp,
    defaultSaved: s.defaultSaved,
    inFailedList: s.failed,
    table: tableText(s.slots[s.deviceSlot]),
    slots: s.slots.map((slot) => slot?.of ?? 'none'),
    rtas: rtas.map(rtasText),
    hcalls,
  }
}

/** Throws Mismatch unless every field of the record is as got, and none is missing. Returns the number of fields. */
export function compare<R extends object>(where: string, recorded: R, got: R): number {
  const fields = [...new Set([...Object.keys(recorded), ...Object.keys(got)])] as (keyof R & string)[]
  for (const field of fields) {
    const [a, b] = [JSON.stringify(recorded[field]), JSON.stringify(got[field])]
    if (a !== b) throw new Mismatch(`${where}, ${field}: recorded ${a}, got ${b}`)
  }
  return fields.length
}

/** Replays d_ddw.json; throws Mismatch at the first difference. Returns the number of fields that were as recorded. */
export function replayDdw(text: string): number {
  const { cases } = JSON.parse(text) as { cases?: readonly DdwCase[] }
  if (!Array.isArray(cases)) throw new Mismatch('no cases')
  let checks = 0
  for (const { name, in: given, out } of cases as readonly DdwCase[]) {
    const platform = platformOf(given)
    let state = casePe(given)
    if (out.length !== given.masks.length) throw new Mismatch(`${name}: a mask without its record`)
    given.masks.forEach((mask, i) => {
      const outcome = setDmaMask(state, platform, maskBitsOf(mask))
      state = outcome.state
      checks += compare(`${name}, mask ${i}`, out[i]!, recordOf(outcome))
    })
  }
  return checks
}

/** Replays d_pagesize.json; throws Mismatch at the first difference. Returns the number of fields that were as recorded. */
export function replayPageSizes(text: string): number {
  const { bits, masks } = JSON.parse(text) as {
    bits: readonly { bit: number; shift: number }[]
    masks: readonly { mask: string; shift: number; vfioPgsizes: string }[]
  }
  let checks = 0
  for (const row of bits) {
    const shift = largestPageShift(pow2(row.bit))
    checks += compare(`bit ${row.bit}`, row, { bit: row.bit, shift })
  }
  for (const row of masks) {
    const asked = Number(row.mask)
    const got = { mask: row.mask, shift: largestPageShift(asked), vfioPgsizes: hexOf(vfioPageSizes(asked)) }
    checks += compare(`mask ${row.mask}`, row, got)
  }
  return checks
}
