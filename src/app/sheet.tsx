// The phone's panel: controls, inspector and log under the thumb, in three sizes.

import { Tabs } from 'radix-ui'
import { type PointerEvent, useRef, useState } from 'react'
import { FieldControl } from '../controls/field.tsx'
import { Inspector } from '../controls/inspector.tsx'
import { KernelLog } from '../controls/log.tsx'
import { ControlsPanel, PanelFoot, useFields, useNudge } from '../controls/panel.tsx'
import { WhyRefused } from '../controls/refusal.tsx'
import Speed from '../controls/speed.tsx'
import { Transport } from '../controls/transport.tsx'
import { count, hex } from '../lib/format.ts'
import { addressAt, type Frame, presetById } from '../sim/index.ts'
import { useApp, useFrame, useLab } from '../store/context.ts'
import { text } from '../text/en.ts'
import { says } from '../ui/says.tsx'
import { Drawn } from './worker-state.tsx'

const t = text.sheet
/** Heights above the transport, as shares of the window; the first holds one control. */
const DETENTS = ['126px', '46dvh', 'calc(100dvh - 148px)'] as const
/** A drag shorter than this is a tap. */
const TAP_PX = 8

const linesOf = (frame: Frame) => frame.log?.total ?? 0
const addressOfCard = (frame: Frame) => (frame.card ? hex(addressAt(frame.card, frame.card.entry)).slice(2) : '')

export default function Sheet() {
  const [detent, setDetent] = useState(0)
  const [drag, setDrag] = useState<number | null>(null)
  const [tab, setTab] = useState('controls')
  const body = useRef<HTMLDivElement>(null)
  const start = useRef({ y: 0, height: 0 })
  const lines = useFrame(linesOf) ?? 0
  const address = useFrame(addressOfCard) ?? ''
  const preset = useApp((s) => s.scenario.preset)

  const down = (event: PointerEvent) => {
    start.current = { y: event.clientY, height: body.current?.clientHeight ?? 0 }
    event.currentTarget.setPointerCapture(event.pointerId)
  }
  const move = (event: PointerEvent) => {
    if (!event.currentTarget.hasPointerCapture(event.pointerId)) return
    setDrag(start.current.height + start.current.y - event.clientY)
  }
  const up = (event: PointerEvent) => {
    const moved = start.current.y - event.clientY
    setDrag(null)
    if (Math.abs(moved) < TAP_PX) return setDetent((detent + 1) % DETENTS.length)
    const height = (start.current.height + moved) / innerHeight
    setDetent(height < 0.3 ? 0 : height < 0.62 ? 1 : 2)
  }
  return (
    <section className="a-sheet" aria-label={text.places.controls}>
      <button
        type="button"
        className="a-handle"
        aria-label={`${t.handle}: ${t.sizes[detent]}`}
        onPointerDown={down}
        onPointerMove={move}
        onPointerUp={up}
        onKeyDown={(event) => {
          const step = { ArrowUp: 1, ArrowDown: -1 }[event.key]
          if (step) setDetent(Math.min(2, Math.max(0, detent + step)))
          else if (event.key === 'Enter') setDetent((detent + 1) % DETENTS.length)
          else return
          event.preventDefault()
        }}
      />
      <div
        ref={body}
        className={drag === null ? 'a-sheet-body' : 'a-sheet-body a-dragged'}
        style={{ height: drag === null ? DETENTS[detent] : `${Math.max(120, drag)}px` }}
      >
        <Tabs.Root value={tab} onValueChange={setTab} className="a-tabs">
          <Tabs.List className="a-tab-list" aria-label={text.places.controls}>
            <Tabs.Trigger value="controls">{t.controls}</Tabs.Trigger>
            <Tabs.Trigger value="inspect">
              {t.inspect} <span className="u-mono">{address}</span>
            </Tabs.Trigger>
            <Tabs.Trigger value="log">
              {t.log} <b data-testid="log-lines">{count(lines)}</b>
            </Tabs.Trigger>
          </Tabs.List>
          <Tabs.Content value="controls" className={detent === 0 ? 'a-tab a-tab-one' : 'a-tab'}>
            {detent === 0 ? (
              <OneControl key={preset} subject={presetById(preset)?.nudge?.path} />
            ) : (
              <Drawn title={text.places.controls}>
                <ControlsPanel />
                <Speed />
                <PanelFoot />
              </Drawn>
            )}
          </Tabs.Content>
          <Tabs.Content value="inspect" className="a-tab">
            <Drawn title={text.worker.parts.card}>
              <Inspector />
            </Drawn>
            <Drawn title={text.worker.parts.refusal}>
              <WhyRefused />
            </Drawn>
          </Tabs.Content>
          <Tabs.Content value="log" className="a-tab">
            <Drawn title={text.worker.parts.log}>
              <KernelLog />
            </Drawn>
          </Tabs.Content>
        </Tabs.Root>
      </div>
      <Drawn title={text.worker.time}>
        <Transport compact />
      </Drawn>
    </section>
  )
}

/** The control that the preset is about first; the button goes on to the next. Whatever changes, the one shown stays. */
function OneControl({ subject }: { subject: string | undefined }) {
  const fields = useFields()
  const nudge = useNudge(fields)
  const { actions } = useLab()
  const [path, show] = useState(subject)
  const index = Math.max(
    0,
    fields.findIndex((f) => f.path === path),
  )
  const field = fields[index]
  if (!field) return null
  return (
    <>
      <button
        type="button"
        className="a-next"
        aria-label={`${t.of(index + 1, fields.length)}, ${t.next}`}
        {...says('control.next', t.next)}
        onClick={() => show(fields[(index + 1) % fields.length]?.path)}
      >
        {t.of(index + 1, fields.length)}
      </button>
      <div className="a-one">
        <FieldControl
          key={field.path}
          field={field}
          value={field.value}
          nudge={nudge?.path === field.path ? nudge.words : null}
          compact
          onChange={(value) => actions.setParam(field.path, value)}
        />
      </div>
    </>
  )
}
