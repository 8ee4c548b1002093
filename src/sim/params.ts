// A Param is the one source for a control, its link key, its validation and its documentation; and a table of them, of
// the record of settings that a mechanism reads (`readParams`).

export type ParamValue = number | string

/** Settings by name, as they come from outside of a mechanism. */
export type Settings = Readonly<Record<string, ParamValue>>

export type ParamUnit = 'bytes' | 'ns' | 'count' | 'bits' | 'percent' | 'bps' | 'choice'

export interface ParamOption {
  readonly value: ParamValue
  /** Text in a link and on the command line: only A–Z a–z 0–9 - _ . */
  readonly key: string
  readonly label: string
  /** One line that tells what this choice is; shown where there is room. */
  readonly help?: string
}

/** An option that is a number. */
export type NumberOption = ParamOption & { readonly value: number }

export interface Param {
  /** Field name in the scenario and last part of the link key. */
  readonly name: string
  readonly label: string
  readonly unit: ParamUnit
  readonly default: ParamValue
  /** Every allowed value, in order; absent for a continuous parameter. */
  readonly values?: readonly ParamOption[]
  /** Inclusive bounds of a continuous parameter, integers. */
  readonly min?: number
  readonly max?: number
  /** A sentence for a person who has never met the term. */
  readonly help: string
  /** `live` takes effect at once; `restart` drains the device and reloads its driver, as on a real machine. */
  readonly effect: 'live' | 'restart'
  /** Seldom touched: folded away unless the preset is about it. */
  readonly advanced?: boolean
}

/** The params of one mechanism: `[…] as const satisfies ParamTable`, so that names and choices are known to the compiler. */
export type ParamTable = readonly Param[]

/** What a param can be set to: one of its values, else a number in its unit. */
export type ParamType<P extends Param> = P extends { readonly values: readonly { readonly value: infer V }[] }
  ? V
  : number

/** The settings of a table, each of its own type. Of a table that the compiler does not know: what there may be. */
export type ParamsOf<T extends ParamTable> = string extends T[number]['name']
  ? Settings
  : { readonly [P in T[number] as P['name']]: ParamType<P> }

/**
 * The settings of a table out of `given`, where they stand by name, or behind `scope` and a dot: `w0.ring`. What is not
 * given, because it does not apply here, has its default; what is given has been validated (`scenario/fields.ts`).
 * To be called when something is built or a setting changes, not for each operation.
 */
export function readParams<const T extends ParamTable>(table: T, given: Settings, scope = ''): ParamsOf<T> {
  const prefix = scope === '' ? '' : `${scope}.`
  const all: Record<string, ParamValue> = {}
  for (const { name, default: usual } of table) all[name] = given[prefix + name] ?? usual
  return all as ParamsOf<T>
}

/** The same for one param. */
export function readParam<const P extends Param>(param: P, given: Settings, scope = ''): ParamType<P> {
  return (given[scope === '' ? param.name : `${scope}.${param.name}`] ?? param.default) as ParamType<P>
}

/** A value that cannot be used: which field, what was given, what is allowed. */
export interface Problem {
  readonly field: string
  readonly given: string
  readonly allowed: string
  /** Another value was given before it, which counts. */
  readonly repeated?: true
}

/** Settings of one scope (`m`, `d0`, `w0`) out of the flat record. */
export function scopeOf(settings: Settings, scope: string): Settings {
  const own: Record<string, number | string> = {}
  for (const [path, value] of Object.entries(settings)) {
    if (path.startsWith(`${scope}.`)) own[path.slice(scope.length + 1)] = value
  }
  return own
}

/** Text of a value as a link carries it. A value that is not allowed is written as it stands. */
export function formatParam(param: Param, value: ParamValue): string {
  const option = param.values?.find((o) => o.value === value)
  return option ? option.key : String(value)
}

/** The value that `text` names, or null when the parameter does not allow it. */
export function parseParam(param: Param, text: string): ParamValue | null {
  if (param.values) return param.values.find((o) => o.key === text.toLowerCase())?.value ?? null
  if (!/^\d{1,15}$/.test(text)) return null
  const value = Number(text)
  return value >= (param.min ?? 0) && value <= (param.max ?? Number.MAX_SAFE_INTEGER) ? value : null
}

/** What a parameter allows, in words for a message: "4k, 64k" or "0 to 100". */
export function allowedText(param: Param): string {
  if (param.values) return param.values.map((o) => o.key).join(', ')
  return `${param.min ?? 0} to ${param.max ?? Number.MAX_SAFE_INTEGER}`
}

export function isAllowed(param: Param, value: ParamValue): boolean {
  if (param.values) return param.values.some((o) => o.value === value)
  return parseParam(param, formatParam(param, value)) === value
}
