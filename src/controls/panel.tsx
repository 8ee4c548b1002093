// The controls: three groups of fields, only those that the scenario has, and the seed at the foot.

import { RotateCcw } from 'lucide-react'
import { useEffect, useMemo, useRef, useState } from 'react'
import { type Field, type FieldGroup, fieldsOf, type ParamValue, presetById } from '../sim/index.ts'
import { useApp, useFrame, useLab } from '../store/context.ts'
import { text } from '../text/en.ts'
import { says } from '../ui/says.tsx'
import { FieldControl, type Nudge } from './field.tsx'
import { leadOf, nudgeOf } from './nudge.ts'
import { stopText } from './param-text.ts'

const GROUPS: readonly FieldGroup[] = ['machine', 'iova', 'workload']

/** The fields as they stand, changes that are not confirmed yet included. */
export function useFields(): readonly Field[] {
  const scenario = useApp((s) => s.here)
  const pending = useApp((s) => s.pending)
  const fields = useMemo(() => fieldsOf(scenario), [scenario])
  return useMemo(
    () => fields.map((f) => (pending[f.path] === undefined ? f : { ...f, value: pending[f.path] as ParamValue })),
    [fields, pending],
  )
}

/** The words of the nudge for one field, or null. */
export function useNudge(fields: readonly Field[]): { readonly path: string; readonly words: Nudge } | null {
  const scenario = useApp((s) => s.here)
  const lead = useFrame(leadOf) ?? text.control.try
  const nudge = nudgeOf(scenario, fields)
  const field = nudge && fields.find((f) => f.path === nudge.path)
  if (!nudge || !field) return null
  const name = (value: ParamValue) => {
    const option = field.param.values?.find((o) => o.value === value)
    return option ? stopText(option) : String(value)
  }
  return {
    path: nudge.path,
    words: {
      lead: nudge.worse ? text.control.see : lead,
      from: name(field.value),
      to: name(nudge.value),
      value: nudge.value,
    },
  }
}

/** Brings what a preset is about into sight when that is opened, or the panel is; while parts of the panel still come, too,
 *  as long as nobody moves in it. */
function useInSight(subject: string | undefined) {
  const panel = useRef<HTMLDivElement>(null)
  const preset = useApp((s) => s.scenario.preset)
  // biome-ignore lint/correctness/useExhaustiveDependencies: two presets may be about the same control
  useEffect(() => {
    const own = panel.current
    if (!own) return
    const sizes = new ResizeObserver(() => bringIntoSight(own, `control-${subject}`))
    for (const part of [own, ...own.children]) sizes.observe(part)
    const rest = () => sizes.disconnect()
    const moves = ['pointerdown', 'wheel', 'keydown'] as const
    for (const move of moves) addEventListener(move, rest, { passive: true })
    const timer = setTimeout(rest, COMING_MS)
    return () => {
      rest()
      clearTimeout(timer)
      for (const move of moves) removeEventListener(move, rest)
    }
  }, [preset, subject])
  return panel
}

function bringIntoSight(panel: HTMLElement, id: string): void {
  const control = panel.querySelector(`[data-testid="${id}"]`)
  let box: HTMLElement | null = control ? panel : null
  while (box && !/auto|scroll/.test(getComputedStyle(box).overflowY)) box = box.parentElement
  if (!box || !control) return
  const [inner, outer] = [control.getBoundingClientRect(), box.getBoundingClientRect()]
  const [top, bottom] = [inner.top, inner.bottom].map((y) => y - outer.top + box.scrollTop) as [number, number]
  box.scrollTop = bottom <= box.clientHeight ? 0 : top - IN_SIGHT
}

/** Parts of the panel, and its type, are there by then. */
const COMING_MS = 2000
/** What stays to be seen above it, css px: the heading of its group, if it is the first. */
const IN_SIGHT = 64

export function ControlsPanel() {
  const fields = useFields()
  const nudge = useNudge(fields)
  // What the preset is about is never folded away.
  const subject = presetById(useApp((s) => s.scenario.preset))?.nudge?.path
  const panel = useInSight(subject)
  const { actions } = useLab()
  const control = (field: Field) => (
    <FieldControl
      key={field.path}
      field={field}
      value={field.value}
      nudge={nudge?.path === field.path ? nudge.words : null}
      onChange={(value) => actions.setParam(field.path, value)}
    />
  )
  return (
    <div ref={panel} className="c-panel">
      {GROUPS.map((group) => {
        const own = fields.filter((f) => f.group === group)
        if (own.length === 0) return null
        const named = new Set(own.map((f) => f.owner).filter((owner) => owner !== ''))
        const owners = named.size > 1 ? [...new Set(own.map((f) => f.owner))] : [null]
        return (
          <section key={group} className="c-group" aria-labelledby={`group-${group}`}>
            <h2 id={`group-${group}`}>{text.groups[group]}</h2>
            {owners.map((owner) => {
              const mine = own.filter((f) => owner === null || f.owner === owner)
              const plain = mine.filter((f) => !f.param.advanced || f.path === subject)
              const more = mine.filter((f) => !plain.includes(f))
              return (
                <div key={owner}>
                  {owner && <h3>{owner}</h3>}
                  {plain.map(control)}
                  {more.length > 0 && (
                    <details className="c-more">
                      <summary>{text.control.more(more.length)}</summary>
                      {more.map(control)}
                    </details>
                  )}
                </div>
              )
            })}
          </section>
        )
      })}
    </div>
  )
}

const SEED = /^(0x)?[0-9a-f]{1,8}$/i

export function PanelFoot() {
  const seed = useApp((s) => s.scenario.seed)
  const preset = useApp((s) => s.scenario.preset)
  const { actions } = useLab()
  const shown = `0x${seed.toString(16)}`
  const [draft, setDraft] = useState<string | null>(null)
  const [refused, setRefused] = useState<string | null>(null)
  const commit = () => {
    if (draft !== null && !SEED.test(draft)) return setRefused(draft)
    if (draft !== null) actions.setSeed(Number.parseInt(draft.replace(/^0x/i, ''), 16))
    setDraft(null)
  }
  return (
    <div className="c-foot">
      <label className="c-seed" data-says-field="">
        <span {...says('control.seed')}>{text.control.seed}</span>
        <input
          className="u-mono"
          aria-label={text.control.seedLabel}
          value={draft ?? shown}
          style={{ width: `calc(${(draft ?? shown).length}ch + 6px)` }}
          spellCheck={false}
          autoComplete="off"
          aria-invalid={draft !== null && !SEED.test(draft)}
          aria-describedby={refused === null ? undefined : 'seed-why'}
          onChange={(event) => {
            setDraft(event.target.value)
            setRefused(null)
          }}
          onBlur={commit}
          onKeyDown={(event) => {
            if (event.key === 'Enter') commit()
            if (event.key !== 'Escape' || draft === null) return
            setDraft(null)
            setRefused(null)
            event.preventDefault()
          }}
        />
      </label>
      <button type="button" className="u-button" {...says('control.values')} onClick={() => actions.openPreset(preset)}>
        <RotateCcw size={14} strokeWidth={1.75} aria-hidden="true" />
        {text.control.presetValues}
      </button>
      {refused !== null && (
        <p id="seed-why" className="c-seed-why" role="alert" data-testid="seed-why">
          {text.control.seedAllowed(refused.slice(0, 24))}
        </p>
      )}
    </div>
  )
}
