// Settings of how a PC comes up: whether its IOMMU does, which kernel decides, and what memory there is to bounce in.

import { pow2 } from '../../lib/bits.ts'
import { type NumberOption, type Param, type ParamTable, readParam, readParams, type Settings } from '../params.ts'
import { AMD, GIB, option, size, VTD } from './platform-iommu.ts'
import { platformParam } from './platform-names.ts'

const slots = (n: number): NumberOption => ({ value: n, key: String(n), label: size(n * 2048).label })

/** Of the machine. */
export const bootParams = [
  {
    name: 'comesUp',
    label: 'IOMMU at boot',
    unit: 'choice',
    default: 'works',
    effect: 'restart',
    advanced: true,
    values: [
      option('works', 'works', 'It is found and comes up.'),
      option('fails', 'fails', 'It is found in the firmware’s tables, and its initialisation fails later.'),
      option('absent', 'absent', 'There is none.'),
    ],
    help: 'Whether the IOMMU that the firmware’s tables promise is there when it is needed.',
  },
  {
    name: 'bootKernel',
    label: 'Kernel',
    unit: 'choice',
    default: '6.12',
    effect: 'restart',
    advanced: true,
    values: [
      option('2.6.31', '2.6.31', 'Where the debate of 2009 begins: a failure is noticed too late to bounce.'),
      option('panic', 'panic', 'First way out: give up.'),
      option('earlier', 'find out early', 'Second: a full probe before memory is handed out. Nobody could build it.'),
      option('late', 'allocate late', 'Third: ask the page allocator for the bounce pool when it is needed.'),
      option('give-back', 'give back', 'Fourth, chosen: reserve early, use it or give it back.'),
      option('leak', 'no give-back', 'The fourth without its last part: the memory stays reserved.'),
      option('2.6.33', '2.6.33', 'What was merged: make it early, free it late if the IOMMU works.'),
      option('6.12', '6.12', 'Today: the pool stays, untrusted devices need it.'),
    ],
    help: 'When the kernel decides about bounce buffers, and what it does when that was wrong.',
  },
  {
    name: 'ram',
    label: 'RAM',
    unit: 'bytes',
    default: 16 * GIB,
    effect: 'restart',
    advanced: true,
    values: [2, 3, 4, 8, 16, 32, 64].map((n) => size(n * GIB)),
    help: 'Memory of the machine. Registers answer below 4 GiB: what does not fit under them lies above.',
  },
  {
    name: 'largestOrder',
    label: 'Largest block left',
    unit: 'count',
    default: 10,
    effect: 'restart',
    advanced: true,
    values: [10, 9, 8, 7, 6].map((n) => ({ value: n, key: String(n), label: size(pow2(12 + n)).label })),
    help: 'The largest block that fragmentation has left to the page allocator when the late path asks for a pool.',
  },
  {
    name: 'swiotlb',
    label: 'swiotlb=',
    unit: 'count',
    default: 0,
    effect: 'restart',
    advanced: true,
    values: [
      { value: 0, key: 'default', label: 'default', help: '32 768 slots: 64 MiB.' },
      ...[512, 1024, 2048, 8192, 16_384, 32_768, 65_536, 131_072].map(slots),
    ],
    help: 'Slots of 2 KiB in the bounce pool, as on the kernel command line.',
  },
  {
    name: 'swiotlbAreas',
    label: 'Areas',
    unit: 'count',
    default: 0,
    effect: 'restart',
    advanced: true,
    values: [
      { value: 0, key: 'cpus', label: 'by CPUs', help: 'A power of two, one for each CPU.' },
      ...[1, 2, 4, 8, 16, 32, 64].map((n) => ({ value: n, key: String(n), label: String(n) })),
    ],
    help: 'Parts of the bounce pool that each have a lock; before 6.0 there was one.',
  },
  {
    name: 'force',
    label: 'Bouncing',
    unit: 'choice',
    default: 'auto',
    effect: 'restart',
    advanced: true,
    values: [
      option('auto', 'if needed', 'Where a device does not reach the buffer.'),
      option('force', 'force', 'Every buffer, as with swiotlb=force.'),
      option('noforce', 'never', 'No pool at all, as with swiotlb=noforce.'),
    ],
    help: 'Which buffers are copied through the pool.',
  },
  {
    name: 'guest',
    label: 'Virtual machine',
    unit: 'choice',
    default: 'off',
    effect: 'restart',
    advanced: true,
    values: [
      option('on', 'on', 'Its CPUs are virtual: who waits for a lock is put to sleep and has to be woken.'),
      option('off', 'off', 'Its CPUs are real, and spin.'),
    ],
    help: 'Whether this machine is itself a guest, as those are that bounce everything (swiotlb=force).',
  },
  {
    name: 'iommuArg',
    label: 'iommu=',
    unit: 'choice',
    default: 'default',
    effect: 'restart',
    advanced: true,
    values: [
      option('default', 'not said', 'The kernel decides.'),
      option('off', 'off', 'No IOMMU, and no pool either.'),
      option(
        'vendor-off',
        'driver off',
        'As intel_iommu=off or amd_iommu=off: no IOMMU, but a pool where it is needed.',
      ),
      option('force', 'force', 'An IOMMU even where it is not needed.'),
      option('soft', 'soft', 'Bounce buffers rather than an IOMMU.'),
      option('pt', 'pt', 'The IOMMU runs, and devices pass through it untranslated.'),
    ],
    help: 'What the kernel command line says about the IOMMU.',
  },
] as const satisfies ParamTable

/** False for a PC whose settings say that its IOMMU does not come up: nothing is translated then. */
export function translates(machine: Settings): boolean {
  const platform = readParam(platformParam, machine)
  if (platform !== VTD && platform !== AMD) return true
  const { comesUp, iommuArg } = readParams(bootParams, machine)
  return comesUp === 'works' && iommuArg !== 'off' && iommuArg !== 'vendor-off' && iommuArg !== 'pt'
}

/** The same params, in sight where the boot is what the machine is about. */
export function bootParamsOf(machine: Settings): readonly Param[] {
  const told = !translates(machine) || readParams(bootParams, machine).bootKernel !== '6.12'
  if (!told) return bootParams
  const folded = ['swiotlb', 'iommuArg', 'guest', 'largestOrder']
  return bootParams.map((param) => ({ ...param, advanced: folded.includes(param.name) }))
}
