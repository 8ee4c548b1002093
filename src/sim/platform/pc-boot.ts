// How a PC came up, from its settings; and the kernel command line that stands for some of them, there and back.
//
// Spec: spec/SWIOTLB-IOTLB.md A.9 to A.11; the procedure is that of boot/boot.ts.

import { type BootInput, type BootOutcome, boot } from '../boot/boot.ts'
import { type CommandLine, type OptionFound, parseCommandLine } from '../boot/command-line.ts'
import {
  allowedText,
  isAllowed,
  type ParamValue,
  type Problem,
  readParam,
  readParams,
  type Settings,
} from '../params.ts'
import { commonParams } from '../scenario/platform.ts'
import { bootParams } from '../scenario/platform-boot.ts'
import { FLUSH } from '../scenario/platform-iommu.ts'
import { platformParam } from '../scenario/platform-names.ts'
import { DEFAULT_SLOTS, parseSwiotlb } from '../swiotlb/pool-size.ts'
import { pcMemory } from './pc-memory.ts'

const FOUR_GIB = 4_294_967_296
const MAX_ORDER = 10

/** True for a platform whose boot is told. */
export function boots(platform: ParamValue): platform is 'vtd' | 'amd' {
  return platform === 'vtd' || platform === 'amd'
}

/** Which vendor's option each platform listens to. */
const VENDOR_OPTION = { vtd: 'intel_iommu', amd: 'amd_iommu' } as const

function vendorOption(platform: ParamValue) {
  return boots(platform) ? VENDOR_OPTION[platform] : null
}

/** The kernel command line that settings stand for; empty when they are the kernel's own. */
export function commandLineOf(settings: Settings): string {
  const { swiotlb: slots, swiotlbAreas: areas, force, iommuArg: iommu } = readParams(bootParams, settings, 'm')
  const size = slots > 0 || areas > 0 ? `${slots || DEFAULT_SLOTS}${areas > 0 ? `,${areas}` : ''}` : ''
  const word = force === 'auto' ? '' : force
  const swiotlb = size === '' ? word : word === '' ? size : areas > 0 ? `${size},${word}` : `${size},,${word}`
  return [
    swiotlb === '' ? '' : `swiotlb=${swiotlb}`,
    iommu === 'default'
      ? ''
      : iommu === 'vendor-off'
        ? `${vendorOption(readParam(platformParam, settings, 'm'))}=off`
        : `iommu=${iommu}`,
    readParam(FLUSH, settings, 'd0') === 'strict' ? 'iommu.strict=1' : '',
  ]
    .filter((part) => part !== '')
    .join(' ')
}

/**
 * The settings, by path, that a command line asks for; the options that it holds, in the order in which they stand there; and
 * what of them no setting can take. `platform`: the value of `m.platform`, whose driver alone hears its own option; null =
 * both are heard.
 */
export function settingsOfCommandLine(
  text: string,
  platform: ParamValue | null = null,
): {
  readonly settings: Readonly<Record<string, ParamValue>>
  readonly found: readonly OptionFound[]
  readonly problems: readonly Problem[]
} {
  const line = parseCommandLine(text)
  const { slots, areas, force, noforce } = parseSwiotlb(line.swiotlb)
  const wanted: Record<string, ParamValue> = {
    'm.swiotlb': slots ?? 0,
    'm.swiotlbAreas': areas ?? 0,
    'm.force': force ? 'force' : noforce ? 'noforce' : 'auto',
    'm.iommuArg': 'default',
    'd0.flush': line.strict === true || line.driverStrict ? 'strict' : 'deferred',
  }
  const problems = [...line.problems]
  const [first, ...others] = iommuWords(line, platform)
  if (first) wanted['m.iommuArg'] = first.value
  // The setting takes one of them.
  for (const { field, given } of others) problems.push({ field, given, allowed: `one of ${keysOf('iommuArg')}` })
  // Said, 0 is not the default: it is what the areas need.
  if (slots === 0 || !isAllowed(paramOf('swiotlb'), slots ?? 0)) {
    problems.push({ field: 'swiotlb', given: String(slots), allowed: keysOf('swiotlb') })
    delete wanted['m.swiotlb']
  }
  if (!isAllowed(paramOf('swiotlbAreas'), areas ?? 0)) {
    problems.push({ field: 'swiotlb', given: `,${areas}`, allowed: keysOf('swiotlbAreas') })
    delete wanted['m.swiotlbAreas']
  }
  return { settings: wanted, found: line.found, problems }
}

const paramOf = (name: string) => bootParams.find((p) => p.name === name)!
const keysOf = (name: string) => allowedText(paramOf(name))

/** What a command line says about the IOMMU, the strongest first: the value of `m.iommuArg`, and the word for it. */
function iommuWords(line: CommandLine, platform: ParamValue | null) {
  const { intel, amdOff, off, soft, passthrough } = line
  const own = platform === null ? null : vendorOption(platform)
  const words: { readonly value: string; readonly field: string; readonly given: string }[] = []
  const say = (value: string) => words.push({ value, field: 'iommu', given: value })
  const turnOff = (field: string) => words.push({ value: 'vendor-off', field, given: 'off' })
  if (off) say('off')
  if (intel === false && own !== 'amd_iommu') turnOff('intel_iommu')
  else if (amdOff && own !== 'intel_iommu') turnOff('amd_iommu')
  if (soft) say('soft')
  if (passthrough === true) say('pt')
  const forced = line.found.findLast(({ id }) => id === 'iommu-force' || id === 'iommu-noforce')
  if (forced?.id === 'iommu-force') say('force')
  return words
}

/** What the boot of these settings begins with. */
export function bootInputOf(settings: Settings): BootInput {
  const { endBytes } = pcMemory(settings)
  const { platform, cpus } = readParams(commonParams, settings, 'm')
  const { bootKernel: kernel, comesUp: hardware, ram, largestOrder } = readParams(bootParams, settings, 'm')
  return {
    kernel,
    vendor: platform === 'vtd' ? 'intel' : 'amd',
    hardware,
    ramBytes: ram,
    ramAbove4G: Math.max(0, endBytes - FOUR_GIB),
    largestOrder,
    maxOrder: MAX_ORDER,
    cpus,
    commandLine: commandLineOf(settings),
  }
}

/** How the machine of these settings came up; null for one whose boot is not told. */
export function bootOf(settings: Settings): BootOutcome | null {
  return boots(readParam(platformParam, settings, 'm')) ? boot(bootInputOf(settings)) : null
}
