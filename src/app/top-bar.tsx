// Brand, scenario, and what can be done with the page as a whole.

import { Check, CircleQuestionMark, LayoutGrid, Link, PanelRight, Redo2, SlidersHorizontal, Undo2 } from 'lucide-react'
import { type ReactNode, useEffect, useMemo, useState } from 'react'
import { nudgeOf } from '../controls/nudge.ts'
import { fieldsOf, presetOf } from '../sim/index.ts'
import { useApp, useLab } from '../store/context.ts'
import { loadable } from '../store/loadable.tsx'
import { soon } from '../store/part.ts'
import type { Act } from '../store/session/history.ts'
import { text } from '../text/en.ts'
import { type Explained, says } from '../ui/says.tsx'
import { copyLink } from './copy.ts'
import type { Layout } from './layout.ts'
import { Logo } from './logo.tsx'
import { nameOf } from './say.ts'
import { nextTheme } from './theme.ts'
import { themeIcons } from './theme-icons.ts'

// What pops up is loaded after the page stands.
const ViewsMenu = loadable(
  () => import('./menus.tsx').then((m) => m.ViewsMenu),
  () => null,
  'button',
)
const MoreMenu = loadable(
  () => import('./menus.tsx').then((m) => m.MoreMenu),
  () => <span className="u-icon" />,
  'button',
)

const Search = loadable(
  soon(() => import('../controls/search.tsx').then((m) => m.Search)),
  () => null,
  'button',
)

const t = text.top
const icon = { size: 16, strokeWidth: 1.75, 'aria-hidden': true } as const
const COPIED_MS = 1600

export interface Drawers {
  readonly controls: boolean
  readonly rail: boolean
}

export function TopBar({
  layout,
  drawers,
  onDrawer,
}: {
  layout: Layout
  drawers: Drawers
  onDrawer: (which: keyof Drawers) => void
}) {
  const { size, bare } = layout
  const { actions } = useLab()
  return (
    <header className="a-top">
      <h1 className="a-brand">
        <Logo />
        <b className={size === 'phone' ? 'v-sr' : undefined}>{text.brand}</b>
      </h1>
      {size === 'narrow' && <ControlsTool pressed={drawers.controls} onClick={() => onDrawer('controls')} />}
      <PresetButton />
      <span className="a-gap" />
      <Search field={size === 'wide' || size === 'rail'} />
      {!bare && <ViewsMenu />}
      {!bare && <UndoRedo />}
      <CopyLink bare={bare} />
      {bare ? (
        <MoreMenu />
      ) : (
        <>
          <ThemeTool />
          <Tool id="top.help" label={`${t.help} (?)`} onClick={() => actions.openHelp()}>
            <CircleQuestionMark {...icon} />
          </Tool>
        </>
      )}
      {(size === 'rail' || size === 'narrow') && (
        <Tool id="top.rail" label={t.openInspector} pressed={drawers.rail} onClick={() => onDrawer('rail')}>
          <PanelRight {...icon} />
        </Tool>
      )}
    </header>
  )
}

/** What is open; leads to all that can be. */
function PresetButton() {
  const scenario = useApp((s) => s.scenario)
  const log = useApp((s) => s.fromLog)?.name
  const { actions } = useLab()
  const title = log ?? presetOf(scenario)?.title
  return (
    <button
      type="button"
      className="u-button a-preset"
      data-testid="preset"
      {...says('top.preset', text.preset.open)}
      aria-haspopup="dialog"
      onClick={() => actions.openGallery()}
    >
      <b className="u-mono">{scenario.preset}</b>
      <span className="a-preset-title">{title}</span>
      <LayoutGrid size={14} strokeWidth={1.75} aria-hidden="true" />
    </button>
  )
}

function Tool({
  id,
  label,
  title = label,
  pressed,
  disabled = false,
  marked = false,
  onClick,
  children,
}: {
  id: Explained
  label: string
  title?: string
  pressed?: boolean
  disabled?: boolean
  /** There is something to try behind it. */
  marked?: boolean
  onClick: () => void
  children: ReactNode
}) {
  return (
    <button
      type="button"
      className={marked ? 'u-icon a-marked' : 'u-icon'}
      aria-label={label}
      {...says(id, title)}
      aria-pressed={pressed}
      // One that has the focus keeps it.
      aria-disabled={disabled}
      onClick={disabled ? undefined : onClick}
    >
      {children}
    </button>
  )
}

/** Where the controls are a drawer: marked as long as one of them has what the preset suggests. */
function ControlsTool({ pressed, onClick }: { pressed: boolean; onClick: () => void }) {
  const here = useApp((s) => s.here)
  const marked = useMemo(() => nudgeOf(here, fieldsOf(here)) !== null, [here])
  const title = marked ? t.controlsToTry : t.openControls
  return (
    <Tool
      id="top.controls"
      label={t.openControls}
      title={title}
      pressed={pressed}
      marked={marked && !pressed}
      onClick={onClick}
    >
      <SlidersHorizontal {...icon} />
    </Tool>
  )
}

function UndoRedo() {
  const undoes = useApp((s) => s.undoes)
  const redoes = useApp((s) => s.redoes)
  const { actions } = useLab()
  const title = (what: string, act: Act | null) => (act ? t.undoes(what, nameOf(act)) : what)
  return (
    <>
      <Tool
        id="top.undo"
        label={`${t.undo} (u)`}
        title={title(`${t.undo} (u)`, undoes)}
        disabled={!undoes}
        onClick={actions.undo}
      >
        <Undo2 {...icon} />
      </Tool>
      <Tool id="top.redo" label={t.redo} title={title(t.redo, redoes)} disabled={!redoes} onClick={actions.redo}>
        <Redo2 {...icon} />
      </Tool>
    </>
  )
}

function ThemeTool() {
  const theme = useApp((s) => s.theme)
  const { actions } = useLab()
  const Icon = themeIcons[theme]
  return (
    <Tool id="top.theme" label={`${t.theme[theme]} (t)`} onClick={() => actions.setTheme(nextTheme(theme))}>
      <Icon {...icon} />
    </Tool>
  )
}

function CopyLink({ bare }: { bare: boolean }) {
  const lab = useLab()
  const [copied, setCopied] = useState(false)
  useEffect(() => {
    if (!copied) return
    const timer = setTimeout(() => setCopied(false), COPIED_MS)
    return () => clearTimeout(timer)
  }, [copied])
  const Icon = copied ? Check : Link
  const label = copied ? t.copied : t.copyLink
  return (
    <button
      type="button"
      className={bare ? 'u-icon' : 'u-button u-filled'}
      aria-label={bare ? label : undefined}
      {...says('top.copy', `${t.copyLink} (c)`)}
      onClick={() => void copyLink(lab).then(setCopied)}
    >
      <Icon {...icon} />
      {!bare && label}
    </button>
  )
}
