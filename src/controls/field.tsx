// One control, made from a field's Param: the name on the left, the value on the right, the control under it.

import { ChevronDown } from 'lucide-react'
import { RadioGroup, Select, Slider, Switch } from 'radix-ui'
import { useId } from 'react'
import { type Field, formatParam, type ParamOption, type ParamValue } from '../sim/index.ts'
import { text } from '../text/en.ts'
import { besideText, kindOf, stopText, trackOf, valueText } from './param-text.ts'
import { Tip, tipOnFocus, useTip } from './tip.tsx'

interface ControlProps {
  readonly field: Field
  readonly value: ParamValue
  readonly labelId: string
  readonly helpId: string
  readonly onChange: (value: ParamValue) => void
}

/** What a preset suggests to try with a field. */
export interface Nudge {
  readonly lead: string
  readonly from: string
  readonly to: string
}

export function FieldControl({
  field,
  value,
  nudge,
  onChange,
}: {
  field: Field
  value: ParamValue
  nudge: Nudge | null
  onChange: (value: ParamValue) => void
}) {
  const id = useId()
  const labelId = `${id}-label`
  const helpId = `${id}-help`
  const tip = useTip()
  const { param } = field
  const kind = kindOf(param)
  const Control = { switch: OnOff, segments: Segments, stops: Stops, select: Choice, slider: Continuous }[kind]
  const note = field.notes[formatParam(param, value)]
  const reasons = note ? [...refusals(field), note] : refusals(field)
  const help = (
    <>
      <p>{param.help}</p>
      {param.effect === 'restart' && <p className="c-quiet">{text.control.restart}</p>}
    </>
  )
  return (
    <div className={`c-field c-${kind}`} data-testid={`control-${field.path}`} {...tipOnFocus(tip)}>
      <div className="c-head">
        <Tip tip={tip} help={help}>
          <span className="c-name" id={labelId}>
            {param.label}
          </span>
        </Tip>
        <span className="c-value">{besideText(param, value)}</span>
        <span id={helpId} hidden>
          {param.help}
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
      {nudge && (
        <p className="c-nudge">
          <span>
            {nudge.lead}{' '}
            <b>
              {nudge.from} → {nudge.to}
            </b>
          </span>
          <kbd>n</kbd>
        </p>
      )}
    </div>
  )
}

function refusedReason(field: Field, option: ParamOption): string | null {
  return Object.hasOwn(field.refused, option.key) ? (field.refused[option.key] ?? '') : null
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

/** More stops than this and only every other one, the ends and the chosen one are named. */
const ALL_NAMED = 5

function Stops({ field, value, labelId, helpId, onChange }: ControlProps) {
  const { param } = field
  const options = param.values ?? []
  const last = options.length - 1
  const index = Math.max(
    0,
    options.findIndex((o) => o.value === value),
  )
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
          const near = last >= ALL_NAMED && i !== index && Math.abs(i - index) === 1
          const named = last < ALL_NAMED || i === index || (i % 2 === (last % 2 === 0 ? 0 : last % 2) && !near)
          if (!named && !((i === 0 || i === last) && !near)) return null
          const refused = refusedReason(field, option) !== null
          return (
            <span
              key={option.key}
              className={`c-stop-name${i === index ? ' c-chosen' : ''}${refused ? ' c-refused' : ''}`}
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

const SHORT_HELP = 20

function Choice({ field, value, labelId, helpId, onChange }: ControlProps) {
  const { param } = field
  const current = param.values?.find((o) => o.value === value)
  const era = current?.help && current.help.length <= SHORT_HELP ? current.help : ''
  return (
    <Select.Root
      value={formatParam(param, value)}
      onValueChange={(key) => {
        const option = param.values?.find((o) => o.key === key)
        if (option) onChange(option.value)
      }}
    >
      <Select.Trigger className="c-select" aria-labelledby={labelId} aria-describedby={helpId}>
        <Select.Value>
          <span className="c-mono">{current?.key}</span>
        </Select.Value>
        <span className="c-era">{era}</span>
        <ChevronDown size={14} strokeWidth={1.75} aria-hidden="true" />
      </Select.Trigger>
      <Select.Portal>
        <Select.Content className="c-menu" position="popper" sideOffset={4} collisionPadding={8}>
          <Select.Viewport>
            {param.values?.map((option) => {
              const refused = refusedReason(field, option)
              return (
                <Select.Item key={option.key} className="c-item" value={option.key} disabled={refused !== null}>
                  <Select.ItemText>
                    <span className="c-mono">{option.key}</span>
                  </Select.ItemText>
                  <span className="c-item-help">{refused ?? option.help}</span>
                </Select.Item>
              )
            })}
          </Select.Viewport>
        </Select.Content>
      </Select.Portal>
    </Select.Root>
  )
}
