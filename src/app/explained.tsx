// What everything on the page stands for, shown where somebody points; fetched when the page stands.

import { Explainer } from '../ui/explainer.tsx'
import { words } from './words.ts'

export default () => <Explainer words={words} />
