// CPU time of an alloc+free pair on six traces, beside what the kernel's own code needs for them.
//
// The native figures are of drivers/iommu/iova.c and lib/rbtree.c of Linux 6.12, gcc -O2, on a machine where a draw of the
// generator below takes YARDSTICK_NS in Node; they are scaled by what it takes here. This machine may change its speed
// within a second, so every pass is measured between two runs of the yardstick.

import { type CostMeter, createMeter, resetMeter } from '../sim/engine/meter.ts'
import { createTree } from '../sim/iova/iova-tree.ts'
import { createMagazines, fastAlloc, fastFree, type Magazines } from '../sim/iova/magazines.ts'

const YARDSTICK_NS = 2.15
const YARDSTICK_DRAWS = 5_000_000
const SEED = 12345
const LIMIT = 0xfffff
/** So many passes at least, and more while they have not taken this long together. */
const PASSES = 7
const LEAST_NS = 4e9
const MOST_PASSES = 80
/** Two yardsticks agree when they differ by less than this part. */
const STEADY = 0.1

export interface TraceFigure {
  readonly name: string
  /** CPU ns per pair: least of the passes here, the native figure as it was measured, and scaled to this machine. */
  readonly ns: number
  readonly native: number
  readonly scaled: number
  /** Least of (ns of a pass ÷ native figure scaled by the yardstick of that moment). */
  readonly ratio: number
  readonly checksumOk: boolean
  /** Highest ratio that is good enough. */
  readonly bar: number
}

interface Random {
  s: number
}

/** mulberry32: a uint32. */
function draw(r: Random): number {
  r.s = (r.s + 0x6d2b79f5) | 0
  const { s } = r
  let t = Math.imul(s ^ (s >>> 15), s | 1)
  t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
  return (t ^ (t >>> 14)) >>> 0
}

const cpuNs = (): number => {
  const { user, system } = process.cpuUsage()
  return (user + system) * 1000
}

/** ns per draw of the yardstick's plain loop. */
function yardstick(): number {
  const before = cpuNs()
  let s = SEED
  let sum = 0
  for (let i = 0; i < YARDSTICK_DRAWS; i++) {
    s = (s + 0x6d2b79f5) | 0
    let t = Math.imul(s ^ (s >>> 15), s | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    sum = (sum + ((t ^ (t >>> 14)) >>> 0)) >>> 0
  }
  const took = (cpuNs() - before) / YARDSTICK_DRAWS
  if (sum === 0) throw new Error('the yardstick drew nothing')
  return took
}

/** One domain with the meter on, as the machine calls it. */
class Pass {
  private h = 0x811c9dc5
  private readonly meter: CostMeter = createMeter()
  private readonly mags: Magazines
  private began = 0

  constructor(cpus: number) {
    this.mags = createMagazines(createTree(1, LIMIT + 1), cpus)
  }

  alloc(cpu: number, size: number): number {
    resetMeter(this.meter)
    const pfn = fastAlloc(this.mags, cpu, size, LIMIT, true, this.meter)
    this.h = Math.imul(this.h ^ pfn, 16777619)
    return pfn
  }

  free(cpu: number, pfn: number, size: number): void {
    resetMeter(this.meter)
    fastFree(this.mags, cpu, pfn, size, this.meter)
  }

  start(): void {
    this.began = cpuNs()
  }

  end(pairs: number): PassFigure {
    return { ns: (cpuNs() - this.began) / pairs, checksum: (this.h >>> 0).toString(16) }
  }
}

interface PassFigure {
  readonly ns: number
  readonly checksum: string
}

const SMALL = [1, 1, 1, 1, 2, 2, 3, 4, 4, 5, 8, 8, 12, 16, 24, 32]

/** 1024 slots, filled and emptied at random on 4 CPUs. */
function slots(sizeOf: (q: number) => number): PassFigure {
  const pass = new Pass(4)
  const r: Random = { s: SEED }
  const pfns = new Float64Array(1024)
  const sizes = new Int32Array(1024)
  pass.start()
  for (let i = 0; i < 2_200_000; i++) {
    const x = draw(r)
    const slot = x & 1023
    const cpu = (x >>> 10) & 3
    if (sizes[slot] === 0) {
      const size = sizeOf(draw(r))
      sizes[slot] = size
      pfns[slot] = pass.alloc(cpu, size)
    } else {
      pass.free(cpu, pfns[slot]!, sizes[slot]!)
      sizes[slot] = 0
    }
  }
  return pass.end(1_099_755)
}

function ring(): PassFigure {
  const pass = new Pass(1)
  const pfns = Float64Array.from({ length: 512 }, () => pass.alloc(0, 1))
  pass.start()
  for (let i = 0; i < 1_000_000; i++) {
    pass.free(0, pfns[i & 511]!, 1)
    pfns[i & 511] = pass.alloc(0, 1)
  }
  return pass.end(1_000_000)
}

function acrossCpus(): PassFigure {
  const pass = new Pass(2)
  const pfns = new Float64Array(256)
  pass.start()
  for (let i = 0; i < 1_000_256; i++) {
    const j = i & 255
    if (i >= 256) pass.free(1, pfns[j]!, 1)
    if (i < 1_000_000) pfns[j] = pass.alloc(0, 1)
  }
  return pass.end(1_000_000)
}

/** A small gap above a wall of ranges, freed again and again. */
function wall(ranges: number, rounds: number): PassFigure {
  const pass = new Pass(1)
  const first = pass.alloc(0, 64)
  for (let i = 0; i < ranges; i++) pass.alloc(0, 64)
  pass.free(0, first, 64)
  pass.start()
  for (let i = 0; i < rounds; i++) {
    const x = pass.alloc(0, 64)
    const y = pass.alloc(0, 128)
    pass.free(0, x, 64)
    pass.free(0, y, 128)
  }
  return pass.end(2 * rounds)
}

interface Trace {
  readonly name: string
  readonly native: number
  readonly checksum: string
  readonly bar: number
  readonly run: () => PassFigure
}

const traces: readonly Trace[] = [
  { name: 'a', native: 38.9, checksum: 'fc618e98', bar: 3, run: () => slots((q) => SMALL[q & 15]!) },
  { name: 'b', native: 8.6, checksum: 'b76d92c5', bar: 4, run: ring },
  { name: 'c', native: 9.3, checksum: '386e32c5', bar: 4, run: acrossCpus },
  { name: 'd', native: 594.3, checksum: 'f2017fbf', bar: 1 / 5, run: () => wall(200, 500_000) },
  { name: 'e', native: 620, checksum: '4621714f', bar: 1 / 1.5, run: () => slots((q) => 33 + (q & 63)) },
  { name: 'd10k', native: 30_200, checksum: 'e363bb1f', bar: 1 / 50, run: () => wall(10_000, 20_000) },
]

/** The least of the passes of a trace, each between two yardsticks that agree. */
function measure({ name, native, checksum, bar, run }: Trace): TraceFigure {
  let ns = Infinity
  let unit = Infinity
  let ratio = Infinity
  let checksumOk = true
  run()
  let before = yardstick()
  const began = cpuNs()
  const enough = (passes: number) => passes >= PASSES && cpuNs() - began >= LEAST_NS
  for (let tries = 0, passes = 0; !enough(passes) && tries < MOST_PASSES; tries++) {
    const pass = run()
    const after = yardstick()
    checksumOk &&= pass.checksum === checksum
    ns = Math.min(ns, pass.ns)
    unit = Math.min(unit, after)
    if (Math.abs(after - before) < STEADY * after) {
      passes++
      ratio = Math.min(ratio, (pass.ns * YARDSTICK_NS) / (native * Math.min(before, after)))
    }
    before = after
  }
  if (ratio === Infinity) ratio = (ns * YARDSTICK_NS) / (native * unit)
  return { name, ns, native, scaled: (native * unit) / YARDSTICK_NS, ratio, checksumOk, bar }
}

/** Those traces (all if none is named), after a round in which the compiler warms up. */
export function measureTraces(names: readonly string[] = []): TraceFigure[] {
  yardstick()
  for (const { run } of traces) run()
  return traces.filter(({ name }) => names.length === 0 || names.includes(name)).map(measure)
}
