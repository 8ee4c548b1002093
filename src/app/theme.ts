// Dark, light, or as the system says; the tokens come from the same data as the pictures.

import { useEffect, useState } from 'react'
import type { Theme } from '../store/page-state.ts'
import { cssTokens, type ThemeName } from '../views/kit/palette.ts'

const KEY = 'dmascope.theme'
const THEMES: readonly Theme[] = ['system', 'dark', 'light']
const prefersLight = '(prefers-color-scheme: light)'

/** What was chosen on an earlier visit; a browser without storage follows the system. */
export function storedTheme(): Theme {
  try {
    return THEMES.find((t) => t === localStorage.getItem(KEY)) ?? 'system'
  } catch {
    return 'system'
  }
}

export function storeTheme(theme: Theme): void {
  try {
    localStorage.setItem(KEY, theme)
  } catch {
    // Private windows may forbid storage: the choice then lasts as long as the page.
  }
}

export function nextTheme(theme: Theme): Theme {
  return THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length] ?? 'system'
}

export function resolveTheme(theme: Theme): ThemeName {
  if (theme !== 'system') return theme
  return matchMedia(prefersLight).matches ? 'light' : 'dark'
}

export function applyTheme(theme: Theme): void {
  const name = resolveTheme(theme)
  const root = document.documentElement
  root.dataset.theme = name
  root.style.colorScheme = name
  for (const [token, value] of Object.entries(cssTokens(name))) root.style.setProperty(token, value)
}

/** Applies the theme, and again when the system's changes. */
export function useTheme(theme: Theme): void {
  useEffect(() => {
    applyTheme(theme)
    const media = matchMedia(prefersLight)
    const change = () => applyTheme(theme)
    media.addEventListener('change', change)
    return () => media.removeEventListener('change', change)
  }, [theme])
}

/** True while a media query holds. */
export function useMedia(query: string): boolean {
  const [matches, setMatches] = useState(() => matchMedia(query).matches)
  useEffect(() => {
    const media = matchMedia(query)
    const change = () => setMatches(media.matches)
    change()
    media.addEventListener('change', change)
    return () => media.removeEventListener('change', change)
  }, [query])
  return matches
}
