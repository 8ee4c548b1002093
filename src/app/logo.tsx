// The mark of the brand.

/** Sixteen pages, one of them refused: x, y, tone. */
const LOGO = [...'2101021100211103'].map((tone, i) => [(i % 4) * 4.75, Math.floor(i / 4) * 4.75, tone] as const)

export function Logo() {
  return (
    <svg width="18" height="18" viewBox="0 0 18 18" aria-hidden="true">
      {LOGO.map(([x, y, tone]) => (
        <rect key={`${x} ${y}`} x={x} y={y} width="3.75" height="3.75" className={`a-tone-${tone}`} />
      ))}
    </svg>
  )
}
