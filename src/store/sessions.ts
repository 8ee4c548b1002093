// The sessions of the page: what they share is made here and given to each, and the address is that of the active one.

import type { Preset } from '../sim/index.ts'
import type { SimClient } from '../worker/client.ts'
import type { LabOptions } from './options.ts'
import { createPage } from './page.ts'
import type { History } from './session/history.ts'
import { nothingKnown } from './session/known.ts'
import { createSession, type Session } from './session/session.ts'
import type { Lab, Sessions, Where } from './state.ts'
import { createUrlSync, type Intent } from './url-sync.ts'

interface Held {
  readonly session: Session
  readonly client: SimClient
}

/** With one session, of which nothing is open yet. */
export function createSessions(options: LabOptions): Sessions {
  const [first, ...others] = options.presets
  if (!first) throw new RangeError('no presets')
  const presets: readonly [Preset, ...Preset[]] = [first, ...others]
  const known = nothingKnown()
  const listeners = new Set<() => void>()
  let held: readonly Held[] = []

  const page = createPage({
    theme: options.theme ?? 'system',
    saveTheme: options.saveTheme,
    reshaped() {
      for (const { session } of held) session.wake()
    },
  })

  function make(client: SimClient, past?: History): Held {
    const isActive = () => active.session === session
    const session: Session = createSession({
      ...{ source: client.source(), presets, options, known, past },
      around: {
        ...page,
        address: {
          intend: (how: Intent) => isActive() && address.intend(how),
          painted: (settled, playing) => isActive() && address.painted(settled, playing),
        },
        begins() {
          if (isActive() && page.store.getState().linkShown === 'fileless') page.actions.showLink(null)
        },
        tell: (notice) => isActive() && page.actions.announce(options.say(notice)),
        stats: () => (isActive() ? options.stats : undefined),
      },
      warmUp: held.length === 0 ? (options.warmUp ?? 0) : 0,
    })
    return { session, client }
  }

  let active: Held = make(options.makeClient())
  held = [active]

  const address = createUrlSync(
    options.address,
    options.now,
    () => active.session.lab.actions.link(),
    (fragment, walk) => active.session.openLink(fragment, walk),
    page.addressKept,
  )

  function change(next: readonly Held[], shown: Held) {
    held = next
    if (shown !== active) {
      active = shown
      address.intend('replace')
      active.session.wake()
    }
    for (const listener of [...listeners]) listener()
  }

  const of = (lab: Lab) => held.find(({ session }) => session.lab === lab)

  function add(where: Where, past?: History): Session {
    const added = make(where === 'apart' ? options.makeClient() : active.client, past)
    change([...held, added], active)
    return added.session
  }

  return {
    all: () => held.map(({ session }) => session.lab),
    active: () => active.session.lab,
    activate(lab) {
      const shown = of(lab)
      if (shown && shown !== active) change(held, shown)
    },
    add(place, where = 'beside') {
      const session = add(where)
      session.open(place)
      return session.lab
    },
    fork(from, at, where = 'beside') {
      const place = from.place()
      const session = add(where, of(from)?.session.history)
      session.open(at ? { ...place, position: at } : place)
      return session.lab
    },
    drop(lab) {
      const dropped = of(lab)
      if (!dropped || held.length === 1) return false
      const rest = held.filter((one) => one !== dropped)
      const before = held[held.indexOf(dropped) - 1] ?? rest[0]!
      change(rest, active === dropped ? before : active)
      dropped.session.close()
      if (rest.every(({ client }) => client !== dropped.client)) dropped.client.close()
      return true
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    watch(listener) {
      let left = held.map(({ session }) => session.lab.subscribe(listener))
      const renewed = () => {
        for (const leave of left) leave()
        left = held.map(({ session }) => session.lab.subscribe(listener))
        listener()
      }
      listeners.add(renewed)
      return () => {
        listeners.delete(renewed)
        for (const leave of left) leave()
      }
    },
    close() {
      for (const { session, client } of held) {
        session.close()
        client.close()
      }
    },
  }
}
