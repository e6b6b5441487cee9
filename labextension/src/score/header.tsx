/** The top of the sidebar: what is scored, its level, and how far it is to the next. */

import { ellipsesIcon, refreshIcon } from '@jupyterlab/ui-components';
import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import type { IAssessment, IOutcome, IUnit } from '../rest/contract';
import { Select } from '../select';
import type { ScoreModel } from './model';
import type { WhatIfModel } from './whatif';
import { WhatIfLine } from './whatifline';
import {
  HIGHEST_LEVEL,
  ageText,
  blockersText,
  levelNames,
  levelText,
  profileText,
  progressText,
  unitName
} from './view';

export function Header(props: {
  model: ScoreModel;
  assessment: IAssessment;
  unit: IUnit;
  whatIf: WhatIfModel;
  openMenu: (anchor: HTMLElement) => void;
  trans: TranslationBundle;
}): JSX.Element {
  const { model, assessment, unit, trans, whatIf } = props;
  const would = whatIf.ticked.size > 0 ? whatIf.answer?.outcome : undefined;
  return (
    <div className="jp-Mlops-header">
      <div className="jp-Mlops-header-top">
        <UnitName {...props} />
        <div className="jp-Mlops-header-tools">
          <span className="jp-Mlops-age">
            {model.busy ? (
              trans.__('scoring…')
            ) : (
              <Age model={model} trans={trans} />
            )}
          </span>
          <button
            type="button"
            className="jp-Button jp-mod-minimal jp-mod-small jp-Mlops-iconButton"
            title={trans.__('Score again')}
            aria-label={trans.__('Score again')}
            data-busy={model.busy}
            onClick={() => void model.refresh()}
          >
            <refreshIcon.react tag="span" elementSize="normal" />
          </button>
          <button
            type="button"
            className="jp-Button jp-mod-minimal jp-mod-small jp-Mlops-iconButton"
            title={trans.__('More')}
            aria-label={trans.__('More')}
            aria-haspopup="menu"
            onClick={event => props.openMenu(event.currentTarget)}
          >
            <ellipsesIcon.react tag="span" elementSize="normal" />
          </button>
        </div>
      </div>
      <div className="jp-Mlops-level">{levelText(unit, trans)}</div>
      <div
        className="jp-Mlops-levelName"
        title={profileText(unit, trans) || undefined}
      >
        {levelNames(trans)[unit.level]}
      </div>
      <LevelTrack
        unit={unit}
        target={whatIf.target}
        would={would}
        trans={trans}
      />
      <div className="jp-Mlops-progressText">
        {[progressText(unit, trans), blockersText(unit, trans)]
          .filter(Boolean)
          .join(' · ')}
      </div>
      {unit.level < HIGHEST_LEVEL && unit.criteria.length > 0 && (
        <Target {...props} />
      )}
      <WhatIfLine {...props} />
      {unit.criteria.length === 0 && assessment.units.length > 0 && (
        <div className="jp-Mlops-note">
          {trans.__('Nothing was found here that could be scored.')}
        </div>
      )}
    </div>
  );
}

function UnitName(props: {
  model: ScoreModel;
  assessment: IAssessment;
  unit: IUnit;
  trans: TranslationBundle;
}): JSX.Element {
  const { model, assessment, unit, trans } = props;
  const project =
    assessment.root.split('/').pop() || trans.__('All files of the server');
  const paths = assessment.units.map(one => one.path);
  const name = (path: string) =>
    path === '.' || path === '' ? project : unitName(path, paths);
  if (assessment.units.length < 2) {
    return (
      <span
        className="jp-Mlops-unit"
        title={assessment.root || project}
        data-testid="unit"
      >
        {name(unit.path)}
      </span>
    );
  }
  return (
    <Select
      className="jp-Mlops-unitPicker"
      aria-label={trans.__('Project that is scored')}
      title={unit.path}
      value={unit.path}
      onChange={event => (model.pickedUnit = event.target.value)}
    >
      {assessment.units.map(one => (
        <option key={one.path} value={one.path}>
          {trans.__('%1 · Level %2', name(one.path), one.level)}
        </option>
      ))}
    </Select>
  );
}

function Age(props: {
  model: ScoreModel;
  trans: TranslationBundle;
}): JSX.Element {
  const [, tick] = React.useReducer((count: number) => count + 1, 0);
  React.useEffect(() => {
    const timer = setInterval(tick, 10_000);
    return () => clearInterval(timer);
  }, []);
  return <>{ageText(props.model.age, props.trans)}</>;
}

/** The level to reach: the next one, or a later one. */
function Target(props: {
  unit: IUnit;
  whatIf: WhatIfModel;
  trans: TranslationBundle;
}): JSX.Element {
  const { unit, trans, whatIf } = props;
  const id = React.useId();
  const levels = levelNames(trans)
    .map((name, level) => ({ name, level }))
    .filter(({ level }) => level > unit.level);
  return (
    <div className="jp-Mlops-target">
      <label htmlFor={id}>{trans.__('Target')}</label>
      <Select
        id={id}
        value={whatIf.target}
        onChange={event => {
          const level = Number(event.target.value);
          void whatIf.setTarget(level === unit.level + 1 ? null : level);
        }}
      >
        {levels.map(({ name, level }) => (
          <option key={level} value={level}>
            {trans.__('Level %1: %2', level, name)}
          </option>
        ))}
      </Select>
    </div>
  );
}

/** The five levels as steps: reached ones filled, the way to the next as far as it has been gone. */
function LevelTrack(props: {
  unit: IUnit;
  /** The level to reach. */
  target: number;
  /** What it would be with what is ticked. */
  would: IOutcome | undefined;
  trans: TranslationBundle;
}): JSX.Element {
  const { unit, target, would, trans } = props;
  return (
    <ol
      className="jp-Mlops-track"
      aria-label={trans.__('Level %1 of %2', unit.level, HIGHEST_LEVEL)}
    >
      {levelNames(trans).map((name, level) => {
        const reached = level <= unit.level;
        const share = reached
          ? 100
          : level === unit.level + 1
            ? unit.progress
            : 0;
        return (
          <li
            key={level}
            data-reached={reached}
            data-would={!reached && would !== undefined && level <= would.level}
            data-target={level === target}
            aria-current={level === unit.level ? 'step' : undefined}
            title={trans.__('Level %1: %2', level, name)}
            style={{ '--jp-mlops-share': `${share}%` } as React.CSSProperties}
          >
            <span>{level}</span>
          </li>
        );
      })}
    </ol>
  );
}
