// What the picture of a preset is made of: panels of cells, and a byte for each cell that says what it shows, not which colour
// it has. The bytes of all pictures stand one after the other, in the order of the list.

import type { CellState } from '../../sim/index.ts'

/** A block of cells, row by row. `flat`: cells touch, as in the pictures over time; `cells`: with gaps and patterns, as in a map. */
export interface Panel {
  readonly columns: number
  readonly rows: number
  readonly style: 'flat' | 'cells'
  /** Share of the height, of the sum of all. */
  readonly weight: number
  /** What sets it off from the panel above: a zigzag stands for what is left out between. */
  readonly before?: 'space' | 'zigzag'
}

/** What is drawn; its words are in text/pictures.ts. */
export type PictureKind =
  | 'address-time'
  | 'lanes'
  | 'map'
  | 'map-cpu'
  | 'map-device'
  | 'cached'
  | 'levels'
  | 'islands'
  | 'budget'
  | 'boot'
  | 'pool'
  | 'bounce'
  | 'ledger'
  | 'radix'
  | 'commands'
  | 'exposed'
  | 'windows'
  | 'magazines'

export interface PictureInfo {
  readonly kind: PictureKind
  /** The moment that is shown. */
  readonly atNs: number
  readonly panels: readonly Panel[]
  /** The figure that its story is about, as it was measured; `failing`: something went wrong. */
  readonly figure: { readonly text: string; readonly failing: boolean }
}

/** By preset, in the order of their cells. */
export type Pictures = Readonly<Record<string, PictureInfo>>

export interface Picture extends PictureInfo {
  readonly cells: Uint8Array
}

const STATE = 64
const MAPPED = 128
const CPU = 192
const KEPT = 200
const WAITED = 208
const TONE = 224
export const NOTHING = 255

/** Steps of a share in a cell. */
export const STEPS = 8
export const WAIT_STEPS = 16
/** Shares of data that a mapped page can be told to hold: a frame of 1500 bytes in 64 KiB is 2.3 %. */
export const LIT = [0, 0.023, 0.07, 0.14, 0.37, 0.6, 0.8, 1] as const
/** What is no state of a page. */
export const TONES = ['edge', 'label', 'hairline', 'slack', 'mapped', 'useful', 'text', 'quiet'] as const
export type Tone = (typeof TONES)[number]

/** 0 … STEPS-1 of a share; only nothing is 0, only all is the last. */
export function stepOf(share: number): number {
  if (share <= 0) return 0
  return share >= 1 ? STEPS - 1 : Math.max(1, Math.min(STEPS - 2, Math.round(share * (STEPS - 1))))
}

function nearestLit(share: number): number {
  let best = 0
  for (let i = 1; i < LIT.length; i++) if (Math.abs(LIT[i]! - share) < Math.abs(LIT[best]! - share)) best = i
  return share > 0 ? Math.max(1, best) : 0
}

export const code = {
  /** Share mapped, and new mappings, of a band in a stretch of time. */
  band: (mapped: number, fresh: number) => (stepOf(mapped) << 3) | stepOf(fresh),
  state: (state: CellState) => STATE | state,
  /** Share of the cell's pages that are mapped, and of those bytes that are data. */
  mapped: (used: number, useful: number) => MAPPED | (stepOf(used) << 3) | nearestLit(useful),
  /** One of eight owners; `kept` for it, or mapped. */
  owner: (n: number, kept: boolean) => (kept ? KEPT : CPU) | (n & 7),
  waited: (step: number) => WAITED | step,
  tone: (tone: Tone) => TONE | TONES.indexOf(tone),
} as const

export type Meaning =
  | { readonly is: 'band'; readonly mapped: number; readonly fresh: number }
  | { readonly is: 'state'; readonly state: CellState }
  | { readonly is: 'mapped'; readonly used: number; readonly useful: number }
  | { readonly is: 'owner'; readonly n: number; readonly kept: boolean }
  | { readonly is: 'waited'; readonly share: number }
  | { readonly is: 'tone'; readonly tone: Tone }
  | { readonly is: 'nothing' }

/** What a byte says; shares are 0 … 1. */
export function meaningOf(byte: number): Meaning {
  const share = (n: number) => n / (STEPS - 1)
  if (byte < STATE) return { is: 'band', mapped: share(byte >> 3), fresh: share(byte & 7) }
  if (byte < STATE + 7) return { is: 'state', state: (byte - STATE) as CellState }
  if (byte >= MAPPED && byte < CPU) return { is: 'mapped', used: share((byte >> 3) & 7), useful: LIT[byte & 7]! }
  if (byte >= CPU && byte < WAITED) return { is: 'owner', n: byte & 7, kept: byte >= KEPT }
  if (byte >= WAITED && byte < TONE) return { is: 'waited', share: (byte - WAITED) / (WAIT_STEPS - 1) }
  const tone = TONES[byte - TONE]
  return tone ? { is: 'tone', tone } : { is: 'nothing' }
}

const cellsIn = (panels: readonly Panel[]) => panels.reduce((sum, { columns, rows }) => sum + columns * rows, 0)

/** Each picture with its own part of the bytes. */
export function withCells(infos: Pictures, bytes: Uint8Array): ReadonlyMap<string, Picture> {
  let at = 0
  const all = new Map<string, Picture>()
  for (const [id, info] of Object.entries(infos)) {
    const end = at + cellsIn(info.panels)
    all.set(id, { ...info, cells: bytes.subarray(at, end) })
    at = end
  }
  if (at !== bytes.length) throw new Error(`${bytes.length} bytes of pictures, ${at} cells`)
  return all
}
