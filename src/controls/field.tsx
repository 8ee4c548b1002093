// One control, made from a field's Param: the name on the left, the value on the right, the control under it.

import { RadioGroup, Slider, Switch } from 'radix-ui'
import { memo, useId } from 'react'
import { type Field, formatParam, type ParamValue } from '../sim/index.ts'
import { loadable } from '../store/loadable.tsx'
import { text } from '../text/en.ts'
import { saysIn } from '../ui/says.tsx'
import type { ControlProps } from './choice.tsx'
import { besideText, kindOf, namedStops, refusedReason, stopText, trackOf, valueText } from './param-text.ts'

// What pops up is loaded after the page stands.
const Choice = loadable(
  () => import('./choice.tsx').then((m) => m.default),
  ({ field: { param }, value }: ControlProps) => (
    <div className="u-button c-select u-mono">{formatParam(param, value)}</div>
  ),
  'button',
)

/** What a preset suggests to try with a field. */
export interface Nudge {
  readonly lead: string
  readonly from: string
  readonly to: string
  readonly value: ParamValue
}

interface FieldProps {
  readonly field: Field
  readonly value: ParamValue
  readonly nudge: Nudge | null
  /** The nudge stands in the value's place: a phone shows one control at a time. */
  readonly compact?: boolean
  /** Depends on the field's path alone: another function for the same field does the same. */
  readonly onChange: (value: ParamValue) => void
}

/** Renders again only when what it shows has changed, whatever objects it was given: a change of one setting must not
 *  cost a rendering of all. */
export const FieldControl = memo(Body, (a, b) => shown(a) === shown(b))

function shown({ field, value, nudge, compact }: FieldProps): string {
  return JSON.stringify([field.path, value, nudge, compact, field.notes, field.refused])
}

function Body({ field, value, nudge, compact = false, onChange }: FieldProps) {
  const id = useId()
  const labelId = `${id}-label`
  const helpId = `${id}-help`
  const { param } = field
  const kind = kindOf(param)
  const Control = { switch: OnOff, segments: Segments, stops: Stops, select: Choice, slider: Continuous }[kind]
  const note = field.notes[formatParam(param, value)]
  const reasons = note ? [...refusals(field), note] : refusals(field)
  return (
    <div
      className={`c-field c-is-${kind}${nudge ? ' c-nudged' : ''}`}
      data-testid={`control-${field.path}`}
      data-says-field=""
    >
      <div className="c-head" {...saysIn(helpId)}>
        <span className="c-name" id={labelId}>
          {param.label}
        </span>
        {compact && nudge ? (
          <span className="c-value c-suggests">
            {nudge.lead} <b>{nudge.to}</b>
          </span>
        ) : (
          <span className="c-value">{besideText(param, value)}</span>
        )}
        <span id={helpId} hidden>
          {param.effect === 'restart' ? `${param.help} ${text.control.restart}` : param.help}
        </span>
        {kind === 'switch' && (
          <OnOff field={field} value={value} labelId={labelId} helpId={helpId} onChange={onChange} />
        )}
      </div>
      {kind !== 'switch' && (
        <Control field={field} value={value} labelId={labelId} helpId={helpId} onChange={onChange} />
      )}
      {reasons.map((reason) => (
        <p key={reason} className="c-reason">
          {reason}
        </p>
      ))}
      {nudge && !compact && (
        <button type="button" className="c-nudge" onClick={() => onChange(nudge.value)}>
          <span>
            {nudge.lead}{' '}
            <b>
              {nudge.from} → {nudge.to}
            </b>
          </span>
          <kbd>n</kbd>
        </button>
      )}
    </div>
  )
}

/** The refused values with their reasons, one line per reason. */
function refusals(field: Field): string[] {
  const byReason = new Map<string, string[]>()
  for (const option of field.param.values ?? []) {
    const reason = refusedReason(field, option)
    if (reason) byReason.set(reason, [...(byReason.get(reason) ?? []), stopText(option)])
  }
  return [...byReason].map(([reason, options]) => text.control.refused(options.join(', '), reason))
}

function OnOff({ field, value, labelId, helpId, onChange }: ControlProps) {
  const { param } = field
  const on = formatParam(param, value) === 'on'
  const other = param.values?.find((o) => o.value !== value)
  return (
    <Switch.Root
      className="c-switch-root"
      checked={on}
      disabled={!other || refusedReason(field, other) !== null}
      aria-labelledby={labelId}
      aria-describedby={helpId}
      onCheckedChange={() => other && onChange(other.value)}
    >
      <Switch.Thumb className="c-switch-thumb" />
    </Switch.Root>
  )
}

function Segments({ field, value, labelId, helpId, onChange }: ControlProps) {
  const { param } = field
  return (
    <RadioGroup.Root
      className="c-segs"
      orientation="horizontal"
      value={formatParam(param, value)}
      aria-labelledby={labelId}
      aria-describedby={helpId}
      onValueChange={(key) => {
        const option = param.values?.find((o) => o.key === key)
        if (option) onChange(option.value)
      }}
    >
      {param.values?.map((option) => (
        <RadioGroup.Item
          key={option.key}
          className="c-seg"
          value={option.key}
          disabled={refusedReason(field, option) !== null}
        >
          {stopText(option)}
        </RadioGroup.Item>
      ))}
    </RadioGroup.Root>
  )
}

function Stops({ field, value, labelId, helpId, onChange }: ControlProps) {
  const { param } = field
  const options = param.values ?? []
  const last = options.length - 1
  const index = Math.max(
    0,
    options.findIndex((o) => o.value === value),
  )
  const named = namedStops(options.map(stopText), index)
  const move = (to: number) => {
    const step = to > index ? 1 : -1
    for (let i = to; i >= 0 && i <= last && i !== index; i += step) {
      const option = options[i]
      if (option && refusedReason(field, option) === null) return onChange(option.value)
    }
  }
  return (
    <div className="c-stops-body">
      <Slider.Root
        className="c-slider"
        min={0}
        max={last}
        step={1}
        value={[index]}
        onValueChange={([to = index]) => move(to)}
      >
        <Slider.Track className="c-track">
          <Slider.Range className="c-range" />
        </Slider.Track>
        <span className="c-dots" aria-hidden="true">
          {options.map((option, i) => (
            <i
              key={option.key}
              className={i <= index ? 'c-dot c-passed' : 'c-dot'}
              style={{ left: `${(100 * i) / last}%` }}
            />
          ))}
        </span>
        <Slider.Thumb
          className="c-thumb"
          aria-labelledby={labelId}
          aria-describedby={helpId}
          aria-valuetext={valueText(param, value)}
        />
      </Slider.Root>
      <div className="c-stop-names" aria-hidden="true">
        {options.map((option, i) => {
          if (!named.has(i)) return null
          const refused = refusedReason(field, option) !== null
          return (
            <span
              key={option.key}
              className={`c-stop-name${i === index ? ' c-chosen' : ''}${refused ? ' c-refused' : ''}${i === last ? ' c-last' : ''}`}
              style={{ left: `${(100 * i) / last}%` }}
            >
              {stopText(option)}
            </span>
          )
        })}
      </div>
    </div>
  )
}

function Continuous({ field, value, labelId, helpId, onChange }: ControlProps) {
  const { param } = field
  const track = trackOf(param)
  return (
    <Slider.Root
      className="c-slider"
      min={0}
      max={track.last}
      step={1}
      value={[track.toPosition(Number(value))]}
      onValueChange={([position = 0]) => onChange(track.toValue(position))}
    >
      <Slider.Track className="c-track">
        <Slider.Range className="c-range" />
      </Slider.Track>
      <Slider.Thumb
        className="c-thumb"
        aria-labelledby={labelId}
        aria-describedby={helpId}
        aria-valuetext={valueText(param, value)}
      />
    </Slider.Root>
  )
}
