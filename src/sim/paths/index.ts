// The ways to memory, and which one a device gets: chosen once, when its driver is loaded.

import type { BootOutcome } from '../boot/boot.ts'
import type { Ranges } from '../iova/allocator.ts'
import { allocatorById } from '../iova/index.ts'
import type { DmaTable } from '../machine/state.ts'
import { readParam, readParams, type Settings } from '../params.ts'
import { isRadix, radixDevice } from '../scenario/platform-iommu.ts'
import { platformParam } from '../scenario/platform-names.ts'
import { isPowernv } from '../scenario/platform-power.ts'
import { buildBounced, connectBounced } from './bounced.ts'
import { connectDirect } from './direct.ts'
import { buildGuest, connectGuest } from './guest.ts'
import { buildIommu, connectIommu } from './iommu.ts'
import type { MappingPath, Path } from './path.ts'
import { buildPool, connectPool } from './pool.ts'
import { poolRanges } from './pool-ranges.ts'
import { buildTce, connectTce } from './tce.ts'
import type { Ground, Way } from './way.ts'
import type { Ask, Built } from './window.ts'

/** True when a machine came up without a working IOMMU: its devices share what there is instead. */
function isUntranslated(boot: BootOutcome | null): boolean {
  return boot !== null && boot.backend !== 'iommu'
}

/** True where every device goes by the window of the first one, whatever its settings say. */
export function sharesOneWindow(boot: BootOutcome | null): boolean {
  return isUntranslated(boot)
}

/** True where devices look their addresses up in an IOTLB. */
export function hasIotlbs(settings: Settings, boot: BootOutcome | null): boolean {
  return isRadix(readParam(platformParam, settings, 'm')) && !isUntranslated(boot)
}

function builderOf({ settings, own, boot }: Ask): (ask: Ask) => Built {
  const platform = readParam(platformParam, settings, 'm')
  if (isUntranslated(boot)) return buildPool
  if (isRadix(platform)) return readParams(radixDevice, own).untrusted === 'on' ? buildBounced : buildIommu
  return isPowernv(platform) ? buildGuest : buildTce
}

/** An empty window for a driver that is loaded now, with its way to memory. */
export function buildWay(ask: Ask): Omit<Built, 'path'> & { readonly path: Path } {
  const built = builderOf(ask)(ask)
  const result = built.ddw?.result
  const isOff = readParams(radixDevice, ask.own).translation === 'off' && !isUntranslated(ask.boot)
  if (!isOff && result !== 'direct' && result !== 'nowhere') return built
  return { ...built, path: { kind: 'direct', state: { behind: built.path } } }
}

/** How the window of a path is divided, with the state of that. */
export function rangesOf(path: Path): readonly [ranges: Ranges, state: object] {
  if (path.kind === 'direct' || path.kind === 'bounced') return rangesOf(path.state.behind)
  if (path.kind === 'pool') return [poolRanges, path.state.pool]
  return [allocatorById(path.state.allocatorId)!, path.state.alloc]
}

function connectMapping(m: Ground, table: DmaTable, path: MappingPath): Way {
  switch (path.kind) {
    case 'tce':
      return connectTce(m, table, path.state)
    case 'guest':
      return connectGuest(m, table, path.state)
    case 'iommu':
      return connectIommu(m, table, path.state)
    case 'bounced':
      return connectBounced(m, table, path.state)
    case 'pool':
      return connectPool(m, table, path.state)
  }
}

/** The way of a table's buffers: the behaviour over its state, connected again after every load and checkpoint. */
export function connectWay(m: Ground, table: DmaTable): Way {
  const { path } = table
  if (path.kind !== 'direct') return connectMapping(m, table, path)
  const { behind } = path.state
  return connectDirect(m, table, connectMapping(m, table, behind), behind.kind === 'tce' && behind.state.multiTce)
}
