/** The stages in the order in which they can run, joined by what they hand over. */

import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import type { IStage } from '../rest/contract';
import type { IStageRun } from './run';
import { StageState } from './running';
import type { IEdge, Selection } from './view';
import { cellsText, graphOf } from './view';
import { ZoomTools, useZoom } from './zoom';

const WIDTH = 144;
const HEIGHT = 54;
/** Between a stage and what waits for it, and between those side by side. */
const AHEAD = 36;
const BESIDE = 18;

export interface IGraphProps {
  stages: IStage[];
  selected: Selection;
  select: (selection: Selection) => void;
  /** Which way the stages follow each other. */
  direction?: 'right' | 'down';
  /** The number of a stage's colour, where stages have one. */
  colourOf?: (stage: string) => number | undefined;
  /** Where each stage stands while the pipeline runs. */
  runs?: ReadonlyMap<string, IStageRun>;
  trans: TranslationBundle;
}

interface IPoint {
  x: number;
  y: number;
}

/** Stages and what they hand over; arrow keys go from one to the next. */
export function Graph(props: IGraphProps): JSX.Element {
  const { stages, selected, select, trans } = props;
  const down = props.direction === 'down';
  const arrow = React.useId();
  const graph = React.useMemo(() => graphOf(stages), [stages]);
  const frame = React.useRef<HTMLDivElement>(null);
  const items = graph.nodes.flatMap(({ stage }) => [
    stage.name,
    ...graph.edges.filter(({ from }) => from === stage.name).map(keyOf)
  ]);
  const [last, setLast] = React.useState('');
  const chosen = selected === null ? '' : keyOfSelection(selected);
  const current = [last, chosen, items[0]].find(key => items.includes(key));

  const place = new Map<string, IPoint>(
    graph.nodes.map(({ stage, column, row }) => [
      stage.name,
      down
        ? { x: row * (WIDTH + BESIDE), y: column * (HEIGHT + AHEAD) }
        : { x: column * (WIDTH + AHEAD), y: row * (HEIGHT + BESIDE) }
    ])
  );
  const level = new Map(
    graph.nodes.map(({ stage, column }) => [stage.name, column])
  );
  const drawn = graph.edges.flatMap(edge => {
    const [from, to] = [place.get(edge.from), place.get(edge.to)];
    const span = (level.get(edge.to) ?? 0) - (level.get(edge.from) ?? 0);
    return from && to
      ? [{ edge, ...pathOf(from, to, span, down, graph.rows) }]
      : [];
  });
  const room = Math.max(0, ...drawn.map(({ room: each }) => each));
  const [along, across] = [graph.columns, graph.rows];
  const width = down
    ? across * (WIDTH + BESIDE) - BESIDE + room
    : along * (WIDTH + AHEAD) - AHEAD;
  const height = down
    ? along * (HEIGHT + AHEAD) - AHEAD
    : across * (HEIGHT + BESIDE) - BESIDE + room;
  const zoom = useZoom(frame, width);

  const goTo = (event: React.KeyboardEvent) => {
    const at = items.indexOf(current ?? '');
    const next = (
      {
        ArrowRight: at + 1,
        ArrowDown: at + 1,
        ArrowLeft: at - 1,
        ArrowUp: at - 1,
        Home: 0,
        End: items.length - 1
      } as Record<string, number>
    )[event.key];
    if (next === undefined || !items[next]) {
      if (!event.ctrlKey && !event.metaKey && zoom.key(event.key)) {
        event.preventDefault();
      }
      return;
    }
    event.preventDefault();
    setLast(items[next]);
    frame.current
      ?.querySelectorAll<HTMLElement>('[data-item]')
      .forEach(each => each.dataset.item === items[next] && each.focus());
  };
  const choose = (selection: NonNullable<Selection>) => {
    setLast(keyOfSelection(selection));
    select(selection);
  };

  return (
    <div className="jp-Mlops-graphFrame">
      <ZoomTools zoom={zoom} trans={trans} />
      <div
        className="jp-Mlops-graph"
        role="group"
        aria-label={trans.__('Stages and what they hand over')}
        ref={frame}
        onKeyDown={goTo}
      >
        <div style={{ width: width * zoom.scale, height: height * zoom.scale }}>
          <div
            className="jp-Mlops-graph-picture"
            style={{ width, height, transform: `scale(${zoom.scale})` }}
          >
            <svg width={width} height={height}>
              <defs>
                <marker
                  id={arrow}
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
              {drawn.map(({ edge, path }) => {
                const key = keyOf(edge);
                const pressed = key === chosen;
                const touched =
                  pressed ||
                  (selected?.kind === 'stage' &&
                    [edge.from, edge.to].includes(selected.name));
                const choice = {
                  kind: 'edge',
                  from: edge.from,
                  to: edge.to
                } as const;
                return (
                  <g
                    key={key}
                    role="button"
                    data-item={key}
                    tabIndex={key === current ? 0 : -1}
                    aria-pressed={pressed}
                    aria-label={edgeText(edge, trans)}
                    className="jp-Mlops-edgeGroup"
                    data-touched={touched}
                    onClick={() => choose(choice)}
                    onKeyDown={event => {
                      if (event.key === 'Enter' || event.key === ' ') {
                        event.preventDefault();
                        choose(choice);
                      }
                    }}
                  >
                    <title>{edgeText(edge, trans)}</title>
                    <path className="jp-Mlops-edge-hit" d={path} />
                    <path
                      className="jp-Mlops-edge"
                      markerEnd={`url(#${arrow})`}
                      d={path}
                    />
                  </g>
                );
              })}
            </svg>
            {graph.nodes.map(({ stage }) => {
              const { x, y } = place.get(stage.name) ?? { x: 0, y: 0 };
              const run = props.runs?.get(stage.name);
              return (
                <button
                  key={stage.name}
                  type="button"
                  className="jp-Mlops-stage"
                  data-item={stage.name}
                  data-colour={props.colourOf?.(stage.name)}
                  data-run={run?.state}
                  tabIndex={stage.name === current ? 0 : -1}
                  aria-pressed={stage.name === chosen}
                  style={{ left: x, top: y, width: WIDTH, height: HEIGHT }}
                  title={stage.why ?? stage.name}
                  onClick={() => choose({ kind: 'stage', name: stage.name })}
                >
                  <span className="jp-Mlops-stage-name">{stage.name}</span>
                  {run ? (
                    <StageState run={run} trans={trans} />
                  ) : (
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
                  )}
                </button>
              );
            })}
          </div>
        </div>
      </div>
    </div>
  );
}

/** What an edge means, in words. */
export function edgeText(edge: IEdge, trans: TranslationBundle): string {
  return edge.variables.length
    ? trans.__(
        '%1 hands %2 to %3',
        edge.from,
        edge.variables.join(', '),
        edge.to
      )
    : trans.__('%2 begins when %1 has ended', edge.from, edge.to);
}

function keyOf({ from, to }: { from: string; to: string }): string {
  return `${from} ${to}`;
}

function keyOfSelection(selection: NonNullable<Selection>): string {
  return selection.kind === 'stage' ? selection.name : keyOf(selection);
}

/** The line from a stage to another; it goes round the stages between them, which takes room. */
function pathOf(
  from: IPoint,
  to: IPoint,
  span: number,
  down: boolean,
  rows: number
): { path: string; room: number } {
  if (span > 1) {
    const room = 14 + 10 * span;
    if (down) {
      const side = rows * (WIDTH + BESIDE) - BESIDE + room * 1.25;
      const [x1, y1] = [from.x + WIDTH * 0.75, from.y + HEIGHT];
      const [x2, y2] = [to.x + WIDTH + 2, to.y + HEIGHT / 2];
      return {
        path: `M${x1} ${y1}C${x1} ${y1 + AHEAD} ${side} ${y1} ${side - room / 2} ${(y1 + y2) / 2}S${side} ${y2} ${x2} ${y2}`,
        room
      };
    }
    const side = rows * (HEIGHT + BESIDE) - BESIDE + room * 1.25;
    const [x1, y1] = [from.x + WIDTH, from.y + HEIGHT * 0.75];
    const [x2, y2] = [to.x + WIDTH / 2, to.y + HEIGHT + 2];
    return {
      path: `M${x1} ${y1}C${x1 + AHEAD} ${y1} ${x1} ${side} ${(x1 + x2) / 2} ${side - room / 2}S${x2} ${side} ${x2} ${y2}`,
      room
    };
  }
  const bend = AHEAD / 2;
  if (down) {
    const [x1, y1] = [from.x + WIDTH / 2, from.y + HEIGHT];
    const [x2, y2] = [to.x + WIDTH / 2, to.y - 2];
    return {
      path: `M${x1} ${y1}C${x1} ${y1 + bend} ${x2} ${y2 - bend} ${x2} ${y2}`,
      room: 0
    };
  }
  const [x1, y1] = [from.x + WIDTH, from.y + HEIGHT / 2];
  const [x2, y2] = [to.x - 2, to.y + HEIGHT / 2];
  return {
    path: `M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`,
    room: 0
  };
}
