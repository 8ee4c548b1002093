// A recording against the allocator: how many addresses it foretold, where it was wrong, and what the file left open.

import { count, entryAddress } from '../lib/format.ts'
import type { Frame, PredictionFigures, Recording } from '../sim/index.ts'
import { useApp, useFrame, useLab } from '../store/context.ts'
import { recordingText as t } from '../text/recording.ts'

const predictionOf = (frame: Frame) => frame.summary.prediction
const samePrediction = (a: PredictionFigures | null, b: PredictionFigures | null) =>
  a?.allocations === b?.allocations && a?.predicted === b?.predicted && a?.allocator === b?.allocator

export default function Prediction() {
  const recording = useApp((s) => s.scenario.recording)
  const prediction = useFrame(predictionOf, samePrediction)
  if (!recording || !prediction) return null
  const { allocator, allocations, total, predicted, corrected } = prediction
  return (
    <section className="u-block c-prediction" aria-labelledby="prediction-title" data-testid="prediction">
      <h2 id="prediction-title">{t.title}</h2>
      <p>
        <b data-testid="predicted">{t.share(count(predicted), count(allocations))}</b> {t.predictedBy(allocator)}.{' '}
        <span className="u-quiet">{allocations < total ? t.soFar(count(allocations), count(total)) : t.all}</span>
      </p>
      <p className="u-quiet">{corrected === 0 ? t.none : t.corrected(corrected)}</p>
      {corrected > 0 && <Misses prediction={prediction} recording={recording} />}
      <Source recording={recording} />
    </section>
  )
}

function Misses({ prediction, recording }: { prediction: PredictionFigures; recording: Recording }) {
  const { actions } = useLab()
  const { offset, pageShift } = recording
  const { misses, corrected } = prediction
  const at = (entry: number) => (entry < 0 ? t.refusal : entryAddress(offset + entry, pageShift))
  return (
    <>
      <ul className="c-misses" aria-label={t.corrected(corrected)}>
        {misses.map((miss) => (
          <li key={miss.line}>
            <button type="button" className="c-miss" onClick={() => actions.select(miss.recorded)}>
              <span className="u-quiet">{t.miss(miss.line, miss.npages)}</span>
              <span>
                {t.recorded} <b className="u-mono">{at(miss.recorded)}</b>
              </span>
              <span>
                {t.predicted} <b className="u-mono">{at(miss.predicted)}</b>
              </span>
            </button>
          </li>
        ))}
      </ul>
      {corrected > misses.length && <p className="u-quiet">{t.more(corrected - misses.length)}</p>}
    </>
  )
}

function Source({ recording }: { recording: Recording }) {
  const { name, records, space, assumed, broken, problems } = recording
  return (
    <>
      <p className="u-quiet">{t.source(name, count(records), space)}</p>
      {assumed.length > 0 && (
        <p className="u-quiet">
          {t.assumed}: {assumed.join(' ')}
        </p>
      )}
      {broken > 0 && (
        <details className="c-more" data-testid="broken-lines">
          <summary>{t.broken(broken)}</summary>
          <ul className="c-misses">
            {problems.map((p) => (
              <li key={p.field}>{t.brokenLine(p.field, p.given, p.allowed)}</li>
            ))}
          </ul>
          {broken > problems.length && <p className="u-quiet">{t.more(broken - problems.length)}</p>}
        </details>
      )}
    </>
  )
}
