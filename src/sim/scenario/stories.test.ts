import { describe, expect, it } from 'vitest'
import { isAllowed, type ParamValue } from '../params.ts'
import { afterInputs, fieldsOf, withValue } from './fields.ts'
import { presets } from './presets.ts'
import type { Field, Preset, Scenario } from './schema.ts'
import { stories, storyOf, type Told } from './stories.ts'

const wordsOf = ({ says, tryThis }: Told) => `${says} ${tryThis}`.replace(/[[\]]/g, '')
/** What a story claims, piece by piece. */
const claimsOf = (text: string) => text.split(/[:;.,](?=\s|$)/).map((part) => part.trim().toLowerCase())
const inBrackets = ({ tryThis }: Told) => [...tryThis.matchAll(/\[([^\]]+)\]/g)].map(([, words]) => words!)

const others = ({ param, value }: Field): readonly ParamValue[] =>
  param.values ? param.values.map((o) => o.value).filter((v) => v !== value) : [param.min!].filter((v) => v !== value)

/** None of what the preset claims of itself is left. */
function expectNothingOf({ id }: Preset, told: Told, of: string, promised = true) {
  const said = wordsOf(told).toLowerCase()
  const { says, tryThis } = stories[id]!
  const left = [...claimsOf(says), ...(promised ? claimsOf(tryThis.replace(/[[\]]/g, '')) : [])].filter(
    (claim) => claim.length > 12 && said.includes(claim),
  )
  expect([id, of, left]).toEqual([id, of, []])
}

/** Words that mean one platform, and would tell of it on another. */
const WORDS: Readonly<Record<string, RegExp>> = {
  power: /POWER machine/,
  powernv: /POWER host/,
  pseries: /partition/i,
  vtd: /VT-d/,
  arm: /SMMU/,
  amd: /AMD/,
}

describe('what is said of a preset', () => {
  it.each(presets)('$id: its own story, with the nudge in it, as long as it is set as it is', (preset) => {
    const told = storyOf(preset.scenario)!
    expect(told).toMatchObject({ says: stories[preset.id]!.says, does: 'nudge' })
    expect(inBrackets(told)).toHaveLength(1)
    // A button begins as a sentence does, nothing dangles after it, and what makes it worse is no cure.
    expect(inBrackets(told)[0]).toMatch(/^[A-Z]/)
    expect(told.tryThis).not.toMatch(/\][.,;]/)
    expect(inBrackets(told)[0]!.startsWith('See what happens ')).toBe(preset.nudge!.worse === true)
  })

  it.each(presets)('$id: once the nudge is followed what has changed, and no claim from before', (preset) => {
    const { scenario, nudge } = preset
    const { path, value } = nudge!
    const input = { ns: 1, events: 1, path, value }
    const after = afterInputs({ ...scenario, inputs: [input] })
    const told = storyOf(after)!
    expect(told).toEqual(storyOf(withValue(scenario, path, value)))
    expect(told).toMatchObject({ does: 'back', says: expect.stringContaining(stories[preset.id]!.done) })
    expect(inBrackets(told)).toHaveLength(1)
    // What was promised has come.
    expectNothingOf(preset, told, 'nudge', false)
    const [was, is] = [scenario, after].map((s) => fieldsOf(s).find((f) => f.path === path)!) as [Field, Field]
    const names = [was, is].map((f) => f.param.values?.find((o) => o.value === f.value)?.label ?? String(f.value))
    expect(told.says).toContain(`${was.param.label} ${names.join(' → ')}.`)
    // It may be done at any moment, so no figure is stated but the values themselves.
    for (const [figure] of stories[preset.id]!.done.replace(/\b[a-z]+\d\b/g, '').matchAll(/\d\S*[\dKMGT]|\d/g))
      expect(names).toContain(figure)
    // Taken back it is the preset's own again.
    expect(storyOf(withValue(after, path, was.value))?.does).toBe('nudge')
  })

  it.each(presets)('$id: on another platform of that one alone', (preset) => {
    const { scenario } = preset
    const platform = fieldsOf(scenario).find(({ path }) => path === 'm.platform')
    for (const value of platform ? others(platform) : []) {
      const moved = withValue(scenario, 'm.platform', value)
      const told = storyOf(moved)!
      if (told.does === 'back') continue
      expect(told.does).toBe('values')
      expectNothingOf(preset, told, String(value))
      // What was changed is named first.
      const [, ...rest] = told.says.split('. ')
      const bare = rest[0]!.startsWith('A PC without')
      const found = Object.keys(WORDS).filter((id) => WORDS[id]!.test(rest.join('. ')))
      expect([preset.id, value, found]).toEqual([preset.id, value, bare ? [] : [value]])
    }
  })

  it.each(presets)('$id: with any other setting what that is now', (preset) => {
    const { scenario, nudge } = preset
    for (const field of fieldsOf(scenario)) {
      const [value] = others(field).filter((v) => isAllowed(field.param, v))
      if (value === undefined || (field.path === nudge?.path && value === nudge.value)) continue
      const set: Scenario = withValue(scenario, field.path, value)
      const told = storyOf(set)!
      expect([field.path, told.does]).toEqual([field.path, 'values'])
      expect(inBrackets(told)).toHaveLength(1)
      expectNothingOf(preset, told, field.path)
      expect(told.says).not.toContain(stories[preset.id]!.done)
      expect([field.path, told.says]).toEqual([field.path, expect.stringContaining(`${field.param.label} `)])
      expect(told.says).not.toMatch(/undefined|null|NaN/)
    }
    expect(storyOf({ ...scenario, seed: scenario.seed + 1 })?.does).toBe('values')
  })

  it('is all there is, and each is a preset’s', () => {
    expect(Object.keys(stories).sort()).toEqual(presets.map(({ id }) => id).sort())
    expect(storyOf({ ...presets[0]!.scenario, preset: 'unknown' })).toBe(null)
  })
})
