// The scenarios to begin with: id, title and what each shows.

import { ChevronDown } from 'lucide-react'
import { DropdownMenu } from 'radix-ui'
import { type ChangeEvent, useRef } from 'react'
import { presetOf, presets } from '../sim/index.ts'
import { stories } from '../sim/scenario/stories.ts'
import { useApp, useLab } from '../store/context.ts'
import { readFile } from '../store/files.ts'
import { text } from '../text/en.ts'
import { useChoice } from './key-target.ts'

export default function PresetMenu() {
  const scenario = useApp((s) => s.scenario)
  const log = useApp((s) => s.fromLog)?.name
  const id = scenario.preset
  const { actions } = useLab()
  const { chose, onCloseAutoFocus } = useChoice()
  const input = useRef<HTMLInputElement>(null)
  const choose = (event: ChangeEvent<HTMLInputElement>) => {
    const file = event.target.files?.[0]
    // The same file may be chosen again.
    event.target.value = ''
    if (file) actions.openFile(file.name, () => readFile(file))
  }
  return (
    <>
      <input
        ref={input}
        type="file"
        hidden
        aria-label={text.preset.openFile}
        data-testid="trace-file"
        onChange={choose}
      />
      <DropdownMenu.Root modal={false}>
        <DropdownMenu.Trigger className="c-preset" data-testid="preset">
          <b className="c-mono">{id}</b>
          <span className="c-preset-title">{log ?? presetOf(scenario)?.title}</span>
          <ChevronDown size={14} strokeWidth={1.75} aria-hidden="true" />
        </DropdownMenu.Trigger>
        <DropdownMenu.Content
          className="c-menu c-presets"
          align="start"
          sideOffset={4}
          collisionPadding={8}
          onCloseAutoFocus={onCloseAutoFocus}
        >
          <DropdownMenu.RadioGroup value={id} onValueChange={actions.openPreset} aria-label={text.preset.heading}>
            {presets.map((preset) => (
              <DropdownMenu.RadioItem key={preset.id} className="c-item" value={preset.id} onSelect={chose}>
                <span className="c-item-head">
                  <b className="c-mono">{preset.id}</b> {preset.title}
                </span>
                <span className="c-item-help">{stories[preset.id]?.says}</span>
              </DropdownMenu.RadioItem>
            ))}
          </DropdownMenu.RadioGroup>
          <DropdownMenu.Separator className="c-separator" />
          <DropdownMenu.Item
            className="c-item"
            onSelect={() => {
              chose()
              input.current?.click()
            }}
          >
            <span className="c-item-head">
              <b>{text.preset.openFile}</b>
            </span>
            <span className="c-item-help">{text.preset.openFileHelp}</span>
          </DropdownMenu.Item>
        </DropdownMenu.Content>
      </DropdownMenu.Root>
    </>
  )
}
