// Menus of the top bar: which views are in the dock, and on a phone everything the bar has no room for.

import { Check, CircleQuestionMark, Layers, Menu, Redo2, Undo2 } from 'lucide-react'
import { DropdownMenu } from 'radix-ui'
import { useChoice } from '../controls/key-target.ts'
import { useApp, useLab } from '../store/context.ts'
import { MAX_DOCK } from '../store/session/looking.ts'
import { text } from '../text/en.ts'
import { unmetText as v } from '../text/needs.ts'
import { says } from '../ui/says.tsx'
import { useNow } from '../views/filled.tsx'
import { type DockView, dockViews } from '../views/index.ts'
import { isMet, needs } from '../views/needs.ts'
import { nameOf } from './say.ts'
import { nextTheme } from './theme.ts'
import { themeIcons } from './theme-icons.ts'

const t = text.top
const icon = { size: 16, strokeWidth: 1.75, 'aria-hidden': true } as const

/** The dock with a view more or less; where it is full, the last one yields. */
export const docked = (dock: readonly string[], id: string): readonly string[] =>
  dock.includes(id) ? dock.filter((other) => other !== id) : [...dock.slice(0, MAX_DOCK - 1), id]

const titleOf = (id: string | undefined) => dockViews.find((view) => view.id === id)?.title ?? ''

/** All views, those that have something to show for this run first; `chose`: hears of a choice. */
function DockItems({ chose }: { chose: () => void }) {
  const dock = useApp((s) => s.view.dock)
  const { actions } = useLab()
  const now = useNow()
  const yields = dock.length >= MAX_DOCK ? dock.at(-1) : undefined
  const met = ({ id }: DockView) => now === null || isMet(id, now)
  const groups = [
    { name: v.here, views: dockViews.filter((view) => view.asks && met(view)) },
    { name: v.studies, views: dockViews.filter((view) => !view.asks) },
    { name: v.elsewhere, views: dockViews.filter((view) => view.asks && !met(view)) },
  ]
  function choose(id: string) {
    chose()
    if (yields && !dock.includes(id)) actions.announce(v.replaced(titleOf(id), titleOf(yields)))
    actions.setView({ dock: docked(dock, id) })
  }
  return (
    <>
      {yields && <DropdownMenu.Label className="u-menu-label">{v.full(titleOf(yields))}</DropdownMenu.Label>}
      {groups.map(
        ({ name, views }) =>
          views.length > 0 && (
            <DropdownMenu.Group key={name} aria-label={name}>
              <DropdownMenu.Label className="u-menu-label">{name}</DropdownMenu.Label>
              {views.map((view) => (
                <DropdownMenu.CheckboxItem
                  key={view.id}
                  className="u-item u-check"
                  checked={dock.includes(view.id)}
                  onSelect={() => choose(view.id)}
                >
                  <DropdownMenu.ItemIndicator className="u-tick">
                    <Check {...icon} size={14} />
                  </DropdownMenu.ItemIndicator>
                  {view.title}
                  {!met(view) && <span className="u-item-why">{needs[view.id]?.short}</span>}
                </DropdownMenu.CheckboxItem>
              ))}
            </DropdownMenu.Group>
          ),
      )}
    </>
  )
}

export function ViewsMenu() {
  const { chose, onCloseAutoFocus } = useChoice()
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger className="u-button u-bare" {...says('top.views')}>
        <Layers {...icon} /> {t.views}
      </DropdownMenu.Trigger>
      <DropdownMenu.Content
        className="u-menu a-views"
        align="end"
        sideOffset={4}
        collisionPadding={8}
        onCloseAutoFocus={onCloseAutoFocus}
      >
        <DockItems chose={chose} />
      </DropdownMenu.Content>
    </DropdownMenu.Root>
  )
}

/** What a phone has no room for. */
export function MoreMenu() {
  const theme = useApp((s) => s.theme)
  const undoes = useApp((s) => s.undoes)
  const redoes = useApp((s) => s.redoes)
  const { actions } = useLab()
  const Theme = themeIcons[theme]
  const { chose, onCloseAutoFocus } = useChoice()
  const choose = (act: () => void) => () => {
    chose()
    act()
  }
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger className="u-icon" aria-label={t.menu}>
        <Menu {...icon} />
      </DropdownMenu.Trigger>
      <DropdownMenu.Content
        className="u-menu a-views"
        align="end"
        sideOffset={4}
        collisionPadding={8}
        onCloseAutoFocus={onCloseAutoFocus}
      >
        <DropdownMenu.Item className="u-item" disabled={!undoes} onSelect={choose(actions.undo)}>
          <Undo2 {...icon} /> {undoes ? t.undoes(t.undo, nameOf(undoes)) : t.undo}
        </DropdownMenu.Item>
        <DropdownMenu.Item className="u-item" disabled={!redoes} onSelect={choose(actions.redo)}>
          <Redo2 {...icon} /> {redoes ? t.undoes(t.redo, nameOf(redoes)) : t.redo}
        </DropdownMenu.Item>
        <DropdownMenu.Item className="u-item" onSelect={choose(() => actions.setTheme(nextTheme(theme)))}>
          <Theme {...icon} /> {t.theme[theme]}
        </DropdownMenu.Item>
        <DropdownMenu.Item className="u-item" onSelect={choose(() => actions.openHelp())}>
          <CircleQuestionMark {...icon} /> {t.help}
        </DropdownMenu.Item>
        <DropdownMenu.Separator className="u-separator" />
        <DockItems chose={chose} />
      </DropdownMenu.Content>
    </DropdownMenu.Root>
  )
}
