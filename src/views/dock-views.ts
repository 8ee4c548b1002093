// The views of the dock, a line each, and what they ask of the run.

import type { ProbeRequests } from '../sim/index.ts'
import type { Look } from '../store/wish.ts'
import { boot } from './boot/index.ts'
import { bounce } from './bounce/index.ts'
import { bounceStudy } from './bounce-study/index.ts'
import { budget } from './budget/index.ts'
import { caches } from './caches/index.ts'
import { commands } from './commands/index.ts'
import { ddw } from './ddw/index.ts'
import type { DockView } from './define.ts'
import { flushStudy } from './flush-study/index.ts'
import { hcalls } from './hcalls/index.ts'
import { iotlb } from './iotlb/index.ts'
import { islands } from './islands/index.ts'
import { ledger } from './ledger/index.ts'
import { levels } from './levels/index.ts'
import { locks } from './locks/index.ts'
import { memory } from './memory/index.ts'
import { pool } from './pool/index.ts'
import { published } from './published/index.ts'
import { queues } from './queues/index.ts'
import { radix } from './radix/index.ts'
import { regions } from './regions/index.ts'
import { scaling } from './scaling/index.ts'
import { tables } from './tables/index.ts'
import { tcePages } from './tce-pages/index.ts'
import { windows } from './windows/index.ts'

/** Views for the dock in the order of their menu. */
export const dockViews: readonly DockView[] = [
  tcePages,
  regions,
  tables,
  caches,
  locks,
  iotlb,
  queues,
  commands,
  radix,
  ledger,
  levels,
  memory,
  islands,
  ddw,
  windows,
  hcalls,
  budget,
  boot,
  pool,
  bounce,
  scaling,
  published,
  flushStudy,
  bounceStudy,
]

/** What a frame must hold for a view of the dock. */
export const askedBy = (id: string, look: Look): ProbeRequests =>
  Object.fromEntries(
    Object.entries(dockViews.find((view) => view.id === id)?.asks ?? {}).map(([probe, ask]) => [probe, ask(look)]),
  )
