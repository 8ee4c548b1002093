// Brand, scenario, and what can be done with the page as a whole.

import {
  Check,
  CircleQuestionMark,
  Layers,
  Link,
  Menu,
  Monitor,
  Moon,
  PanelRight,
  Redo2,
  SlidersHorizontal,
  Sun,
  Undo2,
} from 'lucide-react'
import { DropdownMenu } from 'radix-ui'
import { type ReactNode, useEffect, useState } from 'react'
import { PresetMenu } from '../controls/preset-menu.tsx'
import { useApp, useLab } from '../store/context.ts'
import { text } from '../text/en.ts'
import { dockViews } from '../views/index.ts'
import { copyLink } from './copy.ts'
import type { Layout } from './layout.ts'
import { nextTheme } from './theme.ts'

const t = text.top
const icon = { size: 16, strokeWidth: 1.75, 'aria-hidden': true } as const
const themeIcons = { system: Monitor, dark: Moon, light: Sun }
const COPIED_MS = 1600
const MAX_DOCK = 3

export interface Drawers {
  readonly controls: boolean
  readonly rail: boolean
}

export function TopBar({
  layout,
  drawers,
  onDrawer,
  onHelp,
}: {
  layout: Layout
  drawers: Drawers
  onDrawer: (which: keyof Drawers) => void
  onHelp: () => void
}) {
  const { size } = layout
  const small = size === 'phone' || size === 'column'
  return (
    <header className="a-top" aria-label={text.places.header}>
      <span className="a-brand">
        <Logo />
        {size !== 'phone' && <b>{text.brand}</b>}
      </span>
      {size === 'narrow' && (
        <Tool label={t.openControls} pressed={drawers.controls} onClick={() => onDrawer('controls')}>
          <SlidersHorizontal {...icon} />
        </Tool>
      )}
      <PresetMenu />
      <span className="a-gap" />
      {!small && <ViewsMenu />}
      {!small && <UndoRedo />}
      <CopyLink bare={small} />
      {small ? (
        <MoreMenu onHelp={onHelp} />
      ) : (
        <>
          <ThemeTool />
          <Tool label={`${t.help} (?)`} onClick={onHelp}>
            <CircleQuestionMark {...icon} />
          </Tool>
        </>
      )}
      {(size === 'rail' || size === 'narrow') && (
        <Tool label={t.openInspector} pressed={drawers.rail} onClick={() => onDrawer('rail')}>
          <PanelRight {...icon} />
        </Tool>
      )}
    </header>
  )
}

function Tool({
  label,
  pressed,
  disabled = false,
  onClick,
  children,
}: {
  label: string
  pressed?: boolean
  disabled?: boolean
  onClick: () => void
  children: ReactNode
}) {
  return (
    <button
      type="button"
      className="c-icon"
      aria-label={label}
      title={label}
      aria-pressed={pressed}
      disabled={disabled}
      onClick={onClick}
    >
      {children}
    </button>
  )
}

/** Sixteen pages, one of them refused. */
function Logo() {
  const tones = '2101 0211 0021 1103'.replaceAll(' ', '')
  return (
    <svg width="18" height="18" viewBox="0 0 18 18" aria-hidden="true" className="a-logo">
      {[...tones].map((tone, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a fixed picture
        <rect
          key={i}
          x={(i % 4) * 4.75}
          y={Math.floor(i / 4) * 4.75}
          width="3.75"
          height="3.75"
          className={`a-tone-${tone}`}
        />
      ))}
    </svg>
  )
}

function UndoRedo() {
  const canUndo = useApp((s) => s.canUndo)
  const canRedo = useApp((s) => s.canRedo)
  const { actions } = useLab()
  return (
    <>
      <Tool label={`${t.undo} (u)`} disabled={!canUndo} onClick={actions.undo}>
        <Undo2 {...icon} />
      </Tool>
      <Tool label={t.redo} disabled={!canRedo} onClick={actions.redo}>
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
    <Tool label={`${t.theme[theme]} (t)`} onClick={() => actions.setTheme(nextTheme(theme))}>
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
      className={bare ? 'c-icon' : 'c-button c-filled'}
      aria-label={bare ? label : undefined}
      title={`${t.copyLink} (c)`}
      onClick={() => void copyLink(lab).then(setCopied)}
    >
      <Icon {...icon} />
      {!bare && label}
    </button>
  )
}

function DockItems() {
  const dock = useApp((s) => s.view.dock)
  const { actions } = useLab()
  return dockViews.map(({ id, title }) => (
    <DropdownMenu.CheckboxItem
      key={id}
      className="c-item c-check"
      checked={dock.includes(id)}
      disabled={!dock.includes(id) && dock.length >= MAX_DOCK}
      onSelect={(event) => event.preventDefault()}
      onCheckedChange={(on) => actions.setView({ dock: on ? [...dock, id] : dock.filter((other) => other !== id) })}
    >
      <DropdownMenu.ItemIndicator className="c-tick">
        <Check {...icon} size={14} />
      </DropdownMenu.ItemIndicator>
      {title}
    </DropdownMenu.CheckboxItem>
  ))
}

function ViewsMenu() {
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger className="c-button c-bare">
        <Layers {...icon} /> {t.views}
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content className="c-menu" align="end" sideOffset={4} collisionPadding={8}>
          <DockItems />
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  )
}

/** What a phone has no room for. */
function MoreMenu({ onHelp }: { onHelp: () => void }) {
  const theme = useApp((s) => s.theme)
  const canUndo = useApp((s) => s.canUndo)
  const canRedo = useApp((s) => s.canRedo)
  const { actions } = useLab()
  const Theme = themeIcons[theme]
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger className="c-icon" aria-label={t.menu}>
        <Menu {...icon} />
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content className="c-menu" align="end" sideOffset={4} collisionPadding={8}>
          <DropdownMenu.Item className="c-item" disabled={!canUndo} onSelect={actions.undo}>
            <Undo2 {...icon} /> {t.undo}
          </DropdownMenu.Item>
          <DropdownMenu.Item className="c-item" disabled={!canRedo} onSelect={actions.redo}>
            <Redo2 {...icon} /> {t.redo}
          </DropdownMenu.Item>
          <DropdownMenu.Item className="c-item" onSelect={() => actions.setTheme(nextTheme(theme))}>
            <Theme {...icon} /> {t.theme[theme]}
          </DropdownMenu.Item>
          <DropdownMenu.Item className="c-item" onSelect={onHelp}>
            <CircleQuestionMark {...icon} /> {t.help}
          </DropdownMenu.Item>
          <DropdownMenu.Separator className="c-separator" />
          <DropdownMenu.Label className="c-menu-label">{t.views}</DropdownMenu.Label>
          <DockItems />
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  )
}
