// The kernel's names for what a refused call returns.

const NAMES: Readonly<Record<number, string>> = { 1: 'EPERM', 12: 'ENOMEM', 16: 'EBUSY', 22: 'EINVAL', 28: 'ENOSPC' }

/** `ENOMEM` for -12; a number without a name stays a number. */
export function errnoName(errno: number): string {
  return NAMES[Math.abs(errno)] ?? String(errno)
}
