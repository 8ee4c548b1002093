// What is happening, and what to try: in a file of its own, fetched with the words of all presets. In the right rail where
// that stands, elsewhere a line under the top bar whose rest is opened over the page.

import { ChevronDown } from 'lucide-react'
import { useCallback, useEffect, useId, useMemo, useRef, useState } from 'react'
import { followNudge } from '../controls/nudge.ts'
import { currentValue, type Frame, presetById } from '../sim/index.ts'
import { storyOf, type Told } from '../sim/scenario/stories.ts'
import { useApp, useFrame, useLab } from '../store/context.ts'
import type { Act } from '../store/session/history.ts'
import { seenText } from '../text/seen.ts'
import { fromLogText, storyText as t } from '../text/story.ts'
import { useEscape } from './escape.ts'

/** Numbers are not broken between their digits. */
const unbroken = (words: string) => words.replace(/(\d) (?=\d{3})/g, '$1\u202f')

function useStory(): Told | null {
  const here = useApp((s) => s.here)
  const story = useMemo(() => storyOf(here), [here])
  const fromLog = useApp((s) => s.fromLog)
  const seen = useSeen()
  const { actions } = useLab()
  const next = story?.tryThis.replace(/[[\]]/g, '')
  useEffect(() => {
    if (seen !== null) actions.announce(`${seen} ${next ?? ''}`)
  }, [actions, seen, next])
  const logged = fromLog?.logged[fromLog.at]
  if (fromLog && logged)
    return {
      says: fromLogText.says(logged.device, fromLog.name, logged.asked),
      tryThis: fromLogText.tryThis,
      does: null,
    }
  return seen !== null && story ? { ...story, says: seen } : story
}

/** What was watched for and has come, in a sentence; null: nothing was. */
function useSeen(): string | null {
  const told = useApp((s) => s.told)
  const select = useCallback(
    // The frame may still be of a moment before.
    (frame: Frame) => (told?.what && frame.status.events >= told.events ? seenText[told.what](frame) : ''),
    [told],
  )
  return useFrame(select) || null
}

export function Story() {
  const story = useStory()
  if (!story) return null
  return (
    <section className="a-story" aria-label={t.label} data-testid="story">
      <Whole story={story} />
    </section>
  )
}

/** One line; the rest is over the map until it is closed, or something is done about it. `touch`: the sheet under it has the
 *  control that the story speaks of, so that the line has the width. */
export function StoryLine({ touch }: { touch: boolean }) {
  const story = useStory()
  const [open, setOpen] = useState(false)
  const section = useRef<HTMLElement>(null)
  const id = useId()
  const preset = useApp((s) => s.scenario.preset)
  // biome-ignore lint/correctness/useExhaustiveDependencies: another run has a line of its own
  useEffect(() => setOpen(false), [preset])
  const close = useCallback(() => {
    const within = section.current?.contains(document.activeElement)
    setOpen(false)
    if (within) section.current?.querySelector('button')?.focus()
  }, [])
  useEscape(open ? close : undefined)
  useEffect(() => {
    if (!open) return
    const press = ({ target }: PointerEvent) => {
      if (target instanceof Node && !section.current?.contains(target)) setOpen(false)
    }
    document.addEventListener('pointerdown', press)
    return () => document.removeEventListener('pointerdown', press)
  }, [open])
  if (!story) return <div className="a-told" />
  const words = unbroken(story.says)
  return (
    <section ref={section} className="a-told" aria-label={t.label} data-testid="story">
      <button
        type="button"
        className="a-told-line"
        aria-expanded={open}
        aria-controls={open ? id : undefined}
        onClick={() => setOpen(!open)}
      >
        <span>{open ? t.label : words}</span>
        <ChevronDown size={16} strokeWidth={1.75} aria-hidden="true" />
      </button>
      {!touch && !open && <Do story={story} />}
      {open && (
        <div id={id} className="a-told-all">
          <Whole story={story} onDone={close} />
        </div>
      )}
    </section>
  )
}

/** What is happening, what to try, and in that the button that does it. */
function Whole({ story, onDone }: { story: Told; onDone?: () => void }) {
  const [, before = '', done = '', after = ''] = /^([^[]*)(?:\[(.*)\])?(.*)$/.exec(unbroken(story.tryThis)) ?? []
  return (
    <>
      <p className="a-says">{unbroken(story.says)}</p>
      <p className="a-try">
        {before}
        {done && <Do story={story} onDone={onDone} />}
        {/* A full stop alone is none of a sentence. */}
        {after === '.' ? '' : after}
      </p>
    </>
  )
}

/** The part of the sentence that can be done. */
function Do({ story: { tryThis, does }, onDone }: { story: Told; onDone?: (() => void) | undefined }) {
  const lab = useLab()
  const undoable = useApp((s) => isChangeOf(s.undoes, presetById(s.scenario.preset)?.nudge?.path))
  const key = does === 'nudge' ? 'n' : does === 'back' && undoable ? 'u' : null
  const [, words] = /\[(.*)\]/.exec(unbroken(tryThis)) ?? []
  if (!words || !does) return words ?? null
  return (
    <button
      type="button"
      className="a-do"
      data-testid="story-does"
      onClick={() => {
        DEEDS[does](lab)
        onDone?.()
      }}
    >
      {words}
      {key && <kbd>{key}</kbd>}
    </button>
  )
}

type Deed = (lab: ReturnType<typeof useLab>) => void

const DEEDS: Readonly<Record<NonNullable<Told['does']>, Deed>> = {
  nudge: followNudge,
  back(lab) {
    const { undoes, scenario } = lab.getState()
    const preset = presetById(scenario.preset)
    const nudge = preset?.nudge
    if (!preset || !nudge) return
    const value = currentValue(preset.scenario, nudge.path)
    if (isChangeOf(undoes, nudge.path)) lab.actions.undo()
    else if (value !== null) lab.actions.setParam(nudge.path, value)
  },
  values: ({ getState, actions }) => actions.openPreset(getState().scenario.preset),
}

const isChangeOf = (act: Act | null, path: string | undefined) => act?.kind === 'change' && act.path === path
