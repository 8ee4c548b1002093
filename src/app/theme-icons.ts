import { Monitor, Moon, Sun } from 'lucide-react'

export const themeIcons = { system: Monitor, dark: Moon, light: Sun }
