/** The step before a conversion: which cells form which stage, and what comes of it. */

import {
  cutIcon,
  editIcon,
  keyboardIcon,
  redoIcon,
  undoIcon,
  clearIcon
} from '@jupyterlab/ui-components';
import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import { Graph } from '../convert/graph';
import type { Selection } from '../convert/view';
import { mergeDownIcon, mergeUpIcon, splitIcon } from '../marks';
import type { OpenPlace } from '../places';
import { Disclosure } from '../score/parts';
import type { ActionId, IFocus } from './actions';
import { actionsAt, codeCellAt, keysHelp, movedText } from './actions';
import { Cells } from './cells';
import type { IPlan } from './edit';
import {
  bandsOf,
  moveBoundary,
  nameProblem,
  namesOf,
  owners,
  rename
} from './edit';
import type { PlanModel } from './model';
import { NoticeBar, Problem, stateText } from './notices';
import { rowsOf } from './rows';
import { Clashes, Files, Installs, Parameters, Targets } from './settings';
import { Toolbar } from './toolbar';
import { Why } from './why';

/** Colours that stages take in turn. */
const COLOURS = 6;

export interface IPlanEditorProps {
  plan: PlanModel;
  openPlace: OpenPlace;
  trans: TranslationBundle;
}

export function PlanEditor(props: IPlanEditorProps): JSX.Element {
  const { plan: model, trans } = props;
  const { plan, proposal, answer } = model;
  if (!plan || !proposal || !answer) {
    return model.problem ? (
      <Problem {...props} failure={model.problem} />
    ) : (
      <p className="jp-Mlops-lead" role="status">
        {trans.__('Reading the notebook; nothing is run…')}
      </p>
    );
  }
  return <Ready {...props} now={plan} proposal={proposal} answer={answer} />;
}

function Ready(
  props: IPlanEditorProps & {
    now: IPlan;
    proposal: NonNullable<PlanModel['proposal']>;
    answer: NonNullable<PlanModel['answer']>;
  }
): JSX.Element {
  const { plan: model, now, proposal, answer, trans } = props;
  const { outline } = proposal;
  const { order, notes } = model;
  const [draft, setDraft] = React.useState<IPlan | null>(null);
  const shown = draft ?? now;
  const [focus, setFocusOnly] = React.useState<IFocus>({
    cell: order[0] ?? 0,
    head: true
  });
  const [selected, select] = React.useState<Selection>(null);
  const [renaming, setRenaming] = React.useState<string | null>(null);
  const [helping, setHelping] = React.useState(false);
  const [said, say] = React.useState('');
  const rows = React.useMemo(
    () => rowsOf(shown, outline, notes),
    [shown, outline, notes]
  );
  const bands = React.useMemo(() => bandsOf(shown, order), [shown, order]);
  const actions = React.useMemo(
    () => actionsAt(now, outline, focus, trans),
    [now, outline, focus, trans]
  );
  const number = new Map(namesOf(shown.stages).map((name, at) => [name, at]));
  const colourOf = (stage: string) => {
    const at = number.get(stage);
    return at === undefined ? undefined : at % COLOURS;
  };
  const stageHere = (at: IFocus, of = now) =>
    owners(of).get(codeCellAt(of, outline, at.cell) ?? -1) ?? null;

  const setFocus = (to: IFocus, of = now) => {
    setFocusOnly(to);
    const stage = stageHere(to, of);
    if (stage !== null) {
      select({ kind: 'stage', name: stage });
    }
  };
  const act = (id: ActionId) => {
    const action = actions[id];
    say(action.said);
    if (action.next) {
      model.apply(action.next);
      setFocus(action.focus, action.next);
    }
  };
  const apply = (next: IPlan, text: string) => {
    model.apply(next);
    say(text);
  };
  const beginRename = (stage: string) => {
    const cell = now.stages.find(({ name }) => name === stage)?.cells[0];
    if (cell !== undefined) {
      setFocus({ cell, head: true });
      setRenaming(stage);
    }
  };
  const endRename = (to: string | null) => {
    if (renaming !== null && to !== null && to !== renaming) {
      apply(
        rename(now, renaming, to),
        trans.__('The stage %1 is called %2.', renaming, to)
      );
      select({ kind: 'stage', name: to });
    }
    setRenaming(null);
  };
  const dragged = React.useRef<IPlan | null>(null);
  const drag = (band: number, first: number) => {
    dragged.current = moveBoundary(now, order, band - 1, first);
    setDraft(dragged.current);
  };
  const drop = (keepIt: boolean) => {
    const next = dragged.current;
    dragged.current = null;
    setDraft(null);
    if (keepIt && next && next !== now) {
      apply(next, movedText(now, next, trans));
    }
  };
  const takeBack = () => {
    say(
      model.canUndo
        ? trans.__('Undone.')
        : trans.__('There is nothing to undo.')
    );
    model.undo();
  };
  const doAgain = () => {
    say(
      model.canRedo
        ? trans.__('Done again.')
        : trans.__('There is nothing to redo.')
    );
    model.redo();
  };
  const reset = () => {
    model.reset();
    say(trans.__('The plan is the proposed one.'));
  };
  const goToCell = (cell: number) => {
    setFocus({ cell, head: false });
    void props.openPlace({ path: model.path, cell });
  };
  const onKeyDown = (event: React.KeyboardEvent) => {
    const { key, ctrlKey, metaKey, shiftKey } = event;
    if (!(ctrlKey || metaKey) || !['z', 'y'].includes(key.toLowerCase())) {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
    if (key.toLowerCase() === 'y' || shiftKey) {
      doAgain();
    } else {
      takeBack();
    }
  };

  const whyNot = (id: ActionId) => (actions[id].next ? null : actions[id].said);
  const button = (id: ActionId) => ({
    id,
    label: actions[id].label,
    whyNot: whyNot(id),
    run: () => act(id)
  });
  const here = stageHere(focus);
  const settings = {
    plan: now,
    proposal,
    answer,
    apply,
    allowInstall: model.allowInstall,
    setAllowInstall: (allow: boolean) => model.setAllowInstall(allow),
    goToCell,
    trans
  };
  return (
    <div
      className="jp-Mlops-plan"
      onKeyDown={onKeyDown}
      data-testid="plan-editor"
    >
      <NoticeBar model={model} trans={trans} />
      {model.problem && <Problem {...props} failure={model.problem} />}
      <div className="jp-Mlops-plan-columns">
        <section className="jp-Mlops-card" aria-label={trans.__('Cells')}>
          <Toolbar
            label={trans.__('Edit the plan')}
            buttons={[
              {
                id: 'undo',
                label: trans.__('Undo'),
                icon: undoIcon,
                keys: 'Ctrl Z',
                whyNot: model.canUndo
                  ? null
                  : trans.__('There is nothing to undo.'),
                run: takeBack
              },
              {
                id: 'redo',
                label: trans.__('Redo'),
                icon: redoIcon,
                keys: 'Ctrl Shift Z',
                whyNot: model.canRedo
                  ? null
                  : trans.__('There is nothing to redo.'),
                run: doAgain
              },
              { ...button('split'), icon: splitIcon, keys: 'S' },
              { ...button('merge-up'), icon: mergeUpIcon, keys: 'M' },
              { ...button('merge-down'), icon: mergeDownIcon, keys: 'Shift M' },
              {
                id: 'rename',
                label: trans.__('Rename the stage'),
                icon: editIcon,
                keys: 'F2',
                whyNot:
                  here === null
                    ? trans.__('This cell is left out; take it in first.')
                    : null,
                run: () => here !== null && beginRename(here)
              },
              {
                ...button('skip'),
                icon: cutIcon,
                keys: 'X',
                pressed: now.skip.includes(focus.cell)
              },
              {
                id: 'reset',
                label: trans.__('Back to the proposed plan'),
                icon: clearIcon,
                whyNot: model.edited
                  ? null
                  : trans.__('The plan is the proposed one.'),
                run: reset
              },
              {
                id: 'keys',
                label: trans.__('Keys'),
                icon: keyboardIcon,
                pressed: helping,
                run: () => setHelping(!helping)
              }
            ]}
          />
          {helping && (
            <dl className="jp-Mlops-keys">
              {keysHelp(trans).map(([keys, meaning]) => (
                <React.Fragment key={keys}>
                  <dt>
                    <kbd>{keys}</kbd>
                  </dt>
                  <dd>{meaning}</dd>
                </React.Fragment>
              ))}
            </dl>
          )}
          <Cells
            rows={rows}
            bands={bands}
            focus={focus}
            renaming={renaming}
            colourOf={colourOf}
            setFocus={to => setFocus(to)}
            act={act}
            rename={beginRename}
            renamed={endRename}
            nameProblem={name =>
              nameProblem(
                name,
                namesOf(now.stages).filter(other => other !== renaming)
              )
            }
            drag={drag}
            dropped={drop}
            trans={trans}
          />
          <p
            className="jp-Mlops-said"
            aria-live="polite"
            data-testid="plan-said"
          >
            {said}
          </p>
        </section>
        <section
          className="jp-Mlops-card"
          aria-label={trans.__('Pipeline')}
          aria-busy={model.checking}
        >
          <p
            className="jp-Mlops-plan-state"
            role="status"
            data-testid="plan-state"
          >
            {stateText(model, trans)}
          </p>
          <div
            className="jp-Mlops-plan-graph"
            data-stale={model.checking || model.problem !== null}
          >
            <Graph
              stages={answer.stages}
              selected={selected}
              select={select}
              direction="down"
              colourOf={colourOf}
              trans={trans}
            />
          </div>
          <Why
            answer={answer}
            selected={selected}
            goToCell={goToCell}
            trans={trans}
          />
        </section>
      </div>
      <section className="jp-Mlops-card">
        <h3>{trans.__('Parameters')}</h3>
        <Parameters {...settings} />
      </section>
      <section className="jp-Mlops-card">
        <h3>{trans.__('Targets')}</h3>
        <Targets {...settings} />
        <Installs {...settings} />
      </section>
      <section className="jp-Mlops-card">
        {answer.conflicts?.length ? (
          <Clashes {...settings} />
        ) : (
          <Disclosure
            className="jp-Mlops-planFiles"
            heading
            title={trans._n(
              '%1 file is written',
              '%1 files are written',
              answer.files.length
            )}
          >
            <Files {...settings} />
          </Disclosure>
        )}
      </section>
    </div>
  );
}
