// The decision about a dynamic DMA window without the page: each step as a card, its figures in their units, the call of
// firmware that belongs to it, and what it all came to.

import { bytes, count, duration, entryAddress } from '../../lib/format.ts'
import {
  type DdwFrame,
  type DdwStep,
  pageShiftsOf,
  type RtasCall,
  rtasText,
  STEP_TEXT,
  type StepFigure,
  type StepId,
} from '../../sim/index.ts'
import type { FromLog } from '../../store/file-content.ts'
import { ddwText as text } from '../../text/ddw.ts'
import type { TableTwin } from '../view.ts'

/** Figures that name frames are of 4 KiB. */
const FRAME_SHIFT = 12
/** `64K`, `2G`, `512`. */
function letters(n: number): string {
  return bytes(n).replace(/ (.)?i?B$/, '$1')
}

/** `64K`, `16M`, `2G`: a page size as the kernel's people say it. */
export function pageText(shift: number): string {
  return letters(2 ** shift)
}

/** `8M`, `6 000`: a number of TCEs as the settings have it, in units of 1024 where it is whole ones. */
function countText(n: number): string {
  return n >= 1024 && n % 1024 === 0 ? letters(n) : count(n)
}

/** The value of a step's figure in its unit. */
export function figureText({ name, value, unit }: StepFigure): string {
  switch (unit) {
    case 'log2':
      return bytes(2 ** value)
    case 'frames':
      return entryAddress(value, FRAME_SHIFT)
    case 'flags':
      return pageShiftsOf(value).map(pageText).join(' ') || text.noFlags
    case 'count':
      return name === 'calls' ? count(value) : countText(value)
    case 'bits':
    case 'rc':
      return String(value).replace('-', '−')
  }
}

/** All figures of a step, `page 16 MiB · window 2 GiB`. */
export function figuresText({ figures }: DdwStep): string {
  return figures.map((f) => text.figure(f.name, figureText(f))).join(' · ')
}

/** What a step came to, in a few characters: its most telling figures, or a word. */
export function cameTo(step: DdwStep): string {
  const of = (name: string) => step.figures.find((f) => f.name === name)
  const value = (name: string) => {
    const figure = of(name)
    return figure ? figureText(figure) : ''
  }
  switch (step.id) {
    case 'query':
      return text.windows(value('windows'), value('largest-block'))
    case 'page-size':
      return pageText(of('page')?.value ?? 0)
    case 'direct':
    case 'direct-all':
    case 'direct-ram':
      return text.atLeast(value('window'), value('memory'))
    case 'indirect':
    case 'too-small':
      return text.less(value('window'), value('memory'))
    case 'created':
      return text.made(value('window'))
    case 'ram':
    case 'table':
      return text.calls(value('calls'))
    case 'bus-limit':
      return value('limit')
    default:
      return text.steps[step.id][1]
  }
}

/** Steps at which it was decided against a window, or which the device cannot survive. */
const REFUSALS: ReadonlySet<StepId> = new Set<StepId>([
  'not-applicable',
  'query-failed',
  'limited-unknown',
  'limited-refused',
  'default-in-use',
  'default-unknown',
  'default-not-restorable',
  'no-window',
  'no-page-size',
  'too-small',
  'create-failed',
  'ram-failed',
  'bypass-without-window',
  'mask-refused',
])
const KINDS: ReadonlySet<StepId> = new Set<StepId>([
  'direct',
  'direct-all',
  'direct-ram',
  'hybrid',
  'indirect',
  'indirect-pmem',
])

/** True for a step that ends in a refusal. */
export const isRefusal = ({ id }: DdwStep): boolean => REFUSALS.has(id)

/** The step that a result comes from: the first refusal, else what kind of window was decided on, else the last. */
export function decisive({ steps }: DdwFrame): number {
  const refusal = steps.findIndex(isRefusal)
  if (refusal >= 0) return refusal
  const kind = steps.findLastIndex(({ id }) => KINDS.has(id))
  return kind >= 0 ? kind : Math.max(0, steps.length - 1)
}

/** Calls of firmware by the steps that make them. */
const CALLS: Partial<Record<StepId, RtasCall['call']>> = {
  query: 'query',
  'query-failed': 'query',
  limited: 'reset',
  'limited-refused': 'reset',
  'default-removed': 'remove',
  created: 'create',
  'create-failed': 'create',
  'ram-failed': 'remove',
  'failed-restored': 'reset',
}

/** The kernel's message about the call that a step made, empty for a step without one. */
export function messageOf(frame: DdwFrame, at: number): string {
  const id = frame.steps[at]?.id
  if (id === undefined || CALLS[id] === undefined) return ''
  const before = frame.steps.slice(0, at).filter((s) => CALLS[s.id] !== undefined).length
  const call = frame.rtas[before]
  return call?.call === CALLS[id] ? rtasText(call) : ''
}

/** `16M pages, 2 GiB at 0x0800_0000_0000_0000`: the window that buffers go to; of none, what that means. */
export function windowText({ result, pageShift, windowShift, base }: DdwFrame): string {
  if (result === 'nowhere') return text.nowhere
  if (result === 'refused') return STEP_TEXT['mask-refused'].why
  return text.window(sizeText(pageShift, windowShift), entryAddress(base, FRAME_SHIFT))
}

/** `16M pages, 2 GiB`: a window by its sizes, log2 of bytes. */
function sizeText(pageShift: number, windowShift: number): string {
  return text.size(pageText(pageShift), bytes(2 ** windowShift))
}

/** What the driver paid for the window: hypervisor calls, and time. */
export function costText({ hcalls, tookNs }: DdwFrame): string {
  const calls = hcalls.put + hcalls.putIndirect + hcalls.stuff
  return calls === 0 ? text.noCalls : text.cost(text.calls(count(calls)), duration(tookNs))
}

/** True where the device cannot do DMA, or its DMA goes wrong. */
export const isWarning = ({ result }: DdwFrame): boolean => result === 'nowhere' || result === 'refused'

/** The decision in a sentence or three. */
export function describeDdw(frame: DdwFrame): string {
  const step = frame.steps[decisive(frame)]
  const why = step ? `${STEP_TEXT[step.id].decided} ${STEP_TEXT[step.id].why}` : ''
  const { device, maskBits, result } = frame
  return text.describe(
    device,
    maskBits,
    text.results[result],
    windowText(frame).replace(/\.$/, ''),
    costText(frame),
    why,
  )
}

/** The steps as rows of text. */
export function ddwTable(frame: DdwFrame): TableTwin {
  const rows = frame.steps.map((step, i) => {
    const { asked, answered, decided, why } = STEP_TEXT[step.id]
    return [`${i + 1} ${text.steps[step.id][0]}`, asked, answered, figuresText(step), decided, why, messageOf(frame, i)]
  })
  return { columns: text.columns, rows, total: rows.length }
}

/** Fields that the decision rests on, by path. */
export const DDW_INPUTS: readonly string[] = Object.keys(text.inputNames)

/** Whether a run made the window that its log has, in words. */
export function comparison(frame: DdwFrame, { logged, at }: FromLog): string {
  const { asked, made, direct } = logged[at]!
  if (!asked) return text.notAsked
  if (made !== null && made.rc !== 0) return text.failed
  if (made === null) return direct ? text.unsized : text.noWindow
  const kind = direct === null ? 'unknown' : direct ? 'direct' : 'indirect'
  const same = made.pageShift === frame.pageShift && made.windowShift === frame.windowShift
  const sameKind = kind === 'unknown' ? frame.result === 'direct' || frame.result === 'indirect' : kind === frame.result
  return same && sameKind ? text.same : text.other(text.kinds[kind], sizeText(made.pageShift, made.windowShift))
}
