// Menus of the top bar: which views are in the dock, and on a phone everything the bar has no room for.

import { Check, CircleQuestionMark, Layers, Menu, Redo2, Undo2 } from 'lucide-react'
import { DropdownMenu } from 'radix-ui'
import { useChoice } from '../controls/key-target.ts'
import { useApp, useLab } from '../store/context.ts'
import { MAX_DOCK } from '../store/looking.ts'
import { text } from '../text/en.ts'
import { says } from '../ui/says.tsx'
import { dockViews } from '../views/index.ts'
import { nameOf } from './say.ts'
import { nextTheme } from './theme.ts'
import { themeIcons } from './theme-icons.ts'

const t = text.top
const icon = { size: 16, strokeWidth: 1.75, 'aria-hidden': true } as const

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

export function ViewsMenu() {
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger className="c-button c-bare" {...says('top.views')}>
        <Layers {...icon} /> {t.views}
      </DropdownMenu.Trigger>
      <DropdownMenu.Content className="c-menu" align="end" sideOffset={4} collisionPadding={8}>
        <DockItems />
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
      <DropdownMenu.Trigger className="c-icon" aria-label={t.menu}>
        <Menu {...icon} />
      </DropdownMenu.Trigger>
      <DropdownMenu.Content
        className="c-menu"
        align="end"
        sideOffset={4}
        collisionPadding={8}
        onCloseAutoFocus={onCloseAutoFocus}
      >
        <DropdownMenu.Item className="c-item" disabled={!undoes} onSelect={choose(actions.undo)}>
          <Undo2 {...icon} /> {undoes ? t.undoes(t.undo, nameOf(undoes)) : t.undo}
        </DropdownMenu.Item>
        <DropdownMenu.Item className="c-item" disabled={!redoes} onSelect={choose(actions.redo)}>
          <Redo2 {...icon} /> {redoes ? t.undoes(t.redo, nameOf(redoes)) : t.redo}
        </DropdownMenu.Item>
        <DropdownMenu.Item className="c-item" onSelect={choose(() => actions.setTheme(nextTheme(theme)))}>
          <Theme {...icon} /> {t.theme[theme]}
        </DropdownMenu.Item>
        <DropdownMenu.Item className="c-item" onSelect={choose(() => actions.openHelp())}>
          <CircleQuestionMark {...icon} /> {t.help}
        </DropdownMenu.Item>
        <DropdownMenu.Separator className="c-separator" />
        <DropdownMenu.Label className="c-menu-label">{t.views}</DropdownMenu.Label>
        <DockItems />
      </DropdownMenu.Content>
    </DropdownMenu.Root>
  )
}
