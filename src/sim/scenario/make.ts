// What the presets are made of.

import type { Settings } from '../params.ts'
import type { DeviceSpec, Scenario, WorkloadSpec } from './schema.ts'

export const KIB = 1024
export const MIB = 1024 * KIB
/** Nanoseconds. */
export const MS = 1_000_000

export function device(index: number, name: string, settings: Settings): DeviceSpec {
  return { id: `d${index}`, name, settings }
}

export function workload(index: number, type: string, on: number, settings: Settings): WorkloadSpec {
  return { id: `w${index}`, type, device: on, settings }
}

export function scenario(
  preset: string,
  machine: Settings,
  devices: readonly DeviceSpec[],
  workloads: readonly WorkloadSpec[],
): Scenario {
  return { preset, seed: 0x5eed, machine, devices, workloads, inputs: [] }
}
