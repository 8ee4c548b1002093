// How a PC came up, from its settings; and the kernel command line that stands for some of them, there and back.
//
// Spec: spec/SWIOTLB-IOTLB.md A.9 to A.11; the procedure is that of boot/boot.ts.

import { type BootInput, type BootKernel, type BootOutcome, boot } from './boot/boot.ts'
import { parseCommandLine } from './boot/command-line.ts'
import { isAllowed, type ParamValue } from './params.ts'
import { pcMemory } from './pc-memory.ts'
import { bootParams } from './scenario/platform-boot.ts'
import type { Problem, Settings } from './scenario/schema.ts'
import { DEFAULT_SLOTS, parseSwiotlb } from './swiotlb/pool-size.ts'

const FOUR_GIB = 4_294_967_296
const MAX_ORDER = 10

/** True for a platform whose boot is told. */
export function boots(platform: ParamValue | undefined): boolean {
  return platform === 'vtd' || platform === 'amd'
}

const vendorOption = (settings: Settings) => (settings['m.platform'] === 'vtd' ? 'intel_iommu' : 'amd_iommu')

/** The kernel command line that settings stand for; empty when they are the kernel's own. */
export function commandLineOf(settings: Settings): string {
  const [slots, areas, force] = [Number(settings['m.swiotlb']), Number(settings['m.swiotlbAreas']), settings['m.force']]
  const iommu = settings['m.iommuArg']
  const size = slots > 0 || areas > 0 ? `${slots || DEFAULT_SLOTS}${areas > 0 ? `,${areas}` : ''}` : ''
  const word = force === 'auto' ? '' : String(force)
  const swiotlb = size === '' ? word : word === '' ? size : areas > 0 ? `${size},${word}` : `${size},,${word}`
  return [
    swiotlb === '' ? '' : `swiotlb=${swiotlb}`,
    iommu === 'default' ? '' : iommu === 'vendor-off' ? `${vendorOption(settings)}=off` : `iommu=${iommu}`,
    settings['d0.flush'] === 'strict' ? 'iommu.strict=1' : '',
  ]
    .filter((part) => part !== '')
    .join(' ')
}

/** The settings, by path, that a command line asks for; and of what it says that no setting can take. */
export function settingsOfCommandLine(text: string): {
  readonly settings: Readonly<Record<string, ParamValue>>
  readonly problems: readonly Problem[]
} {
  const line = parseCommandLine(text)
  const { slots, areas, force, noforce } = parseSwiotlb(line.swiotlb)
  const wanted: Record<string, ParamValue> = {
    'm.swiotlb': slots ?? 0,
    'm.swiotlbAreas': areas ?? 0,
    'm.force': force ? 'force' : noforce ? 'noforce' : 'auto',
    'm.iommuArg': line.off ? 'off' : line.soft ? 'soft' : line.pt || line.passthrough ? 'pt' : 'default',
    'd0.flush': line.strict === true || line.driverStrict ? 'strict' : 'deferred',
  }
  if (!line.off && (line.intel === false || line.amdOff)) wanted['m.iommuArg'] = 'vendor-off'
  const problems = [...line.problems]
  for (const param of bootParams) {
    const value = wanted[`m.${param.name}`]
    if (value === undefined || isAllowed(param, value)) continue
    const allowed = param.values!.map((o) => o.value).join(', ')
    problems.push({ field: param.label, given: String(value), allowed })
    delete wanted[`m.${param.name}`]
  }
  return { settings: wanted, problems }
}

/** What the boot of these settings begins with. */
export function bootInputOf(settings: Settings): BootInput {
  const { endBytes } = pcMemory(settings)
  return {
    kernel: settings['m.bootKernel'] as BootKernel,
    vendor: settings['m.platform'] === 'vtd' ? 'intel' : 'amd',
    hardware: settings['m.comesUp'] as 'works' | 'absent' | 'fails',
    ramBytes: Number(settings['m.ram']),
    ramAbove4G: Math.max(0, endBytes - FOUR_GIB),
    largestOrder: Number(settings['m.largestOrder']),
    maxOrder: MAX_ORDER,
    cpus: Number(settings['m.cpus']),
    commandLine: commandLineOf(settings),
  }
}

/** How the machine of these settings came up; null for one whose boot is not told. */
export function bootOf(settings: Settings): BootOutcome | null {
  return boots(settings['m.platform']) ? boot(bootInputOf(settings)) : null
}
