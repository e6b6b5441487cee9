/** The stages from left to right, joined by what they hand over. */

import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import type { IStage } from '../rest/contract';
import { cellsText, graphOf } from './view';

const WIDTH = 136;
const HEIGHT = 58;
const GAP_X = 36;
const GAP_Y = 18;

export function Graph(props: {
  stages: IStage[];
  selected: string | null;
  select: (stage: string) => void;
  trans: TranslationBundle;
}): JSX.Element {
  const { stages, trans } = props;
  const graph = React.useMemo(() => graphOf(stages), [stages]);
  const place = new Map(
    graph.nodes.map(({ stage, column, row }) => [
      stage.name,
      { x: column * (WIDTH + GAP_X), y: row * (HEIGHT + GAP_Y) }
    ])
  );
  const width = graph.columns * (WIDTH + GAP_X) - GAP_X;
  const height = graph.rows * (HEIGHT + GAP_Y) - GAP_Y;
  return (
    <div className="jp-Mlops-graph">
      <div style={{ width, height }}>
        <svg width={width} height={height} aria-hidden="true">
          <defs>
            <marker
              id="jp-mlops-arrow"
              viewBox="0 0 8 8"
              refX="7"
              refY="4"
              markerWidth="7"
              markerHeight="7"
              orient="auto"
            >
              <path d="M0 0l8 4-8 4z" />
            </marker>
          </defs>
          {graph.edges.map(edge => {
            const from = place.get(edge.from);
            const to = place.get(edge.to);
            if (!from || !to) {
              return null;
            }
            const [x1, y1] = [from.x + WIDTH, from.y + HEIGHT / 2];
            const [x2, y2] = [to.x - 2, to.y + HEIGHT / 2];
            const bend = GAP_X / 2;
            const touched =
              props.selected === edge.from || props.selected === edge.to;
            return (
              <path
                key={`${edge.from} ${edge.to}`}
                className="jp-Mlops-edge"
                data-touched={touched}
                markerEnd="url(#jp-mlops-arrow)"
                d={`M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`}
              />
            );
          })}
        </svg>
        {graph.nodes.map(({ stage }) => {
          const { x, y } = place.get(stage.name) ?? { x: 0, y: 0 };
          const selected = props.selected === stage.name;
          return (
            <button
              key={stage.name}
              type="button"
              className="jp-Mlops-stage"
              aria-pressed={selected}
              style={{ left: x, top: y, width: WIDTH, height: HEIGHT }}
              title={stage.why ?? stage.name}
              onClick={() => props.select(stage.name)}
            >
              <span className="jp-Mlops-stage-name">{stage.name}</span>
              <span className="jp-Mlops-stage-cells">
                {stage.source_cells.length
                  ? trans._n(
                      'cell %2',
                      'cells %2',
                      stage.source_cells.length,
                      cellsText(stage.source_cells)
                    )
                  : trans.__('added for tracking')}
              </span>
            </button>
          );
        })}
      </div>
    </div>
  );
}
