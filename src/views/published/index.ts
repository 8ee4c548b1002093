import { viewText } from '../../text/views.ts'
import * as chunks from '../chunks.ts'
import { defineView } from '../define.ts'

export const published = defineView({
  id: 'published',
  title: viewText.studies.published.title,
  tall: true,
  load: () => chunks.studies().then((m) => m.Published),
})
