// npm run sim -- <preset | link | file> [--until <time> | --events <n>] [--json | --csv] [--log]: the same simulation
// without a page. What is wrong with the command or the scenario is said, and the exit code is 2.

import { existsSync } from 'node:fs'
import { parseArgs } from 'node:util'
import type { LoggedScenario } from '../share/ddw-scenario.ts'
import { decodeLink } from '../share/url.ts'
import {
  createRun,
  type ExposureFigures,
  guestTable,
  hcallsSoFar,
  logLines,
  type Problem,
  presetById,
  presetOfRecording,
  presets,
  type Recording,
  type Run,
  recordingIsOver,
  type Scenario,
  type Summary,
  summarise,
} from '../sim/index.ts'
import { endWithReader, refuser, wholeNumber } from './command.ts'
import { loaded, openPath } from './recordings.ts'

const USAGE = `npm run sim -- <preset | link | file> [--until <time> | --events <n>] [--json | --csv] [--log] [--device <n>]
  file:    a trace to play, a kernel log (--device: which of its devices, from 1), a scenario as JSON, or a link
  presets: ${presets.map((p) => p.id).join(', ')}
  time:    a number with ns, us, ms or s, for example 20ms; without it a link goes to its own position,
           a preset to the end of its time axis, a trace until all of it is done
  --json   one object   --csv   100 samples on the way   --log   what the kernel would have printed`

/** Events between two looks at the log: fewer than the lines it keeps. */
const LOOK_EVENTS = 1024
const CSV_ROWS = 100
const UNITS: Readonly<Record<string, number>> = { ns: 1, us: 1e3, ms: 1e6, s: 1e9 }

const refuse: (message: string) => never = refuser(USAGE)
/** Of a file, which no other command helps. */
const fail: (message: string) => never = refuser('')

function readTime(text: string): number {
  const [, digits, unit = 'ns'] = /^(\d+(?:\.\d+)?)(ns|us|ms|s)?$/.exec(text) ?? []
  const ns = Math.round(Number(digits) * (UNITS[unit] ?? 1))
  return Number.isSafeInteger(ns) ? ns : refuse(`--until ${text}: not a time`)
}

function readCount(text: string): number {
  return wholeNumber(text) ?? refuse(`--events ${text}: not a number of events`)
}

interface Start {
  readonly scenario: Scenario
  readonly horizonNs: number
  /** Where to go when the command does not say. */
  readonly goal: { readonly ns: number; readonly events?: number }
}

function started(scenario: Scenario, problems: readonly Problem[], goal?: Start['goal']): Start {
  if (problems.length > 0) {
    refuse(problems.map((p) => `${p.field}: ${p.given} cannot be used (${p.allowed})`).join('\n'))
  }
  const preset = presetById(scenario.preset)
  const horizonNs = preset?.horizonNs ?? 0
  return { scenario: loaded(scenario, preset), horizonNs, goal: goal ?? { ns: horizonNs } }
}

function readStart(text: string, device: string | undefined): Start {
  const preset = presetById(text)
  if (preset) return started(preset.scenario, [])
  if (existsSync(text)) return readFile(text, device)
  if (/[#=]/.test(text)) return readLink(text)
  return refuse(`${text}: neither a preset nor a link nor a file`)
}

/** A file of any kind that the page opens, too; says what it is. */
function readFile(path: string, device: string | undefined): Start {
  const opened = opening(path)
  if (opened.what !== '') console.error(`${path}: ${opened.what}`)
  switch (opened.kind) {
    case 'recording':
      return playing(opened.recording)
    case 'log':
      return logged(opened.logged, device)
    case 'link':
      return readLink(opened.fragment)
    case 'scenario':
      return started(opened.scenario, [])
    default:
      for (const { field, given, allowed } of opened.problems) console.error(`${field}: ${given} (${allowed})`)
      return fail(`${path}: ${opened.message}`)
  }
}

function opening(path: string) {
  try {
    return openPath(path)
  } catch (error) {
    return fail((error as Error).message)
  }
}

/** What a device of a kernel log found, on the preset that shows it. */
function logged(devices: readonly LoggedScenario[], wanted = '1'): Start {
  const one = devices[(wholeNumber(wanted) ?? 0) - 1] ?? refuse(`--device ${wanted}: 1 to ${devices.length}`)
  devices.forEach(({ device, line }, i) => {
    console.error(`${devices[i] === one ? '*' : ' '} device ${i + 1}: ${device}, line ${line}`)
  })
  console.error(`from the log: ${one.stated.join(', ')}; assumed: ${one.assumed.join(', ')}`)
  for (const { field, given, allowed } of one.problems) console.error(`${field}: ${given} (${allowed})`)
  return started(one.scenario, [])
}

/** A recording of one's own, to its end: the last operations come as soon as those before them are done, which may be later
 *  than they are recorded. */
function playing(recording: Recording): Start {
  const { scenario, horizonNs } = presetOfRecording(recording)
  const run = createRun(scenario, horizonNs)
  run.advance(horizonNs)
  while (!recordingIsOver(run.machine) && run.advance(Number.POSITIVE_INFINITY, 1) > 0);
  return { scenario, horizonNs, goal: { ns: run.machine.state.nowNs } }
}

function readLink(text: string): Start {
  const { scenario, position, problems } = decodeLink(text)
  return started(scenario, problems, position)
}

interface TableFigures {
  readonly bytes: number
  /** Charged to user space. */
  readonly accounted: number
  /** Level tables, top level first: of what the hardware walks, and of the userspace copy. */
  readonly perLevel: readonly number[]
  readonly userPerLevel?: readonly number[]
  /** Why there is no table. */
  readonly refusal?: { readonly id: string; readonly errno: number; readonly why: string }
}

interface Figures {
  readonly steps: number
  readonly events: number
  readonly ns: number
  readonly mapped: number
  readonly mappedBytes: number
  readonly usefulBytes: number
  readonly maps: number
  readonly unmaps: number
  readonly failures: number
  readonly firstFailure: { readonly ns: number; readonly npages: number } | null
  readonly spills: number
  readonly frames: number
  readonly missed: number
  readonly hang: { readonly ns: number; readonly cpu: number } | null
  /** Of all tables together. */
  readonly tables: TableFigures
  /** Of the whole IOTLB, and those that a single unmap waited for. */
  readonly flushes: number
  readonly invalidations: number
  readonly hcalls: number
  /** Of them, too hard for real mode and done again. */
  readonly tooHard: number
  readonly staleMaxNs: number
  /** What was unmapped and still reachable, table by table; null where there is no IOTLB. */
  readonly exposure: readonly ExposureFigures[] | null
  /** Of a recording: what the allocator foretold. */
  readonly prediction?: { readonly allocations: number; readonly predicted: number; readonly corrected: number }
}

function predictionOf(all: readonly Summary[]): Pick<Figures, 'prediction'> {
  const found = all.flatMap((table) => table.prediction ?? []).at(0)
  if (!found) return {}
  const { allocations, predicted, corrected } = found
  return { prediction: { allocations, predicted, corrected } }
}

/** Of a guest's table what stands in the figures: both trees, and the refusal without its arithmetic. */
function guestFigures(guest: ReturnType<typeof guestTable> | undefined): Partial<TableFigures> {
  if (!guest) return {}
  const { perLevel, userPerLevel, refusal } = guest
  if (!refusal) return { perLevel, userPerLevel }
  const { id, errno, why } = refusal
  return { perLevel, refusal: { id, errno, why } }
}

/** The figures of every table taken together. */
function figuresOf(run: Run): Figures {
  const { state, domains, scenario } = run.machine
  const owners = scenario.devices.flatMap((_, index) => (state.tables[index] ? [index] : []))
  const all = owners.map((index) => summarise(run.machine, index))
  const sum = (of: (table: (typeof all)[number]) => number): number =>
    all.reduce((total, table) => total + of(table), 0)
  const exposed = all.flatMap(({ exposure }) => exposure ?? [])
  const perLevel: number[] = []
  let accounted = 0
  for (const { table, tableState } of owners.map((index) => domains[index]!)) {
    accounted += table.bytesAccounted(tableState)
    for (let level = 0; level < table.levels(tableState); level++) {
      perLevel[level] = (perLevel[level] ?? 0) + table.tablesAt(tableState, level)
    }
  }
  perLevel.reverse()
  const guests = owners.flatMap((index) => guestTable(run.machine, index) ?? [])
  const first = all
    .flatMap((table) => table.firstRefusal ?? [])
    .sort((a, b) => a.ns - b.ns)
    .at(0)
  return {
    steps: state.steps,
    events: state.events,
    ns: state.nowNs,
    mapped: sum((table) => table.mapped),
    mappedBytes: sum((table) => table.mappedBytes),
    usefulBytes: sum((table) => table.usefulBytes),
    maps: sum((table) => table.maps),
    unmaps: sum((table) => table.unmaps),
    failures: sum((table) => table.refused),
    firstFailure: first ? { ns: first.ns, npages: first.npages } : null,
    spills: sum((table) => table.spills),
    frames: state.frames,
    missed: state.missed,
    hang: state.hang && { ...state.hang },
    tables: { bytes: sum((table) => table.tableBytes), accounted, perLevel, ...guestFigures(guests[0]) },
    hcalls: hcallsSoFar(state),
    tooHard: state.hcalls.tooHard,
    flushes: owners.reduce((total, index) => total + state.tables[index]!.flushes, 0),
    invalidations: owners.reduce((total, index) => total + state.tables[index]!.invalidations, 0),
    // Clearing a TCE invalidates at the hypercall: only an IOTLB leaves anything reachable.
    staleMaxNs: Math.max(0, ...exposed.map((e) => Math.max(e.queueWorstNs, e.worstNs))),
    exposure: exposed.length > 0 ? exposed : null,
    ...predictionOf(all),
  }
}

const COLUMNS = [
  'ns',
  'events',
  'mapped',
  'mappedBytes',
  'usefulBytes',
  'maps',
  'unmaps',
  'failures',
  'frames',
  'missed',
] as const

function readCommand() {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        until: { type: 'string' },
        events: { type: 'string' },
        json: { type: 'boolean', default: false },
        csv: { type: 'boolean', default: false },
        log: { type: 'boolean', default: false },
        device: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    })
    if (values.help) {
      console.log(USAGE)
      process.exit(0)
    }
    const [source, ...more] = positionals
    if (source === undefined) return refuse('what to simulate is missing')
    if (more.length > 0) return refuse(`${more[0]}: one scenario at a time`)
    if (values.until !== undefined && values.events !== undefined) return refuse('either --until or --events')
    if (values.json && values.csv) return refuse('either --json or --csv')
    return { source, ...values }
  } catch (error) {
    return refuse((error as Error).message)
  }
}

/** Goes on to a position; with `log`, new lines go there as dmesg would print them. */
function goOn(run: Run, untilNs: number, maxEvents: number, log: ((line: string) => void) | null): number {
  let events = 0
  for (;;) {
    const wanted = Math.min(maxEvents - events, log ? LOOK_EVENTS : Number.POSITIVE_INFINITY)
    const done = run.advance(untilNs, wanted)
    events += done
    if (log) {
      for (const line of logLines(run.machine, told)) {
        log(`[${(line.ns / 1e9).toFixed(6).padStart(12)}] ${line.text}`)
      }
      told = run.machine.state.log.total
    }
    if (done < wanted || events >= maxEvents) return events
  }
}

endWithReader()
/** Lines of the log that are printed; the first were written while the machine was built. */
let told = 0
const command = readCommand()
// What a program reads on the standard output stays free of other lines.
const log = command.log ? (command.json || command.csv ? console.error : console.log) : null
const { scenario, horizonNs, goal } = readStart(command.source, command.device)
const run = createRun(scenario, horizonNs)
const untilNs =
  command.until !== undefined
    ? readTime(command.until)
    : command.events !== undefined
      ? Number.POSITIVE_INFINITY
      : goal.ns
const maxEvents = command.events !== undefined ? readCount(command.events) : Number.POSITIVE_INFINITY

if (command.csv) console.log(COLUMNS.join(','))
if (command.csv) {
  const byEvents = Number.isFinite(maxEvents)
  for (let row = 1; row <= CSV_ROWS; row++) {
    const share = (of: number): number => Math.round((of * row) / CSV_ROWS)
    const { events } = run.machine.state
    goOn(run, byEvents ? untilNs : share(untilNs), byEvents ? share(maxEvents) - events : maxEvents, log)
    const now = figuresOf(run)
    console.log(COLUMNS.map((column) => now[column]).join(','))
  }
} else {
  goOn(run, untilNs, maxEvents, log)
  // A link's own position may name the event it stands at.
  if (command.until === undefined && command.events === undefined && goal.events !== undefined) run.seek(goal)
  const { events, ns, ...figures } = figuresOf(run)
  const { recording: _, ...settings } = run.scenario()
  const done = { scenario: settings, events, ns, hash: run.hash(), ...figures }
  if (command.json) console.log(JSON.stringify(done))
  else {
    const words = (value: unknown) =>
      value === null ? 'none' : typeof value === 'object' ? JSON.stringify(value) : value
    const { scenario: of, ...rest } = done
    console.log(`${of.preset}, seed 0x${of.seed.toString(16)}`)
    for (const [name, value] of Object.entries(rest)) console.log(`${name.padEnd(14)}${words(value)}`)
  }
}
