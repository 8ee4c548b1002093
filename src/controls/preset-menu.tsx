// The scenarios to begin with: id, title and what each shows.

import { ChevronDown } from 'lucide-react'
import { DropdownMenu } from 'radix-ui'
import { presetById, presets } from '../sim/index.ts'
import { useApp, useLab } from '../store/context.ts'
import { text } from '../text/en.ts'

export default function PresetMenu() {
  const id = useApp((s) => s.scenario.preset)
  const { actions } = useLab()
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger className="c-preset" data-testid="preset">
        <b className="c-mono">{id}</b>
        <span className="c-preset-title">{presetById(id)?.title}</span>
        <ChevronDown size={14} strokeWidth={1.75} aria-hidden="true" />
      </DropdownMenu.Trigger>
      <DropdownMenu.Content className="c-menu c-presets" align="start" sideOffset={4} collisionPadding={8}>
        <DropdownMenu.RadioGroup value={id} onValueChange={actions.openPreset} aria-label={text.preset.heading}>
          {presets.map((preset) => (
            <DropdownMenu.RadioItem key={preset.id} className="c-item" value={preset.id}>
              <span className="c-item-head">
                <b className="c-mono">{preset.id}</b> {preset.title}
              </span>
              <span className="c-item-help">{preset.says}</span>
            </DropdownMenu.RadioItem>
          ))}
        </DropdownMenu.RadioGroup>
      </DropdownMenu.Content>
    </DropdownMenu.Root>
  )
}
