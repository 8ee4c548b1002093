// QEMU's trace of a pseries machine's TCE tables (`-trace 'spapr_iommu*'`): every TCE that the guest wrote and cleared.
// Grammar: spec/FORMATS.md section 8. This file reads lines; spapr-window.ts makes a recording of them.
//
// The trap: `stuff` prints the end of its range, `put` and `indirect` the beginning of theirs. `iobaN` is the last index
// of a batch, so one more TCEs were written, and only the last of them is printed.
// Cost: linear in the file, about 70 bytes of memory a record.

import { pow2 } from '../../lib/bits.ts'
import { MAX_NS } from '../../sim/index.ts'
import { recordingOf, type SpaprRecords } from './spapr-window.ts'
import { BrokenLines, Column, type TraceImporter, type TraceReader } from './trace.ts'

const HEX = '(?:0x)?([0-9a-f]{1,16})'
const ENVELOPE = /^(?:\d{1,10}@(\d{1,12})\.(\d{1,9}):)?([a-z0-9_]{1,64}) +(.*)$/
const CHANGE = /^spapr_iommu_(?:pci_)?(put|indirect|stuff)$/

const PUT = {
  regex: new RegExp(`^liobn=${HEX} ioba=${HEX} tce=${HEX} ret=(-?\\d+)$`),
  allowed: 'liobn=0x… ioba=0x… tce=0x… ret=…',
}
const INDIRECT = {
  regex: new RegExp(`^liobn=${HEX} ioba=${HEX} tcelist=${HEX} iobaN=${HEX} tceN=${HEX} ret=(-?\\d+)$`),
  allowed: 'liobn=0x… ioba=0x… tcelist=0x… iobaN=0x… tceN=0x… ret=…',
}
const STUFF = {
  regex: new RegExp(`^liobn=${HEX} ioba=${HEX} tcevalue=${HEX} npages=(\\d{1,9}) ret=(-?\\d+)$`),
  allowed: 'liobn=0x… ioba=0x… tcevalue=0x… npages=… ret=…',
}

/** TCEs of one hypercall at most (spec/POWERPC.md D.3). */
export const CALL = 512
/** Where a file tells no times, records stand this far apart. */
const APART_NS = 10_000
const PERMISSION = 3
/** Real addresses end here, in units of 4 KiB: as bytes they are exact numbers. */
const MOST_REAL = pow2(53 - 12)

/** A 64-bit hexadecimal address as units of 4 KiB, of which a double holds every one, and the bytes below. */
function splitAddress(hex: string): { readonly unit: number; readonly low: number } {
  return {
    unit: hex.length > 3 ? Number.parseInt(hex.slice(0, -3), 16) : 0,
    low: Number.parseInt(hex.slice(-3), 16),
  }
}

function createReader(): TraceReader {
  const problems = new BrokenLines()
  const records: SpaprRecords = {
    problems,
    liobn: new Column(),
    ns: new Column(),
    unit: new Column(),
    npages: new Column(),
    endsThere: new Column(),
    real: new Column(),
    permission: new Column(),
    line: new Column(),
    failed: 0,
    timed: false,
    disordered: 0,
  }
  let firstSec = -1
  let firstNanos = 0
  let lastNs = 0

  /** Nanoseconds since the first record, never fewer than the record before had; null where no run is so long. */
  function time(sec: string | undefined, fraction: string | undefined): number | null {
    if (sec === undefined || fraction === undefined) {
      if (records.ns.length > 0) lastNs += APART_NS
      return lastNs > MAX_NS ? null : lastNs
    }
    records.timed = true
    const nanos = Number(fraction.padEnd(9, '0'))
    if (firstSec < 0) {
      firstSec = Number(sec)
      firstNanos = nanos
    }
    // The seconds' difference first: an epoch in nanoseconds does not fit a double.
    const ns = (Number(sec) - firstSec) * 1e9 + nanos - firstNanos
    if (ns > MAX_NS) return null
    if (ns < lastNs) records.disordered++
    else lastNs = ns
    return lastNs
  }

  /** Takes a record. Returns what would have been allowed when it cannot be used, else the empty string: what the line would
   *  have to hold, so that `allowed: …` reads as a sentence. */
  function take(event: string, kind: string, body: string, at: () => number | null, number: number): string {
    const grammar = kind === 'put' ? PUT : kind === 'indirect' ? INDIRECT : STUFF
    const match = grammar.regex.exec(body)
    if (!match) return `${event} ${grammar.allowed}`
    const [, liobn = '', ioba = '', third = '', fourth = '', fifth = ''] = match
    const { unit, low } = splitAddress(ioba)
    if (low !== 0) return 'an ioba that is a multiple of 0x1000'
    const npages = kind === 'put' ? 1 : kind === 'indirect' ? Number.parseInt(fourth, 16) + 1 : Number(fourth)
    if (npages < 1 || npages > CALL) return `1 to ${CALL} TCEs in a call`
    const tce = splitAddress(kind === 'indirect' ? fifth : third)
    const permission = tce.low & PERMISSION
    if (kind === 'stuff' && permission !== 0) return 'tcevalue=0x0, as a range is only ever cleared'
    if (Number(match.at(-1)) !== 0) {
      records.failed++
      return ''
    }
    if (permission !== 0 && tce.unit >= MOST_REAL) return 'a real address below 2^53'
    const ns = at()
    if (ns === null) return 'a time within an hour of the first record'
    records.ns.push(ns)
    records.liobn.push(Number.parseInt(liobn, 16))
    records.unit.push(unit)
    records.npages.push(npages)
    records.endsThere.push(kind === 'stuff' ? 1 : 0)
    records.real.push(permission === 0 ? -1 : tce.unit)
    records.permission.push(permission)
    records.line.push(number)
    return ''
  }

  return {
    problems,
    line(text, number) {
      const envelope = ENVELOPE.exec(text)
      if (!envelope) {
        if (text.trim() !== '') problems.add(number, text, 'an event and what it tells, after pid@seconds: or without')
        return
      }
      const [, sec, fraction, event = '', body = ''] = envelope
      const kind = CHANGE.exec(event)?.[1]
      if (!kind) return
      const allowed = take(event, kind, body, () => time(sec, fraction), number)
      if (allowed !== '') problems.add(number, text, allowed)
    },
    end: (name) => recordingOf(name, records),
  }
}

export const qemuSpapr: TraceImporter = {
  id: 'qemu-spapr',
  label: 'a QEMU trace of a pseries machine (spapr_iommu_pci_put, _indirect, _stuff)',
  recognises: (line) => line.includes('spapr_iommu_') && CHANGE.test(ENVELOPE.exec(line)?.[3] ?? ''),
  begin: createReader,
}
