// A named choice from a list with a line of help each.

import { ChevronDown } from 'lucide-react'
import { Select } from 'radix-ui'
import { type Field, formatParam, type ParamValue } from '../sim/index.ts'
import { useChoice } from './key-target.ts'
import { refusedReason } from './param-text.ts'

/** What every control of a field is given. */
export interface ControlProps {
  readonly field: Field
  readonly value: ParamValue
  readonly labelId: string
  readonly helpId: string
  readonly onChange: (value: ParamValue) => void
}

/** Letters that key and years have room for together. */
const MOST_LETTERS = 24

export default function Choice({ field, value, labelId, helpId, onChange }: ControlProps) {
  const { param } = field
  const current = param.values?.find((o) => o.value === value)
  // The years; what stands in brackets has room in the list only.
  const years = current?.help?.replace(/ \(.*\)$/, '') ?? ''
  const era = (current?.key.length ?? 0) + years.length <= MOST_LETTERS ? years : ''
  const { chose, onCloseAutoFocus } = useChoice()
  return (
    <Select.Root
      value={formatParam(param, value)}
      onValueChange={(key) => {
        const option = param.values?.find((o) => o.key === key)
        if (option) onChange(option.value)
      }}
    >
      <Select.Trigger className="u-button c-select" aria-labelledby={labelId} aria-describedby={helpId}>
        <Select.Value>
          <span className="u-mono">{current?.key}</span>
        </Select.Value>
        <span className="c-era">{era}</span>
        <ChevronDown size={14} strokeWidth={1.75} aria-hidden="true" />
      </Select.Trigger>
      <Select.Portal>
        <Select.Content
          className="u-menu"
          position="popper"
          sideOffset={4}
          collisionPadding={8}
          onCloseAutoFocus={onCloseAutoFocus}
        >
          {/* Whoever chooses by keyboard stays in the row of controls. */}
          <Select.Viewport onPointerUpCapture={chose}>
            {param.values?.map((option) => {
              const refused = refusedReason(field, option)
              return (
                <Select.Item key={option.key} className="u-item" value={option.key} disabled={refused !== null}>
                  <Select.ItemText>
                    <span className="u-mono">{option.key}</span>
                  </Select.ItemText>
                  <span className="u-item-help">{refused ?? option.help}</span>
                </Select.Item>
              )
            })}
          </Select.Viewport>
        </Select.Content>
      </Select.Portal>
    </Select.Root>
  )
}
