// Kernel messages of a partition: what its firmware was asked about dynamic DMA windows, and what it answered.
//
// What is read, by device: queries and creations with their answers, and what the kernel says about the outcome; the
// forms stand in ddw-lines.ts. A message that a mail or a terminal has folded is joined again. A query by the driver
// `pci` is the kernel's own, at probe: it tells what is offered and decides nothing.
// Kernels before 6.1 print neither block nor page sizes nor windows: these are null. What a line cut in two loses is told.
// Not read: lines of a reset, and devices whose driver never sets a mask.
// Cost: one pass over the lines.

import { isPow2, log2Ceil } from '../lib/bits.ts'
import type { Problem } from '../sim/index.ts'
import {
  bare,
  begun,
  continuation,
  type DeviceLine,
  deviceLine,
  type Groups,
  goesOn,
  type Said,
  saidIn,
  stampOf,
} from './ddw-lines.ts'
import { type AgeReading, createAgeReading, type KernelAge, releaseIn } from './kernel-age.ts'
import { BrokenLines } from './trace-import/trace.ts'

/** What the query was answered last before the window was made; null where the kernel does not print it. */
export interface LoggedQuery {
  readonly rc: number
  /** Windows that were free when it was asked first. */
  readonly windows: number | null
  /** TCEs. */
  readonly largestBlock: number | null
  /** Bits, see the kernel's iommu_get_page_shift. */
  readonly pageSizes: number | null
}

export interface LoggedCreate {
  /** log2 of bytes. */
  readonly pageShift: number
  readonly windowShift: number
  readonly rc: number
  /** Null where the call failed, or where its line is cut. */
  readonly liobn: number | null
  /** First bus address, in frames of 4 KiB; null likewise. */
  readonly base: number | null
}

/** How one device came to its window, once. */
export interface DdwLog {
  /** Driver and address, `e1000e 0000:00:00.0`; the address alone where no driver is named. */
  readonly device: string
  /** Line of the first that is said of it, from 1. */
  readonly line: number
  /** False where only the kernel itself asked, at probe: nothing was decided. */
  readonly asked: boolean
  /** Null where no query is in the log: a window, or a limit, alone. */
  readonly query: LoggedQuery | null
  readonly create: LoggedCreate | null
  /** True and false as the kernel says last, or as the sizes leave no doubt; null where they do. */
  readonly direct: boolean | null
  /** The kernel said that no window of this block holds all memory. */
  readonly tooSmall: boolean
  /** The kernel met a node of persistent memory. */
  readonly pmem: boolean
  /** Bytes of memory that direct DMA reaches, where the kernel prints where it ends; null otherwise. */
  readonly limitBytes: number | null
  /** log2 of the page that the kernel chose; null where nothing tells it. */
  readonly pageShift: number | null
  readonly kernel: KernelAge
}

export interface DdwLogResult {
  /** In the order of their first lines; a device that was asked for at two boots stands there twice. */
  readonly logs: readonly DdwLog[]
  /** Why there is none, in a sentence; empty otherwise. */
  readonly message: string
  /** Something in it is about dynamic windows, if only that there are none. */
  readonly about: boolean
  /** Lines that could not be read to their ends, and how many devices are left out. */
  readonly problems: readonly Problem[]
}

/** Lines come in order, from 1, without their ends. */
export interface DdwReader {
  line(text: string, number: number): void
  /** `lines` = how many there were. */
  end(lines: number): DdwLogResult
}

const LONGEST_LINE = 1024
/** Pieces that a message is folded into at most. */
const MOST_FOLDS = 4
/** Devices that are listed; a log has a handful. */
const MOST_DEVICES = 256
const FRAME = 12n
/** Where a partition's addresses end: a window takes no more than 64 bits. */
const ADDRESS_BITS = 64
const WINDOW_BASE = 1n << 59n
/** The kernel's own name for a device without a driver. */
const PROBE = 'pci'
/** A stamp so much earlier than the one before belongs to another boot, s. */
const BOOT_GAP = 1

/** An answer that says nothing but that it came. */
const ANSWERED: LoggedQuery = { rc: 0, windows: null, largestBlock: null, pageSizes: null }

/** A device on its way through the log. */
interface Reading {
  readonly device: string
  readonly address: string
  readonly line: number
  readonly age: AgeReading
  asked: boolean
  query: LoggedQuery | null
  create: LoggedCreate | null
  direct: boolean | null
  tooSmall: boolean
  pmem: boolean
  limitBytes: number | null
  pageShift: number | null
}

/** A message that may go on in the next line: what it may be so far, and what it is if it does not. */
interface Folded {
  readonly at: DeviceLine
  readonly number: number
  readonly candidates: readonly string[]
  readonly said: Said | null
  readonly pieces: number
}

const number = (digits: string | undefined, radix: 10 | 16): number | null =>
  digits === undefined ? null : Number(BigInt(radix === 16 ? `0x${digits}` : digits))

function createOf(g: Groups): LoggedCreate {
  const rc = Number(g.rc)
  const placed = rc === 0 && g.liobn !== undefined
  const address = (BigInt(`0x${g.high ?? 0}`) << 32n) | BigInt(`0x${g.low ?? 0}`)
  return {
    pageShift: number(g.page, 16)!,
    windowShift: number(g.window, 16)!,
    rc,
    liobn: placed ? number(g.liobn, 16) : null,
    base: placed ? Number(address >> FRAME) : null,
  }
}

function queryOf(g: Groups): LoggedQuery {
  return {
    rc: Number(g.rc),
    windows: number(g.wn, 10),
    largestBlock: number(g.lb, 16),
    pageSizes: number(g.ps, 16),
  }
}

/** log2 of the bytes of the largest window that a block of TCEs makes: the kernel rounds up to a power of two. */
function spanShift(block: number, pageShift: number): number {
  return Math.min(log2Ceil(Math.min(block, Number.MAX_SAFE_INTEGER)) + pageShift, ADDRESS_BITS)
}

/** Whether the sizes alone say that a window is direct: it is smaller than it could have been. */
function bySizes({ query, create }: Reading): boolean | null {
  const block = query?.largestBlock ?? null
  if (create === null || create.rc !== 0 || block === null) return null
  return create.windowShift < spanShift(block, create.pageShift) ? true : null
}

/** Begins a log. Nothing that it is given makes it throw. */
export function createDdwReader(): DdwReader {
  const readings: Reading[] = []
  const problems = new BrokenLines()
  /** Of this boot, by address. */
  const newest = new Map<string, Reading>()
  let age = createAgeReading()
  let named = false
  let stamp = 0
  let leftOut = 0
  let disabled = false
  let asks = false
  let offset: { readonly device: string; readonly at: string } | null = null
  let folded: Folded | null = null

  function newBoot(): void {
    newest.clear()
    age = createAgeReading()
    named = false
  }

  const nameOf = ({ driver, address }: DeviceLine) => (driver === '' ? address : `${driver} ${address}`)

  function begin(at: DeviceLine, line: number): Reading {
    const reading: Reading = {
      device: nameOf(at),
      address: at.address,
      line,
      age,
      asked: at.driver !== PROBE,
      query: null,
      create: null,
      direct: null,
      tooSmall: false,
      pmem: false,
      limitBytes: null,
      pageShift: null,
    }
    const probe = newest.get(at.address)
    // What the kernel asked for itself is asked again by the driver.
    const listed = probe && !probe.asked && reading.asked ? readings.indexOf(probe) : -1
    if (listed >= 0) readings.splice(listed, 1)
    newest.set(at.address, reading)
    if (readings.length < MOST_DEVICES) readings.push(reading)
    else leftOut++
    return reading
  }

  function takeQuery(at: DeviceLine, groups: Groups, line: number): void {
    const before = newest.get(at.address)
    const query = queryOf(groups)
    if (query.rc === 0) {
      if (query.largestBlock === null) age.atMost([6, 0])
      else age.atLeast([6, 1])
    }
    // Without a free window the default one is given up, and the same question asked again: a PE that was refused is not
    // tried twice, so nothing else asks again before a window is made.
    const again = before?.query && before.asked && at.driver !== PROBE && before.create === null
    if (again && (before.query!.windows ?? 0) === 0 && before.query!.rc === 0) {
      before.query = { ...query, windows: 0 }
      return
    }
    begin(at, line).query = query
  }

  /** The device that a message speaks of, begun with it where it has not been met. */
  const readingOf = (at: DeviceLine, line: number): Reading => newest.get(at.address) ?? begin(at, line)

  function take(at: DeviceLine, { form, groups }: Said, line: number): void {
    switch (form.id) {
      case 'query':
        takeQuery(at, groups, line)
        return
      case 'create': {
        const before = newest.get(at.address)
        // One window to an asking: a second one belongs to another.
        const reading = before?.asked && before.create === null ? before : begin(at, line)
        reading.asked = true
        reading.create = createOf(groups)
        reading.pageShift = reading.create.pageShift
        return
      }
      case 'limited': {
        age.atLeast([5, 1])
        const limit = BigInt(`0x${groups.limit}`)
        if (limit === 0n) return
        const bytes = limit > WINDOW_BASE ? Number(limit - WINDOW_BASE) : null
        const reading = bytes === null ? newest.get(at.address) : readingOf(at, line)
        if (!reading) return
        reading.asked = true
        reading.pmem = true
        reading.direct = true
        reading.limitBytes = bytes
        return
      }
      case 'offset': {
        age.atMost([5, 0])
        const reading = newest.get(at.address)
        if (reading) reading.direct = true
        else offset ??= { device: nameOf(at), at: groups.offset! }
        return
      }
      default:
    }
    const reading = newest.get(at.address)
    if (!reading) return
    if (form.id === 'too-small') {
      const page = Number(groups.page)
      if (!isPow2(page)) return
      reading.direct = false
      reading.tooSmall = true
      reading.pageShift = log2Ceil(page)
      const answer = reading.query ?? ANSWERED
      reading.query = { ...answer, largestBlock: answer.largestBlock ?? Number(groups.block) }
    } else if (form.id === 'pmem') reading.pmem = true
    else if (form.id === 'mapping') reading.direct = groups.direct === '1'
    else if (form.id === 'available' && reading.query && reading.query.largestBlock === null) {
      const { windows, largestBlock, pageSizes } = queryOf(groups)
      reading.query = { ...reading.query, windows: reading.query.windows ?? windows, largestBlock, pageSizes }
    }
  }

  /** Takes a folded message as it stands: nothing more of it comes. */
  function close({ at, said, number, candidates }: Folded): void {
    if (said) take(at, said, number)
    else if (begun(candidates[0]!)) problems.add(number, candidates[0]!, 'a message that is whole')
  }

  /** Joins a line with the message before it. False: it does not belong to it. */
  function join(line: string): boolean {
    const open = folded!
    const more = continuation(line)
    if (more === null || more === '') return false
    const joined = open.candidates.flatMap((c) => [`${c} ${more}`, `${c}${more}`])
    const whole = joined.map((message) => ({ message, said: saidIn(message) })).filter(({ said }) => said)
    const closed = whole.find(({ said }) => said!.closed)
    if (closed) {
      folded = null
      take(open.at, closed.said!, open.number)
      return true
    }
    const candidates = whole.length > 0 ? whole.map(({ message }) => message) : joined.filter(goesOn)
    if (open.pieces >= MOST_FOLDS || candidates.length === 0) return false
    // A message that is whole already is only gone on with by what makes it whole again.
    if (open.said && !candidates.some((c) => /returned -?\d+,? ?(?:\(|l)/.test(c))) return false
    folded = { ...open, candidates, said: whole[0]?.said ?? open.said, pieces: open.pieces + 1 }
    return true
  }

  function line(raw: string, number: number): void {
    const text = bare(raw.slice(0, LONGEST_LINE))
    if (folded) {
      if (join(text)) return
      const open = folded
      folded = null
      close(open)
    }
    const now = stampOf(text)
    if (now !== null) {
      if (now < stamp - BOOT_GAP) newBoot()
      stamp = now
    }
    const release = releaseIn(text)
    if (release) {
      // Lines before the banner of the first boot are its own.
      if (release.boot && named) newBoot()
      named ||= release.boot
      age.named(release.version)
    }
    asks ||= text.includes('-pe-dma-window')
    disabled ||= text.includes('ppc iommu: disabling ddw') || (text.includes('Kernel command line: ') && /\bdisable_ddw\b/.test(text)) // biome-ignore format: one
    const at = deviceLine(text)
    if (!at) return
    const said = saidIn(at.message)
    if (said?.closed) take(at, said, number)
    else if (said || goesOn(at.message)) folded = { at, number, candidates: [at.message], said, pieces: 1 }
  }

  return {
    line,
    end(lines) {
      if (folded) close(folded)
      folded = null
      const logs = readings.map((reading): DdwLog => {
        const { device, line, asked, query, create, tooSmall, pmem, limitBytes, pageShift } = reading
        const direct = reading.direct ?? bySizes(reading)
        return {
          device,
          line,
          asked,
          query,
          create,
          direct,
          tooSmall,
          pmem,
          limitBytes,
          pageShift,
          kernel: reading.age.age(),
        }
      })
      const told = [...problems.first]
      if (leftOut > 0)
        told.push({
          field: 'devices',
          given: String(MOST_DEVICES + leftOut),
          allowed: `the first ${MOST_DEVICES} are read`,
        })
      const message = logs.length > 0 ? '' : nothing(lines, disabled, offset)
      return { logs, message, about: asks || disabled || offset !== null || logs.length > 0, problems: told }
    },
  }
}

/** What a text that is there as a whole says about dynamic windows. */
export function readDdwLog(text: string): DdwLogResult {
  const reader = createDdwReader()
  const lines = text.replace(/\n$/, '').split('\n')
  for (const [i, one] of lines.entries()) reader.line(one, i + 1)
  return reader.end(lines.length)
}

function nothing(
  lines: number,
  disabled: boolean,
  offset: { readonly device: string; readonly at: string } | null,
): string {
  const sought = `none of its ${lines} lines has "ibm,query-pe-dma-windows(…) … returned …"`
  if (disabled) return `${sought}: the kernel was started with disable_ddw and asked for no dynamic window`
  if (offset === null)
    return `${sought}, which a kernel of a pseries partition prints when it asks for a dynamic window`
  return `${sought}; ${offset.device} says that it has a direct window at 0x${offset.at}, but not of which size and pages`
}
