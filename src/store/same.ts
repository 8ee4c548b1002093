// What is read of a frame comes anew with every frame; whoever shows it renders only when it is not the same.

/** Alike, or lists and records of what is alike. */
export function sameFigures(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  const [one, other] = [a as Readonly<Record<string, unknown>>, b as Readonly<Record<string, unknown>>]
  const keys = Object.keys(one)
  return (
    keys.length === Object.keys(other).length && keys.every((key) => key in other && sameFigures(one[key], other[key]))
  )
}

/** Two of which the parts that `of` names are the same; or both are not there. */
export const sameBy =
  <T>(of: (value: T) => unknown) =>
  (a: T | null, b: T | null): boolean =>
    a === b || (a !== null && b !== null && sameFigures(of(a), of(b)))
