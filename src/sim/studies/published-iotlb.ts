// Predictions of the IOTLB beside publications: how far it reaches, what it costs beyond, and what strict mode makes of
// it. Device, IOTLB and table are asked directly, without CPUs: nothing else is at work in these experiments.
//
// The prices were fitted to one column of the source at 64M; the windows in between were not seen.

import { mapRange, unmapRange } from '../dma/iommu-core.ts'
import { createIo } from '../dma/iommu-driver.ts'
import { vtdDriver } from '../dma/vtd.ts'
import { createGather } from '../flush/gather.ts'
import { access, createAccess, invalidate } from '../iotlb/iotlb.ts'
import { createIotlb, type IotlbState } from '../iotlb/iotlb-state.ts'
import type { Settings } from '../params.ts'
import { TCE_READ, TCE_WRITE } from '../table/table.ts'
import { createVtd, type VtdState, vtdTable } from '../table/vtd.ts'
import { pagePs } from '../workload/data-path.ts'
import { windowRead } from '../workload/window-read.ts'
import { SPANS } from '../workload/window-read-params.ts'
import { createOp, type DeviceDma, RUN, YIELD } from '../workload/workload.ts'
import type { Prediction } from './prediction.ts'
import { directPoint, type StudyPoint } from './study.ts'

const KIB = 1024
const MIB = 1048576
const PAGE = 4096
const RW = TCE_READ | TCE_WRITE
const DOMAIN = 0
const CARD_GBPS = 100

/** An IOTLB before an empty table of VT-d. */
function rig(entries: number) {
  const iotlb = createIotlb({ entries, ways: entries, walkEntries: 16 })
  const caps = { maxAddressMask: 18, pageSelective: true, firstLevel: false }
  const table = createVtd({ levels: 4, orders: [0, 9], width: 48, ...caps })
  const sink = {
    command: (c: Parameters<typeof invalidate>[2]) => void invalidate(iotlb, DOMAIN, c, 0),
    sync: () => {},
  }
  return { iotlb, table, io: createIo(sink) }
}

/** A device's way to memory through an IOTLB; `delivered` counts bytes. */
function through(iotlb: IotlbState, table: VtdState) {
  const out = createAccess()
  const way: DeviceDma & { delivered: number } = {
    delivered: 0,
    access(entry, write) {
      access(iotlb, vtdTable, table, DOMAIN, entry, write, 0, out)
      return out
    },
    deliver(bytes) {
      way.delivered += bytes
    },
  }
  return way
}

/** What a device moves that reads 64 bytes at random in a window of `span` bytes, as a share of what it moves when
 *  nothing misses. `unit`: bytes of a mapping. */
function windowShare(span: number, unit: number): number {
  const settings: Settings = { span, unit, size: 64, pattern: 'random', op: 'read' }
  const device = windowRead.create(settings, {
    cpus: 1,
    cpuPageShift: 12,
    iommuPageShift: 12,
    seed: 1,
    nowNs: 0,
    base: 0,
  })
  const { iotlb, table, io } = rig(64)
  const op = createOp()
  for (;;) {
    const answer = windowRead.next(device, 0, 0, op)
    if (answer === YIELD) continue
    if (answer !== RUN) break
    const pages = op.bytes / PAGE
    op.entry = op.slot * pages
    op.mapping = mapRange(vtdDriver, table, op.entry, op.address / PAGE, pages, RW, false, io) === pages ? op.slot : -1
    windowRead.done(device, 0, op, 0)
  }
  const dma = through(iotlb, table)
  let nowNs = 0
  const batches = (n: number) => {
    for (let i = 0; i < n; i++) nowNs = windowRead.engine!.run(device, nowNs, dma)
  }
  batches(1000)
  const [from, before] = [nowNs, dma.delivered]
  batches(4000)
  return ((dma.delivered - before) * 8e9) / (nowNs - from) / windowRead.offeredBps(device)
}

/** IOTLB misses for each 4K buffer that a device writes in pieces of 64 bytes, out of a ring of 256; `strict`: each is
 *  unmapped afterwards and mapped anew, otherwise all stay mapped. */
function missesPerPage(entries: number, strict: boolean): number {
  const { iotlb, table, io } = rig(entries)
  const { access } = through(iotlb, table)
  const gather = createGather()
  const ring = 256
  const buffers = 4 * ring
  const map = (pfn: number) => mapRange(vtdDriver, table, pfn, 1000 + pfn, 1, RW, false, io)
  for (let pfn = 0; pfn < ring; pfn++) map(pfn)
  const fill = () => {
    for (let n = 0; n < buffers; n++) {
      const pfn = n % ring
      for (let piece = 0; piece < PAGE / 64; piece++) access(pfn, true)
      if (!strict) continue
      unmapRange(vtdDriver, table, pfn, 1, gather, io)
      vtdDriver.sync(table, gather, io)
      map(pfn)
    }
  }
  fill()
  const missed = iotlb.lookups - iotlb.hits
  fill()
  return (iotlb.lookups - iotlb.hits - missed) / buffers
}

const SIZES = [16, 64, 256, 1024, 4096]
const nameOf = (bytes: number) => (bytes < MIB ? `${bytes / KIB}K` : `${bytes / MIB}M`)
const windowId = (span: number) => `reads in ${nameOf(span)}`
const strictId = (entries: number) => `strict ${entries}`

/** Every run that the predictions need. */
export function iotlbPoints(): readonly StudyPoint[] {
  return [
    ...SPANS.map((span) => directPoint(windowId(span), () => windowShare(span, PAGE))),
    directPoint('large pages', () => windowShare(64 * MIB, 2 * MIB)),
    ...SIZES.map((entries) => directPoint(strictId(entries), () => missesPerPage(entries, true))),
    directPoint('kept', () => missesPerPage(4096, false)),
  ]
}

const PCIE_BENCH = 'Neugebauer et al., SIGCOMM 2018, raw data'
const FAST_AND_SAFE = 'Rubin et al., SOSP 2024'
const READS = 'Reads of 64 bytes at random; 64 entries, fully associative'
const percent = (share: number) => `${Math.round(100 * share)} %`
/** Share of a 100 Gb/s card that pages with so many table reads each can fill. */
const cardShare = (reads: number) => Math.min(1, (PAGE * 8000) / pagePs(reads) / CARD_GBPS)

const lossRow = (span: number, published: number): Prediction => ({
  id: 'O8',
  what: `Reads in a window of ${nameOf(span)} of 4K pages, against no IOMMU: throughput`,
  setup: READS,
  unit: 'ratio',
  published,
  source: `${PCIE_BENCH}: Broadwell`,
  low: published - 0.12,
  high: published + 0.12,
  needs: [windowId(span)],
  figure: (at) => at(windowId(span)).mapped,
  note: (at) => `${percent(1 - at(windowId(span)).mapped)} lost; published ${percent(1 - published)}`,
})

export const iotlbPredictions: readonly Prediction[] = [
  {
    id: 'O8',
    what: 'The largest window of 4K pages that a device reads at full speed',
    setup: `${READS}; windows of 64K to 64M`,
    unit: 'bytes',
    published: 256 * KIB,
    source: `${PCIE_BENCH}: Broadwell and Haswell`,
    low: 256 * KIB,
    high: 256 * KIB,
    needs: SPANS.map(windowId),
    figure(at) {
      const short = SPANS.findIndex((span) => at(windowId(span)).mapped < 0.99)
      return short < 0 ? SPANS.at(-1)! : (SPANS[short - 1] ?? 0)
    },
    note(at) {
      const kept = (span: number) => `${percent(at(windowId(span)).mapped)} at ${nameOf(span)}`
      return `${kept(512 * KIB)} (published 73 %), ${kept(2 * MIB)} (42 %), ${kept(16 * MIB)} (35 %)`
    },
  },
  lossRow(MIB, 0.52),
  lossRow(4 * MIB, 0.38),
  {
    id: 'O9',
    what: 'The same in a window of 64M of 2M pages: throughput',
    setup: 'Mappings of 2M, aligned; a page of 2M takes one entry',
    unit: 'ratio',
    published: 27.9 / 28,
    source: `${PCIE_BENCH}: Ivy Bridge, large pages`,
    low: 0.98,
    high: 1,
    needs: ['large pages', windowId(64 * MIB)],
    figure: (at) => at('large pages').mapped,
    note: (at) => `${percent(at(windowId(64 * MIB)).mapped)} in pages of 4K; published 35 %`,
  },
  {
    id: 'O10',
    what: '40 flows in strict mode: share of a card of 100 Gb/s',
    setup: '4.36 table reads a page, as measured there; time of a page at the prices fitted to fewer flows',
    unit: 'ratio',
    published: 0.35,
    source: `${FAST_AND_SAFE}, figure 2a and section 2.2`,
    low: 0.3,
    high: 0.4,
    needs: [],
    figure: () => cardShare(4.36),
    note: () => `${percent(cardShare(1.76))} with 5 flows and 1.76 reads, which was fitted; published 80 %`,
  },
  {
    id: 'O11',
    what: 'IOTLB misses for each 4K page in strict mode, whatever its size: the least',
    setup: `A ring of 256 buffers, each unmapped after use; ${SIZES.join(', ')} entries`,
    unit: 'ratio',
    published: 1,
    source: `${FAST_AND_SAFE}, section 2.2: at least one; measured 1.30 with 5 flows, 2.20 with 40`,
    low: 1,
    high: 1,
    needs: [...SIZES.map(strictId), 'kept'],
    figure: (at) => Math.min(...SIZES.map((entries) => at(strictId(entries)).mapped)),
    note(at) {
      const most = Math.max(...SIZES.map((entries) => at(strictId(entries)).mapped))
      return `At most ${most.toFixed(2)}; ${at('kept').mapped.toFixed(2)} when buffers stay mapped and 4096 entries hold them`
    },
  },
]
