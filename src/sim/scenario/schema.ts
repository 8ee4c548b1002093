// A scenario is all that determines a run: settings, seed and inputs. The same object serves the page, the
// worker, the headless command, the tests and the link.

import type { Param, ParamValue, Settings } from '../params.ts'
import type { Recording } from './recording.ts'

/**
 * One device (a partitionable endpoint): its window, its TCE table, its allocator and its DMA mask; or, with the
 * setting `table` = `shared`, those of the first device.
 */
export interface DeviceSpec {
  /** `d0`, `d1` …: namespace of its keys. */
  readonly id: string
  /** What the log calls it, for example `eth0`. */
  readonly name: string
  /** How the kernel's messages about it begin, `e1000e 0000:00:00.0`; such a driver prints lines of its own. */
  readonly driver?: string
  /** Absolute entry of its window's first one; 0 if not given. */
  readonly offset?: number
  readonly settings: Settings
}

/** One source of map and unmap calls. */
export interface WorkloadSpec {
  /** `w0`, `w1` …: namespace of its keys. */
  readonly id: string
  /** Registry id of the workload. */
  readonly type: string
  /** Index into `devices`. */
  readonly device: number
  readonly settings: Settings
}

/**
 * A live change. It takes effect after `events` heap events have been processed and before any later one;
 * `ns` is the clock at that moment. Inputs are ordered by `events`, then by position in the list.
 */
export interface Input {
  readonly ns: number
  readonly events: number
  /** Field path, for example `d0.iommuPage`. */
  readonly path: string
  readonly value: ParamValue
}

/** As many inputs as a scenario may have. */
export const MAX_INPUTS = 4096
/** Where a run ends: an hour of simulated time. */
export const MAX_NS = 3_600_000_000_000

export interface Scenario {
  /** Id of the preset it started from. */
  readonly preset: string
  /** uint32. */
  readonly seed: number
  /** Machine-wide settings, namespace `m`. */
  readonly machine: Settings
  readonly devices: readonly DeviceSpec[]
  readonly workloads: readonly WorkloadSpec[]
  readonly inputs: readonly Input[]
  /** What workloads of type `recorded` play. */
  readonly recording?: Recording
}

/** Groups in which controls stand on the page. */
export type FieldGroup = 'machine' | 'iova' | 'workload'

/** One settable value of a scenario with the Param that governs it. */
export interface Field {
  /** `m.cpus`, `d0.iommuPage`, `w0.ring` …: also the link key. */
  readonly path: string
  readonly param: Param
  readonly value: ParamValue
  /** What the scenario itself says, null where it says nothing. The param's default stands for what it does not allow. */
  readonly said: ParamValue | null
  readonly group: FieldGroup
  /** Name of the device or workload it belongs to, empty for the machine. */
  readonly owner: string
  /** Values of this param that cannot be combined with the other settings, with the reason. */
  readonly refused: Readonly<Record<string, string>>
  /** Values that run but that no kernel shipped with the other settings, by option key, with the reason. */
  readonly notes: Readonly<Record<string, string>>
}

/** Simulated ns per wall ns, or as fast as it goes. */
export type Speed = number | 'max'

/** What a run can be searched for: kinds of happening. */
export const HAPPENINGS = ['refusal', 'flush', 'late', 'bounce', 'fallback'] as const
export type HappeningId = (typeof HAPPENINGS)[number]

/** A preset: a scenario with a name, a story and a picture to open on. */
export interface Preset {
  readonly id: string
  readonly title: string
  /** The control the story is about, with the value to try; pointed at on the page. */
  readonly nudge: { readonly path: string; readonly value: ParamValue; readonly worse?: true } | null
  readonly scenario: Scenario
  /** What the story is about, where that is not what such a machine is about (`subjectOf`). */
  readonly about?: HappeningId
  /** Where the page opens, in ns; the picture there already says something. */
  readonly openNs: number
  /** Initial right end of the time axis, ns. */
  readonly horizonNs: number
  /** File in `recordings/` that its workload plays: fetched when the preset is opened. */
  readonly recording?: string
  /** Simulated ns per wall ns at first, where the usual speed is too slow. */
  readonly speed?: number
  /** Range of the map shown at first, in table-relative entries; the whole window if not given. */
  readonly zoom?: { readonly first: number; readonly count: number }
  /** Dock views shown at first, by view id, at most three. */
  readonly dock: readonly string[]
}
