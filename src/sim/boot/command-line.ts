// What the kernel's command line says about IOMMU and bounce buffers, word by word.
//
// Kernel: arch/x86/kernel/pci-dma.c iommu_setup, drivers/iommu/intel/iommu.c intel_iommu_setup, drivers/iommu/amd/init.c
//   parse_amd_iommu_options, drivers/iommu/iommu.c (iommu.strict, iommu.passthrough), kernel/dma/swiotlb.c
//   setup_io_tlb_npages. Spec: spec/SWIOTLB-IOTLB.md A.9 a.
// As there, an option is recognised by how it begins, the last word on a matter counts, and every other word is passed on.
// Not modelled: quotes, and options of the aperture of old AMD machines (GART).

import type { Problem } from '../params.ts'
import { parseSwiotlb } from '../swiotlb/pool-size.ts'

/** Each option by its beginning, with the name of what it does; where several fit, the longest does. */
const OPTIONS = {
  iommu: [
    ['off', 'iommu-off'],
    ['soft', 'iommu-soft'],
    ['pt', 'iommu-pt'],
    ['nopt', 'iommu-nopt'],
    ['force', 'iommu-force'],
    ['noforce', 'iommu-noforce'],
    ...'merge nomerge biomerge panic nopanic forcesac allowdac nodac usedac'
      .split(' ')
      .map((w) => [w, 'other'] as const),
  ],
  intel_iommu: [
    ['on', 'intel-on'],
    ['off', 'intel-off'],
    ['sm_on', 'scalable-on'],
    ['sm_off', 'scalable-off'],
    ['strict', 'strict-on'],
    ...'igfx_off forcedac sp_off tboot_noforce'.split(' ').map((w) => [w, 'other'] as const),
  ],
  amd_iommu: [
    ['off', 'amd-off'],
    ['fullflush', 'strict-on'],
    ...'force_enable force_isolation pgtbl_v1 pgtbl_v2 irtcachedis nohugepages'
      .split(' ')
      .map((w) => [w, 'other'] as const),
  ],
} as const satisfies Readonly<Record<string, readonly (readonly [string, OptionId])[]>>

/** What an option does; its words are in boot-text.ts. */
export type OptionId =
  | 'iommu-off'
  | 'iommu-soft'
  | 'iommu-pt'
  | 'iommu-nopt'
  | 'iommu-force'
  | 'iommu-noforce'
  | 'intel-on'
  | 'intel-off'
  | 'scalable-on'
  | 'scalable-off'
  | 'amd-off'
  | 'strict-on'
  | 'strict-off'
  | 'passthrough-on'
  | 'passthrough-off'
  | 'swiotlb-size'
  | 'swiotlb-areas'
  | 'swiotlb-force'
  | 'swiotlb-noforce'
  | 'other'

/** One option that was recognised, by itself (`iommu=pt`; sizes rounded as the kernel does), and what it does. */
export interface OptionFound {
  readonly word: string
  readonly id: OptionId
}

/** The command line as far as it is about DMA. null: not said. */
export interface CommandLine {
  /** What all `swiotlb=` together say, as one text behind it; '' = nothing. */
  readonly swiotlb: string
  /** `iommu=off`: no IOMMU, and no pool for lack of reach either. */
  readonly off: boolean
  /** `iommu=soft`: bounce buffers whether needed or not. */
  readonly soft: boolean
  /** Devices reach memory untranslated although the IOMMU runs. */
  readonly passthrough: boolean | null
  /** The same by `iommu=pt` alone: kernels of 2009 know nothing else. */
  readonly pt: boolean
  readonly intel: boolean | null
  /** `intel_iommu=sm_on`: scalable mode of VT-d. */
  readonly scalable: boolean | null
  readonly amdOff: boolean
  /** `iommu.strict`: each unmap is invalidated at once. */
  readonly strict: boolean | null
  /** `intel_iommu=strict` or `amd_iommu=fullflush`: the same in words of the drivers, and stronger. */
  readonly driverStrict: boolean
  readonly found: readonly OptionFound[]
  /** Words that are not about DMA; the kernel hands those it does not know to user space. */
  readonly passed: readonly string[]
  /** What the kernel would ignore, and the reader surely did not mean. */
  readonly problems: readonly Problem[]
}

type Draft = { -readonly [K in keyof CommandLine]: CommandLine[K] } & {
  readonly found: OptionFound[]
  readonly passed: string[]
  readonly problems: Problem[]
}

/** Reads a command line. Nothing is refused: what the kernel ignores stands in `problems` and changes nothing. */
export function parseCommandLine(text: string): CommandLine {
  const draft: Draft = {
    swiotlb: '',
    off: false,
    soft: false,
    passthrough: null,
    pt: false,
    intel: null,
    scalable: null,
    amdOff: false,
    strict: null,
    driverStrict: false,
    found: [],
    passed: [],
    problems: [],
  }
  for (const word of text.split(/\s+/)) if (word !== '') readWord(draft, word)
  return draft
}

function readWord(draft: Draft, word: string): void {
  const at = word.indexOf('=')
  const [key, value] = at < 0 ? [word, ''] : [word.slice(0, at), word.slice(at + 1)]
  if (key === 'swiotlb') readSwiotlb(draft, value)
  else if (key === 'iommu' || key === 'intel_iommu' || key === 'amd_iommu') readList(draft, key, value)
  else if (key === 'iommu.strict' || key === 'iommu.passthrough') readSwitch(draft, key, value)
  else draft.passed.push(word)
}

/** Each `swiotlb=` adds what it says; of two that say the same the later counts. */
function readSwiotlb(draft: Draft, value: string): void {
  const [before, said] = [parseSwiotlb(draft.swiotlb), parseSwiotlb(value)]
  const { slots, areas, ignored } = said
  if (ignored !== '' || value === '')
    draft.problems.push({ field: 'swiotlb', given: value, allowed: 'slots[,areas][,force|noforce]' })
  if (slots !== null) draft.found.push({ word: `swiotlb=${slots}`, id: 'swiotlb-size' })
  if (areas !== null) draft.found.push({ word: `swiotlb=,${areas}`, id: 'swiotlb-areas' })
  if (said.force) draft.found.push({ word: 'swiotlb=force', id: 'swiotlb-force' })
  if (said.noforce) draft.found.push({ word: 'swiotlb=noforce', id: 'swiotlb-noforce' })
  const how = [said, before].find((o) => o.force || o.noforce)
  const bounce = how === undefined ? '' : how.force ? 'force' : 'noforce'
  draft.swiotlb = `${slots ?? before.slots ?? ''},${areas ?? before.areas ?? ''},${bounce}`.replace(/,+$/, '')
}

function readList(draft: Draft, key: keyof typeof OPTIONS, value: string): void {
  const options: readonly (readonly [string, OptionId])[] = OPTIONS[key]
  const allowed = options.map(([name]) => name).join(', ')
  if (value === '') draft.problems.push({ field: key, given: '', allowed })
  for (const item of value.split(',')) {
    if (item === '') continue
    const fitting = options.filter(([name]) => item.startsWith(name)).sort((a, b) => b[0].length - a[0].length)
    const id = fitting[0]?.[1]
    if (id === undefined) draft.problems.push({ field: key, given: item, allowed })
    else apply(draft, `${key}=${item}`, id)
  }
}

function readSwitch(draft: Draft, key: 'iommu.strict' | 'iommu.passthrough', value: string): void {
  const on = /^([1yt]|on)/i.test(value)
  if (!on && !/^([0nf]|of)/i.test(value)) draft.problems.push({ field: key, given: value, allowed: '0, 1' })
  else if (key === 'iommu.strict') {
    draft.strict = on
    draft.found.push({ word: `${key}=${value}`, id: on ? 'strict-on' : 'strict-off' })
  } else {
    draft.passthrough = on
    draft.found.push({ word: `${key}=${value}`, id: on ? 'passthrough-on' : 'passthrough-off' })
  }
}

function apply(draft: Draft, word: string, id: OptionId): void {
  draft.found.push({ word, id })
  if (id === 'iommu-off') draft.off = true
  else if (id === 'iommu-soft') draft.soft = true
  else if (id === 'iommu-pt' || id === 'iommu-nopt') {
    draft.pt = id === 'iommu-pt'
    draft.passthrough = draft.pt
  } else if (id === 'intel-on' || id === 'intel-off') draft.intel = id === 'intel-on'
  else if (id === 'scalable-on' || id === 'scalable-off') draft.scalable = id === 'scalable-on'
  else if (id === 'amd-off') draft.amdOff = true
  else if (id === 'strict-on') draft.driverStrict = true
}
