// The platforms that there are: the setting that everything else of a machine follows from.

import type { Param } from '../params.ts'
import { AMD, ARM, VTD } from './platform-iommu.ts'
import { POWERNV, PSERIES } from './platform-power.ts'

export const POWER = 'power'

export const platformParam = {
  name: 'platform',
  label: 'Platform',
  unit: 'choice',
  default: POWER,
  effect: 'restart',
  advanced: true,
  values: [
    {
      value: POWER,
      key: POWER,
      label: 'POWER',
      help: 'TCE tables that a hypervisor writes, one call for up to 512.',
    },
    {
      value: POWERNV,
      key: POWERNV,
      label: 'powernv',
      help: 'A POWER host: its device is a guest’s, by a TCE table of up to five levels.',
    },
    {
      value: PSERIES,
      key: PSERIES,
      label: 'pseries',
      help: 'A partition: its hypervisor makes windows, large ones on demand (DDW).',
    },
    {
      value: VTD,
      key: VTD,
      label: 'VT-d',
      help: 'Intel: page tables of three to five levels that the kernel writes; an IOTLB to flush.',
    },
    {
      value: ARM,
      key: ARM,
      label: 'Arm',
      help: 'SMMUv3: tables of 4K, 16K or 64K pages, commands that name ranges.',
    },
    {
      value: AMD,
      key: AMD,
      label: 'AMD',
      help: 'Tables whose pages have every power of two, and that grow a level.',
    },
  ],
  help: 'Which IOMMU the machine has, and with it how tables are written and what an unmap has to wait for.',
} as const satisfies Param
