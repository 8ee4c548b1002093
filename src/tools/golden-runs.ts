// What is recorded of each preset: where it stands after a while, as a hash and as the figures that tell what a new hash means.

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { at } from './open-presets.ts'
import { ROOT } from './root.ts'

export const FILE = join(ROOT, 'src/sim/golden.json')
const AT_NS = 8_000_000

export interface Golden {
  /** State hash, 16 hexadecimal digits. */
  readonly hash: string
  /** Of the first table: live mappings, entries mapped, refusals and spills. */
  readonly live: number
  readonly mapped: number
  readonly refused: number
  readonly spills: number
  /** Visible operations of the whole machine. */
  readonly steps: number
}

/** By preset, in the order of the presets when it was recorded. */
export type Goldens = Readonly<Record<string, Golden>>

/** Runs a preset and looks. */
export function goldenOf(id: string): Golden {
  const run = at(id, AT_NS)
  const { steps, tables } = run.machine.state
  const { live, mapped, refused, spills } = tables[0]!
  return { hash: run.hash(), live, mapped, refused, spills, steps }
}

/** What was recorded. */
export function recorded(): Goldens {
  return JSON.parse(readFileSync(FILE, 'utf8')) as Goldens
}

/** Records it anew, as `written`. */
export const record = (goldens: Goldens): void => writeFileSync(FILE, written(goldens))

/** Columns of a line, as in biome.json. */
const WIDTH = 120

/** A line for each preset, or a line for each figure where that is too long, as the formatter has it: a diff shows what moved. */
export function written(goldens: Goldens): string {
  const presets = Object.entries(goldens).map(([id, golden]) => {
    const figures = Object.entries(golden).map(([name, value]) => `"${name}": ${JSON.stringify(value)}`)
    const line = `  "${id}": { ${figures.join(', ')} }`
    return line.length < WIDTH ? line : `  "${id}": {\n    ${figures.join(',\n    ')}\n  }`
  })
  return `{\n${presets.join(',\n')}\n}\n`
}

/** What differs between two recordings, a line for each preset that moved: figures where they changed, before → after. */
export function differences(before: Goldens, after: Goldens): string[] {
  const ids = [...new Set([...Object.keys(before), ...Object.keys(after)])]
  return ids.flatMap((id) => {
    const [was, is] = [before[id], after[id]]
    if (!was || !is) return [`${id}: ${was ? 'is no preset any more' : 'is new'}`]
    const moved = (['live', 'mapped', 'refused', 'spills', 'steps'] as const).filter((name) => was[name] !== is[name])
    if (moved.length === 0 && was.hash === is.hash) return []
    const figures = moved.map((name) => `${name} ${was[name]} → ${is[name]}`)
    const kept = `live ${is.live}, mapped ${is.mapped}, refused ${is.refused}, spills ${is.spills}, steps ${is.steps} as before`
    return [`${id}: hash ${was.hash} → ${is.hash}; ${figures.length === 0 ? kept : figures.join(', ')}`]
  })
}
