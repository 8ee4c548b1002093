// Files of every format, broken: bytes flipped, lines doubled, dropped, swapped and folded, numbers replaced by extremes,
// ends cut off, something else put in, another encoding. A file is refused with a sentence, or what it is opened as runs.
// Case n is of importer n modulo their number.

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createRng, nextU32 } from '../lib/rng.ts'
import type { Opened } from '../share/files/format.ts'
import { openBytes } from '../share/files/open.ts'
import { decodeLink } from '../share/url.ts'
import { createRun, presetById, presetOfRecording, presets, type Scenario } from '../sim/index.ts'
import type { FuzzCase, FuzzFailure, FuzzKind } from './fuzz-kind.ts'
import { loaded } from './recordings.ts'
import { ROOT } from './root.ts'

type Draw = (k: number) => number

/** Events that what was opened plays. */
const EVENTS = 300
/** Characters of a sentence; more is no sentence. */
const SENTENCE = 4000
const LINES = 160

const textsIn = (folder: string) =>
  readdirSync(join(ROOT, folder))
    .filter((name) => name.endsWith('.txt'))
    .map((name) => readFileSync(join(ROOT, folder, name), 'utf8'))

const BOOT = readFileSync(join(ROOT, 'public/recordings/real-boot.txt'), 'utf8').split('\n')
const TRACES = [
  // The clearing with what follows it, and a stretch from the midst.
  (draw: Draw) => [...BOOT.slice(508 - draw(20), 512), ...BOOT.slice(512, 512 + draw(LINES))].join('\n'),
  (draw: Draw) => BOOT.slice(draw(BOOT.length)).slice(0, LINES).join('\n'),
  (draw: Draw) =>
    Array.from({ length: 1 + draw(40) }, (_, i) => {
      const ioba = `0x${(draw(2) * 0x8000000 + draw(64)).toString(16)}${draw(2) ? '00000000000'.slice(0, 3 + draw(9)) : '000'}`
      const liobn = `liobn=0x8000000${draw(2)}`
      const at = draw(2) ? '' : `7@${100 + i}.00000${i % 10}:`
      const n = [1, 16, 128, 512][draw(4)]!
      if (draw(3) === 0) return `${at}spapr_iommu_pci_stuff ${liobn} ioba=${ioba} tcevalue=0x0 npages=${n} ret=0`
      if (draw(2) === 0) return `${at}spapr_iommu_pci_put ${liobn} ioba=${ioba} tce=0x${draw(99)}00${draw(4)} ret=0`
      return `${at}spapr_iommu_pci_indirect ${liobn} ioba=${ioba} tcelist=0x0 iobaN=0x${(n - 1).toString(16)} tceN=0x${draw(99)}00${draw(4)} ret=0`
    }).join('\n'),
]
const LOGS = [...textsIn('src/share/reports'), ...textsIn('src/sim/vectors/dmesg')]

type Json = Record<string, unknown>

/** A part of a scenario as another: a value moved, doubled, left out, or one that its setting may have. */
function changed(scenario: Json, draw: Draw): void {
  const parts = [scenario, ...Object.values(scenario).flat()].filter(
    (p): p is Json => typeof p === 'object' && p !== null,
  )
  const part = parts[draw(parts.length)]!
  const keys = Object.keys(part)
  const key = keys[draw(keys.length)]
  if (key === undefined) return
  const value = part[key]
  switch (draw(6)) {
    case 0:
      delete part[key]
      break
    case 1:
      part[key] = Number(EXTREMES[draw(EXTREMES.length)])
      break
    case 2:
      part[key] = EXTREMES[draw(EXTREMES.length)]
      break
    case 3:
      part[key] = Array.isArray(value) ? [...value, ...value] : [value]
      break
    case 4:
      part[`${key}${draw(3)}`] = value
      break
    default:
      if (typeof value === 'number') part[key] = value * 2 ** (draw(5) - 2)
  }
}

function scenarioText(draw: Draw): string {
  const { scenario } = presets[draw(presets.length)]!
  const { preset, seed, machine, devices, workloads, inputs } = scenario
  const late = [...inputs, { ns: 1000 * draw(1000), events: draw(1000), path: 'm.cpus', value: 8 }]
  const json = { preset, seed, machine, devices, workloads, inputs: draw(2) ? late : inputs }
  return JSON.stringify(json, null, draw(3))
}

/** Files to begin with, by importer; each is opened if nothing is done to it. */
export const IMPORTERS: Readonly<Record<string, (draw: Draw) => string>> = {
  trace: (draw) => TRACES[draw(TRACES.length)]!(draw),
  'kernel log': (draw) => LOGS[draw(LOGS.length)]!,
  'scenario file': scenarioText,
}
const NAMES = Object.keys(IMPORTERS)

const EXTREMES =
  '0 -1 1 511 512 513 4095 4096 65535 2147483647 2147483648 4294967295 9007199254740991 9007199254740993 ffffffffffffffff 8000000000000000 7fffffffffffffff 800000000000000 1e308 1e999 99999999999999999999 0x0 NaN'.split(
    ' ',
  )
const PIECES = [
  '\u0000',
  '\ufeff',
  '\uffff',
  '\r',
  '\u001b[2J',
  ' ',
  '\t',
  '"',
  '{',
  '}',
  ']',
  'é',
  '\ud800',
  'x'.repeat(5000),
]

const pick = <T>(list: readonly T[], draw: Draw): T => list[draw(list.length)]!

/** Changes lines of a text. */
const LINEWISE: readonly ((lines: string[], at: number, draw: Draw) => void)[] = [
  (lines, at) => void lines.splice(at, 1),
  (lines, at) => void lines.splice(at, 0, lines[at]!),
  (lines, at, draw) => void lines.splice(at, 0, ...Array<string>(draw(50)).fill(lines[at]!)),
  (lines, at, draw) => {
    const other = draw(lines.length)
    const line = lines[at]!
    lines[at] = lines[other]!
    lines[other] = line
  },
  // Folded, and glued to the next.
  (lines, at, draw) => {
    const cut = draw(lines[at]!.length + 1)
    lines.splice(at, 1, lines[at]!.slice(0, cut), lines[at]!.slice(cut))
  },
  (lines, at) => void lines.splice(at, 2, `${lines[at]}${lines[at + 1] ?? ''}`),
  (lines, at, draw) => {
    lines[at] = lines[at]!.slice(0, draw(lines[at]!.length + 1))
  },
  (lines, at, draw) => {
    const numbers = [...lines[at]!.matchAll(/[0-9a-f]+/g)]
    const number = numbers.length > 0 ? pick(numbers, draw) : null
    if (!number) return
    lines[at] =
      `${lines[at]!.slice(0, number.index)}${pick(EXTREMES, draw)}${lines[at]!.slice(number.index + number[0].length)}`
  },
  (lines, at, draw) => {
    const cut = draw(lines[at]!.length + 1)
    lines[at] = lines[at]!.slice(0, cut) + pick(PIECES, draw) + lines[at]!.slice(cut)
  },
  (lines) => void lines.reverse(),
]

/** JSON that is whole, and says something else. */
function rewritten(text: string, draw: Draw): Uint8Array {
  const json = JSON.parse(text) as Json
  for (let i = draw(3); i >= 0; i--) changed(json, draw)
  return Buffer.from(JSON.stringify(json))
}

function mutated(text: string, draw: Draw): Uint8Array {
  const lines = text.split('\n')
  for (let i = 1 + draw(6); i > 0 && lines.length > 0; i--) pick(LINEWISE, draw)(lines, draw(lines.length), draw)
  const whole = lines.join(draw(8) === 0 ? '\r\n' : '\n')
  const bytes = draw(8) === 0 ? Buffer.from(`\ufeff${whole}`, 'utf16le') : Buffer.from(whole)
  for (let i = draw(3) === 0 ? draw(8) : 0; i > 0 && bytes.length > 0; i--) bytes[draw(bytes.length)]! ^= 1 << draw(8)
  return draw(6) === 0 ? bytes.subarray(0, draw(bytes.length + 1)) : bytes
}

/** What is opened, as runs; of a log the last device. */
function scenariosOf(opened: Opened): { scenario: Scenario; horizonNs: number }[] {
  const ofPreset = (scenario: Scenario) => {
    const preset = presetById(scenario.preset)
    return { scenario: loaded(scenario, preset), horizonNs: preset!.horizonNs }
  }
  switch (opened.kind) {
    case 'recording':
      return [presetOfRecording(opened.recording)]
    case 'log':
      return opened.logged.slice(-1).map(({ scenario }) => ofPreset(scenario))
    case 'scenario':
      return [ofPreset(opened.scenario)]
    case 'link':
      return [ofPreset(decodeLink(opened.fragment).scenario)]
    default:
      return []
  }
}

/** Why what a file was opened as is not right, in words; empty when it is. */
function wrong(opened: Opened): string {
  if (opened.kind === 'unreadable') {
    const { message } = opened
    const sentence =
      message.length > 5 && message.length < SENTENCE && !/undefined|\[object|\bNaN (?:is|TCEs)/.test(message)
    return sentence ? '' : `no sentence: ${message.slice(0, 200)}`
  }
  for (const { scenario, horizonNs } of scenariosOf(opened)) {
    const run = createRun(scenario, horizonNs)
    run.advance(Number.POSITIVE_INFINITY, EVENTS)
    const { nowNs } = run.machine.state
    if (!Number.isSafeInteger(nowNs)) return `the clock of the run stands at ${nowNs}`
    for (const table of run.machine.state.tables) {
      if (!table) continue
      const { mapped, geometry } = table
      if (!(mapped >= 0 && mapped <= geometry.size)) return `${mapped} of ${geometry.size} entries are mapped`
    }
    run.hash()
  }
  return ''
}

function run(seed: number, n: number): FuzzCase {
  const rng = createRng((seed ^ Math.imul(n + 1, 0x9e3779b1)) >>> 0)
  const draw: Draw = (k) => nextU32(rng) % k
  const importer = NAMES[n % NAMES.length]!
  const text = IMPORTERS[importer]!(draw)
  const bytes = text.startsWith('{') && draw(2) ? rewritten(text, draw) : mutated(text, draw)
  const failed = (what: string): FuzzFailure => ({ what, input: Buffer.from(bytes).toString('base64') })
  try {
    const opened = openBytes('file', bytes)
    const before = process.cpuUsage()
    const what = wrong(opened)
    const { user, system } = process.cpuUsage(before)
    // Of a scenario the run has bars of its own; what a trace or a log makes is to be there at once.
    const outsideMs = opened.kind === 'scenario' ? (user + system) / 1000 : 0
    return { name: `${importer} → ${opened.kind}`, failure: what === '' ? null : failed(what), outsideMs }
  } catch (error) {
    return { name: importer, failure: failed(error instanceof Error ? (error.stack ?? error.message) : String(error)) }
  }
}

export const kind: FuzzKind = { mostMs: 1000, run }
