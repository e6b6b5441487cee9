/** The five questions, each with its criteria and their evidence. */

import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import type { OpenPlace } from '../places';
import type {
  Answer,
  IAssessment,
  ICriterion,
  IEvidence,
  IQuestion,
  IUnit
} from '../rest/contract';
import { Select } from '../select';
import { LiftButton } from './lift';
import type { ScoreModel } from './model';
import {
  AnswerBadge,
  Disclosure,
  PlaceLink,
  Prose,
  RungMeter,
  StateIcon
} from './parts';
import type { WhatIfModel } from './whatif';
import { openCriteria } from './whatif';
import {
  answerText,
  chainPlace,
  criteriaOf,
  effortText,
  isDecided,
  roleText
} from './view';

export interface ICriterionProps {
  model: ScoreModel;
  assessment: IAssessment;
  unit: IUnit;
  openPlace: OpenPlace;
  lift: (lift: string, path: string) => void;
  /** Show the way to a level on a calendar. */
  showRoadmap: (target: number) => void;
  /** Ask for a decision about a criterion of a unit, or for what was decided to be withdrawn. */
  decide: (criterion: string, unit: string, withdraw: boolean) => void;
  /** Answer a question oneself; empty takes the answer back. */
  answer: (question: string, answer: Answer | '') => void;
  whatIf: WhatIfModel;
  trans: TranslationBundle;
}

export function Checklist(props: ICriterionProps): JSX.Element {
  return (
    <div className="jp-Mlops-checklist">
      {props.unit.checklist.map(question => (
        <Question key={question.id} question={question} {...props} />
      ))}
    </div>
  );
}

function Question(
  props: ICriterionProps & { question: IQuestion }
): JSX.Element {
  const { question, trans } = props;
  const criteria = criteriaOf(props.unit, question.id);
  return (
    <Disclosure
      className="jp-Mlops-question"
      title={
        <span className="jp-Mlops-question-title">
          <span className="jp-Mlops-question-text">{question.question}</span>
          <AnswerBadge answer={question.state} trans={trans} />
          <span className="jp-Mlops-bar" aria-hidden="true">
            <span
              data-tone={
                { yes: 'good', partly: 'warning', no: 'bad' }[question.state]
              }
              style={{ width: `${question.score}%` }}
            />
          </span>
          <span className="jp-Mlops-bar-value">
            {trans.__('%1 %', question.score)}
          </span>
        </span>
      }
    >
      <OwnAnswer {...props} />
      {criteria.length === 0 ? (
        <div className="jp-Mlops-note">
          {trans.__('There is nothing to check for this question here.')}
        </div>
      ) : (
        <ul className="jp-Mlops-criteria">
          {criteria.map(criterion => (
            <li key={criterion.id} data-criterion={criterion.id}>
              <Criterion criterion={criterion} {...props} />
            </li>
          ))}
        </ul>
      )}
    </Disclosure>
  );
}

/** What people answer themselves, beside what the files show. */
function OwnAnswer(
  props: ICriterionProps & { question: IQuestion }
): JSX.Element {
  const { assessment, question, trans } = props;
  const id = React.useId();
  const own =
    assessment.checklist.find(({ id }) => id === question.id)?.own_answer ?? '';
  return (
    <div className="jp-Mlops-ownAnswer">
      <label htmlFor={id}>{trans.__('Your own answer')}</label>
      <Select
        id={id}
        value={own}
        onChange={event =>
          props.answer(question.id, event.target.value as Answer | '')
        }
      >
        <option value="">{trans.__('not given')}</option>
        {(['yes', 'partly', 'no'] as const).map(answer => (
          <option key={answer} value={answer}>
            {answerText(answer, trans)}
          </option>
        ))}
      </Select>
      {own !== '' && own !== question.state && (
        <span className="jp-Mlops-ownAnswer-differs">
          {trans.__(
            'The files say: %1',
            answerText(question.state, trans).toLowerCase()
          )}
        </span>
      )}
    </div>
  );
}

/** Waive, attest or exempt what is not met; withdraw what was decided. */
function DecideButton(
  props: ICriterionProps & { criterion: ICriterion }
): JSX.Element {
  const { criterion, trans, unit } = props;
  const was = isDecided(criterion);
  if (!was && !openCriteria(unit).includes(criterion.id)) {
    return <></>;
  }
  return (
    <button
      type="button"
      className="jp-Mlops-smallButton"
      aria-label={
        was
          ? trans.__('Withdraw the decision about %1', criterion.title)
          : trans.__('Waive, attest or exempt %1', criterion.title)
      }
      onClick={() => props.decide(criterion.id, unit.path, was)}
    >
      {was
        ? trans.__('Withdraw…')
        : criterion.state === 'not-visible'
          ? trans.__('Attest…')
          : trans.__('Waive…')}
    </button>
  );
}

function Criterion(
  props: ICriterionProps & { criterion: ICriterion }
): JSX.Element {
  const { criterion, trans } = props;
  return (
    <Disclosure
      className="jp-Mlops-criterion"
      title={
        <span className="jp-Mlops-criterion-title">
          <StateIcon state={criterion.state} trans={trans} />
          <span className="jp-Mlops-criterion-name">{criterion.title}</span>
          <span className="jp-Mlops-criterion-level">
            {criterion.required
              ? trans.__('Level %1', criterion.level)
              : trans.__('Level %1, recommended', criterion.level)}
          </span>
        </span>
      }
    >
      <CriterionBody {...props} actions />
    </Disclosure>
  );
}

export function CriterionBody(
  props: ICriterionProps & {
    criterion: ICriterion;
    /** Whether what can be done about it is offered here. */
    actions?: boolean;
  }
): JSX.Element {
  const { criterion, trans } = props;
  return (
    <div className="jp-Mlops-criterion-body">
      <p className="jp-Mlops-message">
        <Prose text={criterion.message} />
      </p>
      {criterion.evidence.length > 0 && (
        <ul className="jp-Mlops-evidence">
          {criterion.evidence.map((evidence, index) => (
            <li key={index}>
              <EvidenceLink evidence={evidence} {...props} />
            </li>
          ))}
        </ul>
      )}
      {criterion.raise_by && (
        <p className="jp-Mlops-raise">
          <b>{trans.__('To raise it:')}</b> <Prose text={criterion.raise_by} />
        </p>
      )}
      <p className="jp-Mlops-meta">
        <RungMeter rung={criterion.rung} trans={trans} />
        {criterion.fix && (
          <>
            <span>{effortText(criterion.fix.effort, trans)}</span>
            <span>{roleText(criterion.fix.role, trans)}</span>
          </>
        )}
      </p>
      {props.actions && (
        <div className="jp-Mlops-criterion-actions">
          <LiftButton {...props} />
          {openCriteria(props.unit).includes(criterion.id) && (
            <label className="jp-Mlops-whatIfTick">
              <input
                type="checkbox"
                checked={props.whatIf.ticked.has(criterion.id)}
                onChange={() => void props.whatIf.toggle(criterion.id)}
              />
              {trans.__('What if it were met?')}
            </label>
          )}
          <DecideButton {...props} />
        </div>
      )}
    </div>
  );
}

function EvidenceLink(
  props: ICriterionProps & { evidence: IEvidence }
): JSX.Element {
  const { evidence } = props;
  return (
    <>
      {evidence.path !== null && (
        <PlaceLink {...props} place={{ ...evidence, path: evidence.path }} />
      )}
      {evidence.snippet && (
        <code className="jp-Mlops-snippet">{evidence.snippet}</code>
      )}
      {evidence.chain && evidence.chain.length > 1 && (
        <span className="jp-Mlops-chain">
          {evidence.chain.map((link, index) => (
            <React.Fragment key={index}>
              {index > 0 && '→'}
              <PlaceLink {...props} place={chainPlace(link)} text={link} />
            </React.Fragment>
          ))}
        </span>
      )}
    </>
  );
}
