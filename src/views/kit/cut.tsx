// Words that are cut where room is short, and told whole by their tip.

import { type ReactNode, useEffect, useRef } from 'react'

export function Cut({ className, children }: { className: string; children: ReactNode }) {
  const element = useRef<HTMLSpanElement>(null)
  useEffect(() => {
    if (element.current) element.current.title = element.current.textContent
  })
  return (
    <span ref={element} className={className}>
      {children}
    </span>
  )
}
