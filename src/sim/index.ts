// The only door into the simulation: code outside `sim/` imports from here.

export { BOOT_STEP_TEXT, FAILURE_TEXT, OPTION_TEXT, type StepId as BootStepId } from './boot/boot-text.ts'
export type { FlushMode } from './dma/iommu-state.ts'
export { PRICES, type Price } from './engine/cost.ts'
export { IN_DEPOT } from './iova/allocator.ts'
export { allocatorById, allocatorInfos, allocators } from './iova/index.ts'
export { countOf } from './machine/happenings.ts'
export { hcallsSoFar } from './machine/hypervisor.ts'
export * from './params.ts'
export type { EntryName, WayTells } from './paths/way.ts'
export { settingsOfCommandLine as parseCommandLine } from './platform/pc-boot.ts'
export * from './probes/cards.ts'
export * from './probes/cells.ts'
export { recordingIsOver, summarise } from './probes/figures.ts'
export {
  buffersOf,
  buildFrame,
  type Frame,
  type FramePart,
  type FrameWish,
  type ProbeFrames,
  type ProbeId,
  type ProbeRequests,
  type ProbeTypes,
  type RunStatus,
  type Underway,
} from './probes/frame.ts'
export * from './probes/frames.ts'
export { type Arrays, createArrays, type RegionInfo } from './probes/probe.ts'
export { type Changing, watchChanges } from './probes/since.ts'
export { type AddressSpace, addressAt, addressBehind, type Listing, listingOf, sameSpace } from './probes/space.ts'
export { type Errand, FIND_EVENTS, type Journey, type Outcome, type Position, STEP_EVENTS } from './run/journeys.ts'
export { createRun, type Run } from './run/run.ts'
export {
  afterInputs,
  currentValue,
  fieldAt,
  fieldsOf,
  reasonAgainst,
  refusalOf,
  settledBy,
  withValue,
} from './scenario/fields.ts'
export { presetById, presets } from './scenario/presets.ts'
export {
  FILE_PRESET,
  playsRecording,
  presetOf,
  presetOfRecording,
  recordable,
  withRecording,
} from './scenario/recorded.ts'
export * from './scenario/recording.ts'
export { type Said, saidOtherwise, shownOnly } from './scenario/said.ts'
export * from './scenario/schema.ts'
export { HAPPENINGS, type HappeningId } from './scenario/schema.ts'
export { subjectOf } from './scenario/subject.ts'
export { type Replay, replay } from './studies/replay.ts'
export type { TceEra, TceRefusal } from './table/tce-multi-levels.ts'
export * from './types.ts'
export type { DdwStep, RtasCall, StepFigure } from './window/ddw.ts'
export type { HcallCounts } from './window/ddw-calls.ts'
export type { StepId } from './window/ddw-decided.ts'
export { STEP_TEXT, type StepText } from './window/ddw-text.ts'
export { pageShiftsOf } from './window/page-size.ts'
export { rtasText } from './window/rtas-text.ts'
export { kernelPointer, type LogKind, type LogLine, logLines } from './words/log.ts'
export type { TimeMark } from './words/marks.ts'
